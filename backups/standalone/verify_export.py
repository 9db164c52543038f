#!/usr/bin/env python3
"""核对备份登记导出。只需 python3，不需要值守台，也不需要网络：

    python3 verify.py [文件夹] [--fingerprint "打印件上的指纹"]

Checks an export of the backup register with nothing but python3: every file is there, no other is,
each has the SHA-256 that was signed, the Ed25519 signature holds (RFC 8032, section 5.1.7), and the
CSV files say what register.json says. Ends with 0 when all is well, with 1 when anything is wrong.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNATURE = "signature.txt"
SIGNED = "tagmanifest-sha256.txt"
PAYLOAD = "manifest-sha256.txt"
HEAD = "chain-head.json"
REGISTER = "data/register.json"
_SIGNED_FORM = re.compile(r"public: ([0-9a-f]{64})\nsignature: ([0-9a-f]{128})\n")
_LIVE = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")  # what a table program could take for a formula

# The curve of RFC 8032, section 5.1: -x^2 + y^2 = 1 + d x^2 y^2 over the integers modulo P.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)  # a square root of -1


class Point(NamedTuple):
    """Extended coordinates (section 5.1.4)."""

    x: int
    y: int
    z: int
    t: int


class Wrong(Exception):
    """One thing that is wrong, in both languages."""


def add(one: Point, two: Point) -> Point:
    """The sum of two points (section 5.1.4)."""
    a = (one.y - one.x) * (two.y - two.x) % P
    b = (one.y + one.x) * (two.y + two.x) % P
    c = 2 * one.t * two.t * D % P
    d = 2 * one.z * two.z % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return Point(e * f % P, g * h % P, f * g % P, e * h % P)


def times(number: int, point: Point) -> Point:
    """A point added to itself so many times."""
    total = Point(0, 1, 1, 0)
    while number:
        if number & 1:
            total = add(total, point)
        point = add(point, point)
        number >>= 1
    return total


def recover(y: int, sign: int) -> int | None:
    """The x that belongs to y (section 5.1.3); None when there is none."""
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def point(data: bytes) -> Point | None:
    """A point from its 32 bytes; None when they are no point, or not its one spelling."""
    number = int.from_bytes(data, "little")
    y, sign = number & (2**255 - 1), number >> 255
    x = recover(y, sign) if y < P else None
    return None if x is None else Point(x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = point(BASE_Y.to_bytes(32, "little"))


def holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Is this the signature of that key over the message?"""
    key, begin = point(public), point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or begin is None or BASE is None or scalar >= L or len(signature) != 64:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    left = times(scalar, BASE)
    right = add(begin, times(int.from_bytes(digest, "little") % L, key))
    same_x = (left.x * right.z - right.x * left.z) % P == 0
    return same_x and (left.y * right.z - right.y * left.z) % P == 0


def fingerprint(public: str) -> str:
    """What people compare with paper: 32 hex digits of the key's SHA-256, in groups of four."""
    digits = hashlib.sha256(bytes.fromhex(public)).hexdigest()[:32]
    return " ".join(digits[at : at + 4] for at in range(0, 32, 4))


def read(folder: Path, name: str) -> bytes:
    """One file of the export. Raises Wrong when it cannot be read."""
    try:
        return folder.joinpath(*name.split("/")).read_bytes()
    except OSError:
        raise Wrong("缺少文件 / file is missing: " + name) from None


def there(folder: Path) -> list[str]:
    """Every file of the folder, by its path in it. A link is reported: it leads elsewhere."""
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            raise Wrong("是链接，不是文件 / a link, not a file: " + name)
        if not path.is_dir():
            found.append(name)
    return found


def digests(data: bytes, name: str) -> dict[str, str]:
    """Path → SHA-256 of a manifest's lines."""
    told = {}
    for line in data.decode("utf-8").splitlines():
        found = re.fullmatch(r"([0-9a-f]{64})  (\S.*)", line)
        if found is None or ".." in found.group(2):
            raise Wrong("清单里有看不懂的行 / unreadable line in " + name)
        told[found.group(2)] = found.group(1)
    return told


def signed_by(folder: Path) -> str:
    """The public key under whose signature the list of files stands, 64 hex digits."""
    text = read(folder, SIGNATURE).decode("ascii", "replace")
    found = _SIGNED_FORM.fullmatch(text)
    if found is None:
        raise Wrong("签名文件已被改动 / the signature file has been changed: " + SIGNATURE)
    public, signature = found.groups()
    if not holds(bytes.fromhex(public), read(folder, SIGNED), bytes.fromhex(signature)):
        raise Wrong("签名不符：清单或签名被改动 / the signature does not hold: " + SIGNED)
    return public


def files_wrong(folder: Path) -> Iterator[str]:
    """Files that are missing, changed, or should not be there."""
    tags = digests(read(folder, SIGNED), SIGNED)
    payload = digests(read(folder, PAYLOAD), PAYLOAD)
    known = dict(tags)
    known.update(payload)
    present = there(folder)
    for name in present:
        if name not in known and name not in (SIGNED, SIGNATURE):
            yield "多出的文件 / a file that is not in the list: " + name
    for name in sorted(known):
        if name not in present:
            yield "缺少文件 / file is missing: " + name
        elif hashlib.sha256(read(folder, name)).hexdigest() != known[name]:
            yield "内容被改动 / the content has been changed: " + name


def plain(cell: str) -> str:
    """A cell as it was before it was kept from becoming a formula."""
    return cell[1:] if cell.startswith("'") and _LIVE.match(cell) else cell


def tables_wrong(folder: Path) -> Iterator[str]:
    """Tables whose CSV file says something else than register.json."""
    for table in json.loads(read(folder, REGISTER).decode("utf-8"))["tables"]:
        name = "data/csv/" + table["key"] + ".csv"
        text = io.StringIO(read(folder, name).decode("utf-8-sig"), newline="")
        rows = [[plain(cell) for cell in row] for row in csv.reader(text)]
        if len(rows) - 1 != len(table["rows"]):
            counts = f" ({len(rows) - 1} / {len(table['rows'])})"
            yield "CSV 与 JSON 行数不一致 / CSV and JSON disagree on rows: " + name + counts
        elif rows != [table["columns"]] + table["rows"]:
            yield "CSV 与 JSON 内容不一致 / CSV and JSON disagree: " + name


def told(folder: Path, public: str) -> Iterator[str]:
    """What holds, for whoever compares it with paper and with the console."""
    head = json.loads(read(folder, HEAD).decode("utf-8"))
    register = json.loads(read(folder, REGISTER).decode("utf-8"))
    yield "单位 / centre: " + register["centre"]
    yield "期间 / period: " + register["first"] + " — " + register["last"]
    for table in register["tables"]:
        yield f"  {table['title']}: {len(table['rows'])}"
    yield f"审计链头 / audit chain head: {head['seq']}:{head['hash']}"
    yield "签名密钥指纹 / signing key fingerprint: " + fingerprint(public)
    yield "请与打印件或值守台页面上的指纹核对。/ Compare it with the printed one."


def wrong(folder: Path, expected: str) -> Iterator[str]:
    """Everything that is wrong, as far as it can be told."""
    for look in (files_wrong, tables_wrong):
        try:
            yield from look(folder)
        except Wrong as error:
            yield str(error)
        except (ValueError, KeyError, TypeError) as error:
            yield "无法读懂 / cannot be read: " + type(error).__name__
    try:
        public = signed_by(folder)
    except (Wrong, ValueError) as error:
        yield str(error)
        return
    if expected and fingerprint(public).replace(" ", "") != expected:
        yield "指纹不是打印件上的 / another key than the printed one: " + fingerprint(public)


def main(given: list[str]) -> int:
    """Tell what is wrong, or what holds; 0 when all is well."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    csv.field_size_limit(2**31 - 1)
    expected = ""
    if "--fingerprint" in given:
        at = given.index("--fingerprint")
        expected = "".join(given[at + 1 : at + 2]).replace(" ", "").lower()
        given = given[:at] + given[at + 2 :]
    folder = Path(given[0]) if given else Path(__file__).resolve().parent
    problems = list(wrong(folder, expected))
    for one in problems:
        print("× " + one)
    if problems:
        print(f"不可信：以上 {len(problems)} 处不符。/ NOT GOOD: {len(problems)} wrong.")
        return 1
    for line in told(folder, signed_by(folder)):
        print(line)
    print("核对通过。/ GOOD: complete, unchanged, signed.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
