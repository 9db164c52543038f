"""Bags (BagIt, RFC 8493): a folder that says what it holds, so that anybody can check it.

Written and read line by line: a million files take no more memory than ten.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from backups.digests import Digests
from backups.pace import Pace
from inventory.os_words import cause_of

CHUNK = 1 << 20
_DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_LINE = re.compile(r"([0-9a-fA-F]{64})[ \t]+\*?(.+)")


@dataclass(frozen=True, slots=True)
class Payload:
    """One file of the payload: `path` within the bag ("data/…"), size in bytes, digests in hex
    (`sm3` "" where OpenSSL has none)."""

    path: str
    size: int
    sha256: str
    sm3: str


class BadBag(Exception):
    """The folder is no whole bag; `reasons` (Chinese) name the files, the first of them only."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("；".join(reasons))
        self.reasons = reasons


def write_tags(folder: Path, payload: Iterable[Payload], info: Mapping[str, str]) -> str:
    """Write the tag files of a bag whose payload is told; what lies in `folder` already (a README,
    a list) is covered by the tag manifest, too. Returns the SHA-256 of the tag manifest. Raises
    OSError."""
    size = files = 0
    with ExitStack() as stack:
        sums, national = (
            stack.enter_context((folder / name).open("w", encoding="utf-8", newline="\n"))
            for name in ("manifest-sha256.txt", "sm3sum.txt")
        )
        for one in payload:
            sums.write(_line(one.path, one.sha256))
            if one.sm3:
                national.write(f"{one.sm3}  {_written(one.path)}\n")
            size, files = size + one.size, files + 1
    told = {**info, "Payload-Oxum": f"{size}.{files}"}
    _text(folder / "bag-info.txt", "".join(f"{name}: {_flat(v)}\n" for name, v in told.items()))
    _text(folder / "bagit.txt", _DECLARATION)
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    lines = [
        f"{digest_file(folder / name)}  {_written(name)}\n"
        for name in names if name != "tagmanifest-sha256.txt"
    ]  # fmt: skip
    return _text(folder / "tagmanifest-sha256.txt", "".join(lines))


def manifest_digest(payload: Iterable[tuple[str, str]]) -> str:
    """SHA-256 of the manifest over this payload: (path, SHA-256) in the order it was written."""
    told = hashlib.sha256()
    for path, digest in payload:
        told.update(_line(path, digest).encode())
    return told.hexdigest()


def read_info(text: str) -> dict[str, str]:
    """bag-info.txt: label → value; folded lines are joined."""
    told: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        if line[:1] in (" ", "\t") and name:
            told[name] += f" {line.strip()}"
        elif ":" in line:
            name, _, value = line.partition(":")
            told[name] = value.strip()
    return told


def read_manifest(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(path, SHA-256) of each line of a manifest, or of what `sha256sum` prints; other lines are
    passed over."""
    for line in lines:
        found = _LINE.fullmatch(line.strip("\r\n").lstrip("\ufeff"))
        if found:
            yield _read(found[2].replace("\\", "/")), found[1].lower()


def check(folder: Path, pace: Pace) -> None:
    """Read a whole bag and compare it: every file there is, none beside them. Raises BadBag,
    Stopped."""
    wrong = list(_first(_wrong(folder, pace), 20))
    if wrong:
        raise BadBag(wrong)


def _wrong(folder: Path, pace: Pace) -> Iterator[str]:
    for name in ("bagit.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"):
        if not (folder / name).is_file():
            yield f"缺少 {name}，不是完整的一张"
            return
    for name in ("tagmanifest-sha256.txt", "manifest-sha256.txt"):
        with (folder / name).open(encoding="utf-8") as lines:
            for path, digest in read_manifest(lines):
                yield from _compared(folder, path, digest, pace)
    yield from _oxum(folder)


def _compared(folder: Path, path: str, digest: str, pace: Pace) -> Iterator[str]:
    place = folder / path
    if path.startswith("/") or ".." in path.split("/"):
        yield f"{path}：清单里的路径不合规"
    elif not place.is_file():
        yield f"{path}：缺少"
    else:
        try:
            if digest_file(place, pace) != digest:
                yield f"{path}：内容不符"
        except OSError as error:
            yield f"{path}：读不出来（{cause_of(error)}）"


def _oxum(folder: Path) -> Iterator[str]:
    """The bag's own count, so that a file beside those of the manifest is found."""
    with (folder / "bag-info.txt").open(encoding="utf-8") as file:
        told = read_info(file.read()).get("Payload-Oxum", "")
    size = files = 0
    for where, _, names in os.walk(folder / "data"):
        files += len(names)
        size += sum((Path(where) / name).lstat().st_size for name in names)
    if told != f"{size}.{files}":
        yield f"文件数或字节数与清单不符：清单 {told}，实有 {size}.{files}"


def digest_of(
    path: Path, parts: Sequence[tuple[int, int]], pace: Pace
) -> tuple[list[Digests], str]:
    """The digests of a file's parts (offset, length; one after the other) and the SHA-256 of the
    whole, read once. Raises OSError, Stopped; EOFError when the file is shorter than they are."""
    told, whole = [], hashlib.sha256()
    with path.open("rb") as file:
        file.seek(parts[0][0])
        for _, length in parts:
            told.append(_part(file, length, whole, pace))
    return told, whole.hexdigest()


def _part(file: IO[bytes], length: int, whole: "hashlib._Hash", pace: Pace) -> Digests:
    told = Digests()
    while length:
        data = file.read(min(CHUNK, length))
        if not data:
            raise EOFError
        told.update(data)
        whole.update(data)
        pace.spend(len(data))
        length -= len(data)
    return told


def digest_file(path: Path, pace: Pace | None = None) -> str:
    """SHA-256 of a whole file. Raises OSError, Stopped."""
    told = hashlib.sha256()
    with path.open("rb") as file:
        while data := file.read(CHUNK):
            told.update(data)
            if pace is not None:
                pace.spend(len(data))
    return told.hexdigest()


def _text(place: Path, text: str) -> str:
    data = text.encode()
    place.write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def _line(path: str, digest: str) -> str:
    return f"{digest}  {_written(path)}\n"


def _written(path: str) -> str:
    """RFC 8493 §2.1.3: CR, LF and % percent-encoded."""
    return path.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _read(path: str) -> str:
    for code, sign in (("%0D", "\r"), ("%0d", "\r"), ("%0A", "\n"), ("%0a", "\n"), ("%25", "%")):
        path = path.replace(code, sign)
    return path


def _flat(value: str) -> str:
    return " ".join(value.split())


def _first(found: Iterator[str], most: int) -> Iterator[str]:
    for number, one in enumerate(found):
        if number == most:
            yield "……"
            return
        yield one
