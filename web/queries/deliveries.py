"""What was sent to whom by which channel, and what did not get out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from inventory.channel import Channel
from inventory.delivery import Delivery, again
from inventory.notice import Notice
from inventory.person import Person

PAGE = 50
_AGAIN = ("failed", "waiting")  # what it makes sense to try afresh


@dataclass(frozen=True, slots=True)
class DeliveryAsk:
    """Which ones: of a state, with these words in title, name of the person or of the channel."""

    state: str = ""
    search: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """What a delivery is about, in names; `near` when the channel lies within the scope."""

    title: str
    level: str
    person: str
    channel: str
    near: bool


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """Newest first."""

    rows: Sequence[tuple[Delivery, Line]]
    total: int
    page: int
    pages: int


def deliveries(session: Session, ask: DeliveryAsk, size: int = PAGE) -> DeliveryPage:
    """One page within the scope; names of people and channels elsewhere are told, too: a county's
    notices go by its city's channel."""
    person, channel, notice = Person.__table__, Channel.__table__, Notice.__table__
    told = (
        select(Delivery, notice.c.title, notice.c.level, person.c.name, channel.c.name)
        .join(notice, notice.c.id == Delivery.notice_id)
        .join(person, person.c.id == Delivery.person_id)
        .join(channel, channel.c.id == Delivery.channel_id)
        .where(*_conditions(ask))
    )
    total = session.scalar(told.with_only_columns(func.count(Delivery.id))) or 0
    pages = max(1, -(-total // size))
    page = min(max(1, ask.page), pages)
    newest = told.order_by(Delivery.id.desc()).limit(size).offset((page - 1) * size)
    near = set(session.scalars(select(Channel.id)))
    rows = [
        (one, Line(title, level, who, by, one.channel_id in near))
        for one, title, level, who, by in session.execute(newest)
    ]
    return DeliveryPage(rows, total, page, pages)


def by_channel(session: Session, channel_id: str, limit: int = 10) -> Sequence[Delivery]:
    """The channel's last ones within the scope."""
    query = select(Delivery).where(Delivery.channel_id == channel_id)
    return session.scalars(query.order_by(Delivery.id.desc()).limit(limit)).all()


def within(session: Session, ids: Collection[str]) -> list[str]:
    """Those of these deliveries that lie within the scope and may be tried afresh."""
    query = select(Delivery.id).where(Delivery.id.in_(ids), Delivery.state.in_(_AGAIN))
    return list(session.scalars(query))


def retry(session: Session, ids: Collection[str], now: datetime) -> int:
    """How many will be tried again."""
    rows = session.scalars(select(Delivery).where(Delivery.id.in_(ids))).all()
    waiting = [row for row in rows if row.state in _AGAIN]
    for row in waiting:
        again(row, now)
    return len(waiting)


def _conditions(ask: DeliveryAsk) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if ask.state:
        found.append(Delivery.state == ask.state)
    if ask.search:
        tables = (Notice.__table__, Person.__table__, Channel.__table__)
        columns = (tables[0].c.title, tables[1].c.name, tables[2].c.name)
        found.append(or_(*(column.contains(ask.search, autoescape=True) for column in columns)))
    return found
