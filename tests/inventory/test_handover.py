"""Handovers: nothing moves before both hands are there; what is lent comes back, what goes outside
was approved."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from inventory.act import EVERYTHING, Scope, system
from inventory.approval import approvals, decide
from inventory.attachment import attach
from inventory.centre import Centre
from inventory.db import Database
from inventory.equipment import Equipment
from inventory.handing import receive
from inventory.handing_lines import add, remove
from inventory.handing_loans import loan_of, remind
from inventory.handover import Handover
from inventory.moving import events
from inventory.notice import Notice
from inventory.register import Rejected
from inventory.revision import correct, digest
from inventory.room import Room
from inventory.shanghai import month_after, today
from inventory.signature import signatures
from inventory.staff import Staff
from inventory.stepping import Taken, moving, take
from inventory.store import Store
from tests.inventory.conftest import Tree
from tests.inventory.signing import Actor, actor

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n"


@dataclass
class Desk:
    """The store of 兰考: who works there (accounts, and the staff rows naming them), one room."""

    database: Database
    centre: Centre
    town: Centre
    people: Mapping[str, Actor]
    staff: Mapping[str, str]
    room: str

    def thing(self, **facts: Any) -> str:
        plain = {"centre_id": self.centre.id, "name": "笔记本", "category": "laptop"}
        with self.database.transaction(system("建账")) as session:
            row = Equipment(**(plain | facts))
            session.add(row)
        return row.id

    def paper(self, kind: str, *things: str, who: str = "tech", **facts: Any) -> str:
        plain = {"centre_id": self.centre.id, "kind": kind, "purpose": "工作需要"}
        person = self.people[who].standing
        with self.database.transaction(self.people[who].act()) as session:
            row = Handover(**(plain | facts))
            session.add(row)
            session.flush()
            add(session, row, [session.get_one(Equipment, one) for one in things], person)
        return row.id

    def step(self, who: str, name: str, paper: str, seen: str | None = None, **given: Any) -> None:
        hand = self.people[who]
        with self.database.transaction(hand.act()) as session:
            row = session.get_one(Handover, paper)
            take(session, row, name, Taken(hand.standing, given, hand.proof, seen or digest(row)))

    def got(self, cls: type[Any], key: str) -> Any:
        with self.database.view(EVERYTHING) as session:
            return session.get_one(cls, key)


@pytest.fixture
def desk(database: Database, tree: Tree) -> Desk:
    with database.transaction(system("建乡镇")) as session:
        town = Centre(code="410225100", name="城关镇", tier="township", parent_id=tree.lankao.id)
        session.add(town)
    people = {
        "tech": actor(database, tree.lankao, "tech", "王技", "technician"),
        "net": actor(database, tree.lankao, "net", "李网", "network_admin"),
        "lead": actor(database, tree.lankao, "lead", "郑局", "leader"),
        "town": actor(database, town, "town", "钱镇", "technician"),
    }
    with database.transaction(system("建人员")) as session:
        rows = {
            who: Staff(centre_id=one.standing.centre_id, name=one.standing.name, person_id=one.id)
            for who, one in people.items()
        } | {"clerk": Staff(centre_id=tree.lankao.id, name="周会计")}
        room = Room(centre_id=tree.lankao.id, name="库房", kind="store")
        session.add_all([*rows.values(), room])
    return Desk(
        database, tree.lankao, town, people, {who: row.id for who, row in rows.items()}, room.id
    )


def test_it_moves_when_both_have_signed(desk: Desk) -> None:
    laptop = desk.thing(serial="NB-1")
    paper = desk.paper("issue", laptop, taker_id=desk.staff["net"])
    with pytest.raises(Rejected, match="有了变化"):
        desk.step("tech", "give", paper, "0" * 64)  # another content than the one shown
    desk.step("tech", "give", paper)
    assert desk.got(Equipment, laptop).state == "stock"
    for who, cause in (("tech", "须由接收人李网"), ("lead", "须由接收人李网")):
        with pytest.raises(Rejected, match=cause):
            desk.step(who, "take", paper)
    assert desk.got(Equipment, laptop).state == "stock"
    desk.step("net", "take", paper)
    with desk.database.view(EVERYTHING) as session:
        row, thing = session.get_one(Handover, paper), session.get_one(Equipment, laptop)
        assert (row.state, thing.state, thing.keeper_id) == ("done", "in_use", desk.staff["net"])
        assert thing.started_on == today()
        assert events(session, thing)[-1].paper_no == row.number
        given = [(one.meaning, one.signer_name, one.digest) for one in signatures(session, row)]
        assert given == [("hand", "王技", digest(row)), ("take", "李网", digest(row))]
        assert thing.tag in (row.listing or "") and "NB-1" in (row.listing or "")
        assert not session.scalars(select(Notice).where(Notice.person_id == "tech")).all()
    with (
        pytest.raises(Rejected, match="不能再改"),
        desk.database.transaction(system("改")) as session,
    ):
        session.get_one(Handover, paper).purpose = "别的"


def test_sent_back_it_is_signed_anew(desk: Desk) -> None:
    one, other = desk.thing(), desk.thing()
    paper = desk.paper("issue", one, taker_id=desk.staff["net"])
    desk.step("tech", "give", paper)
    with (
        pytest.raises(Rejected, match="清单不能再改"),
        desk.database.transaction(desk.people["tech"].act()) as session,
    ):
        add(session, session.get_one(Handover, paper), [session.get_one(Equipment, other)],
            desk.people["tech"].standing)  # fmt: skip
    desk.step("net", "return", paper, remark="少一台")
    with desk.database.transaction(desk.people["tech"].act()) as session:
        row = session.get_one(Handover, paper)
        assert (row.state, row.remark) == ("draft", "少一台")
        add(session, row, [session.get_one(Equipment, other)], desk.people["tech"].standing)
        remove(session, row, one, desk.people["tech"].standing)
    desk.step("tech", "give", paper)
    desk.step("net", "return", paper, remark="再看看")
    desk.step("tech", "give", paper)  # the same content, signed again
    desk.step("net", "take", paper)
    assert [desk.got(Equipment, key).state for key in (one, other)] == ["stock", "in_use"]


def test_a_thing_that_has_moved_meanwhile_stops_the_whole_paper(desk: Desk, tmp_path: Path) -> None:
    things = desk.thing(), desk.thing(tag="豫A-9")
    first = desk.paper("issue", *things, taker_id=desk.staff["net"])
    second = desk.paper("issue", things[1], taker_id=desk.staff["clerk"])
    desk.step("tech", "give", first)
    desk.step("tech", "give", second)
    store = Store(tmp_path, 1_000_000)
    with pytest.raises(Rejected, match="扫描件"):
        desk.step("lead", "confirm", second)
    with desk.database.transaction(desk.people["tech"].act()) as session:
        row = session.get_one(Handover, second)
        attach(session, row, store.keep(io.BytesIO(PDF), "签字.pdf"), "signed")
    with pytest.raises(Rejected, match="您在这个单位不能“确认"):
        desk.step("tech", "confirm", second)
    desk.step("lead", "confirm", second)
    assert desk.got(Handover, second).scan
    with pytest.raises(Rejected, match=r"豫A-9.*在用"):
        desk.step("net", "take", first)
    assert [desk.got(Equipment, one).state for one in things] == ["stock", "in_use"]
    assert desk.got(Handover, first).state == "given"


def test_lent_within_the_house_and_back(desk: Desk) -> None:
    camera = desk.thing(name="相机", category="camera")
    with pytest.raises(Rejected, match="不在内部借用的范围"):
        desk.paper("lend", desk.thing(category="server"), taker_id=desk.staff["net"],
                   due_on=today())  # fmt: skip
    paper = desk.paper("lend", camera, taker_id=desk.staff["net"], due_on=today())
    desk.step("tech", "give", paper)
    desk.step("net", "take", paper)
    with desk.database.transaction(desk.people["tech"].act()) as session:
        thing = session.get_one(Equipment, camera)
        loan = loan_of(session, thing)
        assert loan is not None and (thing.state, thing.lent, loan.id) == ("stock", True, paper)
        now = datetime.now(UTC)
        assert remind(session, now) == 0 and remind(session, now + timedelta(days=1)) == 1
    with pytest.raises(Rejected, match="借出中"):
        desk.paper("issue", camera, taker_id=desk.staff["net"])
    later = month_after(today())
    with pytest.raises(Rejected, match="最长一个月"):
        desk.step("tech", "renew", paper, renewed_to=later + timedelta(days=1))
    desk.step("tech", "renew", paper, renewed_to=later)
    with pytest.raises(Rejected, match="借用人不能自己"):
        desk.step("net", "back", paper)
    desk.step("tech", "back", paper, remark="完好")
    done = desk.got(Handover, paper)
    assert (done.state, done.due, desk.got(Equipment, camera).lent) == ("back", later, False)


def test_what_is_late_is_not_renewed(desk: Desk) -> None:
    camera = desk.thing(name="相机", category="camera")
    paper = desk.paper("lend", camera, taker_id=desk.staff["net"], due_on=today())
    with desk.database.transaction(system("逾期")) as session:
        row = session.get_one(Handover, paper)
        with moving(session, row):  # as if it had been lent some days ago
            row.state, row.due_on = "out", today() - timedelta(days=2)
    with pytest.raises(Rejected, match="已逾期：请先归还"):
        desk.step("tech", "renew", paper, renewed_to=today() + timedelta(days=2))
    assert desk.got(Handover, paper).renewed_to is None


def test_a_loan_is_not_begun_after_its_last_day(desk: Desk) -> None:
    """Sent back, or approved long ago, it would be overdue the moment it is given."""
    camera = desk.thing(name="相机", category="camera")
    paper = desk.paper("lend", camera, taker_id=desk.staff["net"], due_on=today())
    desk.step("tech", "give", paper)
    desk.step("net", "return", paper, remark="镜头盖没有了")
    with desk.database.transaction(system("搁置")) as session:
        row = session.get_one(Handover, paper)
        with moving(session, row):  # as if it had lain for some days
            correct(session, row, {"due_on": today() - timedelta(days=2)}, "搁置")
    with pytest.raises(Rejected, match=r"应还日期.*已过，请先改期"):
        desk.step("tech", "give", paper)
    assert not desk.got(Equipment, camera).lent


def test_whoever_gives_is_named(desk: Desk) -> None:
    paper = desk.paper("issue", desk.thing(), taker_id=desk.staff["clerk"])
    with desk.database.transaction(system("名册")) as session:
        session.get_one(Staff, desk.staff["tech"]).person_id = None
    with pytest.raises(Rejected, match="请选择交方"):
        desk.step("tech", "give", paper)
    assert desk.got(Handover, paper).state == "draft"
    desk.step("net", "give", paper)
    assert desk.got(Handover, paper).giver_id == desk.staff["net"]


def test_what_was_put_away_is_handed_to_nobody(desk: Desk) -> None:
    thing = desk.thing()
    paper = desk.paper("issue", thing, taker_id=desk.staff["net"])
    with desk.database.transaction(system("停用")) as session:
        session.get_one(Equipment, thing).turn(gone=True)
    with pytest.raises(Rejected, match="请先恢复"):
        desk.step("tech", "give", paper)


def test_outside_only_as_a_leader_has_approved(desk: Desk) -> None:
    thing = desk.thing()
    facts = {"borrower": "刘某", "borrower_unit": "县人民医院", "due_on": today()}
    late = month_after(today()) + timedelta(days=1)
    with pytest.raises(Rejected, match=r"应还日期.*最长一个月"):
        desk.paper("outside", thing, **facts | {"due_on": late})
    paper = desk.paper("outside", thing, **facts)
    with pytest.raises(Rejected, match="现在是“草拟”"):
        desk.step("tech", "confirm", paper)
    desk.step("tech", "ask", paper)
    lead = desk.people["lead"]
    with desk.database.transaction(lead.act()) as session:
        (asked,) = approvals(session, session.get_one(Handover, paper))
        decide(session, asked, lead.standing, lead.proof, asked.digest, True)
    desk.step("tech", "withdraw", paper)
    desk.step("tech", "ask", paper)  # nothing was changed: what was approved still is
    desk.step("tech", "give", paper)
    assert desk.got(Handover, paper).giver_id == desk.staff["tech"]  # named when it was asked for
    assert desk.got(Handover, paper).state == "given" and not desk.got(Equipment, thing).lent
    with desk.database.transaction(system("催还")) as session:
        row = session.get_one(Handover, paper)
        with moving(session, row):  # as if it had been taken some days ago
            row.state = "out"
        assert remind(session, datetime.now(UTC) + timedelta(days=2)) == 1
        told = session.scalars(select(Notice).where(Notice.kind == "due")).one()
        assert told.right == "approve" and "县人民医院" in told.title


def test_back_to_the_store_and_over_to_another_unit(desk: Desk) -> None:
    thing = desk.thing(opening="in_use", keeper_id=desk.staff["net"])
    paper = desk.paper(
        "return", thing, giver_id=desk.staff["net"], taker_id=desk.staff["tech"],
        room_id=desk.room, back_as="idle",
    )  # fmt: skip
    with pytest.raises(Rejected, match="须由本人签字"):
        desk.step("tech", "give", paper)
    desk.step("net", "give", paper)
    desk.step("tech", "take", paper)
    back = desk.got(Equipment, thing)
    assert (back.state, back.keeper_id, back.room_id) == ("idle", desk.staff["tech"], desk.room)
    with pytest.raises(Rejected, match="不在接收单位"):
        desk.paper("transfer", thing, taker_id=desk.staff["net"], to_centre_id=desk.town.id)
    over = desk.paper("transfer", thing, taker_id=desk.staff["town"], to_centre_id=desk.town.id)
    desk.step("tech", "give", over)
    with pytest.raises(Rejected, match="须由接收人"):
        desk.step("net", "take", over)
    town = desk.people["town"]
    with desk.database.view(town.standing.scope) as session:
        assert session.get(Handover, over) is None  # not within the town's own reach
    both = Scope((desk.centre.path, desk.town.path))
    with desk.database.transaction(replace(town.act(), scope=both)) as session:
        row = session.get_one(Handover, over)
        receive(session, row, Taken(town.standing, {}, town.proof, digest(row)))
    gone = desk.got(Equipment, thing)
    assert (gone.centre_id, gone.state, gone.keeper_id) == (
        desk.town.id, "idle", desk.staff["town"],
    )  # fmt: skip
    assert desk.got(Handover, over).state == "done"
