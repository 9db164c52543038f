"""A server's export, read: one `HostTold` for each row of the sheet. Nothing is written here."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from inventory.cell import read
from inventory.host_match import Identity, identity, ips, macs
from inventory.protection import HostProtection
from inventory.register import field_of
from inventory.reporter import WHO, Reporter
from inventory.shanghai import SHANGHAI
from inventory.sheet import Broken, Sheet, SheetRow, folded

_NEVER = frozenset(
    ("", "-", "--", "—", "/", "无", "从未", "未知", "暂无", "n/a", "na", "none", "null", "never",
     "notyetreported", "尚未报告", "unknown")
)  # fmt: skip
_DIGITS = re.compile(r"(20\d\d)[-./年]?([01]?\d)[-./月]?([0-3]?\d)(?!\d{4})")
_AMERICAN = re.compile(r"(?i)(\d{1,2})/(\d{1,2})/(20\d\d)\s+\d{1,2}:\d{2}(:\d{2})?\s*[AP]M")


@dataclass(frozen=True, slots=True)
class HostTold:
    """What one row says: who the host is, the values of HostProtection by field name for every
    column there is, when it was seen last, and what could not be read (column, cause)."""

    number: int
    identity: Identity
    name: str
    values: Mapping[str, Any]
    seen_at: datetime | None = None
    wrong: tuple[tuple[str, str], ...] = field(default=())


def told(sheet: Sheet, columns: Mapping[str, str], by: Reporter) -> list[HostTold]:
    """Every row of a sheet; `columns` says under which header each kind (a key of KINDS) stands."""
    return [_row(row, columns, by) for row in sheet.rows]


def _row(row: SheetRow, columns: Mapping[str, str], by: Reporter) -> HostTold:
    cells = {kind: row.cells.get(header, "") for kind, header in columns.items()}
    values: dict[str, Any] = {"product": by.product} if by.product else {}
    wrong = []
    for kind, cell in cells.items():
        try:
            values |= _value(kind, cell, by)
        except ValueError as error:
            wrong.append((columns[kind], str(error)))
    who = identity(*(cells.get(kind, "") for kind in ("host", "mac", "ip", "tag")))
    name = cells.get("host", "").strip() or min(who.ips, default="") or min(who.macs, default="")
    values["host"] = name[:120]
    return HostTold(row.number, who, name, values, values.get("seen_at"), tuple(wrong))


def _value(kind: str, cell: str, by: Reporter) -> dict[str, Any]:
    """The fields that one cell fills. ValueError with a Chinese cause."""
    if isinstance(cell, Broken):
        raise ValueError(cell.cause)  # noqa: TRY004  (what the file says, not how we call)
    blank = folded(cell) in _NEVER
    return _READERS[kind](cell.strip(), by) if not blank else _nothing(kind)


def _nothing(kind: str) -> dict[str, Any]:
    """An empty cell is told, too: the server knows nothing of it now."""
    if kind == "definitions":
        return {"definitions": None, "definitions_on": None}
    if kind == "running":
        return {"running": "unknown"}
    return {} if kind in (*WHO, "product") else {kind: None}  # who it is stays known


def _definitions(cell: str, _by: Reporter) -> dict[str, Any]:
    """2026-11-20, 2026.11.20.3 and 20261120 say a day; 17.0.1 is a version only."""
    return {"definitions": cell[:80], "definitions_on": _day_in(cell)}


def _day_in(cell: str) -> date | None:
    american = _AMERICAN.match(cell)
    if american:
        return date(int(american[3]), int(american[1]), int(american[2]))
    for found in _DIGITS.finditer(cell):
        try:
            return date(*map(int, found.groups()))
        except ValueError:
            continue
    return None


def moment(cell: str) -> datetime:
    """A time as servers print it; a day alone is its first minute. ValueError."""
    if _AMERICAN.fullmatch(cell.strip()):
        form = "%m/%d/%Y %I:%M:%S %p" if cell.count(":") == 2 else "%m/%d/%Y %I:%M %p"
        there = datetime.strptime(" ".join(cell.split()).upper(), form).replace(tzinfo=SHANGHAI)
        return there.astimezone(UTC)
    try:
        at: datetime = read(field_of(HostProtection, "seen_at"), cell, _no_reference)
    except ValueError:
        day: date = read(field_of(HostProtection, "patched_on"), cell, _no_reference)
        at = datetime.combine(day, time(), SHANGHAI).astimezone(UTC)
    return at


def _day(cell: str) -> date:
    return moment(cell).astimezone(SHANGHAI).date()


def _running(cell: str, by: Reporter) -> dict[str, Any]:
    """Only words that the product is known to use count; another one is not taken for either."""
    word = folded(cell)
    states = (("running", by.running), ("stopped", by.stopped))
    found = [state for state, known in states if word in map(folded, known)]
    if not found:
        known = "、".join((*by.running, *by.stopped))
        raise ValueError(f"不认识“{cell}”；认识的有：{known or '（没有）'}")
    return {"running": found[0]}


def _missing(cell: str, _by: Reporter) -> dict[str, Any]:
    return {"missing": read(field_of(HostProtection, "missing"), cell, _no_reference)}


def _ip(cell: str, _by: Reporter) -> dict[str, Any]:
    return {"ip": min(ips(cell), default=None)}


def _mac(cell: str, _by: Reporter) -> dict[str, Any]:
    return {"mac": min(macs(cell), default=None)}


def _text(name: str, longest: int) -> Callable[[str, Reporter], dict[str, Any]]:
    return lambda cell, _by: {name: cell[:longest]}


def _no_reference(_field: Any, cell: str) -> str:
    return cell


_READERS: Mapping[str, Callable[[str, Reporter], dict[str, Any]]] = {
    "host": lambda _cell, _by: {}, "ip": _ip, "mac": _mac, "tag": _text("tag", 80),
    "os": _text("os", 120), "product": _text("product", 120), "definitions": _definitions,
    "scanned_at": lambda cell, _by: {"scanned_at": moment(cell)}, "running": _running,
    "patched_on": lambda cell, _by: {"patched_on": _day(cell)}, "missing": _missing,
    "seen_at": lambda cell, _by: {"seen_at": moment(cell)},
}  # fmt: skip
