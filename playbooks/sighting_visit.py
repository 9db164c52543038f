"""One device's tables read: by SNMP, and by a login for what SNMP does not tell."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic

from inventory.config_lock import Held, device_held
from netops import tables
from netops.errors import AuthRejected, DeviceError, Unreachable, Unreadable, WayBarred
from netops.identity import CLOCKS, uptime
from netops.neighbours import Neighbourhood, neighbourhood
from netops.profile import profile_named
from netops.reading import Target
from netops.remotes import DeviceKeys
from netops.sighted import Table, TableRead
from netops.snmp import Session
from playbooks.site import Site

Clock = Callable[[], datetime]
LONGEST = 120.0  # seconds; a core switch of a campus takes forty


@dataclass(frozen=True, slots=True)
class Errand:
    """One device to walk: which tables, whether its neighbours are due, whether a login may be
    tried, and how many seconds may go into either way, over all its sessions."""

    target: Target
    tables: tuple[Table, ...]
    neighbours: bool = True
    login: bool = True
    seconds: float = LONGEST

    def begun(self) -> Target:
        """The target from now on."""
        return replace(self.target, ends=monotonic() + self.seconds)


@dataclass(frozen=True, slots=True)
class Walked:
    """What one visit, begun `at`, brought. `booted`: when the device says it started; `told` its
    neighbours, or why they were not told; `refused`: its login was."""

    device_id: str
    at: datetime
    reads: Mapping[Table, TableRead]
    booted: datetime | None = None
    told: Neighbourhood | DeviceError | None = None
    refused: bool = False


def by_snmp(errand: Errand, clock: Clock) -> Walked:
    """What SNMP tells. A device that is silent to the first question is asked no other."""
    at, target = clock(), errand.begun()
    if target.snmp is None:
        return Walked(target.device, at, {})
    try:
        seconds = uptime(Session(target).scalars(CLOCKS))
    except DeviceError as error:
        asked = (table for table in errand.tables if table != "lease")  # few have that one
        return Walked(target.device, at, {table: _unread(table, error) for table in asked})
    reads: dict[Table, TableRead] = {}
    for table in errand.tables:
        read = _BY_SNMP[table](target)
        if read is not None:
            reads[table] = read
    booted = None if seconds is None else at - timedelta(seconds=seconds)
    return Walked(target.device, at, reads, booted, _told(errand, target))


def _overheard(target: Target) -> TableRead | None:
    """Of a server the lease files are read instead, by a login."""
    told = profile_named(target.profile).tables
    return tables.overheard(target) if told.snooping else None


_BY_SNMP: Mapping[Table, Callable[[Target], TableRead | None]] = {
    "arp": tables.arp, "fdb": tables.fdb, "lease": _overheard,
}  # fmt: skip


def _told(errand: Errand, target: Target) -> Neighbourhood | DeviceError | None:
    try:
        return neighbourhood(target) if errand.neighbours else None
    except DeviceError as error:
        error.__traceback__ = error.__context__ = None
        return error


def _unread(table: Table, why: DeviceError) -> TableRead:
    why.__traceback__ = why.__context__ = None
    return TableRead(table, (), complete=False, why=why)


def wanting(errand: Errand, walked: Walked) -> tuple[Table, ...]:
    """The tables that only a login can bring; none from a device that does not answer at all."""
    if errand.target.ssh is None or not errand.login:
        return ()
    return tuple(table for table in errand.tables if _wanting(errand.target, walked, table))


def _wanting(target: Target, walked: Walked, table: Table) -> bool:
    facts = profile_named(target.profile).tables
    read = walked.reads.get(table)
    if table == "lease":
        return bool(facts.leases)
    if "shell" not in (facts.arp if table == "arp" else facts.fdb):
        return False
    if read is None or read.complete:
        return read is None
    some = bool(read.rows) and not isinstance(read.why, WayBarred)
    return not (some or isinstance(read.why, Unreachable))


def by_login(site: Site, errand: Errand, walked: Walked, clock: Clock) -> Walked:
    """The same with what a login brings. After a refusal no other is tried."""
    reads, target = dict(walked.reads), errand.begun()
    try:
        with device_held(site.database, walked.device_id):
            for table in wanting(errand, walked):
                read = _by_shell(site, target, table, clock())
                reads[table] = _rather(reads.get(table), read)
                if isinstance(read.why, AuthRejected):
                    return replace(walked, reads=reads, refused=True)
    except Held as error:
        for table in wanting(errand, walked):
            read = _unread(table, DeviceError(error.reason))
            reads[table] = _rather(reads.get(table), read)
    return replace(walked, reads=reads)


def _rather(before: TableRead | None, read: TableRead) -> TableRead:
    """What the login brought; if nothing, what SNMP told of it, with the reason of the login."""
    if before is None or read.complete or read.rows:
        return read
    return replace(before, why=read.why)


def _by_shell(site: Site, target: Target, table: Table, now: datetime) -> TableRead:
    if monotonic() > target.ends:
        return _unread(
            table, Unreadable("设备应答太慢，到了本轮规定的时间还没有读完，下一轮再读。")
        )
    keys = DeviceKeys(site.database, target.device)
    if table == "lease":
        return tables.leases(target, keys, now)
    alone = replace(target, snmp=None)  # it has been asked that way
    return tables.arp(alone, keys) if table == "arp" else tables.fdb(alone, keys)
