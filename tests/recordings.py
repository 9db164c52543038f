"""A second reader of snmpsim recordings: what a real device said, read without the console's code.

The recordings are those of PyPI `snmpsim-data` (BSD-2-Clause), read from the installed package.
One line is one cell, `OID|tag|value`: the tag is the BER type, with `x` where the value is in
hex; a tag with a module after a colon has no fixed value and is left out.
"""

import bz2
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

Value = int | float | str | bytes
Said = dict[str, Value]

IF_TABLE = "1.3.6.1.2.1.2.2.1"
IF_X_TABLE = "1.3.6.1.2.1.31.1.1.1"
_UP_DOWN = {1: True, 2: False, 5: False, 6: False, 7: False}


@lru_cache(maxsize=2)
def lines(recording: str) -> tuple[bytes, ...]:
    """The lines of a recording named by its path in the package, without extension."""
    folder = Path(str(files("snmpsim_data"))) / "data"
    plain = folder / f"{recording}.snmprec"
    if plain.exists():
        return tuple(plain.read_bytes().splitlines())
    return tuple(bz2.decompress(Path(f"{plain}.bz2").read_bytes()).splitlines())


def said(recording: str, roots: Iterable[str]) -> Said:
    """Full OID -> value of every cell at or below the roots."""
    below = tuple(f"{root}.".encode() for root in roots)
    found: Said = {}
    for oid, tag, value in _cells(recording, below):
        meaning = _value(tag, value)
        if meaning is not None:
            found.setdefault(oid, meaning)
    return found


def rows(recording: str, oids: Iterable[str]) -> dict[str, dict[str, Value]]:
    """The cells of these columns and scalars, in the shape the console's SNMP reader gives."""
    columns = [oid.removesuffix(".0") for oid in oids]
    cells = said(recording, columns)
    table: dict[str, dict[str, Value]] = {}
    for oid, value in cells.items():
        for column in columns:
            if oid.startswith(f"{column}."):
                table.setdefault(column, {})[oid[len(column) + 1 :]] = value
    return table


def interfaces(recording: str) -> dict[int, dict[str, object]]:
    """Every interface of IF-MIB by ifIndex, one cell at a time and one field at a time."""
    cells = said(recording, [IF_TABLE, IF_X_TABLE])
    columns = [f"{IF_TABLE}.{n}" for n in (2, 3, 5, 6, 7, 8, 10, 13, 14, 16, 19, 20)]
    columns += [f"{IF_X_TABLE}.{n}" for n in (1, 6, 10, 15, 18)]
    indexes = {int(oid.rpartition(".")[2]) for oid in cells if oid.rpartition(".")[0] in columns}
    octets = [
        v for oid, v in cells.items() if oid.startswith((f"{IF_TABLE}.10.", f"{IF_TABLE}.16."))
    ]
    roomy = max(map(int, octets), default=0) >= 2**32 and not any(
        oid.startswith(f"{IF_X_TABLE}.6.") for oid in cells
    )
    return {
        index: _interface(cells, index) | {"wide": _wide(cells, index) or roomy}
        for index in indexes
    }


def _wide(cells: Said, index: int) -> bool:
    told = {n for n in (6, 10) if f"{IF_X_TABLE}.{n}.{index}" in cells}
    spare = {n for n in (10, 16) if f"{IF_TABLE}.{n}.{index}" in cells}
    return bool(told) or not spare


def _interface(cells: Said, index: int) -> dict[str, object]:
    def low(column: int) -> Value | None:
        return cells.get(f"{IF_TABLE}.{column}.{index}")

    def high(column: int) -> Value | None:
        return cells.get(f"{IF_X_TABLE}.{column}.{index}")

    names = [_words(high(1)), _words(low(2)), f"if{index}"]
    wide = high(6) is not None or high(10) is not None
    return {
        "name": next(name for name in names if name),
        "descr": _words(low(2)),
        "alias": _words(high(18)),
        "type": low(3) or 0,
        "mac": _address(low(6)),
        "speed": _speed(low(5), high(15)),
        "admin_up": _UP_DOWN.get(int(low(7) or 0)),
        "oper_up": _UP_DOWN.get(int(low(8) or 0)),
        "in_octets": high(6) if wide else low(10),
        "out_octets": high(10) if wide else low(16),
        "in_errors": low(14),
        "out_errors": low(20),
        "in_discards": low(13),
        "out_discards": low(19),
    }


def _words(value: Value | None) -> str:
    if not isinstance(value, bytes):
        return ""
    for encoding in ("utf-8", "gb18030"):
        try:
            return value.decode(encoding).replace("\0", "").strip()
        except UnicodeDecodeError:
            continue
    raise AssertionError(value)


def _address(value: Value | None) -> str:
    if not isinstance(value, bytes) or value in (b"", bytes(6)):
        return ""
    return ":".join(f"{byte:02x}" for byte in value)


def _speed(bits: Value | None, megabits: Value | None) -> int:
    if megabits and int(megabits) > 4294:
        return int(megabits) * 10**6
    if bits and 10 <= int(bits) <= 100_000:  # Topsec counts in Mbit/s
        return int(bits) * 10**6
    if bits and int(bits) != 2**32 - 1:
        return int(bits)
    return int(megabits or 0) * 10**6


def _cells(recording: str, below: tuple[bytes, ...]) -> Iterator[tuple[str, str, bytes]]:
    for line in lines(recording):
        if line.startswith(below):
            oid, tag, value = line.split(b"|", 2)
            yield oid.decode(), tag.decode(), value


def _value(tag: str, value: bytes) -> Value | None:
    kind, hexed = tag.removesuffix("x"), tag.endswith("x")
    content = bytes.fromhex(value.decode()) if hexed else value
    match kind:
        case "2" | "65" | "66" | "67" | "70":
            return int(content)
        case "4" | "68":
            return content
        case "6":
            return content.decode()
        case "64":
            return ".".join(map(str, content)) if hexed else content.decode()
    return None
