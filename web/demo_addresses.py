"""The demo county's addresses: its ranges, who holds which, one that waits for approval. What is
seen against them the first walk of the simulated tables tells."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING
from inventory.binding import Binding
from inventory.binding_steps import ask_for
from inventory.centre import Centre
from inventory.db import Database
from inventory.device import Device
from inventory.grant import standing
from inventory.person import Person
from inventory.prefix import Prefix
from inventory.role import Standing
from inventory.stepping import moving
from netops.simulator import county

_SINCE = timedelta(days=120)
_ENFORCED = ("财政局办公网",)
_WHY = "先只监视，登记核对无误后再强制绑定"


def write_addresses(database: Database) -> None:
    """Ranges and bindings as if approved some months ago, by the network admin's own hand."""
    with database.view(EVERYTHING) as session:
        net = session.scalars(select(Person).where(Person.login == "net")).one()
        who = standing(session, net)
    with database.transaction(who.act("准备演示地址", "demo")) as session:
        devices = {one.name: one.id for one in session.scalars(select(Device))}
        ranges = list(_ranges(session, devices))
        session.add_all(ranges)
        session.flush()
        rows = list(_bindings(ranges, devices))
        session.add_all(rows)
        session.flush()
        with moving(session, *rows):
            for row in rows:
                row.state, row.since = "active", datetime.now(UTC) - _SINCE
        _asked(session, ranges[0], who)


def _ranges(session: Session, devices: Mapping[str, str]) -> Iterator[Prefix]:
    units = {one.code: one.id for one in session.scalars(select(Centre))}
    for one in county.networks():
        held = one.name in _ENFORCED
        yield Prefix(
            centre_id=units[one.unit], cidr=one.cidr, name=one.name, vlan=one.vlan,
            gateway=one.first, gateway_device_id=devices[one.gateway],
            mode="enforce" if held else "watch", reason="" if held else _WHY,
        )  # fmt: skip


def _bindings(ranges: list[Prefix], devices: Mapping[str, str]) -> Iterator[Binding]:
    """What the register should say of each machine at a port; nothing of the unknown one."""
    for one in county.hosts():
        if one.booked is None:
            continue
        ip, device, port = one.booked
        home = next(each for each in ranges if ip_address(ip) in each.network)
        yield Binding(
            centre_id=home.centre_id, prefix_id=home.id, ip=ip, mac=one.mac, vlan=home.vlan,
            holder=one.holder, unit_id=home.centre_id, device_id=devices[device], port=port,
        )  # fmt: skip


def _asked(session: Session, prefix: Prefix, who: Standing) -> None:
    """A new colleague's, with the next free address."""
    row = Binding(
        centre_id=prefix.centre_id, prefix_id=prefix.id, mac="54:e1:ad:3c:10:41", holder="新同事",
        unit_id=prefix.centre_id, vlan=prefix.vlan, note="二层东侧工位",
    )  # fmt: skip
    session.add(row)
    session.flush()
    with moving(session, row):
        ask_for(session, row, who)
