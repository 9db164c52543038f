"""A scrapping takes its things along from the request to the signed receipt; a loss and what is
unstable likewise: nothing moves without its paper, its consent and its signatures."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, NoResultFound

from inventory.act import EVERYTHING, system
from inventory.attachment import attachments
from inventory.centre import Centre
from inventory.db import Database
from inventory.equipment import Equipment
from inventory.handing_lines import add
from inventory.handover import Handover
from inventory.loss import Loss
from inventory.paper_line import lines_of
from inventory.part import Part
from inventory.register import Rejected
from inventory.repair import Repair
from inventory.scrapping import Scrapping, overdue, put_on, take_off
from inventory.shanghai import today
from inventory.signature import Signature, signatures
from inventory.stock import totals
from tests.inventory.papers import House, house

RECEIVED = {"receiver_unit": "县机关事务中心", "receiver": "老赵"}


@pytest.fixture
def home(database: Database, tmp_path: Path) -> House:
    return house(database, tmp_path)


@pytest.fixture
def lite(sqlite_database: Database, tmp_path: Path) -> House:
    return house(sqlite_database, tmp_path)


def states(home: House, *things: str) -> list[str]:
    return [home.one(Equipment, one).state for one in things]


def stock_of(home: House, part: str) -> int:
    with home.database.view(EVERYTHING) as session:
        return totals(session, session.get_one(Part, part).id)


def test_from_request_to_receipt(home: House) -> None:
    disk = home.thing(name="服务器", has_storage=True, secret=True, cost=9000.0)
    plain, part = home.thing(opening="idle"), home.part(5)
    key = home.scrapping(disk, plain, parts=((part, 2),))
    home.do("tech", Scrapping, key, "ask")
    assert states(home, disk, plain) == ["scrapping", "scrapping"] and stock_of(home, part) == 3
    paper = home.one(Scrapping, key)
    assert (paper.state, paper.count, paper.worth) == ("asked", 4, 10000.0)
    assert "服务器" in (paper.listing or "") and "照片 " in (paper.listing or "")
    home.decide("lead", Scrapping, key)
    assert states(home, disk, plain) == ["approved", "approved"]
    with pytest.raises(Rejected, match="第一百二十五条"):
        home.do("tech", Scrapping, key, "hand", **RECEIVED)
    wiped = home.wipe(paper, disk, method="destroyed", witness_id=home.staff["net"])
    with pytest.raises(Rejected, match="见证人签字"):
        home.do("tech", Scrapping, key, "hand", **RECEIVED)
    home.witness("net", wiped)
    home.do("tech", Scrapping, key, "hand", taker_id=home.people["chief"].id, **RECEIVED)
    assert states(home, disk, plain) == ["approved", "approved"]  # not before it is received
    for who in ("tech", "lead"):
        with pytest.raises(Rejected):
            home.do(who, Scrapping, key, "take")
    home.do("chief", Scrapping, key, "take")
    assert states(home, disk, plain) == ["scrapped", "scrapped"] and stock_of(home, part) == 3
    with home.database.view(EVERYTHING) as session:
        paper = session.get_one(Scrapping, key)
        told = [(one.meaning, one.number) for one in signatures(session, paper)]
        lines = paper.lines(session)
    assert told == [("approve", 1), ("hand", 2), ("take", 2)]
    assert lines is not None and (lines.sums[0], lines.sums[-1]) == ("合计", "10000.00")
    assert paper.state == "done" and paper.finished_at is not None


def test_a_receipt_on_paper_will_do(lite: House) -> None:
    thing = lite.thing()
    key = lite.scrapping(thing)
    lite.do("tech", Scrapping, key, "ask")
    lite.decide("lead", Scrapping, key)
    lite.do("tech", Scrapping, key, "hand", **RECEIVED)
    with pytest.raises(Rejected, match="回执"):
        lite.do("tech", Scrapping, key, "receipt", receiver="老赵", document_no="豫资〔2026〕3 号")
    lite.hang(lite.one(Scrapping, key), "receipt")
    with pytest.raises(Rejected, match="必须填写"):
        lite.do("tech", Scrapping, key, "receipt", receiver="老赵")
    lite.do("tech", Scrapping, key, "receipt", receiver="老赵", document_no="豫资〔2026〕3 号")
    assert states(lite, thing) == ["scrapped"]
    with lite.database.view(EVERYTHING) as session:
        told = signatures(session, session.get_one(Scrapping, key))
        assert [(one.meaning, one.signer_name) for one in told][1:] == [
            ("hand", "tech某"), ("fill", "tech某"),
        ]  # fmt: skip
    with pytest.raises(Rejected, match="不能再增减"), lite.database.transaction(
        lite.act("tech")
    ) as session:  # fmt: skip
        paper = session.get_one(Scrapping, key)
        next(one for one in attachments(session, paper) if one.part == "receipt").turn(gone=True)


def test_whoever_can_sign_is_not_received_for_on_paper(lite: House) -> None:
    key = lite.scrapping(lite.thing())
    lite.do("tech", Scrapping, key, "ask")
    lite.decide("lead", Scrapping, key)
    lite.do("tech", Scrapping, key, "hand", taker_id=lite.people["chief"].id, **RECEIVED)
    lite.hang(lite.one(Scrapping, key), "receipt")
    with pytest.raises(Rejected, match="现在不能"):
        lite.do("tech", Scrapping, key, "receipt", receiver="老赵", document_no="1 号")


def test_no_unit_asks_about_the_things_of_another(lite: House) -> None:
    with lite.database.transaction(system("建乡镇")) as session:
        town = Centre(code="410225100", name="城关镇", tier="township", parent_id=lite.centre.id)
        session.add(town)
    thing, kept = lite.thing(), lite.thing()
    facts = {"report_no": "1", "lost_at": datetime.now(UTC), "how": "丢", "decision": "赔"}
    loss = lite.add(Loss(centre_id=town.id, equipment_id=thing, **facts))
    with pytest.raises(Rejected, match="不是“城关镇”的设备"):
        lite.do("tech", Loss, loss, "ask")
    with pytest.raises(Rejected, match="不是“城关镇”的设备"):
        lite.repair(thing, centre_id=town.id)
    key = lite.scrapping(kept)
    with lite.database.transaction(lite.act("tech")) as session:
        session.get_one(Scrapping, key).centre_id = town.id
    with pytest.raises(Rejected, match="不是“城关镇”的设备"):
        lite.do("tech", Scrapping, key, "ask")
    assert states(lite, thing, kept) == ["in_use", "in_use"]


def test_a_loan_does_not_wait_for_what_is_lost(lite: House) -> None:
    laptop = lite.thing(category="laptop")
    with lite.database.transaction(lite.act("net")) as session:
        loan = Handover(centre_id=lite.centre.id, kind="lend", purpose="下乡",
                        taker_id=lite.staff["tech"], due_on=today())  # fmt: skip
        session.add(loan)
        session.flush()
        add(session, loan, [session.get_one(Equipment, laptop)], lite.people["net"])
    lite.do("net", Handover, loan.id, "give")
    lite.do("tech", Handover, loan.id, "take")
    facts = {"report_no": "1", "lost_at": datetime.now(UTC), "how": "丢", "decision": "赔"}
    loss = lite.add(Loss(centre_id=lite.centre.id, equipment_id=laptop, **facts))
    lite.do("tech", Loss, loss, "ask")
    lite.decide("lead", Loss, loss)
    lite.do("net", Handover, loan.id, "back", remark="已报遗失")
    assert lite.one(Handover, loan.id).state == "back" and states(lite, laptop) == ["lost"]


def test_nothing_is_asked_without_photo_age_and_things(lite: House) -> None:
    thing = lite.thing()
    for key in (lite.scrapping(), lite.scrapping(thing, photo=False)):
        with pytest.raises(Rejected):
            lite.do("tech", Scrapping, key, "ask")
    with lite.database.transaction(lite.act("tech")) as session:
        session.get_one(Scrapping, key).age = None
    lite.hang(lite.one(Scrapping, key), "photo")
    with pytest.raises(Rejected, match="用了几年"):
        lite.do("tech", Scrapping, key, "ask")
    mending = lite.thing()
    lite.repair(mending)
    with pytest.raises(Rejected, match="维修"):
        lite.scrapping(mending)


def test_refused_or_taken_back_everything_is_as_it_was(home: House) -> None:
    thing, part = home.thing(opening="stock"), home.part(5)
    key = home.scrapping(thing, parts=((part, 5),))
    home.do("tech", Scrapping, key, "ask")
    with pytest.raises(IntegrityError), home.database.engine.begin() as connection:
        connection.execute(text("UPDATE paper_line SET quantity = 1"))  # what was asked stands
    with pytest.raises(Rejected, match="不能再增减"), home.database.transaction(
        home.act("tech")
    ) as session:  # fmt: skip
        paper = session.get_one(Scrapping, key)
        take_off(session, paper, lines_of(session, paper)[0])
    other = home.thing()
    second = home.scrapping(other)
    with pytest.raises(Rejected), home.database.transaction(home.act("tech")) as session:
        put_on(session, session.get_one(Scrapping, second), session.get_one(Equipment, thing))
    for who in ("tech", "net", "far"):
        with pytest.raises((Rejected, NoResultFound)):
            home.decide(who, Scrapping, key)
    home.withdraw("tech", Scrapping, key)
    assert (states(home, thing), stock_of(home, part)) == (["stock"], 5)
    home.do("tech", Scrapping, key, "ask")
    home.decide("lead", Scrapping, key, yes=False)
    assert (states(home, thing), stock_of(home, part)) == (["stock"], 5)
    assert home.one(Scrapping, key).state == "refused"
    home.do("tech", Scrapping, key, "cancel")


def test_a_month_without_handover_is_late(lite: House) -> None:
    key = lite.scrapping(lite.thing())
    lite.do("tech", Scrapping, key, "ask")
    lite.decide("lead", Scrapping, key)
    paper, now = lite.one(Scrapping, key), datetime.now(UTC)
    assert not overdue(paper, now + timedelta(days=29))
    assert "31 天" in overdue(paper, now + timedelta(days=31, minutes=1))


def test_what_is_lost_is_lost_by_a_leaders_word_and_may_turn_up(home: House) -> None:
    thing = home.thing()
    repair = home.repair(thing)
    key = home.add(
        Loss(centre_id=home.centre.id, equipment_id=thing, report_no="兰公〔2026〕7 号",
             lost_at=datetime.now(UTC), how="送修途中丢失", decision="照价赔偿",
             responsible_id=home.staff["tech"], compensation=500.0)
    )  # fmt: skip
    home.do("tech", Loss, key, "ask")
    assert states(home, thing) == ["repair"]
    with pytest.raises(Rejected), home.database.transaction(home.act("tech")) as session:
        session.get_one(Loss, key).decision = "免赔"
    home.decide("chief", Loss, key)
    assert (states(home, thing), home.one(Repair, repair).state) == (["lost"], "lost")
    home.do("tech", Loss, key, "found", found_how="在车上找到")
    assert (states(home, thing), home.one(Loss, key).state) == (["idle"], "found")
    assert not home.rows(select(Signature).where(Signature.meaning == "hand"))
