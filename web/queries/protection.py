"""What the page of the hosts' protection shows: faults counted, the list behind each tab."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.equipment import Equipment
from inventory.host_health import FAULTS, Fault, Host, Untold, hosts, uncovered
from inventory.host_import import HostImport
from inventory.protection import RUNNING, HostProtection
from inventory.register import field_of
from inventory.registers.protection_limit import ProtectionLimit
from inventory.text import fold, search_text
from web.held import held
from web.locale import moment
from web.registers.names import Names, names

_BOOKS = (HostProtection, ProtectionLimit, Equipment, Centre)
TABS = ("faulty", "fine", "unmatched", "uncovered")
COLUMNS = (
    "主机名", "台账设备", "所属单位", "问题", "防病毒软件", "防护服务", "病毒库日期", "最近查杀",
    "补丁更新到", "缺少补丁", "情况截至",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Board:
    """Every host and every computer of which nothing is told, by tab; how many have each fault;
    when the last file came in."""

    hosts: Sequence[Host]
    computers: Sequence[Untold]
    imported_at: datetime | None

    @property
    def counts(self) -> Mapping[str, int]:
        """Fault → hosts that have it."""
        return Counter(fault.kind for host in self.hosts for fault in host.faults)

    def on(self, tab: str, kind: str = "") -> list[Host]:
        """The hosts of one tab; with a fault's kind, those that have it."""
        if tab == "unmatched":
            return [host for host in self.hosts if host.thing_id is None]
        wanted = [host for host in self.hosts if bool(host.faults) == (tab != "fine")]
        return [h for h in wanted if not kind or any(f.kind == kind for f in h.faults)]


def told_of(session: Session, now: datetime) -> Sequence[Host]:
    """Every host within the session's scope, the worst first: judged when a book has changed."""
    return held(session, "hosts", _BOOKS, lambda: hosts(session, now))


def untold(session: Session) -> Sequence[Untold]:
    """The computers in use within the session's scope of which no server says anything."""
    return held(session, "hosts untold", _BOOKS, lambda: uncovered(session))


def board(session: Session, now: datetime, typed: str = "") -> Board:
    """Within the session's scope; with what was typed, those that it finds."""
    told, bare = told_of(session, now), untold(session)
    query = fold(typed)
    if query:
        texts = held(session, "hosts found by", _BOOKS, lambda: _texts(session, told))
        told = [host for host in told if query in texts.get(host.id, "")]
        bare = [thing for thing in bare if query in thing.search]
    return Board(told, bare, session.scalar(select(func.max(HostImport.at))))


def called_of(session: Session, told: Sequence[Host]) -> Names:
    """What the things and units of these hosts are called."""
    thing, unit = field_of(HostProtection, "equipment_id"), field_of(HostProtection, "centre_id")
    pairs = [(thing, one.thing_id) for one in told] + [(unit, one.centre_id) for one in told]
    return names(session, pairs)


def units_of(session: Session, things: Sequence[Untold]) -> Names:
    """What the units and keepers of these things are called."""
    told = [field_of(Equipment, name) for name in ("centre_id", "keeper_id")]
    return names(session, [(one, getattr(thing, one.name)) for thing in things for one in told])


def words(fault: Fault) -> str:
    """A fault in words: 病毒库过期 9 天前."""
    if fault.kind in ("bare", "stopped"):
        return FAULTS[fault.kind]
    return (
        f"{FAULTS[fault.kind]}（{f'{fault.days} 天前' if fault.days is not None else '没有记录'}）"
    )


def sheet_rows(session: Session, told: Sequence[Host]) -> Iterator[tuple[str, ...]]:
    """The list as a file has it."""
    called = called_of(session, told)
    for host in told:
        yield (
            host.name, called.get(("Equipment", host.thing_id or ""), ""),
            called.get(("Centre", host.centre_id), ""), "；".join(map(words, host.faults)),
            host.product, RUNNING[host.running], _plain(host.definitions_on),
            moment(host.scanned_at) if host.scanned_at else "", _plain(host.patched_on),
            _plain(host.missing), moment(host.told_at) if host.told_at else "",
        )  # fmt: skip


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _texts(session: Session, told: Sequence[Host]) -> Mapping[str, str]:
    """Host → what it is found by."""
    called = called_of(session, told)
    return {host.id: _text(host, called) for host in told}


def _text(host: Host, called: Names) -> str:
    thing = called.get(("Equipment", host.thing_id or ""), "")
    unit = called.get(("Centre", host.centre_id), "")
    return search_text(host.name, host.ip, host.mac, host.tag, host.product, thing, unit)
