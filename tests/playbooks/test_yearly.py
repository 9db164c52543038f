"""What the year lacks is told when it is time, and to nobody twice."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from inventory.act import EVERYTHING, system
from inventory.centre import Centre
from inventory.db import Database
from inventory.founding import add_person, found
from inventory.home import home_fact
from inventory.meeting import Meeting
from inventory.notice import Notice, NoticeReceipt
from inventory.workdays import CalendarDay
from playbooks.site import Site, open_site
from playbooks.yearly import remind

FIRST = date(2028, 12, 1)  # no year of which we know the days


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path) -> Site:
    """A county whose books a manager keeps."""
    found(sqlite_database, "410225", "founder", "启用人")
    with sqlite_database.transaction(system("建人")) as session:
        centre = session.get_one(Centre, home_fact(session, "centre"))
        add_person(session, centre, "chief", "冯主任", "manager", "x", must_change=False)
    return open_site(sqlite_database, tmp_path, tmp_path / "secret.key")


def told(site: Site, about: str = "") -> list[str]:
    query = select(Notice.title).where(Notice.title.contains(about)).order_by(Notice.id)
    with site.database.view(EVERYTHING) as session:
        return list(session.scalars(query))


def unread(site: Site) -> int:
    query = select(func.count()).select_from(NoticeReceipt).where(NoticeReceipt.read_at.is_(None))
    with site.database.view(EVERYTHING) as session:
        return session.scalar(query) or 0


def read_all(site: Site) -> None:
    with site.database.observe() as session:
        session.execute(update(NoticeReceipt).values(read_at=datetime.now(UTC)))


def write(site: Site, *rows: CalendarDay | Meeting) -> None:
    with site.database.transaction(system("登记")) as session:
        session.add_all(rows)


def met(site: Site, kind: str, held_on: date, **facts: date) -> Meeting:
    return Meeting(
        centre_id=site.centre_id, kind=kind, held_on=held_on, subject=f"{kind} {held_on}",
        chair="郑局", **facts,
    )  # fmt: skip


def test_next_years_days_are_asked_for_in_december(site: Site) -> None:
    remind(site, date(2028, 11, 30))
    assert told(site, "放假和调休") == []
    remind(site, FIRST)
    remind(site, date(2028, 12, 2))
    read_all(site)
    remind(site, date(2028, 12, 3))  # read, and not told again
    assert told(site, "放假和调休") == [
        "2029 年的放假和调休安排还没有登记，工作日暂按星期一至星期五计算"
    ]


def test_the_matter_is_closed_once_somebody_wrote_them(site: Site) -> None:
    home = site.centre_id
    write(site, *(met(site, kind, date(2028, month, 9)) for month in range(1, 13)
                  for kind in ("meeting", "assessment", "bulletin")))  # fmt: skip
    remind(site, date(2028, 12, 20))
    assert unread(site) == 1
    write(site, CalendarDay(centre_id=home, day=date(2029, 1, 1), kind="holiday", name="元旦"))
    remind(site, date(2028, 12, 21))
    assert unread(site) == 0
    remind(site, date(2026, 12, 1))  # of 2027 nothing is known either
    assert len(told(site, "放假和调休")) == 2


def test_meetings_are_asked_for_at_the_end_of_a_half_year(site: Site) -> None:
    write(site, *(met(site, "meeting", date(2026, 1, day)) for day in (5, 6, 7)))
    write(site, met(site, "bulletin", date(2026, 2, 1)))
    remind(site, date(2026, 5, 31))
    assert told(site) == []
    for day in (1, 2):
        remind(site, date(2026, 6, day))
        read_all(site)
    june = "兰考县信息中心：六月底前上半年评估还没有、通报还差 1 次"
    assert told(site) == [june]
    remind(site, date(2026, 7, 1))
    write(site, met(site, "assessment", date(2026, 6, 30)))
    remind(site, date(2026, 12, 1))
    december = "兰考县信息中心：年底前领导小组例会还差 3 次、下半年评估还没有、通报还差 3 次"
    assert told(site, "兰考") == [june, december]


def test_decisions_that_nobody_carried_out(site: Site) -> None:
    one = met(site, "meeting", date(2026, 8, 3), due_on=date(2026, 9, 1))
    write(site, one)
    remind(site, date(2026, 9, 1))
    assert told(site) == []
    for day in (2, 3):
        remind(site, date(2026, 9, day))
        read_all(site)
    assert told(site) == ["meeting 2026-08-03：议定事项应于 2026-09-01 落实，已过 1 天"]
