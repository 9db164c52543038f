"""From a recording of a real device to the few cells the console will ask for.

The recordings come with PyPI `snmpsim-data` (BSD-2-Clause) and are read from the installed
package. A cell is one line of a `.snmprec` file: `OID|tag|value`, the tag being the BER type, with
`x` for a value in hex (https://docs.lextudio.com/snmpsim/, "data file format").
"""

import bz2
from collections.abc import Collection, Iterable, Mapping
from importlib.resources import files
from pathlib import Path

from netops import identity, ifmib
from netops.cells import Rows
from netops.profile import Profile
from netops.reading import Value

Oid = tuple[int, ...]
Cell = tuple[str, str]  # tag and value
Cells = dict[Oid, Cell]

SYSTEM = tuple(f"1.3.6.1.2.1.1.{n}.0" for n in range(1, 8))  # RFC 3418, without the sysORTable
TABLES = ("1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1")  # ifTable, ifXTable
PARTS = ("status", "ports", "names", "gauges", "identity")
LONG = 24  # rows; shorter tables stay as they were recorded
WIRED = ("6", "117")  # ifType ethernetCsmacd, gigabitEthernet


def wanted(profile: Profile) -> tuple[str, ...]:
    """What a visit asks of such a device, and what any SNMP tool asks of every device."""
    both = (*ifmib.NAMES, *ifmib.MOVING["both"])
    asked = (*profile.scalars(PARTS), *profile.columns(PARTS))
    return tuple(dict.fromkeys((*SYSTEM, *both, *asked)))


def read(recording: str, oids: Collection[str]) -> Cells:
    """The cells of a recording at or below the OIDs. `recording` is its path inside the
    package, without extension; `FileNotFoundError` when there is none such."""
    prefixes = tuple(oid.encode() for oid in oids)
    cells: Cells = {}
    for line in _lines(recording):
        if line.startswith(prefixes):
            name, tag, value = line.decode("latin-1").rstrip("\r").split("|", 2)
            if _at_or_below(name, oids):
                cells[oid(name)] = _still(tag, value) if ":" in tag else (tag, value)
    return cells


def _still(tag: str, value: str) -> Cell:
    """Some recordings hold a movement of snmpsim's own ("offset=50,deviation=50") instead of a
    value: what it moves around stands for it."""
    options = dict(option.split("=", 1) for option in value.split(","))
    middle = float(options.get("offset", 0)) or abs(float(options.get("scale", 0))) / 2
    return tag.partition(":")[0], str(round(middle))


def _lines(recording: str) -> Iterable[bytes]:
    folder = Path(str(files("snmpsim_data"))) / "data"
    plain = folder / f"{recording}.snmprec"
    if plain.exists():
        return plain.read_bytes().split(b"\n")
    return bz2.decompress((folder / f"{recording}.snmprec.bz2").read_bytes()).split(b"\n")


def _at_or_below(name: str, oids: Collection[str]) -> bool:
    """Whether an OID is one of these or continues one (1.1 does not continue into 1.10)."""
    if name in oids:
        return True
    ends = (at for at, char in enumerate(name) if char == ".")
    return any(name[:end] in oids for end in ends)


def oid(text: str) -> Oid:
    """An OID as numbers, which sort as a walk goes."""
    return tuple(map(int, text.split(".")))


def column(cells: Mapping[Oid, Cell], name: str) -> dict[int, Cell]:
    """The cells of one column with a single index, by that index."""
    start = oid(name)
    return {key[-1]: cell for key, cell in cells.items() if key[:-1] == start}


def ports(cells: Mapping[Oid, Cell], count: int) -> list[int]:
    """The interfaces worth keeping: wired ones before virtual, those in use before idle ones."""
    types, states = column(cells, ifmib.TYPE), column(cells, ifmib.OPER)

    def worth(index: int) -> tuple[bool, bool, int]:
        wired = types.get(index, ("", ""))[1] in WIRED
        return not wired, states.get(index, ("", ""))[1] != "1", index

    return sorted(column(cells, ifmib.DESCR), key=worth)[:count]


def trim(cells: Mapping[Oid, Cell], keep: Collection[int]) -> Cells:
    """Leave out the rows of the interface tables that belong to other interfaces."""
    tables = tuple(oid(table) for table in TABLES)
    return {
        key: cell
        for key, cell in cells.items()
        if not any(key[: len(table)] == table for table in tables) or key[-1] in keep
    }


def thin(cells: Mapping[Oid, Cell], profile: Profile) -> Cells:
    """Leave out of the long sensor and entity tables the rows that tell nothing: a chassis has
    hundreds of parts, few of them with a sensor, and a profile reads its chassis rows alone."""
    starts = [oid(name) for name in profile.columns(("gauges", "identity"))]
    sources = [metric.source.oids for ways in profile.metrics for metric in ways]
    sensors = {oid(name) for names in sources for name in names}
    kinds = oid(identity.ENTITY_CLASS)
    found = {start: [key for key in cells if key[: len(start)] == start] for start in starts}
    telling = {
        key[len(start) :]
        for start, keys in found.items()
        for key in keys
        if (start in sensors and cells[key][1] != "0") or (start == kinds and cells[key][1] == "3")
    }
    silent = {
        key
        for start, keys in found.items()
        for key in keys
        if len(keys) > LONG and key[len(start) :] not in telling
    }
    return {key: cell for key, cell in cells.items() if key not in silent}


def text(cells: Mapping[Oid, Cell]) -> str:
    """The cells as a `.snmprec` file, in the order a walk takes."""
    return "".join(
        f"{'.'.join(map(str, key))}|{tag}|{value}\n" for key, (tag, value) in sorted(cells.items())
    )


def parsed(text: str) -> Cells:
    """The inverse of `text`."""
    lines = (line.split("|", 2) for line in text.removesuffix("\n").split("\n"))
    return {oid(name): (tag, value) for name, tag, value in lines}


def rows(cells: Mapping[Oid, Cell], columns: Iterable[str]) -> Rows:
    """The still cells of some columns as a profile reads them; "…1.0" is column "…1", row 0."""
    found: dict[str, dict[str, Value]] = {}
    starts = {oid(name.removesuffix(".0")): name.removesuffix(".0") for name in columns}
    for key, (tag, value) in cells.items():
        end = next((n for n in range(len(key) - 1, 0, -1) if key[:n] in starts), 0)
        if end and ":" not in tag:
            suffix = ".".join(map(str, key[end:]))
            found.setdefault(starts[key[:end]], {})[suffix] = _value(tag, value)
    return found


def _value(tag: str, value: str) -> Value:
    if tag.endswith("x"):
        return bytes.fromhex(value)
    return int(value) if tag in ("2", "65", "66", "67", "70") else value.encode("latin-1")
