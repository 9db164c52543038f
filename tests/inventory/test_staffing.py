"""The people the norm asks for; nobody leaves before a certified successor is there; what goes out
was looked through by another and agreed."""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from inventory import approval
from inventory.acknowledged import applying, unsigned
from inventory.act import EVERYTHING, system
from inventory.approval import approvals
from inventory.attachment import attach
from inventory.centre import Centre
from inventory.certificate import Certificate
from inventory.db import Database
from inventory.publication import Publication
from inventory.register import Rejected
from inventory.revision import correct, digest, fix
from inventory.roll import enter, roll
from inventory.rulebook import Rulebook
from inventory.shanghai import today
from inventory.signature import sign
from inventory.staff import Staff
from inventory.staff_transfer import StaffTransfer
from inventory.staffing import Unit
from inventory.staffing_records import units
from inventory.stepping import Taken, take
from inventory.store import Store
from inventory.training import Attendance, Training
from inventory.village import VillageStation
from tests.inventory.conftest import Tree
from tests.inventory.signing import Actor, actor
from tests.inventory.visitors import PDF

_NUMBER = count(1)
LONG_AGO = date(today().year - 3, 1, 4)


@dataclass
class Office:
    """兰考's technician, network administrator and leader at their books."""

    database: Database
    tree: Tree
    tech: Actor
    net: Actor
    lead: Actor

    def add(self, *rows: Any) -> None:
        with self.database.transaction(self.tech.act()) as session:
            session.add_all(rows)

    def staff(self, name: str, job: str, centre: Centre | None = None, **facts: Any) -> str:
        told = {"entered_on": LONG_AGO, "degree": "bachelor", "computing": True} | facts
        row = Staff(centre_id=(centre or self.tree.lankao).id, name=name, job=job, **told)
        self.add(row)
        return row.id

    def certificate(self, staff_id: str, kind: str, level: str = "province", **facts: Any) -> None:
        number = f"{kind}-{next(_NUMBER)}"
        told = {"issued_on": LONG_AGO} | facts
        self.add(
            Certificate(centre_id=self.tree.lankao.id, staff_id=staff_id, kind=kind, level=level,
                        number=number, **told)
        )  # fmt: skip

    def training(self, hours: float, *present: str, kind: str = "professional") -> None:
        row = Training(
            centre_id=self.tree.lankao.id, subject=f"培训 {hours} {kind}", organiser="县中心",
            kind=kind, started_on=date(today().year, 1, 5), hours=hours, exam=True,
        )  # fmt: skip
        self.add(row)
        with self.database.transaction(self.tech.act()) as session:
            told = {one: {"hours": hours, "score": 88.0, "passed": True} for one in present}
            enter(session, session.get_one(Training, row.id), told)

    def unit(self, code: str = "410225", day: date | None = None) -> Unit:
        with self.database.view(EVERYTHING) as session:
            found = units(session, today().year, day)
        return next(one for one in found if one.centre.code == code)

    def kinds(self, code: str = "410225") -> list[str]:
        return [one.kind for one in self.unit(code).shortfalls]

    def step(self, who: Actor, row: Any, name: str, **given: Any) -> None:
        with self.database.transaction(who.act()) as session:
            take(session, session.get_one(type(row), row.id), name, Taken(who.standing, given))

    def decide(self, row: Any, who: Actor, yes: bool = True) -> None:
        with self.database.transaction(who.act()) as session:
            (one, *_) = approvals(session, session.get_one(type(row), row.id))
            approval.decide(session, one, who.standing, who.proof, one.digest, yes, remark="阅")

    def now(self, row: Any) -> Any:
        with self.database.view(EVERYTHING) as session:
            return session.get_one(type(row), row.id)


@pytest.fixture
def office(database: Database, tree: Tree) -> Office:
    people = (("tech", "王技", "technician"), ("net", "李网", "network_admin"),
              ("lead", "郑局", "leader"))  # fmt: skip
    return Office(database, tree, *(actor(database, tree.lankao, *one) for one in people))


def test_a_county_is_judged_by_its_people(office: Office) -> None:
    assert office.kinds() == ["network_admin", "technician"]
    with office.database.transaction(system("设科室")) as session:
        room = Centre(code="410225-01", name="信息科", tier="department",
                      parent_id=office.tree.lankao.id)  # fmt: skip
        session.add(room)
    admin = office.staff("甲", "network_admin", room)
    tech = office.staff("乙", "technician", degree="secondary", civil=True)
    assert office.kinds() == ["network_admin", "technician", "degree", "egov", "training", "exam"]
    office.certificate(admin, "network_admin")
    office.certificate(tech, "technician", "city")  # a county's must be the province's
    office.certificate(tech, "egov", valid_to=today() - timedelta(days=1))
    assert office.kinds()[:2] == ["technician", "degree"]
    office.certificate(tech, "technician")
    office.certificate(tech, "egov")
    office.training(24, admin, tech)
    office.training(23.5, admin, tech)
    told = {one.kind: one for one in office.unit().shortfalls}
    assert set(told) == {"degree", "training"}
    assert told["training"].running and told["training"].names == ("甲", "乙")
    office.training(0.5, admin)
    assert {one.kind: one.names for one in office.unit().shortfalls} == {
        "degree": ("乙",), "training": ("乙",),
    }  # fmt: skip
    later = office.unit(day=date(today().year + 1, 1, 1))
    assert [one.running for one in later.shortfalls] == [False, False]


def test_a_township_has_its_own_measure(office: Office) -> None:
    with office.database.transaction(system("设乡镇")) as session:
        town = Centre(code="410225100", name="城关镇", tier="township",
                      parent_id=office.tree.lankao.id)  # fmt: skip
        session.add(town)
    one = office.staff("丙", "technician", town, degree="secondary")
    two = office.staff("丁", "technician", town, degree="secondary")
    keeper = office.staff("戊", "village", town)
    for key in (one, two):
        office.certificate(key, "technician", "city")
    office.training(30, one, two)
    office.training(18, one, two)
    assert office.kinds("410225100") == ["everybody", "village", "stations"]
    office.training(8, one, two, kind="everybody")
    office.training(8, keeper, kind="village")
    for n in range(5):
        office.add(VillageStation(centre_id=town.id, village=f"第{n}村", standard=True,
                                  built_on=date(today().year, 1, 1 + n)))  # fmt: skip
    assert office.kinds("410225100") == []
    assert office.unit("410225100").stations == 5


def test_the_roll_is_written_whole(office: Office) -> None:
    one, two = office.staff("甲", "network_admin"), office.staff("乙", "operator")
    row = Training(centre_id=office.tree.lankao.id, subject="交换机", organiser="市中心",
                   started_on=date(today().year, 1, 5), hours=24)  # fmt: skip
    office.add(row)

    def written(**present: float) -> list[tuple[str, float]]:
        with office.database.transaction(office.tech.act()) as session:
            lesson = session.get_one(Training, row.id)
            keys = {"one": one, "two": two}
            enter(session, lesson, {keys[k]: {"hours": hours} for k, hours in present.items()})
        with office.database.view(EVERYTHING) as session:
            lines = roll(session, session.get_one(Training, row.id))
            return [(line.staff.name, line.noted.hours) for line in lines if line.noted]

    assert written(one=24, two=8) == [("甲", 24), ("乙", 8)]
    assert written(one=20) == [("甲", 20)]
    with pytest.raises(Rejected, match="超过这次培训的 24 小时"):
        written(one=25)
    with pytest.raises(Rejected, match="没有考试"):
        office.add(Attendance(centre_id=office.tree.lankao.id, training_id=row.id, staff_id=two,
                              hours=1, passed=True))  # fmt: skip
    assert written(one=20) == [("甲", 20)]


def test_an_account_signs_for_one_person_only(office: Office) -> None:
    own, clerk = office.staff("王技", "technician"), office.staff("周会计", "operator")
    change(office, Staff, own, lambda row: setattr(row, "person_id", office.tech.id))
    with pytest.raises(Rejected, match="已经是“王技”的"):
        change(office, Staff, clerk, lambda row: setattr(row, "person_id", office.tech.id))
    with pytest.raises(Rejected, match="已经是“王技”的"):
        office.staff("另一个", "operator", person_id=office.tech.id)


def test_a_unit_lets_only_its_own_people_go(office: Office) -> None:
    far = Staff(centre_id=office.tree.luoyang.id, name="远人", job="operator")
    paper = StaffTransfer(centre_id=office.tree.lankao.id, reason="调走", planned_on=today())
    with pytest.raises(Rejected, match="不是“兰考县”的人员"), office.database.transaction(
        system("越界")
    ) as session:  # fmt: skip
        session.add(far)
        session.flush()
        paper.staff_id = far.id
        session.add(paper)


def test_a_professional_goes_by_a_transfer_only(office: Office) -> None:
    going = office.staff("甲", "network_admin")
    with pytest.raises(Rejected, match="人员调离"):
        change(office, Staff, going, lambda row: row.turn(gone=True))
    for name, value in (("job", "operator"), ("left_on", today())):
        with pytest.raises(Rejected, match="人员调离"):
            change(office, Staff, going, lambda row, n=name, v=value: setattr(row, n, v))  # type: ignore[misc]


def test_nobody_leaves_before_the_successor_is_there(office: Office, tmp_path: Path) -> None:
    going, coming = office.staff("甲", "network_admin"), office.staff("新", "network_admin")
    paper = StaffTransfer(centre_id=office.tree.lankao.id, staff_id=going, reason="工作调动",
                          planned_on=today())  # fmt: skip
    office.add(paper)
    with pytest.raises(Rejected, match="须报上一级批准"):
        office.step(office.tech, paper, "ask")
    told = {"upper_unit": "市中心", "upper_no": "汴信〔2026〕3 号", "upper_on": today()}
    for name, value in told.items():
        change(office, StaffTransfer, paper.id, lambda row, n=name, v=value: setattr(row, n, v))  # type: ignore[misc]
    with pytest.raises(Rejected, match="扫描件"):
        office.step(office.tech, paper, "ask")
    letter = Store(tmp_path, 1_000_000).keep(io.BytesIO(PDF), "批复.pdf")
    with office.database.transaction(office.tech.act()) as session:
        attach(session, session.get_one(StaffTransfer, paper.id), letter, "letter")
    with pytest.raises(Rejected, match="继任人"):
        office.step(office.tech, paper, "ask")
    change(office, StaffTransfer, paper.id, lambda row: setattr(row, "successor_id", coming))
    office.step(office.tech, paper, "ask")
    with pytest.raises(Rejected):
        office.decide(paper, office.tech)
    office.decide(paper, office.lead)
    with pytest.raises(Rejected, match="没有有效的上岗证书"):
        office.step(office.tech, paper, "finish")
    office.certificate(coming, "network_admin", valid_to=today() - timedelta(days=1))
    with pytest.raises(Rejected, match="没有有效的上岗证书"):
        office.step(office.tech, paper, "finish")
    office.certificate(coming, "network_admin")
    office.step(office.tech, paper, "finish")
    assert (office.now(paper).state, office.now(paper).left_on) == ("done", today())
    assert [one.staff.name for one in office.unit().professionals] == ["新"]


def test_what_goes_out_was_looked_through_by_another(office: Office) -> None:
    text = Publication(centre_id=office.tree.lankao.id, heading="宣传月启动", body="全文……")
    office.add(text)
    office.step(office.tech, text, "submit")
    with pytest.raises(Rejected, match="不能审查自己"):
        office.step(office.tech, text, "examine", verdict="free")
    with pytest.raises(Rejected, match="哪些内容"):
        office.step(office.net, text, "examine", verdict="secret")
    office.step(office.net, text, "examine", verdict="edit", opinion="删去第二段")
    assert office.now(text).state == "returned"
    with office.database.transaction(office.tech.act()) as session:
        correct(session, session.get_one(Publication, text.id), {"body": "第一段"}, "删去第二段")
    office.step(office.tech, text, "submit")
    office.step(office.net, text, "examine", verdict="free")
    assert (office.now(text).state, office.now(text).checker) == ("asked", "李网")
    with pytest.raises(Rejected, match=r"已经报批|现在不能"):
        office.step(office.tech, text, "submit")
    office.decide(text, office.lead)
    with office.database.transaction(office.tech.act()) as session:
        correct(session, session.get_one(Publication, text.id), {"body": "另一段"}, "改稿")
    with pytest.raises(Rejected, match="批准之后已更正"):
        office.step(office.tech, text, "publish", url="/news/1")
    office.step(office.tech, text, "submit")
    office.step(office.net, text, "examine", verdict="free")
    office.decide(text, office.lead)
    office.step(office.tech, text, "publish", url="/news/1")
    assert office.now(text).published_on == today()
    with pytest.raises(Rejected, match="只随办理步骤"):
        change(office, Publication, text.id, lambda row: setattr(row, "url", "/x"))
    with pytest.raises(Rejected, match="不能停用"):
        change(office, Publication, text.id, lambda row: row.turn(gone=True))


def test_a_rule_is_read_by_everybody_and_again_when_it_changes(office: Office) -> None:
    book = Rulebook(centre_id=office.tree.kaifeng.id, kind="room", heading="机房管理制度",
                    version="一", issued_by="市中心", starts=today(), body="短")  # fmt: skip
    with office.database.transaction(system("登记制度")) as session:
        session.add(book)
        session.flush()
        with pytest.raises(Rejected, match="正文"):
            book.acts[0].do(book)
        book.body = "机房由专人管理，进出登记，保持清洁，温湿度每日记录。"
        book.acts[0].do(book)
    here = office.tree.lankao.id
    own = replace(office.tech.act(), scope=EVERYTHING)
    with office.database.transaction(own) as session:
        (row,) = applying(session, here)
        sign(session, row, "accept", office.tech.standing, office.tech.proof, digest(row))
    with office.database.view(EVERYTHING) as session:
        assert unsigned(session, office.tech.id, here) == []
        assert unsigned(session, office.net.id, here) != []
        later = datetime.now(UTC) + timedelta(days=4000)
        assert unsigned(session, office.tech.id, here, later) == []
    with office.database.transaction(system("修订")) as session:
        row = session.get_one(Rulebook, book.id)
        correct(session, row, {"version": "二"}, "按新规定")
        assert fix(session, row).number == 2
    with office.database.view(EVERYTHING) as session:
        assert [one.heading for one in unsigned(session, office.tech.id, here)] == ["机房管理制度"]


def change(office: Office, cls: type[Any], key: str, work: Callable[[Any], Any]) -> None:
    with office.database.transaction(office.tech.act()) as session:
        work(session.get_one(cls, key))
