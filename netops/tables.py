"""Who is connected to a device, as its own tables tell it: ARP and neighbours, MAC addresses.

Every function gives a `TableRead` and never raises a `DeviceError`: rows that were told before
something failed are worth keeping, only they say nothing about what is not among them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from netops import table_cisco, table_lease, table_mib, table_shell, table_snooping
from netops.cells import Rows
from netops.errors import DeviceError, Unreadable, WayBarred
from netops.profile import profile_named
from netops.reading import Target
from netops.remote import KnownHosts
from netops.sighted import ArpRow, FdbRow, Table, TableRead
from netops.snmp import Session
from netops.snmp_wire import Cells

MOST = 1_000_000  # rows of one column; a core switch of a campus has a hundred thousand
_BRIDGES = ("router", "switch", "wireless")  # kinds that forward frames


def offered(target: Target) -> tuple[Table, ...]:
    """Which tables are worth asking this device for; a power supply has none."""
    profile = profile_named(target.profile)
    found: list[Table] = []
    if profile.kind in (*_BRIDGES, "firewall", "other"):
        found += ["arp"]
    if profile.kind in _BRIDGES:
        found += ["fdb"]
    overheard = profile.tables.snooping and target.snmp is not None
    if overheard or (profile.tables.leases and target.ssh is not None):
        found += ["lease"]
    return tuple(found)


def arp(target: Target, known: KnownHosts | None = None) -> TableRead:
    """Which MAC answers for which address: ARP, and IPv6 neighbours (RFC 4293, RFC 4861).

    Without `known`, host keys to hold a login against, only SNMP is asked.
    """
    ways = profile_named(target.profile).tables.arp
    return _first("arp", [_Way(target, known, way) for way in ways])


def fdb(target: Target, known: KnownHosts | None = None) -> TableRead:
    """Which MAC was learned at which port (RFC 4188, RFC 4363); `known` as for `arp`."""
    ways = profile_named(target.profile).tables.fdb
    return _first("fdb", [_Way(target, known, way) for way in ways])


def leases(target: Target, known: KnownHosts, now: datetime | None = None) -> TableRead:
    """Whom a DHCP server (dnsmasq, Kea) has lent which address, from its files by SSH."""
    moment = now or datetime.now(UTC)
    try:
        told = table_shell.leases(target, known)
        return TableRead("lease", table_lease.rows(told, moment), complete=True)
    except DeviceError as error:
        return TableRead("lease", (), complete=False, why=_bare(error))


def overheard(target: Target) -> TableRead | None:
    """Whom a switch has heard to be lent an address (DHCP snooping), by SNMP; None where it hears
    nothing, be it that nobody has turned it on."""
    way = profile_named(target.profile).tables.snooping
    first, *others = table_snooping.COLUMNS[way]
    columns: dict[str, Cells] = {}
    why: DeviceError | None = None
    try:
        session = Session(target)
        _walk(session, [first], columns)
        _walk(session, others if columns[first] else (), columns)
    except DeviceError as error:
        why = _bare(error)
    rows = table_snooping.rows(way, columns)
    return TableRead("lease", rows, complete=why is None, why=why) if rows else None


@dataclass(slots=True)
class _Way:
    """One way to read one table: what it brought, whether that is all, and why not."""

    target: Target
    known: KnownHosts | None
    way: str
    rows: tuple[ArpRow, ...] | tuple[FdbRow, ...] = ()
    why: DeviceError | None = None
    told: bool = False  # at all, be it rows that mean nobody

    def read(self, table: Table) -> None:
        if self.way == "shell":
            self._by_shell(table)
        elif self.target.snmp is not None:
            self._by_vlan() if self.way == "vlans" else self._by_snmp()

    def _by_shell(self, table: Table) -> None:
        if self.known is None or self.target.ssh is None:
            return
        try:
            self.rows = table_shell.rows(self.target, self.known, table)
            self.told = True
        except DeviceError as error:
            self.why = _bare(error)

    def _by_snmp(self) -> None:
        columns: dict[str, Cells] = {}
        try:
            _walk(Session(self.target), _COLUMNS[self.way], columns)
        except DeviceError as error:
            self.why = _bare(error)
        self.rows, self.told = _DECODED[self.way](columns), _tells(self.way, columns)
        if self.told and not self.rows and self.way != "snmp" and not table_mib.ports(columns):
            self.why = self.why or _unplaced(self.target)

    def _by_vlan(self) -> None:
        rows: list[FdbRow] = []
        try:
            table_cisco.read(self.target, rows, MOST)
        except DeviceError as error:
            self.why = _bare(error)
        self.rows, self.told = tuple(rows), bool(rows)


def _walk(session: Session, names: Iterable[str], columns: dict[str, Cells]) -> None:
    for name in names:
        session.walked(name, columns.setdefault(name, {}), MOST)


def _tells(way: str, columns: Rows) -> bool:
    return any(columns.get(name) for name in _TELLING[way])


def _huawei(rows: Rows) -> tuple[FdbRow, ...]:
    return table_mib.joined(table_mib.huawei(rows), table_mib.flat(rows))


_COLUMNS: dict[str, Sequence[str]] = {
    "snmp": table_mib.ARP,
    "dot1q": table_mib.VLANS,
    "dot1d": table_mib.FLAT,
    "huawei": (table_mib.HUAWEI_PORT, *table_mib.FLAT),
}
_TELLING: dict[str, Sequence[str]] = {
    "snmp": (table_mib.MEDIA_MAC, table_mib.PHYSICAL_MAC),
    "dot1q": (table_mib.VLAN_PORT,),
    "dot1d": (table_mib.FLAT_PORT,),
    "huawei": (table_mib.HUAWEI_PORT, table_mib.FLAT_PORT),
}
_DECODED: dict[str, Callable[[Rows], tuple[ArpRow, ...] | tuple[FdbRow, ...]]] = {
    "snmp": table_mib.arp_rows,
    "dot1q": table_mib.by_vlan,
    "dot1d": table_mib.flat,
    "huawei": _huawei,
}


def _first(table: Table, ways: Iterable[_Way]) -> TableRead:
    """What the first way brought that told anything. One that tells nothing is no empty table:
    whoever asks is a neighbour too, so it is not there or not to be seen. After one that failed,
    only the command line tells for certain what is not there."""
    why: DeviceError | None = None
    for way in ways:
        way.read(table)
        why = way.why if way.way == "shell" and way.told else why or way.why
        if way.told:
            return TableRead(table, way.rows, complete=why is None, why=why)
    return TableRead(table, (), complete=False, why=why or _nothing(table))


def _nothing(table: Table) -> Unreadable:
    name = "ARP 表" if table == "arp" else "MAC 地址表"
    return Unreadable(
        f"没有读到{name}的任何内容：设备没有这张表，或者没有登记能读到它的凭据，"
        "或者设备的 SNMP 视图没有包含它。"
    )


def _unplaced(target: Target) -> WayBarred:
    return WayBarred(
        f"{target.address} 的 MAC 地址表中写的是桥端口号，而设备没有给出桥端口与接口的对应"
        "（dot1dBasePortIfIndex），不知道是哪个端口。请在设备上放宽 SNMP 视图。"
    )


def _bare(error: DeviceError) -> DeviceError:
    """Without its traceback, whose frames would keep the socket open."""
    error.__traceback__ = error.__context__ = None
    return error
