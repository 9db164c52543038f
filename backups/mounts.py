"""Is the share there? Below the mount point of a share that fell off lies an empty folder, or an
old copy: it must never become a good backup."""

import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from backups.gathering import NotGathered

_MOUNTS = Path("/proc/self/mountinfo")  # proc(5)
_REMOTE = frozenset(
    (
        "cifs", "smb3", "smbfs", "nfs", "nfs4", "9p", "afs", "ceph", "glusterfs", "lustre", "ncpfs",
        "fuse.sshfs", "fuse.glusterfs", "fuse.davfs", "fuse.rclone", "fuse.smbnetfs", "virtiofs",
    )
)  # fmt: skip
_PATIENCE = 30  # seconds in which a share must show itself; one whose server is gone never does
_LOOK = "import os, sys; os.stat(sys.argv[1]); os.listdir(sys.argv[1])"


def check(paths: Iterable[str]) -> None:
    """A path counts as mounted when it is a mount point itself, or lies on a file system of another
    machine. Raises NotGathered naming the first that is not."""
    for path in paths:
        _answers(path)
        if not _mounted(Path(path).resolve()):
            raise NotGathered(
                f"{path} 上没有挂载共享：只看到本机自己的目录，没有备份。"
                "请重新挂载（mount），并确认开机会自动挂载"
            )


def elsewhere(path: Path, told: str = "") -> bool:
    """Does it lie on a file system of another machine? `told` as mountinfo has it, "" for ours."""
    return _at(path, told).kind in _REMOTE


def together(one: Path, other: Path, told: str = "") -> bool:
    """Do both lie on one device? Neither is touched: a dead share would hold up whoever asks."""
    return _at(one, told).device == _at(other, told).device


def in_memory(path: Path, told: str = "") -> bool:
    """Does it lie in this machine's memory, gone with the next power cut?"""
    return _at(path, told).kind in ("tmpfs", "ramfs")


@dataclass(frozen=True, slots=True)
class _Mount:
    point: str
    kind: str
    device: str


def _mounted(path: Path) -> bool:
    found = _at(path)
    return (found.point == str(path) and found.point != "/") or found.kind in _REMOTE


def _at(path: Path, told: str = "") -> _Mount:
    """What is mounted where a path lies; of several at one point the last covers the others."""
    lines = (told or _MOUNTS.read_text(errors="surrogateescape")).splitlines()
    points = [line.split() for line in lines]
    here = {
        _plain(one[4]): _Mount(_plain(one[4]), one[one.index("-") + 1], one[2]) for one in points
    }
    return next(here[one] for one in map(str, (path, *path.parents)) if one in here)


def _plain(told: str) -> str:
    """mountinfo writes blanks, tabs, line ends and backslashes as three octal digits."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), told)


def _answers(path: str) -> None:
    """Looking is left to a process that may hang: nothing wakes whoever asks a dead server."""
    line = [sys.executable, "-I", "-c", _LOOK, path]
    with subprocess.Popen(line, stderr=subprocess.DEVNULL, start_new_session=True) as looking:
        try:
            looking.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            looking.kill()
            looking.returncode = -9  # not waited for: it may never end
            raise NotGathered(
                f"{path} 所在的共享 {_PATIENCE} 秒没有应答，没有备份。"
                "请检查共享服务器和线路（NFS 请用 soft 方式挂载），恢复后重新备份"
            ) from None
    if looking.returncode:
        raise NotGathered(f"{path} 所在的共享打不开，没有备份：请检查共享服务器和访问权限")
