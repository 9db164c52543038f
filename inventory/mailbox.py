"""One person's notices: what is unread, what there was, and marking them read.

`session` must see everything: the conditions here say what is the person's own. A copy shows while
the person holds the right it came by; with the right, it goes and comes back.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, update
from sqlalchemy.orm import Session

from inventory.act import Scope
from inventory.guard import centres_within
from inventory.notice import Notice, NoticeReceipt
from inventory.role import RIGHTS, Standing

PAGE = 50
_UNSEEN = {"synchronize_session": False}  # whoever marks holds none of these rows


@dataclass(frozen=True, slots=True)
class NoticeAsk:
    """Which notices: only unread ones, of these kinds, of these levels, with these words in the
    title; () = any."""

    unread: bool = False
    kinds: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    search: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Bell:
    """How many unread notices there are, and how many of them critical."""

    unread: int
    critical: int


@dataclass(frozen=True, slots=True)
class NoticePage:
    """Newest first: (notice, when it was read or None)."""

    rows: Sequence[tuple[Notice, datetime | None]]
    total: int
    page: int
    pages: int


def unread(session: Session, person: Standing) -> Bell:
    """What the bell shows: every page asks it."""
    return Bell(*session.execute(_waiting(person.whole)).one())


@lru_cache(maxsize=500)
def _waiting(person: Standing) -> Select[Any]:
    """Made once for each person: to make the question takes longer than to answer it."""
    critical = func.coalesce(func.sum(case((Notice.level == "critical", 1), else_=0)), 0)
    copies = select(func.count(), critical).select_from(NoticeReceipt).join(Notice, _same())
    return copies.where(*_mine(person), NoticeReceipt.read_at.is_(None))


def notices(session: Session, person: Standing, ask: NoticeAsk, size: int = PAGE) -> NoticePage:
    """One page of them."""
    conditions = (*_mine(person), *_asked(ask))
    copies = select(func.count()).select_from(NoticeReceipt).join(Notice, _same())
    total = session.scalar(copies.where(*conditions)) or 0
    pages = max(1, -(-total // size))
    page = min(max(1, ask.page), pages)
    query = select(Notice, NoticeReceipt.read_at).join(NoticeReceipt, _same()).where(*conditions)
    newest = query.order_by(Notice.made_at.desc(), Notice.id.desc())
    rows = session.execute(newest.limit(size).offset((page - 1) * size)).all()
    return NoticePage([(notice, at) for notice, at in rows], total, page, pages)


def own(session: Session, person: Standing, notice_id: str) -> Notice | None:
    """One of the person's notices; None when it is not theirs."""
    query = select(Notice).join(NoticeReceipt, _same()).where(*_mine(person))
    return session.scalar(query.where(Notice.id == notice_id))


def read(
    session: Session, person: Standing, now: datetime, ids: Collection[str] | None = None
) -> int:
    """Mark these of the person's unread notices read, or all; how many it were."""
    mine = select(Notice.id).join(NoticeReceipt, _same()).where(*_mine(person))
    if ids is not None:
        mine = mine.where(Notice.id.in_(ids))
    copies = update(NoticeReceipt).where(
        NoticeReceipt.person_id == person.id, NoticeReceipt.read_at.is_(None),
        NoticeReceipt.notice_id.in_(mine),
    )  # fmt: skip
    done = session.execute(copies.values(read_at=now), execution_options=_UNSEEN)
    return int(done.rowcount)  # type: ignore[attr-defined]


def _same() -> ColumnElement[bool]:
    return NoticeReceipt.notice_id == Notice.id


def _mine(person: Standing) -> tuple[ColumnElement[bool], ...]:
    """Told to the person alone, or by a right that is still held over the place."""
    held: dict[Scope, list[str]] = {}
    for right in RIGHTS:
        held.setdefault(person.reach(right), []).append(right)
    by_right = [
        and_(Notice.right.in_(rights), Notice.centre_id.in_(centres_within(scope)))
        for scope, rights in held.items()
        if scope.paths
    ]
    return NoticeReceipt.person_id == person.id, or_(Notice.person_id == person.id, *by_right)


def _asked(ask: NoticeAsk) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if ask.unread:
        found.append(NoticeReceipt.read_at.is_(None))
    if ask.kinds:
        found.append(Notice.kind.in_(ask.kinds))
    if ask.levels:
        found.append(Notice.level.in_(ask.levels))
    if ask.search:
        found.append(Notice.title.contains(ask.search, autoescape=True))
    return found
