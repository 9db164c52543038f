"""The lists of the approvals inbox: what waits for me, what I asked, what is closed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from inventory import cell
from inventory.asked import OPEN, RULES, Approval
from inventory.guard import centres_within
from inventory.inbox import waiting, waiting_number, within_reach
from inventory.opened import seen_by
from inventory.register import fields, registers
from inventory.revision import Signable
from inventory.role import Standing, can
from inventory.text import fold

DECIDE, REVIEW, MINE, DONE = "decide", "review", "mine", "done"
TABS = (DECIDE, REVIEW, MINE, DONE)
PAGE = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page of the inbox asks for."""

    tab: str = DECIDE
    search: str = ""
    page: int = 1
    size: int = PAGE


@dataclass(frozen=True, slots=True)
class Found:
    """One page of one tab, and how many each tab has. `unread` are not opened as they stand."""

    rows: Sequence[Approval]
    page: int
    pages: int
    total: int
    counts: Mapping[str, int]
    unread: frozenset[str]
    lined: Sequence[tuple[str, int]] = ()  # kinds that can be read line by line, and how many wait


def found(session: Session, who: Standing, ask: Asked) -> Found:
    """The page asked for, the oldest first where something waits, else the newest."""
    query = _matching(of_tab(who, ask.tab), ask.search)
    total = _count(session, query)
    pages = max(1, -(-total // ask.size))
    page = min(max(1, ask.page), pages)
    order = Approval.asked_at if ask.tab in (DECIDE, REVIEW) else Approval.asked_at.desc()
    part = query.order_by(order, Approval.id).limit(ask.size).offset((page - 1) * ask.size)
    rows = session.scalars(part).all()
    counts = {tab: _count(session, of_tab(who, tab)) for tab in TABS}
    seen = seen_by(session, who.id, Approval.__name__)
    unread = frozenset(one.id for one in rows if seen.get(one.id) != one.digest)
    lined = lines_waiting(session, who) if ask.tab == DECIDE else ()
    return Found(rows, page, pages, total, counts, unread, lined)


def lines_waiting(session: Session, who: Standing) -> Sequence[tuple[str, int]]:
    """Of the kinds that can be read line by line, how many wait for this person."""
    kinds = [told.kind for told in RULES.values() if told.lined]
    asked = waiting(who).where(Approval.kind.in_(kinds)).subquery()
    query = select(asked.c.kind, func.count()).group_by(asked.c.kind).order_by(asked.c.kind)
    return [(kind, n) for kind, n in session.execute(query)]


def lines_of(session: Session, who: Standing, kind: str, most: int) -> Sequence[Approval]:
    """The first of one kind that wait for this person, the oldest first."""
    query = waiting(who).where(Approval.kind == kind)
    return session.scalars(query.order_by(Approval.asked_at, Approval.id).limit(most)).all()


def all_of(session: Session, who: Standing, ask: Asked) -> Sequence[Approval]:
    """Every row of a tab, for a sheet."""
    query = _matching(of_tab(who, ask.tab), ask.search).order_by(Approval.asked_at.desc())
    return session.scalars(query).all()


def sheet(session: Session, rows: Sequence[Approval]) -> tuple[list[str], list[tuple[str, ...]]]:
    """Columns and cells of an export, as the inbox words them."""
    told = fields(Approval)
    labels = cell.labels_for(session, Approval, rows)
    cells = [tuple(cell.write(f, getattr(row, f.name), labels) for f in told) for row in rows]
    return [field.label for field in told], cells


def one(session: Session, who: Standing, approval_id: str) -> Approval | None:
    return session.scalars(visible(who).where(Approval.id == approval_id)).first()


def of_tab(who: Standing, tab: str) -> Select[Any]:
    """What stands under one tab for this person."""
    if tab == DECIDE:
        return waiting(who)
    if tab == REVIEW:
        return waiting(who, "emergency")
    if tab == MINE:
        return select(Approval).where(Approval.asked_by == who.id)
    return visible(who).where(Approval.state.not_in(OPEN))


def visible(who: Standing) -> Select[Any]:
    """One's own, what one may decide, and what is about things one may look at."""
    return select(Approval).where(
        or_(Approval.asked_by == who.id, within_reach(who), *_about_seen(who))
    )


def _about_seen(who: Standing) -> Iterator[ColumnElement[bool]]:
    """Whoever may look at a row may see what was asked about it."""
    by_right: dict[str, list[str]] = {}
    for cls in registers().values():
        if issubclass(cls, Signable) and can(who, cls.see_act):
            by_right.setdefault(cls.see_act, []).append(cls.__name__)
    for right, things in by_right.items():
        inside = Approval.centre_id.in_(centres_within(who.reach(right)))
        yield and_(Approval.thing.in_(things), inside)


def waiting_count(session: Session, who: Standing) -> int:
    """How many things wait for this person; no query for who decides nothing."""
    if not any(can(who, right) for right in {told.right for told in RULES.values()}):
        return 0
    return waiting_number(session, who)


def _matching(query: Select[Any], search: str) -> Select[Any]:
    words = fold(search).split()
    return query.where(*(Approval.search.contains(word, autoescape=True) for word in words))


def _count(session: Session, query: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0
