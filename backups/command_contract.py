"""What a backup command is told, and what it must have done: see `docs/backup-command.md`."""

import hashlib
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from backups.dump_faults import plain
from backups.gathering import NotGathered, Order
from backups.pace import Pace

VERSION = "1"
MANIFEST = "manifest.sha256"
_LINE = re.compile(r"([0-9a-fA-F]{64}) [ *](.+)")
_AGAIN, _NO_PERMISSION, _SETTINGS = 75, 77, 78  # EX_TEMPFAIL, EX_NOPERM, EX_CONFIG of sysexits.h
_CHUNK = 1 << 20
_LONGEST = 4096  # characters of a line that are looked at
_WARNINGS = 50


@dataclass(slots=True)
class Report:
    """What the command told of itself; lines of no known kind are not kept."""

    tool: str = ""
    server: str = ""
    warnings: list[str] = field(default_factory=list)
    done: bool = False

    def hear(self, line: str) -> None:
        """One line of what it told. "done" counts only when it is the last."""
        kind, _, told = line.strip()[:_LONGEST].partition(":")
        if kind:
            self.done = line.strip() == "done"
        if kind in ("tool", "server"):
            setattr(self, kind, told.strip()[:120])
        elif kind == "warning" and len(self.warnings) < _WARNINGS:
            self.warnings.append(told.strip()[:200])


def settings(order: Order, out: Path | None, secret: str) -> dict[str, str]:
    """The environment it is given; what is not declared is not set. The password is in a file."""
    told = {
        "NETOPS_BACKUP": VERSION, "NETOPS_NAME": order.name, "NETOPS_OUT": str(out or ""),
        "NETOPS_DATABASE": order.database, "NETOPS_HOST": order.host,
        "NETOPS_PORT": str(order.port or ""), "NETOPS_USER": order.user,
        "NETOPS_PASSWORD_FILE": secret if order.password else "",
    }  # fmt: skip
    return {name: value for name, value in told.items() if value}


def refused(order: Order, status: int, complaints: str) -> NotGathered:
    """Why it failed, by its exit code and the first line it complained."""
    told = plain(order, complaints)
    return NotGathered(
        f"备份命令报告失败（退出码 {status}）：{told}；请按命令的日志处理后重做",
        permanent=status in (_NO_PERMISSION, _SETTINGS, 126, 127),
    )


def unproven(report: Report) -> Iterator[str]:
    """Said of a command that only its exit code vouches for."""
    if not report.done:
        yield "备份命令没有以 done 一行报告完成，也没有给出清单；只凭退出码判断它已做完"


def checked(out: Path, pace: Pace) -> bool:
    """Whether a manifest vouches for what it wrote. Raises NotGathered where its files cannot be a
    whole backup, Stopped."""
    files = list(_files(out))
    if left := [path for path in files if path.name.endswith(".part")]:
        raise NotGathered(f"备份命令留下了没写完的文件 {left[0].name}；请检查命令后重做")
    something(*(path for path in files if path.name != MANIFEST))
    manifest = out / MANIFEST
    if not manifest.is_file():
        return False
    _compare(out, dict(_promised(manifest)), files, pace)
    return True


def something(*files: Path) -> None:
    """Raises NotGathered when all of these are empty."""
    if not any(path.stat().st_size for path in files):
        raise NotGathered(
            "备份命令没有写出任何内容；请核对它写到了 NETOPS_OUT 指的目录（经 SSH 时为标准输出）",
            permanent=True,
        )


def _files(out: Path) -> Iterator[Path]:
    for path in sorted(out.rglob("*")):
        mode = path.lstat().st_mode
        if stat.S_ISREG(mode):
            yield path
        elif not stat.S_ISDIR(mode):
            raise NotGathered(f"备份命令写出了链接或特殊文件 {path.name}；只能是普通文件", True)


def _promised(manifest: Path) -> Iterable[tuple[str, str]]:
    for line in manifest.read_text("utf-8", "replace").splitlines():
        if line.strip():
            if not (found := _LINE.fullmatch(line.strip())):
                raise NotGathered(f"{MANIFEST} 写得不对；应为 sha256sum 的格式", permanent=True)
            yield found[2].removeprefix("./"), found[1].lower()


def _compare(out: Path, promised: Mapping[str, str], files: list[Path], pace: Pace) -> None:
    there = {str(path.relative_to(out)): path for path in files if path != out / MANIFEST}
    if odd := sorted(set(promised) ^ set(there)):
        raise NotGathered(f"备份命令写出的文件与 {MANIFEST} 不一致，如 {odd[0][:80]}；请重做")
    for name, path in there.items():
        if _sha256(path, pace) != promised[name]:
            raise NotGathered(f"{name[:80]} 的内容与 {MANIFEST} 中的 SHA-256 不符；请重做")


def _sha256(path: Path, pace: Pace) -> str:
    told = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            told.update(chunk)
            pace.spend(0)
    return told.hexdigest()
