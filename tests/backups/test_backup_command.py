"""What a backup command is given, what it must do, and what becomes of one that does not."""

import shlex
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from backups.gathering import NotGathered, Order
from backups.pace import Pace, Stopped
from backups.tool_process import running
from tests.backups.dumps import amid, dumped, order_of
from tests.backups.small_set import login, open_to_all
from tests.openssh import sshd
from tests.patience import GAVE_UP, until

_GOOD = r"""
test "$NETOPS_BACKUP $NETOPS_DATABASE $NETOPS_HOST" = "1 库 10.1.1.9" || exit 78
test -z "$NETOPS_PORT$DATABASE_URL$SECRET_OF_OURS" || exit 78
test "$(pwd)" = "$NETOPS_OUT" && test "$(stat -c %a "$NETOPS_PASSWORD_FILE")" = 600 || exit 78
mkdir data; cp "$NETOPS_PASSWORD_FILE" data/库.bak; echo "read me" > notes.txt
sha256sum data/库.bak notes.txt > manifest.sha256
echo "tool: sqlcmd 18"; echo "server: SQL Server 2019"; echo "row: 张三"
echo "warning: 日志已满"; echo done
"""


def _order(tmp_path: Path, script: str, *words: str) -> Order:
    place = tmp_path / "命令 一"
    place.write_text(f"#!/bin/sh\n{script}\n")
    place.chmod(0o755)
    return order_of(
        tmp_path, "command", command=shlex.join((str(place), *words)), database="库",
        host="10.1.1.9", user="sa", password="geheim 'x'",
    )  # fmt: skip


def test_a_command_that_keeps_the_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_OURS", "1")
    files, warnings = dumped(_order(tmp_path, _GOOD), tmp_path / "set")
    names = [path.relative_to(tmp_path / "set").as_posix() for path in files]
    assert names == ["data/库.bak", "manifest.sha256", "notes.txt"]
    assert files[0].read_text() == "geheim 'x'"
    assert warnings == ["日志已满"]


@pytest.mark.parametrize(
    ("script", "told", "permanent"),
    [
        ("echo half > a.bak; echo done; exit 1", "退出码 1", False),
        ("(echo half; exit 3) | cat > a.bak; exit 75", "退出码 75", False),
        ("echo 'login of sa by \"geheim\" failed' >&2; exit 77", "login of sa by … failed", True),
        ("echo half > a.bak.part", "没写完的文件 a.bak.part", False),
        ("touch a.bak; echo done", "没有写出任何内容", True),
        ("ln -s /etc/passwd a.bak; echo done", "链接或特殊文件", True),
        ("echo 1 > a; echo 2 > b; sha256sum a > manifest.sha256", "不一致，如 b", False),
        ("echo 1 > a; sha256sum a > manifest.sha256; echo 2 > a", "a 的内容与", False),
        ("echo 1 > a; echo no > manifest.sha256", "sha256sum 的格式", True),
    ],
)  # fmt: skip
def test_a_command_that_breaks_it_is_refused(
    script: str, told: str, permanent: bool, tmp_path: Path
) -> None:
    order = _order(tmp_path, script)
    with pytest.raises(NotGathered) as refused:
        dumped(order, tmp_path / "set")
    assert told in refused.value.reason and "geheim" not in refused.value.reason
    assert refused.value.permanent == permanent
    assert list(order.work.iterdir()) == []


def test_what_only_its_exit_code_vouches_for_is_said_and_no_shell_reads_it(tmp_path: Path) -> None:
    order = _order(tmp_path, 'echo done; echo "$1" > a.bak; echo "and more"', "$(id); *")
    (file,), warnings = dumped(order, tmp_path / "set")
    assert file.read_text() == "$(id); *\n"
    assert len(warnings) == 1 and "只凭退出码" in warnings[0]
    for command, told in (
        ("a 'b", "引号不成对"),
        ("/no/such program", "启动不了"),
        (" ", "没有填写"),
    ):
        with pytest.raises(NotGathered, match=told) as refused:
            dumped(order_of(tmp_path, "command", command=command), tmp_path / "set")
        assert refused.value.permanent


def test_over_ssh_its_standard_output_is_the_backup(tmp_path: Path) -> None:
    script = """test "$NETOPS_DATABASE" = 库 && test -z "$NETOPS_OUT" || exit 78
        cat "$NETOPS_PASSWORD_FILE"; printf '\\000\\377'
        echo 'server: Oracle 19c' >&2; echo done >&2"""
    folder = tmp_path / "sshd"
    folder.mkdir()
    with sshd(folder) as server, open_to_all() as shared:
        good = replace(_order(shared, script), work=tmp_path, reach="ssh", remote=login(server))
        (file,), warnings = dumped(replace(good, work=_empty(tmp_path)), tmp_path / "set")
        assert (file.name, file.read_bytes(), warnings) == ("库.dump", b"geheim 'x'\0\xff", [])
        for command, told in (
            ("sh -c 'echo half; kill -9 $$'", "报告失败"), ("true", "没有写出任何内容"),
            ("/no/such", "退出码 127"),
        ):  # fmt: skip
            with pytest.raises(NotGathered, match=told):
                dumped(replace(good, work=_empty(tmp_path), command=command), tmp_path / "set")
        asked: list[int] = []
        pace = amid(lambda: asked.append(1))
        pace.stop = lambda: bool(asked)
        silent = replace(good, work=_empty(tmp_path), command="sh -c 'echo $$; sleep 500; true'")
        with pytest.raises(Stopped):
            dumped(silent, tmp_path / "set", pace)
        until(lambda: not _secrets_there(), "a silent program outlives its connection")


def _secrets_there() -> list[str]:
    """What belongs to the server's own account."""
    found = []
    for path in Path("/tmp").glob("netops-*"):
        with suppress(FileNotFoundError):  # somebody else's, just gone
            found += [path.name] if path.stat().st_uid == 54321 else []
    return found


def _empty(tmp_path: Path) -> Path:
    return order_of(tmp_path, "command").work


def test_whoever_stops_or_is_silent_ends_with_all_it_has_started(tmp_path: Path) -> None:
    script = "(trap '' TERM; while :; do sleep 1; done) & echo $!; wait"
    for pace, silence, raised in (
        (Pace(stop=lambda: True), GAVE_UP, Stopped), (Pace(), 0.3, NotGathered),
    ):  # fmt: skip
        with pytest.raises(raised), running(["sh", "-c", script], Pace(), silence=silence) as child:
            started = int(child.read(100))
            child.pace = pace
            child.read(1)
        until(lambda started=started: not _lives(started))


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[-1].split()[0] != "Z"
    except OSError:
        return False
