"""What of this machine may be backed up: only what its owner has listed, a line each, in two files
of the home. Whoever declares sources on the pages runs nothing here and reads nothing else here.
"""

import shlex
from contextlib import suppress
from pathlib import Path

from backups.gathering import NotGathered, Order

ROOTS = "source-roots"  # folders below which local paths and mounted shares may be backed up
COMMANDS = "backup-commands"  # programs a backup command may start, absolute paths


def allowed(home: Path, order: Order) -> None:
    """Refuse what would be read or run on this machine unlisted. Links are followed before they
    are judged. Raises NotGathered."""
    if order.method == "command" and order.reach != "ssh":
        _program(home, order.command)
    if order.method in ("files", "sqlite") and order.reach in ("local", "mount"):
        for path in order.paths:
            _path(home, path)


def _program(home: Path, command: str) -> None:
    words: list[str] = []
    with suppress(ValueError):
        words = shlex.split(command)
    program = words[0] if words else command
    if not program.startswith("/") or program not in _lines(home / COMMANDS):
        raise NotGathered(
            f"备份命令的程序“{program}”没有经机器管理员允许，没有执行：命令须写绝对路径，"
            f"并请机器管理员在 {home / COMMANDS} 里加一行写上它",
            permanent=True,
        )


def _path(home: Path, path: str) -> None:
    own = home.resolve()
    try:
        real = Path(path).resolve()
    except (OSError, RuntimeError, ValueError):  # links in a circle, a zero byte
        raise NotGathered(f"本机路径“{path}”无法解析，没有备份：请更正", permanent=True) from None
    if own.is_relative_to(real) or _is_own(own, real):
        raise NotGathered(
            f"“{path}”是值守台自己的数据、密钥或在它们之上，没有备份："
            "值守台请用“值守台自身”的方式备份",
            permanent=True,
        )
    tops = [Path(line).resolve() for line in _lines(home / ROOTS)]
    if not any(real.is_relative_to(top) and not _reaches(own, top, real) for top in tops):
        raise NotGathered(
            f"本机路径“{path}”不在允许备份的目录以下，没有备份："
            f"请机器管理员在 {home / ROOTS} 里加一行 {real}",
            permanent=True,
        )


def _is_own(own: Path, real: Path) -> bool:
    """A file of the home itself: its keys, its database; or the sets' own folder."""
    return (real.parent == own and not real.is_dir()) or real.is_relative_to(own / "sets")


def _reaches(own: Path, top: Path, real: Path) -> bool:
    """Into the home by way of a root that was not meant so."""
    return real.is_relative_to(own) and own.is_relative_to(top)


def _lines(file: Path) -> list[str]:
    try:
        lines = file.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return []  # not there, or not for us to read: nothing is allowed
    return [line.strip() for line in lines if line.startswith("/")]
