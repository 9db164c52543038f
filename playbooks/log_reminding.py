"""What the duty log waits for: yesterday's signatures, sheets that no leader has read for a week,
shifts that nobody has taken over."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.log_day import REVIEW_WITHIN, LogDay, overdue
from inventory.log_sections import LOG_TIERS
from inventory.log_signed import unsigned
from inventory.notice import Notice, NoticeReceipt, settle, tell
from inventory.shanghai import SHANGHAI, today
from inventory.shift_handing import late_of, tell_untaken
from inventory.shift_handover import ShiftHandover
from playbooks.site import Site

_MORNING = 8  # o'clock in China
_UNSIGNED, _UNREAD = "log-unsigned:", "log-unread:"


def remind(site: Site, now: datetime) -> None:
    """Tell who owes yesterday's signature, and whoever may sign of sheets that lie too long, once a
    week; shifts at any hour. However often it is run, nobody is told twice of the same."""
    with site.database.observe() as session:
        for row in session.scalars(select(ShiftHandover).where(ShiftHandover.state == "handed")):
            if not _told(session, late_of(row), row.handed_at):
                tell_untaken(session, row, now)
        if now.astimezone(SHANGHAI).hour >= _MORNING:
            _unsigned(session, today(now) - timedelta(days=1), now)
            _unread(session, now)


def _unsigned(session: Session, day: date, now: datetime) -> None:
    query = select(Centre).where(Centre.tier.in_(LOG_TIERS), Centre.retired_at.is_(None))
    owed: set[str] = set()
    for centre in session.scalars(query.order_by(Centre.code)):
        for person in unsigned(session, centre.id, day, now):
            key = f"{_UNSIGNED}{day}:{centre.id}:{person}"
            owed.add(key)
            if not _told(session, key):
                tell(
                    session, "signature", f"{day} 的工作日志还没有签字，没有事项的请签“无”",
                    centre_id=centre.id, person_id=person, level="warning", key=key,
                    link=f"/log/unsigned?month={day:%Y-%m}",
                )  # fmt: skip
    _settle(session, _UNSIGNED, owed)


def _unread(session: Session, now: datetime) -> None:
    query = select(LogDay).where(LogDay.state == "submitted").order_by(LogDay.submitted_at)
    owed: set[str] = set()
    for sheet in session.scalars(query):
        cause = overdue(sheet, now)
        if not cause or sheet.submitted_at is None:
            continue
        key = f"{_UNREAD}{sheet.id}:{(now - sheet.submitted_at) // REVIEW_WITHIN}"
        owed.add(key)
        if not _told(session, key):
            tell(
                session, "due", f"工作日志 {sheet.label}：{cause}", centre_id=sheet.centre_id,
                right="sign", level="warning", link=f"/log/review/{sheet.id}", key=key,
            )  # fmt: skip
    _settle(session, _UNREAD, owed)


def _told(session: Session, key: str, since: datetime | None = None) -> bool:
    """Was this told (since then), read or not?"""
    last = session.scalar(select(func.max(Notice.made_at)).where(Notice.key == key))
    return last is not None and (since is None or last >= since)


def _settle(session: Session, prefix: str, owed: Collection[str]) -> None:
    """What was told and has been signed since need not be read any more."""
    query = select(Notice.key).join(NoticeReceipt, NoticeReceipt.notice_id == Notice.id)
    unread = query.where(Notice.key.startswith(prefix), NoticeReceipt.read_at.is_(None))
    for key in set(session.scalars(unread)) - set(owed):
        settle(session, key)
