"""The ports of one switch as far as addresses go: what each is, who is behind it, what is held."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from inventory.binding import Binding
from inventory.change import Change
from inventory.device import Device
from inventory.device_binding import CheckedPort, DeviceBinding
from inventory.interface import Interface
from inventory.port_names import port_key
from inventory.port_rule import PortRule, declared
from inventory.sighting import ArpSighting, FdbSighting, PortRole, TableWalk
from playbooks.isolating import cuttings, refusal
from web.queries.addresses import Violation, at_ports, in_force

MOST = 20  # hosts told of one port; behind an uplink there are thousands, and they are not there
_LINKS = ("uplink", "lag")
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Host:
    """A network card at a port now: the addresses it answers for, and what is registered of it."""

    seen: FdbSighting
    ips: Sequence[str]
    bindings: Sequence[Binding]


@dataclass(frozen=True, slots=True)
class PortLine:
    """One port. `rule` what people declared, `role` what was observed; `macs` how many are seen;
    `refused` why it cannot be isolated; `cut` its last isolation or release."""

    port: Interface
    role: PortRole | None
    rule: PortRule | None
    hosts: Sequence[Host]
    macs: int
    entries: Sequence[DeviceBinding]
    check: CheckedPort | None
    violations: Sequence[Violation]
    cut: Change | None
    refused: str

    @property
    def kind(self) -> str:
        """What it counts as: a key of `inventory.sighting.ROLES`, or "never"; "" unknown."""
        return self.rule.kind if self.rule else self.role.role if self.role else ""

    @property
    def shut(self) -> bool:
        """Shut on the device, as far as is known."""
        return self.port.admin_up is False

    @property
    def told(self) -> bool:
        """Is there anything to tell of it?"""
        known = self.macs or self.entries or self.violations or self.rule
        return bool(known or (self.cut and (self.shut or self.cut.state != "done")))


@dataclass(frozen=True, slots=True)
class PortBoard:
    """All ports of one device, how its tables were read, and entries that name no port of its."""

    lines: Sequence[PortLine]
    walks: Sequence[TableWalk]
    loose: Sequence[DeviceBinding]
    vlans: Sequence[CheckedPort]


def board(session: Session, device: Device) -> PortBoard:
    """Everything in a handful of queries, whatever the number of ports."""
    ports = session.scalars(_ports(device.id)).all()
    seen = _hosts(session, device.id)
    roles = {one.interface_id: one for one in _of(session, PortRole, device.id)}
    entries = _grouped(_of(session, DeviceBinding, device.id), lambda one: port_key(one.port))
    checks = {port_key(one.port): one for one in _of(session, CheckedPort, device.id)}
    found = _grouped(at_ports(session, device.id), lambda one: port_key(one.row.port))
    rules, cuts = declared(session, device.id), cuttings(session, device.id)
    lines = []
    for port in ports:
        name, role = port_key(port.name), roles.get(port.id)
        rule, hosts = rules.get(name), seen.get(port.id, ())
        shown = () if _kind(role, rule) in _LINKS else hosts[:MOST]
        lines.append(
            PortLine(
                port, role, rule, shown, len({one.seen.mac for one in hosts}),
                entries.pop(name, ()), checks.pop(name, None), found.pop(name, ()),
                cuts.get(name), refusal(device, port.name, role, rule),
            )
        )  # fmt: skip
    loose = [one for rest in entries.values() for one in rest]
    return PortBoard(lines, _of(session, TableWalk, device.id), loose, list(checks.values()))


def _kind(role: PortRole | None, rule: PortRule | None) -> str:
    return rule.kind if rule else role.role if role else ""


def _ports(device_id: str) -> Select[Interface]:
    here = (Interface.device_id == device_id, Interface.gone_at.is_(None))
    return select(Interface).where(*here).order_by(Interface.if_index, Interface.id)


def _of(session: Session, cls: type[Row], device_id: str) -> Sequence[Row]:
    table: Any = cls
    return session.scalars(select(cls).where(table.device_id == device_id)).all()


def _grouped(rows: Iterable[Row], by: Callable[[Row], str]) -> dict[str, list[Row]]:
    told: dict[str, list[Row]] = defaultdict(list)
    for one in rows:
        told[by(one)].append(one)
    return told


def _hosts(session: Session, device_id: str) -> Mapping[int, Sequence[Host]]:
    """By port: who is there now, with their addresses and bindings."""
    here = (FdbSighting.device_id == device_id, FdbSighting.until.is_(None))
    near = select(FdbSighting.mac).where(*here, FdbSighting.edge.is_(True))
    arps = session.execute(
        select(ArpSighting.mac, ArpSighting.ip)
        .where(ArpSighting.until.is_(None), ArpSighting.mac.in_(near))
        .distinct()
        .order_by(ArpSighting.ip)
    )
    ips: dict[str, list[str]] = defaultdict(list)
    for mac, ip in arps:
        ips[mac].append(ip)
    bound = session.scalars(select(Binding).where(in_force(), Binding.mac.in_(near)))
    bindings = _grouped(bound, lambda one: one.mac)
    hosts: dict[int, list[Host]] = defaultdict(list)
    for one in session.scalars(select(FdbSighting).where(*here).order_by(FdbSighting.since)):
        hosts[one.interface_id].append(Host(one, ips.get(one.mac, ()), bindings.get(one.mac, ())))
    return hosts
