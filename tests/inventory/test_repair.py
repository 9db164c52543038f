"""A repair goes with its thing: begun in one act, not out with its data, judged where somebody is
to blame, and the thing is back."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, NoResultFound

from inventory.act import EVERYTHING
from inventory.db import Database
from inventory.deployment import deploy, serving
from inventory.device import Device
from inventory.equipment import Equipment
from inventory.moving import events
from inventory.notice import Notice
from inventory.overdue_papers import tell_overdue
from inventory.register import Rejected
from inventory.repair import Repair, overdue
from inventory.sanitisation import Sanitisation
from inventory.scrapping import Scrapping
from inventory.stepping import moving
from tests.inventory.papers import House, house


@pytest.fixture
def home(database: Database, tmp_path: Path) -> House:
    return house(database, tmp_path)


@pytest.fixture
def lite(sqlite_database: Database, tmp_path: Path) -> House:
    return house(sqlite_database, tmp_path)


def state(home: House, thing: str) -> str:
    return str(home.one(Equipment, thing).state)


def test_one_form_begins_it_and_one_ends_it(home: House) -> None:
    thing = home.thing(opening="stock")
    key = home.repair(thing)
    repair = home.one(Repair, key)
    assert repair.number.startswith("WX-") and repair.number.endswith("-0001")
    assert (state(home, thing), repair.state, repair.came_from) == ("repair", "open", "stock")
    with pytest.raises(Rejected, match="已经在修"):
        home.repair(thing)
    home.do("net", Repair, key, "finish", result="fixed", cause="wear", done="换电源", cost=120.0)
    repair = home.one(Repair, key)
    assert (state(home, thing), repair.state) == ("stock", "closed")
    with home.database.view(EVERYTHING) as session:
        told = [
            (e.from_state, e.to_state, e.paper, e.paper_no)
            for e in events(session, session.get_one(Equipment, thing))[1:]
        ]
    no = repair.number
    assert told == [("stock", "repair", "Repair", no), ("repair", "stock", "Repair", no)]


def test_nothing_goes_out_with_its_data(home: House) -> None:
    """Article 125, at the step, at the row, and in the database itself."""
    thing = home.thing(has_storage=True)
    key = home.repair(thing)
    sent = {"vendor": "郑州维修站", "carrier_id": home.staff["tech"]}
    with pytest.raises(Rejected, match="第一百二十五条"):
        home.do("tech", Repair, key, "send", **sent)
    with pytest.raises(Rejected), home.database.transaction(home.act("tech")) as session:
        row = session.get_one(Repair, key)
        with moving(session, row):
            row.state = "out"
    with pytest.raises(IntegrityError), home.database.engine.begin() as connection:
        connection.execute(text("UPDATE repair SET state = 'out'"))
    with pytest.raises(Rejected), home.database.transaction(home.act("net")) as session:
        session.get_one(Equipment, thing).has_storage = False  # no way round by the book either
    wiped = home.wipe(home.one(Repair, key), thing, method="kept")
    home.do("tech", Repair, key, "send", **sent)
    assert home.one(Repair, key).state == "out"
    with pytest.raises(Rejected), home.database.transaction(home.act("tech")) as session:
        session.get_one(Sanitisation, wiped).turn(gone=True)
    home.do("tech", Repair, key, "finish", result="fixed", cause="wear", done="换主板")
    assert state(home, thing) == "in_use"


def test_what_is_secret_has_a_witness_who_signs(lite: House) -> None:
    thing = lite.thing(secret=True)
    key = lite.repair(thing)
    repair = lite.one(Repair, key)
    sent = {"vendor": "郑州维修站", "carrier_id": lite.staff["tech"]}
    for witness in (None, lite.staff["tech"]):  # nobody, or the one who wiped
        with pytest.raises(Rejected):
            lite.wipe(repair, thing, witness_id=witness)
    wiped = lite.wipe(repair, thing, witness_id=lite.staff["net"])
    with pytest.raises(Rejected, match="见证人签字"):
        lite.do("tech", Repair, key, "send", **sent)
    for other in ("lead", "tech"):
        with pytest.raises(Rejected, match="见证人本人"):
            lite.witness(other, wiped)
    lite.witness("net", wiped)
    lite.do("tech", Repair, key, "send", **sent)
    assert lite.one(Repair, key).state == "out"


def test_a_computer_of_a_village_is_named_in_words(lite: House) -> None:
    key = lite.repair(None, named="谷营村电脑", holds_data=True, reporter="村计生员")
    with pytest.raises(Rejected, match="数据清除"):
        lite.do("tech", Repair, key, "send", vendor="店", carrier_id=lite.staff["tech"])
    lite.wipe(lite.one(Repair, key), None, method="kept")
    lite.do("tech", Repair, key, "send", vendor="店", carrier_id=lite.staff["tech"])
    lite.do("tech", Repair, key, "finish", result="fixed", cause="wear", done="换内存")
    assert lite.one(Repair, key).state == "closed"
    for wrong in ({"named": ""}, {"named": "甲", "reporter_id": None}):
        with pytest.raises(Rejected):
            lite.repair(None, **wrong)


def test_who_broke_it_answers_and_a_leader_says_how(home: House) -> None:
    thing = home.thing()
    key = home.repair(thing)
    end = {"result": "fixed", "cause": "human", "done": "换屏", "cost": 800.0}
    with pytest.raises(Rejected, match="责任人"):
        home.do("tech", Repair, key, "finish", **end)
    blame = {"responsible_id": home.staff["net"], "decision": "赔一半", "compensation": 400.0}
    home.do("tech", Repair, key, "finish", **end, **blame)
    assert (home.one(Repair, key).state, state(home, thing)) == ("blame", "in_use")
    with pytest.raises(Rejected):
        home.decide("net", Repair, key)  # no leader
    home.decide("lead", Repair, key, yes=False)
    home.do("tech", Repair, key, "rejudge", cause="human", decision="全赔", compensation=800.0,
            responsible_id=home.staff["net"])  # fmt: skip
    home.decide("lead", Repair, key)
    repair = home.one(Repair, key)
    assert (repair.state, repair.compensation, repair.revised) == ("closed", 800.0, 2)


def test_back_it_serves_again_and_what_is_beyond_repair_is_to_be_scrapped(lite: House) -> None:
    first, second = lite.thing(), lite.thing(name="旧交换机")
    with lite.database.transaction(lite.act("net")) as session:
        device = Device(centre_id=lite.centre.id, name="核心", address="10.1.1.1", kind="switch")
        session.add(device)
        session.flush()
        deploy(session, session.get_one(Equipment, first), device)
    key = lite.repair(first)
    with lite.database.view(EVERYTHING) as session:
        assert serving(session, device=device.id) is None
    lite.do("tech", Repair, key, "finish", result="fixed", cause="wear", done="换风扇")
    with lite.database.view(EVERYTHING) as session:
        served = serving(session, device=device.id)
        assert served is not None and served.equipment_id == first
    key = lite.repair(second)
    lite.do("tech", Repair, key, "finish", result="beyond", cause="wear", done="主板烧毁",
            back_to="scrap")  # fmt: skip
    (paper,) = lite.rows(select(Scrapping))
    with lite.database.view(EVERYTHING) as session:
        told = session.get_one(Scrapping, paper.id).lines(session)
    assert state(lite, second) == "idle" and told is not None and told.rows[0][3] == "旧交换机"


def test_a_month_open_is_late_and_a_mistake_is_taken_back(lite: House) -> None:
    thing = lite.thing()
    now = datetime.now(UTC)
    repair = lite.one(Repair, lite.repair(thing, reported_at=now - timedelta(days=31)))
    assert "31 天" in repair.late and not overdue(repair, now - timedelta(days=2))
    with lite.database.observe() as session:
        tell_overdue(session, now)
    assert lite.rows(select(Notice).where(Notice.title.contains(repair.number)))
    with pytest.raises(NoResultFound):
        lite.do("far", Repair, repair.id, "cancel")
    other = lite.thing()
    with pytest.raises(Rejected), lite.database.transaction(lite.act("tech")) as session:
        session.get_one(Repair, repair.id).equipment_id = other
    lite.do("tech", Repair, repair.id, "cancel")
    assert (lite.one(Repair, repair.id).late, state(lite, thing)) == ("", "in_use")
