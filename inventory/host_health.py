"""How well the hosts are protected now: what several servers say of one host laid together, its
faults by the centre's limits, and the computers of which no server says anything (A14, A16)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import fields as dataclass_fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.equipment import Equipment
from inventory.protection import HostProtection
from inventory.registers.protection_limit import ProtectionLimit
from inventory.shanghai import SHANGHAI

COMPUTERS = ("desktop", "laptop", "server")  # Article 126: each of these runs an antivirus
FAULTS: Mapping[str, str] = {
    "bare": "没有防病毒报告", "stopped": "防护服务停止", "silent": "久无报告",
    "definitions": "病毒库过期", "scan": "查杀过期", "patch": "补丁过期",
}  # fmt: skip
_TOLD = (
    "product", "definitions_on", "scanned_at", "patched_on", "missing", "ip", "mac", "tag",
)  # fmt: skip
_READ = ("id", "host", "centre_id", "equipment_id", "running", "told_at", "why", *_TOLD)
_WEIGHTS = {"stopped": 5, "bare": 5, "definitions": 4, "scan": 3, "silent": 3, "patch": 2}


@dataclass(frozen=True, slots=True)
class Limits:
    """In days. Seven for scans is the norm's, the others are ours."""

    scan: int = 7
    definitions: int = 7
    patch: int = 90
    silent: int = 14


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing amiss: a key of FAULTS, and for how many days; None: nothing was ever told."""

    kind: str
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Host:
    """One host as all its servers tell of it: each fact from whoever told it last."""

    id: str
    name: str
    centre_id: str
    thing_id: str | None
    product: str
    running: str
    definitions_on: date | None
    scanned_at: datetime | None
    patched_on: date | None
    missing: int | None
    told_at: datetime | None
    why: str
    ip: str = ""
    mac: str = ""
    tag: str = ""
    faults: tuple[Fault, ...] = ()

    @property
    def weight(self) -> tuple[int, int]:
        """The worst first: what weighs most, then what has lasted longest."""
        days = sum(9999 if f.days is None else f.days for f in self.faults)
        return sum(_WEIGHTS[f.kind] for f in self.faults), days


def hosts(session: Session, now: datetime) -> list[Host]:
    """Every host within the session's scope, the worst first."""
    columns = (getattr(HostProtection, name) for name in _READ)
    query = select(*columns).where(HostProtection.retired_at.is_(None))
    groups: dict[str, list[Any]] = {}
    for row in session.execute(query.order_by(HostProtection.id)):
        groups.setdefault(row.equipment_id or row.id, []).append(row)
    rules = _limits(session)
    found = [_judged(_together(rows), rules, now) for rows in groups.values()]
    return sorted(found, key=lambda one: (*(-w for w in one.weight), one.name))


@dataclass(frozen=True, slots=True)
class Untold:
    """A computer in use of which no server says anything; `search` is what it is found by."""

    id: str
    tag: str
    name: str
    centre_id: str
    keeper_id: str | None
    hostname: str | None
    ip: str | None
    mac: str | None
    search: str

    @property
    def label(self) -> str:
        return f"{self.tag} {self.name}"


def uncovered(session: Session) -> Sequence[Untold]:
    """The computers in use of which no server says anything."""
    told = select(HostProtection.equipment_id).where(
        HostProtection.retired_at.is_(None), HostProtection.equipment_id.is_not(None)
    )
    columns = (getattr(Equipment, one.name) for one in dataclass_fields(Untold))
    query = select(*columns).where(
        Equipment.category.in_(COMPUTERS), Equipment.state == "in_use",
        Equipment.retired_at.is_(None), Equipment.id.not_in(told),
    )  # fmt: skip
    return [Untold(*row) for row in session.execute(query.order_by(Equipment.sort_key))]


def faults(host: Host, limits: Limits, now: datetime) -> Iterator[Fault]:
    """Pure: what is amiss with one host, the worst first."""
    today = now.astimezone(SHANGHAI).date()
    if not host.product:
        yield Fault("bare")
    else:
        if host.running == "stopped":
            yield Fault("stopped")
        yield from _aged("definitions", host.definitions_on, limits.definitions, today)
        yield from _aged("scan", _day(host.scanned_at), limits.scan, today)
    yield from _aged("silent", _day(host.told_at), limits.silent, today)
    yield from _aged("patch", _patched(host), limits.patch, today)


def _aged(kind: str, day: date | None, most: int, today: date) -> Iterator[Fault]:
    """A week is over on the eighth day; what was never told is over, too."""
    days = (today - day).days if day else None
    if days is None or days > most:
        yield Fault(kind, days)


def _patched(host: Host) -> date | None:
    """A host that wants no patch has all of them as of its last word."""
    if host.missing == 0 and host.told_at is not None:
        return max(filter(None, (host.patched_on, _day(host.told_at))))
    return host.patched_on


def _day(at: datetime | None) -> date | None:
    return at.astimezone(SHANGHAI).date() if at else None


def _together(rows: Sequence[Any]) -> Host:
    """Each fact from the row that told it last; what no row tells stays untold."""
    newest = sorted(rows, key=lambda row: row.told_at.timestamp() if row.told_at else 0.0)
    facts: dict[str, object] = {}
    for name in _TOLD:
        told = [value for row in newest if (value := getattr(row, name)) is not None]
        facts[name] = told[-1] if told else None
    running = [row.running for row in newest if row.running != "unknown"]
    last = newest[-1]
    texts = {name: facts.pop(name) or "" for name in ("product", "ip", "mac", "tag")}
    return Host(
        id=last.id, name=last.host, centre_id=last.centre_id, thing_id=last.equipment_id,
        running=running[-1] if running else "unknown", told_at=last.told_at,
        why=last.why or "", **texts, **facts,  # type: ignore[arg-type]
    )  # fmt: skip


def _judged(host: Host, rules: "_Rules", now: datetime) -> Host:
    return replace(host, faults=tuple(faults(host, rules.at(host.centre_id), now)))


class _Rules:
    """The limits that hold for each unit: its own, or those of the nearest one above."""

    def __init__(self, paths: Mapping[str, str], told: Mapping[str, Limits]) -> None:
        self._paths, self._told = paths, told

    def at(self, centre_id: str) -> Limits:
        above = reversed(self._paths.get(centre_id, "").strip("/").split("/"))
        return next((self._told[one] for one in above if one in self._told), Limits())


def _limits(session: Session) -> _Rules:
    """Read past the scope: a county keeps the limits that its city set."""
    table: Table = ProtectionLimit.__table__  # type: ignore[assignment]
    query = select(
        table.c.centre_id, table.c.scan_days, table.c.definitions_days, table.c.patch_days,
        table.c.silent_days,
    ).where(table.c.retired_at.is_(None))  # fmt: skip
    told = {row[0]: Limits(*row[1:]) for row in session.connection().execute(query)}
    paths = {one.id: one.path for one in session.execute(select(Centre.id, Centre.path))}
    return _Rules(paths, told)
