"""What a year asks for: from December on, the next one's working calendar; by the end of each half,
its meetings; of each meeting, what was decided."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.meeting import Meeting, overdue
from inventory.meetings import held, meeting_homes, missing
from inventory.notice import Notice, settle, tell
from inventory.workdays import provisional
from playbooks.site import Site

_HALF, _DECEMBER = 6, 12


def remind(site: Site, day: date) -> None:
    """Tell whoever keeps the books what the year still lacks: nobody twice, read or not."""
    with site.database.observe() as session:
        _calendar(session, site.centre_id, day)
        _meetings(session, day)
        _decisions(session, day)


def _calendar(session: Session, centre_id: str, day: date) -> None:
    """The State Council tells next year's days in November. Who has written them is left alone."""
    key, year = f"calendar:{day.year + 1}", day.year + 1
    if not provisional(session, year):
        settle(session, key)
    elif day.month == _DECEMBER and not _told(session, key):
        tell(
            session, "due", f"{year} 年的放假和调休安排还没有登记，工作日暂按星期一至星期五计算",
            centre_id=centre_id, right="record", link="/r/calendar/import", key=key,
            level="warning", text="按国务院办公厅的通知逐日填写，或用表格导入“工作日历”。",
        )  # fmt: skip


def _meetings(session: Session, day: date) -> None:
    """In June and in December: what the half year, and the year, still lacks."""
    half = day.month // _HALF
    if not half:
        return
    have = held(session, day.year, day)
    for key in sorted(meeting_homes(session)):
        centre = session.get_one(Centre, key)
        lacking = missing(centre.tier, have.get(key, {}), half=half)
        known = f"meetings:{key}:{day.year}:{half}"
        if not lacking:
            settle(session, known)
        elif day.month % _HALF == 0 and not _told(session, known):
            told, by = "、".join(map(str, lacking)), "年底" if half > 1 else "六月底"
            tell(
                session, "due", f"{centre.name}：{by}前{told}", centre_id=key, right="record",
                link=f"/meetings/?year={day.year}", level="warning", key=known,
            )  # fmt: skip


def _decisions(session: Session, day: date) -> None:
    """What a meeting decided and nobody has done in time."""
    query = select(Meeting).where(
        Meeting.retired_at.is_(None), Meeting.done_on.is_(None), Meeting.due_on < day
    )
    for one in session.scalars(query):
        key = f"decision:{one.id}:{one.due_on}"
        if not _told(session, key):
            tell(
                session, "due", f"{one.subject}：{overdue(one, day)}", centre_id=one.centre_id,
                right="record", level="warning", key=key, link=f"/r/meetings/{one.id}",
            )  # fmt: skip


def _told(session: Session, key: str) -> bool:
    return session.scalar(select(Notice.id).where(Notice.key == key).limit(1)) is not None
