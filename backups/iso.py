"""Disc images by xorriso (1.5.4): made from files where they lie, burned, read back.

xorriso runs as a child of its own that is killed by its id when somebody asks to stop. Nothing is
mounted: what is on a disc is read through xorriso, too.
"""

import hashlib
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

from backups.pace import Pace
from inventory.explained import Explained
from inventory.os_words import cause_of

PROGRAM = "xorriso"
CHUNK = 1 << 20
_MISMATCH = 32  # what xorriso is told to return for contents that differ from their MD5
_DAMAGED = re.compile(r"MD5 MISMATCH: '(.*)'")
_BEAT = 0.2  # seconds between two looks at the child


class NotMade(Explained):
    """No image, or nothing burned; `reason` in Chinese with the next step."""


class Unreadable(Explained):
    """What was read is not whole; `reason` in Chinese."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Part of a file that is too large for one disc: `length` bytes from `offset` (bytes) become
    the file `path` of the image."""

    source: Path
    offset: int
    length: int
    path: str


@dataclass(frozen=True, slots=True)
class Prints:
    """Digests of an image, hex."""

    size: int
    sha256: str
    md5: str


def there() -> bool:
    """Is the program installed?"""
    return shutil.which(PROGRAM) is not None


def drives() -> list[str]:
    """The burners of this machine, or those named in NETOPS_DRIVES (":" between them): a drive
    elsewhere in /dev, or `stdio:/path`, which xorriso takes for a drive."""
    named = os.environ.get("NETOPS_DRIVES")
    if named is not None:
        return [one.replace("stdio=", "stdio:") for one in named.split(":") if one]
    return sorted(str(one) for one in Path("/dev").glob("sr[0-9]*"))


def make(image: Path, volume: str, tree: Path, cuts: Sequence[Cut], pace: Pace) -> None:
    """Write an image (ISO 9660 with Rock Ridge and Joliet, MD5 of every file) of what lies in
    `tree`. Raises NotMade, Stopped; no image is left then."""
    words = [
        "-md5", "on", "-outdev", f"stdio:{image}", "-volid", volume, "-joliet", "on",
        "-compliance", "joliet_long_names:joliet_long_paths", "-map", str(tree), "/",
    ]  # fmt: skip
    for cut in cuts:
        words += ["-cut_out", str(cut.source), str(cut.offset), str(cut.length), f"/{cut.path}"]
    try:
        code, told = _run([*words, "-commit"], pace, image)
        if code:
            raise NotMade(f"光盘映像没有生成：{_last(told)}；请看磁盘空间是否够用，再重新发起")
        _on_disk(image)
    except BaseException:
        image.unlink(missing_ok=True)
        raise


def burn(image: Path, drive: str, pace: Pace) -> None:
    """Write an image to the medium in a drive. Raises NotMade, Stopped."""
    code, told = _run(["-as", "cdrecord", "-v", f"dev={drive}", "-data", str(image)], pace)
    if code:
        raise NotMade(f"没有刻成：{_last(told)}；请换一张空白盘，再重新发起")


def prints(source: str, size: int, pace: Pace) -> Prints:
    """The digests of the first `size` bytes (0: all) of an image or of the disc in a drive. Raises
    Unreadable, also when there is less; Stopped."""
    told, sums, left = hashlib.sha256(), hashlib.md5(usedforsecurity=False), size
    try:
        with Path(source.removeprefix("stdio:")).open("rb") as file:
            while data := file.read(min(CHUNK, left) if size else CHUNK):
                told.update(data)
                sums.update(data)
                pace.spend(len(data))
                left -= len(data)
                if size and not left:
                    break
    except OSError as error:
        raise Unreadable(
            f"{source} 读不出来：{cause_of(error)}；请确认盘已放好、没有划伤"
        ) from None
    if size and left:
        raise Unreadable(f"不完整：应有 {size} 字节，只读到 {size - left} 字节")
    return Prints(size - left if size else -left, told.hexdigest(), sums.hexdigest())


def damaged(source: str, pace: Pace) -> list[str]:
    """The files of a disc or image whose content differs from the MD5 kept beside it; empty for a
    sound one. Raises Unreadable when not even its tree can be read, Stopped."""
    words = ["-md5", "on", "-indev", _device(source), "-check_md5_r", "SORRY", "/", "--"]
    code, told = _run(words, pace)
    if code not in (0, _MISMATCH):
        raise Unreadable(f"光盘的目录读不出来，不完整或已损坏：{_last(told)}")
    return _DAMAGED.findall(told)


def text_of(source: str, path: str, pace: Pace) -> str:
    """A small text file of a disc or image ("/bag-info.txt"). Raises Unreadable, Stopped."""
    with TemporaryDirectory() as folder:
        place = Path(folder) / "text"
        extract(source, path, place, pace)
        return place.read_text(encoding="utf-8", errors="replace")


def extract(source: str, path: str, into: Path, pace: Pace) -> None:
    """Copy a file or folder of a disc or image out of it. Raises Unreadable, Stopped."""
    words = ["-osirrox", "on", "-indev", _device(source), "-extract", path, str(into)]
    code, told = _run(words, pace)
    if code or not into.exists():
        raise Unreadable(f"光盘上的 {path} 读不出来：{_last(told)}")


def _device(source: str) -> str:
    """Drives by their name, files as xorriso calls them."""
    if ":" in source.split("/", maxsplit=1)[0]:
        return source
    try:
        block = stat.S_ISBLK(Path(source).stat().st_mode)
    except OSError as error:
        raise Unreadable(f"{source} 读不出来：{cause_of(error)}") from None
    return source if block else f"stdio:{source}"


def _run(words: Sequence[str], pace: Pace, growing: Path | None = None) -> tuple[int, str]:
    """Exit code and what it said. `growing` is the file whose growth is the progress."""
    if not there():
        raise NotMade("本机没有安装 xorriso，请先安装（apt install xorriso）")
    how = [] if words[0] == "-as" else ["-abort_on", "FAILURE", "-return_with", "SORRY", "32"]
    env = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
    with TemporaryFile() as said:
        child = subprocess.Popen(
            [PROGRAM, "-no_rc", *how, *words] if how else [PROGRAM, *words],
            stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, env=env,
        )  # fmt: skip
        try:
            _wait(child, pace, growing)
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
        return child.returncode, _said(said)


def _wait(child: "subprocess.Popen[bytes]", pace: Pace, growing: Path | None) -> None:
    seen = 0
    while True:
        try:
            child.wait(_BEAT)
        except subprocess.TimeoutExpired:
            now = growing.stat().st_size if growing is not None and growing.exists() else seen
            pace.spend(max(0, now - seen))
            seen = max(seen, now)
        else:
            return


def _said(file: IO[bytes]) -> str:
    """The end of it: a million mismatches fit into no message."""
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - 200_000))
    return file.read().decode(errors="replace")


def _last(told: str) -> str:
    """The line that names the cause."""
    lines = [line for line in told.splitlines() if ": FAILURE :" in line or ": FATAL :" in line]
    lines = lines or [line for line in told.splitlines() if ": SORRY :" in line]
    return (lines or told.splitlines() or ["没有说明"])[0].partition(" : ")[2][:200]


def _on_disk(image: Path) -> None:
    descriptor = os.open(image, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
