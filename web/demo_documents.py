"""The demo county's papers and people: documents lent, certificates, trainings, a township's
village stations, a rule to be read, a text on its way to the public."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING
from inventory.centre import Centre
from inventory.certificate import Certificate
from inventory.db import Database
from inventory.document import Document, DocumentCopy
from inventory.document_loan import DocumentLoan
from inventory.grant import standing
from inventory.person import Person
from inventory.publication import Publication
from inventory.registers.award import Award
from inventory.role import Standing
from inventory.roll import enter
from inventory.rulebook import Rulebook
from inventory.shanghai import today
from inventory.staff import Staff
from inventory.staffing import STATIONS
from inventory.stepping import Taken, take
from inventory.training import Training
from inventory.village import VillageStation

_DOCUMENTS = (  # heading, class, shelf, copies, price, days since a copy was lent (0: never)
    ("S5720 系列交换机配置指南", "device", "original", 2, 86.0, 45),
    ("UPS 电源使用维护手册", "device", "original", 1, 40.0, 0),
    ("计算机网络（第 8 版）", "bought", "book", 3, 59.8, 12),
    ("网络安全技术与应用（2026 年合订本）", "bought", "magazine", 1, 120.0, 0),
    ("河南省人口计生信息化建设规范", "issued", "original", 4, None, 3),
    ("县中心综合布线竣工图", "works", "original", 1, None, 0),
    ("全省网络管理员培训讲义", "brought", "book", 2, None, 0),
)  # fmt: skip
_RULE = (
    "一、机房由专人管理，无关人员不得入内。\n二、来访人员须登记，操作设备须网络管理员在旁。\n"
    "三、每日记录温度、湿度和设备运行情况。\n四、不私接电源，不存放易燃物品，下班前检查门窗和消防器材。"
)
_TOWN = (("周丽", "technician"), ("吴强", "technician"), ("郑秀英", "village"))


@dataclass(frozen=True)
class _Office:
    """One act of the demo's technician."""

    session: Session
    tech: Standing
    centre: Centre
    staff: dict[str, list[Staff]]  # by job

    def add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row


def write_documents(database: Database) -> None:
    """By the same steps that a real county takes; needs the demo's staff (demo_equipment)."""
    with database.view(EVERYTHING) as session:
        found = session.scalars(select(Person).where(Person.login == "tech")).one()
        tech = standing(session, found)
    with database.transaction(tech.act("登记资料和人员", "demo")) as session:
        staff: dict[str, list[Staff]] = {}
        for one in session.scalars(select(Staff).where(Staff.centre_id == tech.centre_id)):
            staff.setdefault(one.job, []).append(one)
        office = _Office(session, tech, session.get_one(Centre, tech.centre_id), staff)
        _documents(office)
        _people(office)
        _township(office)
        _paperwork(office)


def _documents(office: _Office) -> None:
    readers = office.staff["operator"]
    for number, (heading, kind, shelf, copies, price, days) in enumerate(_DOCUMENTS):
        book = office.add(
            Document(
                centre_id=office.centre.id, heading=heading, kind=kind, shelf=shelf, price=price,
                copies=copies, keeper_id=office.staff["technician"][0].id, place=f"A-{number + 1}",
            )
        )  # fmt: skip
        if days:
            _lent(office, book, readers[number % len(readers)], today() - timedelta(days=days))


def _lent(office: _Office, book: Document, reader: Staff, day: date) -> None:
    copies = select(DocumentCopy).where(DocumentCopy.document_id == book.id)
    copy = office.session.scalars(copies.order_by(DocumentCopy.barcode)).first()
    assert copy is not None
    loan = office.add(DocumentLoan(centre_id=office.centre.id, copy_id=copy.id, staff_id=reader.id))
    take(office.session, loan, "lend", Taken(office.tech, {"lent_on": day}))


def _people(office: _Office) -> None:
    """The network administrator is up to the norm; the technician's certificate runs out soon."""
    year = today().year
    for job, subject in (("network_admin", "网络工程"), ("technician", "计算机应用")):
        one = office.staff[job][0]
        one.degree, one.major, one.computing = "bachelor", subject, True
        one.entered_on = date(year - 4, 3, 1)
        ends = today() + timedelta(days=40) if job == "technician" else None
        office.add(
            Certificate(
                centre_id=office.centre.id, staff_id=one.id, kind=job, level="province",
                number=f"豫信〔{year - 3}〕{len(subject)}21", issued_by="省人口计生委",
                issued_on=date(year - 3, 6, 1), valid_to=ends,
            )
        )  # fmt: skip
    both = (office.staff["network_admin"][0], office.staff["technician"][0])
    for hours, people in ((30.0, both), (20.0, both[:1])):
        _trained(office, f"网络管理员培训班（{hours:g} 学时）", "professional", hours, people)


def _trained(
    office: _Office, subject: str, kind: str, hours: float, people: tuple[Staff, ...]
) -> None:
    lesson = office.add(
        Training(
            centre_id=office.centre.id, subject=subject, kind=kind, organiser="市人口信息中心",
            level="city", started_on=date(today().year, 1, 15), hours=hours, exam=True,
        )
    )  # fmt: skip
    told = {one.id: {"hours": hours, "score": 91.0, "passed": True} for one in people}
    enter(office.session, lesson, told)


def _township(office: _Office) -> None:
    query = select(Centre).where(Centre.parent_id == office.centre.id, Centre.tier == "township")
    town = office.session.scalars(query.order_by(Centre.sort_key)).first()
    if town is None:
        return
    people = [office.add(Staff(centre_id=town.id, name=n, job=j)) for n, j in _TOWN]
    _trained(office, "乡级全员信息化培训", "everybody", 8.0, tuple(people[:2]))
    for number in range(1, STATIONS - 1):
        office.add(
            VillageStation(
                centre_id=town.id, village=f"{town.name}第 {number} 村", keeper_id=people[2].id,
                built_on=date(today().year, 1, number), standard=True, computer="联想 启天 M428",
            )
        )  # fmt: skip


def _paperwork(office: _Office) -> None:
    here, year = office.centre.id, today().year
    office.add(
        Award(
            centre_id=here, subject="网络改造按期完成", kind="praise", decided_by="县人口计生委",
            staff_id=office.staff["network_admin"][0].id, decided_on=date(year, 1, 20),
        )
    )  # fmt: skip
    rule = office.add(
        Rulebook(
            centre_id=here, kind="room", heading="机房管理制度", version=f"{year} 年修订",
            issued_by="县人口信息中心", starts=date(year, 1, 1), body=_RULE,
        )
    )  # fmt: skip
    rule.acts[0].do(rule)
    text = office.add(
        Publication(
            centre_id=here, heading="县中心举办信息化培训班", place="portal",
            body="一月十五日，县中心组织各乡镇信息技术员参加网络管理培训……",
            author_id=office.staff["operator"][0].id,
        )
    )  # fmt: skip
    take(office.session, text, "submit", Taken(office.tech))
