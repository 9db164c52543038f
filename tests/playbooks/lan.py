"""One local network for the tests of address violations: a range, its gateway, its switch, and who
is seen where, told as the walks keep it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

from inventory.address_finding import AddressFinding, FindingSeen
from inventory.binding import Binding
from inventory.db import Database
from inventory.device import Device
from inventory.interface import Interface
from inventory.prefix import Prefix
from inventory.secret import Key
from inventory.sighting import ArpSighting, FdbSighting, TableWalk
from netops.history import History
from playbooks.drift import judge
from playbooks.site import Site
from tests.inventory.papers import House, house

GATE, ANN, BOB, EVE, FONE = (
    "00:e0:fc:00:00:01", "28:6e:d4:00:00:0a", "28:6e:d4:00:00:0b", "28:6e:d4:00:00:0e",
    "2a:6e:d4:00:00:0f",
)  # fmt: skip


@dataclass
class Lan:
    """Ports 1 to 4 of the switch are called GigabitEthernet0/0/1 …; bindings are by `bind`."""

    home: House
    site: Site
    prefix: str
    gate: str
    switch: str
    ports: list[int]
    now: datetime

    def wait(self, minutes: float = 5) -> None:
        self.now += timedelta(minutes=minutes)

    def bind(self, ip: str, mac: str, port: str = "", holder: str = "张三") -> str:
        facts: dict[str, Any] = {"device_id": self.switch, "port": port} if port else {}
        row = Binding(
            centre_id=self.home.centre.id, prefix_id=self.prefix, ip=ip, mac=mac, holder=holder,
            **facts,
        )  # fmt: skip
        key = self.home.add(row, "net")
        self.home.do("net", Binding, key, "ask")
        self.home.decide("lead", Binding, key)
        return key

    def arp(self, ip: str, mac: str, device: str = "") -> None:
        """From now on the table of the gateway (or `device`) tells this card for the address."""
        device = device or self.gate
        with self.home.database.observe() as session:
            query = select(ArpSighting).where(
                ArpSighting.device_id == device, ArpSighting.ip == ip, ArpSighting.until.is_(None)
            )
            for row in session.scalars(query):
                row.until = self.now
            facts: dict[str, Any] = {"prefix_id": self.prefix, "ip": ip, "mac": mac}
            if mac:
                session.add(
                    ArpSighting(
                        centre_id=self.home.centre.id, device_id=device, since=self.now,
                        seen=self.now, **facts,
                    )
                )  # fmt: skip

    def many(self, number: int) -> None:
        """So many strange cards, each with an address from 10.1.1.20 on."""
        with self.home.database.observe() as session:
            session.add_all(
                ArpSighting(
                    centre_id=self.home.centre.id, device_id=self.gate, since=self.now,
                    seen=self.now, prefix_id=self.prefix, ip=f"10.1.1.{20 + one}",
                    mac=f"28:6e:d4:00:01:{one:02x}",
                )
                for one in range(number)
            )  # fmt: skip

    def fdb(self, mac: str, port: int) -> None:
        """The card is at this port of the switch now, by a walk that was whole, and at no other."""
        with self.home.database.observe() as session:
            session.execute(delete(FdbSighting).where(FdbSighting.mac == mac))
            walk = session.get(TableWalk, (self.switch, "fdb"))
            if walk is None:
                walk = TableWalk(
                    centre_id=self.home.centre.id, device_id=self.switch, origin="fdb",
                    attempt_at=self.now,
                )  # fmt: skip
                session.add(walk)
            walk.attempt_at = walk.complete_at = self.now
            session.add(
                FdbSighting(
                    centre_id=self.home.centre.id, device_id=self.switch, mac=mac, vlan=10,
                    interface_id=self.ports[port - 1], since=self.now, seen=self.now,
                )
            )  # fmt: skip

    def judge(self) -> int:
        return judge(self.site, self.now)

    def findings(self) -> list[AddressFinding]:
        return self.home.rows(select(AddressFinding).order_by(AddressFinding.id))

    def finding(self, kind: str) -> AddressFinding:
        (found,) = [one for one in self.findings() if one.kind == kind]
        return found

    def seen(self, key: str) -> FindingSeen:
        found: FindingSeen = self.home.one(FindingSeen, key)
        return found

    def do(self, who: str, kind: str, step: str, **given: Any) -> None:
        self.home.do(who, AddressFinding, self.finding(kind).id, step, **given)


def lan(database: Database, folder: Path, now: datetime) -> Lan:
    """The range 10.1.1.0/24 of a county, held to its bindings, VLAN 10."""
    home = house(database, folder)
    key = folder / "secret.key"
    site = Site(
        database, History(folder / "history"), Key.load(key), folder, home.centre.id
    )  # fmt: skip
    gate, switch = (
        home.add(Device(centre_id=home.centre.id, name=name, address=address, kind=kind), "net")
        for name, address, kind in
        (("县局网关", "10.9.0.1", "router"), ("一楼交换机", "10.9.0.2", "switch"))
    )  # fmt: skip
    prefix = home.add(
        Prefix(
            centre_id=home.centre.id, cidr="10.1.1.0/24", name="办公网", vlan=10,
            gateway="10.1.1.1", gateway_device_id=gate, mode="enforce",
        ),
        "net",
    )  # fmt: skip
    with database.observe() as session:
        face = Interface(
            centre_id=home.centre.id, device_id=gate, if_index=1, name="Vlanif10", mac=GATE,
            seen_at=now,
        )  # fmt: skip
        ports = [
            Interface(
                centre_id=home.centre.id, device_id=switch, if_index=number,
                name=f"GigabitEthernet0/0/{number}", seen_at=now,
            )
            for number in range(1, 5)
        ]  # fmt: skip
        session.add_all([face, *ports])
        session.flush()
        numbers = [one.id for one in ports]
    return Lan(home, site, prefix, gate, switch, numbers, now)
