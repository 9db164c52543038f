"""A small county for page tests: two counties, their devices, people with rights, real polls.

def test_status(county):
    county.sweep(core="down")            # judged and written by netops.ingest
    assert "中断" in county.login("net").get("/").text
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from apiflask import APIFlask
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from inventory.act import EVERYTHING, Act, Scope, system
from inventory.centre import Centre
from inventory.credential import Credential
from inventory.db import Database
from inventory.device import Device
from inventory.grant import Grant, standing
from inventory.person import Person
from inventory.policy import Policy
from inventory.role import can
from inventory.run import JobRun
from inventory.secret import Key
from inventory.shanghai import today
from inventory.token import LENDABLE, Loan, make
from netops.errors import DeviceError, Unreachable
from netops.history import History
from netops.ingest import ingest
from netops.reading import Gauge, Identity, Poll, Port, Target
from web.settings import Settings

PASSWORD = "County#2026"
PEOPLE = (
    ("net", "李网", "network_admin", "county"),
    ("tech", "王技", "technician", "county"),
    ("far", "赵远", "network_admin", "other"),
    ("town", "钱镇", "network_admin", "town"),
    ("boss", "孙管", "system_admin network_admin", "city"),
    ("sec", "周安", "security_admin", "city"),
    ("trail", "吴审", "audit_admin", "city"),
    ("leader", "郑局", "leader", "county"),
    ("chief", "冯主任", "manager", "county"),
    ("audit", "陈查", "auditor", "county"),
)
DEVICES = (
    ("core", "兰考核心交换机", "switch", "huawei_vrp", "county", ""),
    ("edge", "城关镇交换机", "switch", "h3c_comware", "town", "core"),
    ("leaf", "城关镇接入交换机", "switch", "ruijie_os", "town", "edge"),
    ("ups", "机房 UPS", "ups", "ups_rfc1628", "county", ""),
    ("far", "洛阳核心交换机", "switch", "huawei_vrp", "other", ""),
)
GONE = Unreachable("10.41.0.1 没有应答（共 2 次，每次等 2 秒）", "timeout after 2 tries of 2.0 s")
BOOTED = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
IDENTITY = Identity(
    sys_name="LK-CORE", sys_descr="S5720 Versatile Routing Platform", model="S5720-28P",
    sys_object_id="1.3.6.1.4.1.2011.2.23.463", vendor="华为", serial="2102359305",
    version="V200R010",
)  # fmt: skip


@dataclass
class County:
    """The founded database behind an app. `ids` are device ids by the short names of DEVICES."""

    app: APIFlask
    database: Database
    settings: Settings
    history: History
    centres: Mapping[str, Centre]
    ids: Mapping[str, str]
    at: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(seconds=150))

    def login(self, who: str) -> "Browser":
        return Browser(self.app.test_client(), who)

    def token(self, who: str, *rights: str) -> dict[str, str]:
        """The header a program of theirs sends: a token for all they may lend, or for `rights`."""
        with self.database.transaction(system("建令牌")) as session:
            person = session.scalars(select(Person).where(Person.login == who)).one()
            owner = standing(session, person)
            lent = rights or [right for right in LENDABLE if can(owner, right)]
            centre = owner.scope.paths[0].strip("/").rpartition("/")[2]
            loan = Loan("试验程序", lent, centre, today() + timedelta(days=30))
            made = make(session, owner, loan, today())
        return {"Authorization": f"Bearer {made.text}"}

    def act(self, centre: str = "city") -> Act:
        return Act("试验", "p", "张三", "r", "test", Scope((self.centres[centre].path,)))

    def poll(self, device: str, **told: Any) -> Poll:
        """A visit that found the device as `told` (fields of Poll); answering by default."""
        with self.database.view(EVERYTHING) as session:
            row = session.get_one(Device, self.ids.get(device, device))
            target = Target(row.id, row.address, row.profile)
        return Poll(target, told.pop("at", self.at), 12.0, answered=("snmp",), **told)

    def ingest(self, *polls: Poll) -> None:
        ingest(self.database, self.history, polls, int(polls[0].at.timestamp()))

    def sweep(self, **faults: DeviceError | str) -> None:
        """Two sweeps, the last half a minute ago, in which `faults` did not answer."""
        for _ in range(2):
            self.at += timedelta(minutes=1)
            self.ingest(*(self._visit(name, faults.get(name)) for name in self.ids))
        self.ran("status", self.at)

    def measure(self, device: str, *gauges: Gauge) -> None:
        """The device answers now, with these sensors."""
        self.ingest(self.poll(device, at=datetime.now(UTC), gauges=gauges))

    def count(self, device: str, *, octets: int = 37_500_000, seconds: int = 60) -> None:
        """Two counter readings of three ports: port n takes in n × `octets` in `seconds`."""
        now = datetime.now(UTC)
        self.count_at(device, now - timedelta(seconds=seconds), 0)
        self.count_at(device, now, octets)

    def count_at(self, device: str, at: datetime, octets: int) -> None:
        """One counter reading: port n stands at n × `octets` in, twice that out."""
        up = at.timestamp() - BOOTED
        self.ingest(self.poll(device, at=at, ports=ports(octets), identity=IDENTITY, uptime=up))

    def add(self, number: int, **facts: Any) -> list[str]:
        """So many more devices in the county."""
        with self.database.transaction(self.act()) as session:
            rows = [
                Device(**{"centre_id": self.centres["county"].id, "name": f"增设 {n}",
                          "address": f"10.42.{n // 250}.{n % 250 + 1}", "kind": "switch", **facts})
                for n in range(number)
            ]  # fmt: skip
            session.add_all(rows)
        return [row.id for row in rows]

    def _visit(self, name: str, fault: DeviceError | str | None) -> Poll:
        error = GONE if fault == "down" else fault
        return self.poll(name, error=error)

    def ran(self, kind: str, at: datetime, **facts: Any) -> str:
        """The record of a finished routine sweep."""
        plain = {"state": "done", "ended_at": at}
        plain |= {"outcome": {"counts": {"up": 4}, "seconds": 0.5}}
        run = JobRun(
            site="local", kind=kind, slot=at.isoformat(), centre_id=self.centres["county"].id,
            requested_at=at, started_at=at, **(plain | facts),
        )  # fmt: skip
        with self.database.observe() as session:
            session.add(run)
        return run.id

    def let_out(self) -> None:
        """From now on nobody need be asked before a confidential book is exported."""
        with self.database.transaction(system("改策略")) as session:
            policy = _small_centre(self.centres["county"])
            policy.name, policy.export_consent = "试验二", False
            session.add(policy)

    def one(self, cls: type[Any], key: Any) -> Any:
        with self.database.view(EVERYTHING) as session:
            return session.get_one(cls, key)

    def rows(self, query: Any) -> list[Any]:
        with self.database.view(EVERYTHING) as session:
            return list(session.scalars(query))


@dataclass
class Browser:
    """A logged-in person: `get`, and `post` with the page's own CSRF token."""

    client: FlaskClient
    who: str
    token: str = ""

    def __post_init__(self) -> None:
        self.token = csrf(self.client.get("/login").text)
        done = self.post("/login", {"login": self.who, "password": PASSWORD})
        assert done.status_code == 302, done.text
        self.token = csrf(self.client.get("/account/password").text)

    def get(self, url: str, **options: Any) -> TestResponse:
        return self.client.get(url, **options)

    def post(self, url: str, data: Mapping[str, Any] | None = None) -> TestResponse:
        return self.client.post(url, data={**(data or {}), "csrf_token": self.token})


def found_county(app: APIFlask, database: Database, settings: Settings) -> County:
    """Centres, people, one credential and the devices of DEVICES."""
    with database.transaction(system("建县")) as session:
        centres = _centres(session)
        session.add(_small_centre(centres["county"]))
        session.flush()
        for login, name, roles, place in PEOPLE:
            _person(session, centres[place], login, name, roles.split())
        key = Key.load(settings.key_file)
        session.add(
            Credential(
                centre_id=centres["county"].id, name="全县只读", kind="v2c",
                community=key.seal("s3cret-community"),
            )
        )  # fmt: skip
        ids = dict(_devices(session, centres))
    return County(app, database, settings, History(settings.home / "history"), centres, ids)


@cache
def _hashed() -> str:
    """A true Argon2id hash of little cost: its parameters travel with it, and some thousand logins
    of these tests need not each take what an attacker should pay."""
    return PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)


def _small_centre(centre: Centre) -> Policy:
    """One person may do two jobs, and a password is enough to log in."""
    return Policy(
        centre_id=centre.id, name="试验", small_centre=True, small_reason="试验用",
        totp_required=False, in_force_at=datetime.now(UTC),
    )  # fmt: skip


def _person(session: Any, centre: Centre, login: str, name: str, roles: list[str]) -> None:
    person = Person(centre_id=centre.id, login=login, name=name, must_change=False)
    person.password_hash, person.password_set_at = _hashed(), datetime.now(UTC)
    given = {"centre_id": centre.id, "person_id": person.id, "agreed_at": datetime.now(UTC)}
    session.add_all([person, *(Grant(role=role, **given) for role in roles)])


def _centres(session: Any) -> dict[str, Centre]:
    city = Centre(code="410200", name="开封市", tier="city")
    session.add(city)
    county = Centre(code="410225", name="兰考县", tier="county", parent_id=city.id)
    other = Centre(code="410300", name="洛阳市", tier="city")
    session.add_all([county, other])
    town = Centre(code="410225100", name="城关镇", tier="township", parent_id=county.id)
    session.add(town)
    session.flush()
    return {"city": city, "county": county, "other": other, "town": town}


def _devices(session: Any, centres: Mapping[str, Centre]) -> Iterator[tuple[str, str]]:
    made: dict[str, str] = {}
    for number, (key, name, kind, profile, place, parent) in enumerate(DEVICES, 1):
        device = Device(
            centre_id=centres[place].id, name=name, kind=kind, profile=profile,
            address=f"10.41.0.{number}", parent_id=made.get(parent),
        )  # fmt: skip
        session.add(device)
        session.flush()
        made[key] = device.id
        yield key, device.id


def ports(grown: int, *, up: Iterable[int] = (1, 2)) -> tuple[Port, ...]:
    """Three ports whose octet counters stand at `grown` (in) and twice that (out)."""
    return tuple(
        Port(
            index=n, name=f"GigabitEthernet0/0/{n}", alias=f"至乡镇 {n}", speed=1_000_000_000,
            mac=f"00:e0:fc:12:34:0{n}", admin_up=n != 3, oper_up=n in up, in_octets=grown * n,
            out_octets=2 * grown * n, in_errors=0, out_errors=0, in_discards=0, out_discards=0,
        )
        for n in (1, 2, 3)
    )  # fmt: skip


def gauge(metric: str, value: float, unit: str = "%", slot: str = "") -> Gauge:
    return Gauge(metric, slot, value, unit)


@contextmanager
def selects(database: Database) -> Iterator[list[str]]:
    """The SELECT statements sent while the block runs."""
    seen: list[str] = []

    def watch(_c: Any, _k: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", watch)
    yield seen
    event.remove(database.engine, "before_cursor_execute", watch)


def csrf(page: str) -> str:
    """The token a page gives its forms."""
    match = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert match, page[:400]
    return match[1]
