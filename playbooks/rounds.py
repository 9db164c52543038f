"""Daily: rooms that nobody walked through in their week or month, and days whose server records
nobody has read, told to whoever keeps the books until it is done (duties A10, A18, A24)."""

from datetime import date

from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.log_review import due_key as unread
from inventory.log_review_days import reading_centres, uncovered
from inventory.notice import settle, tell
from inventory.patrol_due import RoomDue, due
from inventory.patrolling import due_key as unwalked
from playbooks.site import Site

_WORDS = {"weekly": "周", "monthly": "个月"}


def remind(site: Site, day: date) -> None:
    """Tell of what is overdue on `day` (of Shanghai), and settle what is not any more."""

    with site.database.observe() as session:
        for one in due(session, None, day):
            _room(session, one)
        for centre in reading_centres(session).values():
            _records(session, centre, day)


def _room(session: Session, one: RoomDue) -> None:
    key = unwalked(one.room.id, one.kind)
    if not one.late:
        settle(session, key)
        return
    title = f"机房巡检逾期：{one.room.name} 连续 {one.missed} {_WORDS[one.kind]}没有巡检"
    tell(
        session, "due", title, centre_id=one.room.centre_id, right="record", level="warning",
        link="/patrols", key=key,
    )  # fmt: skip


def _records(session: Session, centre: Centre, day: date) -> None:
    """Yesterday's records, and older ones, that wait to be read."""
    days = uncovered(session, centre.id, day)
    if not days:
        settle(session, unread(centre.id))
        return
    first, late = days[0].day, any(one.missing for one in days)
    span = f"{first} 起 {len(days)} 天" if len(days) > 1 else str(first)
    title = f"服务器日志还没有浏览签字：{span}，最迟 {days[0].deadline}"
    tell(
        session, "due", title, centre_id=centre.id, right="record",
        level="warning" if late else "info", link="/log-reviews", key=unread(centre.id),
    )  # fmt: skip
