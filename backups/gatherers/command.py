"""A centre's own backup command (SQL Server, Oracle, others): its contract is
`docs/backup-command.md`, and what it promised is checked before anything counts as dumped.

Here it writes files into a folder made for it. Over SSH its standard output is the dump. The words
are split as a shell would split them (shlex), but no shell reads them.
"""

import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backups import command_contract as contract
from backups.command_contract import Report
from backups.dump_items import by_program, file_name, item, items_below
from backups.dumping import Speaking, Tool, received, secret_file, whole
from backups.gathering import Gathered, Item, NotGathered, Order
from backups.gathering_remote import in_words
from backups.pace import Pace
from backups.tool_process import CHUNK, running
from netops.ssh_files import run

_SILENCE = 3600.0  # seconds: it is asked to say a line at least once an hour
_LONGEST_LINE = 1 << 16  # bytes


@contextmanager
def gather(order: Order, pace: Pace) -> Iterator[Gathered]:
    """What the command wrote, and what it says of itself. Raises NotGathered, Stopped."""
    by_program(order)
    words = _words(order)
    out = order.work / "out"
    out.mkdir(mode=0o700)
    try:
        made = (
            _there(order, words, out, pace)
            if order.reach == "ssh"
            else _here(order, words, out, pace)
        )
        items, report = made
        yield Gathered(items, report.tool or words[0], report.server, report.warnings)
    finally:
        shutil.rmtree(out, ignore_errors=True)


def reach(order: Order, _pace: Pace) -> str:
    """Is there such a program, where it would be run? It is not run: only its owner knows what it
    does. Raises NotGathered."""
    by_program(order)
    name = _words(order)[0]
    if order.remote is not None and order.reach == "ssh":
        with in_words():
            found = run(order.remote, ["command", "-v", name]).status == 0
        where = f"登录成功，{order.remote.place} 上"
    else:
        found, where = shutil.which(name) is not None, "本机"
    if not found:
        raise NotGathered(f"{where}没有可执行的程序 {name}；请在来源中更正命令", permanent=True)
    return f"{where}有程序 {name}；没有试着运行它"


def _here(order: Order, words: list[str], out: Path, pace: Pace) -> tuple[Iterator[Item], Report]:
    report = Report()
    with secret_file(order.work, order.password) as secret:
        told = contract.settings(order, out, str(secret))
        with running(words, pace, further=told, folder=out, silence=_SILENCE) as speaking:
            for line in _lines(speaking):
                report.hear(line)
            _judge(order, speaking)
    if not contract.checked(out, pace):
        report.warnings += contract.unproven(report)
    return items_below(out), report


def _there(order: Order, words: list[str], out: Path, pace: Pace) -> tuple[Iterator[Item], Report]:
    """Its environment goes as words of `env`, the password as a file of its own."""

    def line(secret: str) -> list[str]:
        told = contract.settings(order, None, secret)
        return ["env", *(f"{name}={value}" for name, value in told.items()), *words]

    place, report = out / file_name(order.database or order.name, ".dump"), Report()
    with (
        whole(place) as part,
        Tool(order, line, order.password, silence=_SILENCE).started(pace) as speaking,
    ):
        received(speaking, part, pace)
        _judge(order, speaking)
        for told in speaking.stderr.splitlines():
            report.hear(told)
        contract.something(part)
    report.warnings += contract.unproven(report)
    return iter((item(place),)), report


def _words(order: Order) -> list[str]:
    try:
        words = shlex.split(order.command)
    except ValueError:
        raise NotGathered("备份命令的引号不成对；请在来源中更正", permanent=True) from None
    if not words:
        raise NotGathered("来源没有填写备份命令", permanent=True)
    return words


def _judge(order: Order, speaking: Speaking) -> None:
    if status := speaking.exit_status():
        raise contract.refused(order, status, speaking.stderr)


def _lines(speaking: Speaking) -> Iterator[str]:
    """What it tells, line by line; of one without an end only the beginning."""
    held = b""
    while chunk := speaking.read(CHUNK):
        *whole_lines, held = (held + chunk).split(b"\n")
        held = held[:_LONGEST_LINE]
        yield from (line.decode(errors="replace") for line in whole_lines)
    yield held.decode(errors="replace")
