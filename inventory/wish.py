"""How a person wants to be told: on the screen only, at once, or in the day's digest."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from sqlalchemy import JSON, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.db import Base, Recorded, Scoped, points_to
from inventory.shanghai import SHANGHAI

WAYS = {"screen": "只在屏幕上", "once": "立即发送", "digest": "每日汇总"}
CHOSEN = ("info", "warning")  # what is critical always goes at once
DIGEST_AT = "08:30"
_USUAL = {"info": "digest", "warning": "once", "critical": "once"}


class NoticeWish(Scoped, Recorded, Base):
    """One person's wishes; whoever made none gets what is usual. `ways`: "kind.level" → WAYS."""

    __tablename__ = "notice_wish"

    person_id: Mapped[str] = mapped_column(points_to("person.id"), unique=True)
    digest_at: Mapped[str] = mapped_column(String(5), default=DIGEST_AT)
    ways: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)


def wish_of(session: Session, person_id: str) -> NoticeWish | None:
    """None when the person never chose."""
    return session.scalar(select(NoticeWish).where(NoticeWish.person_id == person_id))


def way(ways: Mapping[str, str], kind: str, level: str) -> str:
    """How a notice of this kind and level travels: a key of WAYS. That messages do not get out is
    told on the screen only: it would be one more message that does not."""
    if kind == "delivery":
        return "screen"
    usual = _USUAL[level]
    return ways.get(f"{kind}.{level}", usual) if level in CHOSEN else usual


def next_digest(after: datetime, at: str = DIGEST_AT) -> datetime:
    """The next time it is `at` ("08:30") in Shanghai, as an aware time."""
    local = after.astimezone(SHANGHAI)
    today = datetime.combine(local.date(), time.fromisoformat(at), SHANGHAI)
    return today if today > local else today + timedelta(days=1)
