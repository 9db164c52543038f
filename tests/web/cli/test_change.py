"""Changes by command: planned and shown, run only with the consent of a person."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from netops.simulator.cli import Cli
from netops.simulator.cli_server import serving
from tests.web.cli.command import Run, told

SECRET = "S3cret-simulated"


@pytest.fixture
def switch(tmp_path: Path) -> Iterator[Cli]:
    cli = Cli(name="CORE", dialect="huawei_vrp", password=SECRET)
    with serving([cli], keys=tmp_path / "keys"):
        yield cli


def test_planned_here_run_with_consent_only(run: Run, switch: Cli) -> None:
    run("credential", "add", "--name", "login", "--kind", "ssh", "--user", switch.user,
        "--password", "-", "--centre", "410225", stdin=f"{SECRET}\n")  # fmt: skip
    run("device", "add", "--name", "核心", "--address", "127.0.0.1", "--kind", "switch",
        "--profile", "huawei_vrp", "--centre", "410225", "--ssh", "login",
        "--ssh-port", str(switch.port))  # fmt: skip
    made = told(
        run(
            "change",
            "plan",
            "核心",
            "isolate",
            "--set",
            "port=GigabitEthernet0/0/3",
            "--why",
            "中毒",
            "--json",
        )
    )
    assert "interface GigabitEthernet0/0/3\nshutdown\n" in made["plan"]
    assert SECRET not in str(made)
    key = made["id"]
    for verb in ("run", "confirm", "undo"):
        assert "现在是“草拟”" in run("change", verb, key, code=1).output
    assert told(run("change", "list", "--json"))[0]["state"] == "draft"
    assert "设备配置里没有" in run(
        "change", "plan", "核心", "isolate", "--set", "port=GE7", "--why", "试", code=1
    ).output  # fmt: skip
    assert "应写成 参数=值" in run(
        "change", "plan", "核心", "isolate", "--set", "port", "--why", "试", code=2
    ).output  # fmt: skip
    assert "不能写在命令行里" in run(
        "change", "plan", "核心", "rotate_password", "--set", "secret=N3w-pass", "--why", "试",
        code=2,
    ).output  # fmt: skip
    assert len(told(run("change", "list", "--json"))) == 2  # nothing was begun
    assert "撤销的命令" in run("change", "show", key).output
    assert "没有编号为" in run("change", "show", "nothing", code=2).output
    assert "shutdown" not in switch.running.lines("interface GigabitEthernet0/0/3")
