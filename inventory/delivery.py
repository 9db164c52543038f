"""Deliveries: one notice on its way to one person by one channel, and how that went."""

from datetime import datetime, timedelta

from sqlalchemy import Index, String, Text, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.columns import UtcDateTime
from inventory.db import Base, Observed, Scoped, points_to
from inventory.keys import new_key

STATES = {
    "waiting": "等待发送", "sending": "正在发送", "sent": "已发送", "failed": "未送达",
    "dropped": "不再需要",
}  # fmt: skip
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
TRIES = len(BACK_OFF) + 1
_LEASE = timedelta(minutes=10)  # longer than any sending takes; after it the sender is dead
_AHEAD = timedelta(hours=25)  # nobody waits longer: our clock was set back since
INTERRUPTED = "发送时值守台停止了，不知道是否送到"


class Delivery(Scoped, Observed, Base):
    """`next_at` is when it may be taken (again); `error` is a sentence without secrets."""

    __tablename__ = "delivery"

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_key)
    notice_id: Mapped[str] = mapped_column(points_to("notice.id"))
    person_id: Mapped[str] = mapped_column(points_to("person.id"), index=True)
    channel_id: Mapped[str] = mapped_column(points_to("channel.id"))
    digest: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    error: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("uq_delivery_once", "notice_id", "person_id", "channel_id", unique=True),
        Index("ix_delivery_due", "state", "next_at"),
    )


def due(session: Session, now: datetime, limit: int = 200) -> list[Delivery]:
    """What may be taken now, the oldest first; also what a sender that died has left."""
    timely = or_(Delivery.next_at <= now, Delivery.next_at > now + _AHEAD)
    query = select(Delivery).where(Delivery.state.in_(("waiting", "sending")), timely)
    return list(session.scalars(query.order_by(Delivery.id).limit(limit)))


def claim(session: Session, one: Delivery, now: datetime) -> bool:
    """Take it if nobody has: of several claimants exactly one gets True, for the ten minutes in
    which it must be sent and recorded. Whoever dies between the two leaves it to be sent again: a
    message may come twice then, but none is lost."""
    seen = (Delivery.id == one.id, Delivery.tries == one.tries, Delivery.state == one.state)
    took = update(Delivery).where(*seen).values(
        state="sending", tries=one.tries + 1, next_at=now + _LEASE
    )  # fmt: skip
    return bool(session.execute(took).rowcount)  # type: ignore[attr-defined]


def sent(one: Delivery, now: datetime) -> None:
    one.state, one.sent_at, one.error = "sent", now, ""


def drop(one: Delivery, why: str) -> None:
    """It need not go any more."""
    one.state, one.error = "dropped", why


def miss(one: Delivery, why: str, now: datetime, *, lasting: bool = False) -> bool:
    """It did not get out: again after 1, 5, 15 and 60 minutes, then never; True when never."""
    one.error = why
    if lasting or one.tries >= TRIES:
        one.state = "failed"
        return True
    one.state, one.next_at = "waiting", now + BACK_OFF[max(0, one.tries - 1)]
    return False


def again(one: Delivery, now: datetime) -> None:
    """A person wants it tried afresh."""
    one.state, one.tries, one.next_at, one.error = "waiting", 0, now, ""
