"""Notices: what a person must know, on the screen first. Whoever finds or asks something tells it
here; carrying it further (e-mail, short message) is `playbooks.notices`' work.

No secret and no population data ever goes into a notice: it travels over mail and telephones. A
title names the thing, the link leads a person who may see it to the rest.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import TypedDict, Unpack

from sqlalchemy import Index, String, Text, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.columns import UtcDateTime
from inventory.db import Base, Observed, Scoped, in_turn, points_to
from inventory.holders import holders
from inventory.keys import new_key

KINDS = {
    "approval": "待审批", "decision": "审批结果", "signature": "待签字", "review": "应急复核",
    "due": "到期提醒", "wrong": "发现异常", "security": "安全事件", "account": "账号事项",
    "job": "任务结果", "delivery": "通知未送达",
}  # fmt: skip
LEVELS = {"info": "一般", "warning": "重要", "critical": "紧急"}
_TELLING = 4_100_007  # PostgreSQL advisory lock: two tellers of one key take turns
_LONGEST = 200


class Notice(Scoped, Observed, Base):
    """One thing told once. Addressed to a person, or to whoever holds `right` over the centre."""

    __tablename__ = "notice"

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_key)
    kind: Mapped[str] = mapped_column(String(20))
    level: Mapped[str] = mapped_column(String(10), default="info")
    title: Mapped[str] = mapped_column(String(_LONGEST))
    text: Mapped[str] = mapped_column(Text, default="")
    link: Mapped[str] = mapped_column(String(300), default="")
    key: Mapped[str] = mapped_column(String(120), default="", index=True)
    person_id: Mapped[str | None] = mapped_column(points_to("person.id"))
    right: Mapped[str] = mapped_column(String(20), default="")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class NoticeReceipt(Scoped, Observed, Base):
    """One person's copy: read when `read_at` is set; `planned` once the worker has seen to it that
    it is carried on, or that it need not be."""

    __tablename__ = "notice_receipt"

    notice_id: Mapped[str] = mapped_column(points_to("notice.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(points_to("person.id"), primary_key=True)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    planned: Mapped[bool] = mapped_column(default=False, index=True)

    __table_args__ = (Index("ix_notice_receipt_unread", "person_id", "read_at"),)


class Facts(TypedDict, total=False):
    """What `tell` may be given besides its place: see there."""

    text: str
    link: str
    person_id: str | None
    right: str | None
    level: str
    key: str


def tell(
    session: Session, kind: str, title: str, *, centre_id: str, **facts: Unpack[Facts]
) -> Notice | None:
    """Tell a person (`person_id`), or whoever holds `right` over the centre, within the caller's
    own transaction: what is rolled back was never told.

    `kind` is a key of KINDS, `level` of LEVELS ("info" if not given), `link` a path of this
    console ("/…"). With a `key`, whoever has an unread notice of that key is not told again; None
    when that is everybody. ValueError for what is neither, or for an address that is not one.
    """
    notice = _notice(kind, title, centre_id, facts)
    if notice.key:
        in_turn(session, _TELLING)
    told = {notice.person_id} if notice.person_id else holders(session, notice.right, centre_id)
    waiting = _waiting(session, notice.key) if notice.key else set()
    if notice.key and told <= waiting and (told or _unanswered(session, notice.key)):
        return None
    session.add(notice)
    hand(session, notice, sorted(told - waiting))
    return notice


def hand(session: Session, notice: Notice, people: Collection[str]) -> None:
    """Give each of these people (ids) a copy of the notice."""
    session.add_all(
        NoticeReceipt(notice_id=notice.id, person_id=person, centre_id=notice.centre_id)
        for person in people
    )


def settle(session: Session, key: str) -> None:
    """The matter is closed (decided by one of several, done in time): nobody need read of it."""
    notices = select(Notice.__table__.c.id).where(Notice.__table__.c.key == key)
    copies = update(NoticeReceipt).where(NoticeReceipt.notice_id.in_(notices))
    unread = copies.where(NoticeReceipt.read_at.is_(None))
    session.execute(unread.values(read_at=datetime.now(UTC)))


def _notice(kind: str, title: str, centre_id: str, facts: Facts) -> Notice:
    person, right = facts.get("person_id"), facts.get("right") or ""
    level, link = facts.get("level", "info"), facts.get("link", "")
    if kind not in KINDS or level not in LEVELS:
        raise ValueError(f"no such notice: {kind} {level}")
    if bool(person) == bool(right):
        raise ValueError("a notice goes to a person or to the holders of a right")
    if link and (not link.startswith("/") or link.startswith("//")):
        raise ValueError(f"a notice links to a page of this console, not to {link}")
    return Notice(
        id=new_key(), kind=kind, level=level, title=_line(title), text=facts.get("text", ""),
        link=link, key=facts.get("key", ""), person_id=person, right=right, centre_id=centre_id,
        made_at=datetime.now(UTC),
    )  # fmt: skip


def _line(title: str) -> str:
    """One line of at most 200 characters: a title becomes a mail's subject."""
    line = " ".join("".join(c if c.isprintable() else " " for c in title).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _waiting(session: Session, key: str) -> set[str]:
    """Who has an unread notice of this key. Bare tables: whatever the session's scope."""
    notice, copy = Notice.__table__, NoticeReceipt.__table__
    query = select(copy.c.person_id).join(notice, notice.c.id == copy.c.notice_id)
    return set(session.scalars(query.where(notice.c.key == key, copy.c.read_at.is_(None))))


def _unanswered(session: Session, key: str) -> bool:
    """Is there a notice of this key that found nobody to read it?"""
    notice, copy = Notice.__table__, NoticeReceipt.__table__
    found = select(notice.c.id).where(notice.c.key == key)
    return bool(session.scalar(found.where(notice.c.id.not_in(select(copy.c.notice_id))).limit(1)))
