"""What the README says of the command is so, in both languages."""

import re
import shlex
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from inventory.sheet import write_xlsx
from tests.web.cli.command import CENTRE, SECRET
from web.cli import netops as group

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_lists_every_verb(name: str) -> None:
    rows = re.findall(r"^\| (`netops .*?) \|", (ROOT / name).read_text("utf-8"), re.MULTILINE)
    written = {
        verb for row in rows for span in re.findall(r"`([^`]+)`", row) for verb in verbs(span)
    }
    assert written == set(leaves(group))


def verbs(span: str) -> Iterator[str]:
    r"""`netops device\|centre list\|show --x` as each verb it stands for."""
    words = span.replace(r"\|", "|").split()[1:]
    fixed = [word.split("|") for word in words if re.fullmatch(r"[a-z][a-z|-]*", word)]
    return (" ".join(choice) for choice in product(*fixed))


def leaves(command: click.Command, above: str = "") -> dict[str, click.Command]:
    if not isinstance(command, click.Group):
        return {above: command}
    return {
        verb: leaf
        for name, below in command.commands.items()
        for verb, leaf in leaves(below, f"{above} {name}".strip()).items()
    }


@pytest.mark.parametrize(("verb", "command"), leaves(group).items(), ids=leaves(group))
def test_every_verb_speaks_json_and_says_what_it_is_for(verb: str, command: click.Command) -> None:
    assert "as_json" in [parameter.name for parameter in command.params]
    assert re.search(r"[\u4e00-\u9fff]", command.help or "")


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_can_be_followed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commands under "your own centre", in their order, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    row = ("出口防火墙", CENTRE, "127.0.0.1", "防火墙")
    Path("设备.xlsx").write_bytes(
        write_xlsx(("名称", "所属单位", "管理地址", "类别"), [row], "设备")
    )
    answers = []
    for words in readme_commands(name):
        env = {"NETOPS_HOME": str(tmp_path / "home")}
        result = CliRunner().invoke(group, words, input=f"{SECRET}\n", env=env)
        answers.append((words[:2], result.exit_code))
    assert [code for _, code in answers[:-1]] == [0] * (len(answers) - 1)
    assert answers[-1] == (["poll", "--once"], 1)  # nothing answers there


def readme_commands(name: str) -> list[list[str]]:
    part = re.split(r"^## ", (ROOT / name).read_text("utf-8"), flags=re.MULTILINE)[2]
    blocks = "\n".join(re.findall(r"```\n(.*?)```", part, re.DOTALL)).replace("\\\n", " ")
    lines = (shlex.split(line, comments=True) for line in blocks.splitlines())
    return [words[1:] for words in lines if words and words[0].endswith("netops")]
