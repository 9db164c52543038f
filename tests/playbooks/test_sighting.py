"""A cycle of walks against real agents: from their tables to who had an address at which port."""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import select

from inventory.act import EVERYTHING, system
from inventory.address_alias import AddressAlias
from inventory.address_finding import AddressFinding
from inventory.credential import Credential
from inventory.db import Database
from inventory.device import Device
from inventory.home import home_fact
from inventory.interface import Interface
from inventory.keys import new_key
from inventory.prefix import Prefix
from inventory.run import JobRun
from inventory.secret import Key
from inventory.sighting import ArpSighting, FdbSighting, PortRole, TableWalk
from inventory.whereabouts import where_is, who_had
from netops.simulator.cli import Cli
from netops.simulator.cli_server import serving as logging_in
from playbooks import sighting
from playbooks.dispatch import Pool
from playbooks.duties import WORKS
from playbooks.isolating import against
from playbooks.jobs import take_asked
from playbooks.site import Site, open_site
from playbooks.sweeps import sweep
from tests.ber_agent import GEN_ERR, BerAgent, Oid, Request, integer, octets, oid, serving, ticks
from tests.patience import ANSWER, PATIENCE, until
from tests.peers import free_port

NOW = datetime.now(UTC).replace(microsecond=0)
CYCLE = timedelta(minutes=5)
PC, CORE, ACCESS = "00:e0:fc:00:00:09", "00:25:9e:00:00:01", "00:25:9e:00:00:02"
GROUP = "00:00:5e:00:01:0a"
FDB = oid("1.3.6.1.2.1.17")
Table = dict[Oid, bytes]


def mac(text: str) -> bytes:
    return octets(bytes.fromhex(text.replace(":", "")))


def device(card: str, ports: int, started: int = 8_640_000) -> Table:
    """A box with so many ports, all of one card, up for a day."""
    table = {oid("1.3.6.1.2.1.1.3.0"): ticks(started)}
    for n in range(1, ports + 1):
        table |= {
            (*oid("1.3.6.1.2.1.2.2.1.3"), n): integer(6),
            (*oid("1.3.6.1.2.1.2.2.1.6"), n): mac(card),
            (*oid("1.3.6.1.2.1.31.1.1.1.1"), n): octets(f"GE0/0/{n}".encode()),
            (*oid("1.3.6.1.2.1.17.1.4.1.2"), n): integer(n),
        }
    return table


def learned(rows: Mapping[str, int]) -> Table:
    """A flat forwarding table: MAC → port."""
    table: Table = {}
    for text, port in rows.items():
        arcs = tuple(bytes.fromhex(text.replace(":", "")))
        table[(*oid("1.3.6.1.2.1.17.4.3.1.2"), *arcs)] = integer(port)
        table[(*oid("1.3.6.1.2.1.17.4.3.1.3"), *arcs)] = integer(3)
    return table


def answering(ip: str, card: str) -> Table:
    return {(*oid("1.3.6.1.2.1.4.22.1.2"), 1, *map(int, ip.split("."))): mac(card)}


@dataclass
class Shown(BerAgent):
    """An agent whose tables change, and that may fail below one OID."""

    failing: Oid = field(default=(9,))

    def __post_init__(self) -> None:
        super().__post_init__()
        self.answer = lambda agent, request: self._said(request)

    def _said(self, request: Request) -> bytes:
        if any(path[: len(self.failing)] == self.failing for path in request.oids):
            return request.reply(b"", GEN_ERR)
        return self.honest(request)

    def tell(self, table: Table) -> None:
        other = BerAgent(table)
        other.close()
        self._cells, self._order = other._cells, other._order


@dataclass(frozen=True)
class Office:
    """A core switch that is the gateway, an access switch below it, one that is off."""

    site: Site
    pool: Pool
    core: Shown
    access: Shown
    ids: Mapping[str, str]

    def look(self, at: datetime) -> int | None:
        return sighting.look(self.site, self.pool, at)

    def walk(self, name: str, origin: str) -> TableWalk:
        with self.site.database.view(EVERYTHING) as session:
            return session.get_one(TableWalk, (self.ids[name], origin))

    def roles(self) -> dict[tuple[str, str], str]:
        names = {key: name for name, key in self.ids.items()}
        with self.site.database.view(EVERYTHING) as session:
            rows = session.scalars(select(PortRole)).all()
            return {(names[row.device_id], row.why.split(" ")[0]): row.role for row in rows}

    def role(self, port: str) -> tuple[str, bool]:
        """Of a port of the access switch, and whether it shows a card it should not."""
        query = select(PortRole.role, PortRole.forged).join(
            Interface, Interface.id == PortRole.interface_id
        )
        here = Interface.device_id == self.ids["access"], Interface.name == port
        with self.site.database.view(EVERYTHING) as session:
            role, forged = session.execute(query.where(*here)).one()
        return role, forged

    def scan(self, subject: str = "") -> JobRun:
        key = new_key()
        with self.site.database.observe() as session:
            session.add(
                JobRun(
                    id=key, site="local", kind="scan", slot=key, subject=subject,
                    centre_id=self.site.centre_id, requested_at=datetime.now(UTC),
                )
            )  # fmt: skip
        take_asked(self.site, self.pool, WORKS)
        until(lambda: self._run(key).ended)
        return self._run(key)

    def _run(self, key: str) -> JobRun:
        with self.site.database.view(EVERYTHING) as session:
            return session.get_one(JobRun, key)


CORE_SHOWS = device(CORE, 3) | answering("10.1.1.9", PC) | learned({ACCESS: 1, PC: 1})
ACCESS_SHOWS = device(ACCESS, 8) | learned({CORE: 8, PC: 3})


@pytest.fixture
def office(founded_database: Database, tmp_path: Path) -> Iterator[Office]:
    key = Key.load(tmp_path / "secret.key")
    site = open_site(founded_database, tmp_path, tmp_path / "secret.key")
    pool = Pool(4)
    with ExitStack() as stack:
        core, access = (
            stack.enter_context(serving(Shown(shows))) for shows in (CORE_SHOWS, ACCESS_SHOWS)
        )
        assert isinstance(core, Shown)
        assert isinstance(access, Shown)
        ports = {"core": core.port, "access": access.port, "off": free_port()}
        ids = _registered(founded_database, site.centre_id, key, ports)
        sweep(site, pool, "identity", 1, only=[ids["core"], ids["access"]])
        yield Office(site, pool, core, access, ids)
    pool.close()


def _registered(
    database: Database, centre: str, key: Key, ports: Mapping[str, int]
) -> dict[str, str]:
    with database.transaction(system("登记")) as session:
        way = Credential(centre_id=centre, name="v2c", kind="v2c", community=key.seal("public"))
        session.add(way)
        session.flush()
        rows = {
            name: Device(
                centre_id=centre, name=name, address="127.0.0.1", kind="switch", v2c=True,
                snmp_id=way.id, snmp_port=port, ping=False, retries=0,
                timeout=0.3 if name == "off" else ANSWER,
            )
            for name, port in ports.items()
        }  # fmt: skip
        session.add_all(rows.values())
        session.flush()
        session.add(
            Prefix(
                centre_id=centre, cidr="10.1.1.0/24", name="办公", reason="试验",
                gateway="10.1.1.1", gateway_device_id=rows["core"].id,
            )
        )  # fmt: skip
    return {name: row.id for name, row in rows.items()}


def test_from_tables_to_who_had_the_address_at_which_port(office: Office) -> None:
    assert office.look(NOW) == 3
    assert office.look(NOW) is None  # this slot was walked
    with office.site.database.view(EVERYTHING) as session:
        [held] = who_had(session, "10.1.1.9", NOW + CYCLE)
        run = session.scalars(select(JobRun).where(JobRun.kind == "sightings")).one()
        assert home_fact(session, "sighting_seconds") == "300"  # who judges knows how often
    assert (held.mac, held.device, held.holder) == (PC, "core", None)
    assert held.prefix_id is not None
    nearest, link = held.places
    assert (nearest.device, nearest.port, nearest.edge) == ("access", "GE0/0/3", True)
    assert (link.device, link.port, link.role) == ("core", "GE0/0/1", "uplink")
    assert set(office.roles().values()) == {"edge", "uplink"}
    assert (run.state, run.total, run.outcome["partial"]) == ("done", 3, 1)
    off = office.walk("off", "fdb")
    assert (off.attempt_at >= NOW, off.complete_at) == (True, None)
    assert off.why != ""


def test_a_walk_that_breaks_off_ends_nothing_and_a_moved_cable_is_seen(office: Office) -> None:
    office.look(NOW)
    office.access.failing = FDB
    office.look(NOW + CYCLE)
    assert (
        office.walk("access", "fdb").complete_at == office.walk("access", "neighbours").attempt_at
    )
    office.access.failing = (9,)
    office.access.tell(device(ACCESS, 8) | learned({CORE: 8, PC: 5}))
    office.look(NOW + 2 * CYCLE)
    office.core.tell(device(CORE, 3) | answering("10.1.1.8", PC) | learned({ACCESS: 1}))
    office.look(NOW + 3 * CYCLE)
    with office.site.database.view(EVERYTHING) as session:
        places = [(p.device, p.port) for p in where_is(session, PC)]
        before = where_is(session, PC, NOW + CYCLE)[0]
        arps = session.scalars(select(ArpSighting).order_by(ArpSighting.ip)).all()
    assert places == [("access", "GE0/0/5"), ("core", "GE0/0/1")]
    assert before.port == "GE0/0/3"
    assert [(row.ip, row.until is None) for row in arps] == [
        ("10.1.1.8", True),
        ("10.1.1.9", False),
    ]


def test_one_slow_switch_holds_up_nobodys_verdict(office: Office) -> None:
    with office.site.database.transaction(system("耐心")) as session:
        session.get_one(Device, office.ids["access"]).timeout = 60
    site = replace(office.site, sighting_seconds=4)
    hung, answered = Event(), office.access.answer

    def hangs(agent: BerAgent, request: Request) -> bytes | None:
        assert hung.wait(PATIENCE)
        time.sleep(2.5)  # asked within its time, answered after it, however fast the verdict was
        return answered(agent, request)

    office.access.answer = hangs
    cycle = Thread(target=sighting.look, args=(site, office.pool, NOW))
    cycle.start()
    try:
        until(lambda: _standing(office))
        assert office.walk("core", "arp").complete_at is not None
        with office.site.database.view(EVERYTHING) as session:
            assert session.scalars(select(JobRun)).one().state == "running"
    finally:
        hung.set()
        cycle.join()
    with office.site.database.view(EVERYTHING) as session:
        run = session.scalars(select(JobRun)).one()
    assert (run.state, run.total, run.outcome["partial"]) == ("done", 3, 2)
    late = office.walk("access", "fdb")
    assert late.complete_at is None
    assert "下一轮再读" in late.why


def test_a_cloned_card_hides_no_port_and_is_told_there(office: Office) -> None:
    office.look(NOW)
    office.access.tell(device(ACCESS, 8) | learned({CORE: 3, PC: 3}))
    office.look(NOW + CYCLE)
    with office.site.database.view(EVERYTHING) as session:
        access = session.get_one(Device, office.ids["access"])
        named = select(Interface.name, PortRole.role).join(
            PortRole, PortRole.interface_id == Interface.id
        )
        roles = dict(session.execute(named.where(Interface.device_id == access.id)).all())
        (row,) = session.scalars(select(AddressFinding).where(AddressFinding.kind == "spoof"))
        why = against(session, access, "GE0/0/3")
    assert (roles["GE0/0/3"], roles["GE0/0/8"]) == ("edge", "uplink")
    assert (row.severity, row.mac, row.port) == ("critical", CORE, "GE0/0/3")
    assert "SSH 凭据" in why  # what is lacking is the way to it: the port itself may be shut
    office.access.tell(ACCESS_SHOWS)
    for turn in range(2, 6):
        office.look(NOW + turn * CYCLE)
    with office.site.database.view(EVERYTHING) as session:
        assert session.get_one(AddressFinding, row.id).state == "gone"


@pytest.mark.parametrize("said", ["registered", "fixed", "heard"])
def test_a_router_group_makes_a_link_when_somebody_speaks_for_it(office: Office, said: str) -> None:
    """Seen with the very first walk, when nobody has hung at the port yet."""
    office.access.tell(device(ACCESS, 8) | learned({CORE: 8, GROUP: 3}))
    office.look(NOW)
    assert office.role("GE0/0/3") == ("edge", True)
    with office.site.database.view(EVERYTHING) as session:
        (row,) = session.scalars(select(AddressFinding).where(AddressFinding.kind == "spoof"))
    assert (row.severity, row.mac, row.port) == ("critical", GROUP, "GE0/0/3")
    kind = {"fixed": 4, "heard": 3}.get(said)
    if kind:
        row = {(*oid("1.3.6.1.2.1.4.22.1.4"), 1, 10, 1, 1, 1): integer(kind)}
        office.core.tell(CORE_SHOWS | answering("10.1.1.1", GROUP) | row)
    else:
        with office.site.database.transaction(system("登记")) as session:
            prefix = session.scalars(select(Prefix)).one()
            alias = AddressAlias(
                centre_id=prefix.centre_id, prefix_id=prefix.id, ip="10.1.1.1", mac=GROUP,
                kind="vrrp", reason="双网关",
            )  # fmt: skip
            session.add(alias)
    for turn in (1, 2):  # the devices of one walk are judged in no order
        office.look(NOW + turn * CYCLE)
    assert office.role("GE0/0/3") == (("edge", True) if said == "heard" else ("uplink", False))


def _standing(office: Office) -> int:
    with office.site.database.view(EVERYTHING) as session:
        return len(session.scalars(select(AddressFinding)).all())


def test_a_switch_that_has_just_restarted_puts_nobody_at_another_port(office: Office) -> None:
    now = datetime.now(UTC)  # not NOW: the names were read when the office was opened
    office.look(now)
    office.access.tell(device(ACCESS, 8, started=100) | learned({CORE: 8, PC: 5}))
    office.look(now + CYCLE)
    assert "重新启动" in office.walk("access", "fdb").why
    with office.site.database.view(EVERYTHING) as session:
        assert where_is(session, PC)[0].port == "GE0/0/3"


def test_people_ask_for_one_device_or_all_and_are_told_why_not(office: Office) -> None:
    assert office.scan(office.ids["access"]).outcome["devices"] == 1
    with office.site.database.view(EVERYTHING) as session:
        assert set(session.scalars(select(FdbSighting.device_id))) == {office.ids["access"]}
    assert office.scan().outcome["devices"] == 3
    with office.site.database.transaction(system("暂停")) as session:
        session.get_one(Device, office.ids["core"]).paused = True
    refused = office.scan(office.ids["core"])
    assert refused.state == "failed"
    assert "暂停监测" in refused.note


def test_a_refused_login_is_not_tried_again_until_the_secret_is_another(
    office: Office, tmp_path: Path
) -> None:
    cli = Cli(name="OFF", dialect="huawei_vrp", password="S3cret-simulated")
    seal = office.site.key.seal
    with logging_in([cli], keys=tmp_path / "keys"):
        with office.site.database.transaction(system("加登录")) as session:
            row = session.get_one(Device, office.ids["off"])
            way = Credential(
                centre_id=row.centre_id, name="ssh", kind="ssh", user=cli.user,
                password=seal("wrong"),
            )  # fmt: skip
            session.add(way)
            session.flush()
            row.ssh_id, row.ssh_port, row.profile = way.id, cli.port, "huawei_vrp"
            row.snmp_id, row.timeout = None, ANSWER
        site = replace(office.site, sighting_seconds=60)
        now = datetime.now(UTC)
        for minute in range(3):
            sighting.look(site, office.pool, now + timedelta(minutes=minute))
        assert (cli.refused, cli.logins) == (1, 0)
        assert office.walk("off", "arp").refused_at is not None
        with office.site.database.transaction(system("改口令")) as session:
            way = session.scalars(select(Credential).where(Credential.kind == "ssh")).one()
            way.password, way.set_at = seal("S3cret-simulated"), now + timedelta(minutes=4)
        sighting.look(site, office.pool, now + timedelta(minutes=5))
        assert cli.logins > 0
        assert cli.refused == 1
