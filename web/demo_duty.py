"""Who is on duty in the demo county, and the meetings of its year: one short of what is asked."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from sqlalchemy import select

from inventory.act import EVERYTHING
from inventory.db import Database
from inventory.duty_roster import DutyRoster
from inventory.grant import standing
from inventory.login import prove
from inventory.meeting import Meeting
from inventory.person import Person
from inventory.revision import digest
from inventory.role import Standing
from inventory.shanghai import today
from inventory.signature import sign

_SATURDAY = 5
_WEEKS = 4
_YEAR = (  # month, day, kind, subject, how
    (1, 20, "meeting", "年度信息化工作部署", None), (3, 12, "meeting", "机房安全专题", None),
    (3, 30, "bulletin", "第一季度信息化工作通报", "document"),
    (5, 14, "meeting", "乡镇工作站建设", None), (6, 24, "assessment", "上半年信息化工作评估", None),
    (6, 30, "bulletin", "第二季度信息化工作通报", "document"),
    (8, 20, "meeting", "汛期机房值守", None), (9, 29, "bulletin", "第三季度信息化工作通报", "net"),
    (10, 22, "meeting", "网络设备更新方案", None),
)  # fmt: skip
_DECIDED = {"decisions": "由信息中心拿出方案，报领导小组审定。"}


def write_duty(database: Database, passwords: Mapping[str, str]) -> None:
    """Weekends by turns, one absence, and the meetings there have been, the last one signed."""
    net, tech, manager = (_who(database, login) for login in ("net", "tech", "manager"))
    with database.transaction(manager.act("排班", "demo")) as session:
        session.add_all(_roster(net, tech, today()))
    with database.transaction(manager.act("登记会议", "demo")) as session:
        held = list(_meetings(manager.centre_id, today()))
        session.add_all(held)
        session.flush()
        for one in held[-1:]:
            proof = prove(session, manager.id, passwords["manager"])
            sign(session, one, "fill", manager, proof, digest(one))


def _who(database: Database, login: str) -> Standing:
    with database.view(EVERYTHING) as session:
        found = session.scalars(select(Person).where(Person.login == login)).one()
        return standing(session, found)


def _roster(net: Standing, tech: Standing, day: date) -> Iterator[DutyRoster]:
    saturday = day + timedelta(days=_SATURDAY - day.weekday())
    for week in range(_WEEKS):
        weekend = saturday + timedelta(weeks=week)
        for who, at in ((net, weekend), (tech, weekend + timedelta(days=1))):
            yield _line(who, "on", at, at, "周末值班")
    away = saturday + timedelta(days=4)
    yield _line(tech, "off", away, away + timedelta(days=1), "赴市中心参加培训")


def _line(who: Standing, kind: str, first: date, last: date, note: str) -> DutyRoster:
    return DutyRoster(
        centre_id=who.centre_id, person_id=who.id, kind=kind, starts=first, ends=last, note=note
    )


def _meetings(centre_id: str, day: date) -> Iterator[Meeting]:
    for month, number, kind, subject, way in _YEAR:
        held_on = date(day.year, month, number)
        if held_on <= day:
            decided = _DECIDED if kind == "meeting" else {}
            yield Meeting(
                centre_id=centre_id, kind=kind, subject=f"{subject}（演示）", held_on=held_on,
                way=way, chair="演示·分管领导", attendees="领导小组成员、各科室负责人",
                minutes="听取信息中心汇报，研究下一步工作。", **decided,
                **_followed(kind, held_on, day),
            )  # fmt: skip


def _followed(kind: str, held_on: date, day: date) -> Mapping[str, date]:
    """What was decided is to be done within two months, and was, but for the last."""
    if kind != "meeting":
        return {}
    due = {"due_on": held_on + timedelta(days=60)}
    done = held_on + timedelta(days=40)
    return due | ({"done_on": done} if done <= day else {})
