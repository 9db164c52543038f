"""Sweeps against a real agent: what is due, what is written, what one bad device costs."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from inventory.act import EVERYTHING, system
from inventory.credential import Credential
from inventory.device import Device
from inventory.interface import Interface, InterfaceLatest
from inventory.run import JobRun
from inventory.secret import Key
from inventory.state import DeviceState
from playbooks import duties
from playbooks.sweeps import identity_due, run_due, sweep
from tests import agents
from tests.patience import until
from tests.playbooks.conftest import County

SYS_NAME = "1.3.6.1.2.1.1.5.0"
IF_NAME = "1.3.6.1.2.1.31.1.1.1.1"


def state(county: County, device: str) -> DeviceState:
    with county.site.database.view(EVERYTHING) as session:
        return session.get_one(DeviceState, device)


def ports(county: County) -> dict[str, InterfaceLatest]:
    query = select(Interface.name, InterfaceLatest).join(
        InterfaceLatest, InterfaceLatest.interface_id == Interface.id
    )
    with county.site.database.view(EVERYTHING) as session:
        return {row[0]: row[1] for row in session.execute(query)}


def test_from_a_real_agent_to_rows(county: County) -> None:
    done = sweep(county.site, county.pool, "identity", 1)
    told = county.agent.get(agents.STRONG, SYS_NAME)
    assert done.counts == {"up": 1, "unknown": 1, "down": 0, "unreachable": 0}
    assert state(county, county.real).sys_name == agents.NAME
    assert told[SYS_NAME] == agents.NAME.encode()
    names = county.agent.walk(agents.STRONG, IF_NAME).values()
    assert sorted(ports(county)) == sorted(v.decode() for v in names if isinstance(v, bytes))


def test_counters_move_and_give_rates(county: County) -> None:
    sweep(county.site, county.pool, "identity", 1)
    before = ports(county)["lo"].in_octets
    for _ in range(20):  # every question and answer goes over lo, so its counter must move
        county.agent.get(agents.STRONG, SYS_NAME)

    def moved() -> bool:
        sweep(county.site, county.pool, "counters", int(datetime.now(UTC).timestamp()))
        return ports(county)["lo"].in_octets != before

    until(moved)  # net-snmp keeps ifTable for 3 s
    row = ports(county)["lo"]
    assert row.in_octets is not None
    assert before is not None
    assert row.in_octets > before
    assert row.in_bps is not None
    assert row.in_bps > 0


def test_two_silent_sweeps_are_down_and_the_neighbour_is_up(county: County) -> None:
    for slot in (1, 2):
        sweep(county.site, county.pool, "status", slot)
    assert state(county, county.silent).state == "down"
    assert "127.0.0.1" in state(county, county.silent).why
    assert state(county, county.real).state == "up"


def test_one_slot_is_swept_once(county: County) -> None:
    now = datetime(2026, 11, 20, 4, 0, 20, tzinfo=UTC)
    assert run_due(county.site, county.pool, "status", now) is not None
    assert run_due(county.site, county.pool, "status", now + timedelta(seconds=30)) is None
    assert run_due(county.site, county.pool, "status", now + timedelta(seconds=60)) is not None
    with county.site.database.view(EVERYTHING) as session:
        runs = session.scalars(select(JobRun).order_by(JobRun.slot)).all()
    assert [(r.kind, r.state, r.done) for r in runs] == [("status", "done", 2)] * 2
    assert runs[0].outcome["counts"] == {"up": 1, "unknown": 1, "down": 0, "unreachable": 0}


def test_a_device_never_described_is_due_and_then_not(county: County) -> None:
    sweep(county.site, county.pool, "status", 1)
    now = datetime.now(UTC)
    assert identity_due(county.site, now) == [county.real]
    duties.status(county.site, county.pool)
    assert identity_due(county.site, datetime.now(UTC)) == []
    assert identity_due(county.site, now + timedelta(hours=2)) == [county.real]


def test_a_paused_or_retired_device_is_left_alone(county: County) -> None:
    with county.site.database.transaction(system("停")) as session:
        session.get_one(Device, county.real).paused = True
        session.get_one(Device, county.silent).retired_at = datetime.now(UTC)
    assert sweep(county.site, county.pool, "status", 1).polls == ()


def test_a_secret_sealed_with_another_key_is_told_on_the_device(county: County) -> None:
    stranger = Key(b"x" * 32)
    with county.site.database.transaction(system("换")) as session:
        way = session.scalars(select(Credential)).one()
        way.auth_secret = stranger.seal("authentic-2026")
    sweep(county.site, county.pool, "status", 1)
    assert state(county, county.real).state == "unknown"
    assert "密钥" in state(county, county.real).why


def test_an_unknown_profile_is_told_and_the_sweep_goes_on(county: County) -> None:
    with county.site.database.transaction(system("改")) as session:
        session.get_one(Device, county.silent).profile = "nobody_knows"
        session.get_one(Device, county.silent).snmp_port = county.agent.port
    sweep(county.site, county.pool, "identity", 1)
    assert state(county, county.real).state == "up"
    why = state(county, county.silent)
    assert "nobody_knows" in why.why + why.detail


def test_v2c_that_was_not_allowed_is_not_spoken(county: County) -> None:
    with county.site.database.transaction(system("换成 v2c")) as session:
        way = session.scalars(select(Credential)).one()
        way.kind, way.community = "v2c", county.site.key.seal("county-ro")
    sweep(county.site, county.pool, "status", 1)
    assert state(county, county.real).state == "unknown"
    assert "v2c" in state(county, county.real).why
    with county.site.database.transaction(system("允许")) as session:
        session.get_one(Device, county.real).v2c = True
    sweep(county.site, county.pool, "status", 2)
    assert state(county, county.real).state == "up"
