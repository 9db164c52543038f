"""How soon a major fault is told to the centre above, and how long a fault may stay open (duty A7).

Article 30 says "及时上报"; two hours and seven days are ours, and a centre may set its own.
"""

from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import Index, select
from sqlalchemy.orm import Mapped, Session

from inventory.centre import CENTRE_TIERS, Centre
from inventory.register import CentreRegister, entry

HOURS, DAYS = 2, 7  # where no centre says otherwise
_UNKNOWN = {  # who is above a unit whose upper centre is kept elsewhere
    "city": "省中心",
    "county": "市中心",
    "township": "县（区）中心",
    "village": "乡镇（办事处）",
}  # fmt: skip


class FaultLimit(CentreRegister):
    """The limits of one centre and whatever is below it; the nearest one holds. A fault keeps the
    deadlines it began with."""

    __tablename__ = "fault_limit"
    slug: ClassVar[str] = "fault-limits"
    title: ClassVar[str] = "故障上报期限"
    topic: ClassVar[str] = "值班日志"
    articles: ClassVar[tuple[int, ...]] = (30,)
    names: ClassVar[tuple[str, ...]] = ("centre_id",)
    order: ClassVar[str] = "hours"

    hours: Mapped[int] = entry(
        "重大故障上报期限", "whole", default=HOURS, low=1, high=72, unit="小时", listed=True,
        help="第三十条“及时上报”；2 小时是本系统的默认值",
    )  # fmt: skip
    days: Mapped[int] = entry(
        "故障关闭期限", "whole", default=DAYS, low=1, high=90, unit="天", listed=True,
        help="超过这么多天没有关闭的要提醒；7 天是本系统的默认值",
    )  # fmt: skip
    reason: Mapped[str | None] = entry("调整理由", "note")

    __table_args__ = (Index("uq_fault_limit", "centre_id", unique=True),)

    @property
    def label(self) -> str:
        return f"{self.hours} 小时上报，{self.days} 天关闭"


def deadlines(session: Session, centre_id: str, found_at: datetime) -> tuple[datetime, datetime]:
    """(when a major fault must have been told above, when any fault must be closed)."""
    hours, days = limits(session, centre_id)
    return found_at + timedelta(hours=hours), found_at + timedelta(days=days)


def limits(session: Session, centre_id: str) -> tuple[int, int]:
    """(hours, days) for a centre: its own, or those of the nearest one above it. From the bare
    table: a township is bound by a limit that only the county sees."""
    path = _path(session, centre_id)
    table = FaultLimit.__table__
    query = select(table.c.centre_id, table.c.hours, table.c.days).where(
        table.c.centre_id.in_(path), table.c.retired_at.is_(None)
    )
    nearest = max(session.execute(query), key=lambda one: path.index(one[0]), default=None)
    return (nearest[1], nearest[2]) if nearest else (HOURS, DAYS)


def upper(session: Session, centre_id: str) -> tuple[str, str]:
    """(id, name) of the centre that a unit reports to: township → county → city → province. The id
    is "" when that centre is kept elsewhere, both are when there is none above."""
    table = Centre.__table__
    path = _path(session, centre_id)
    query = select(table.c.id, table.c.name, table.c.tier).where(table.c.id.in_(path))
    above = sorted(session.execute(query), key=lambda one: path.index(one[0]), reverse=True)
    while above and above[0][2] in ("department", "institution"):  # these are the centre's own
        above = above[1:]
    found = next((one for one in above[1:] if one[2] in CENTRE_TIERS), None)
    own = above[0][2] if above else ""
    return (found[0], found[1]) if found else ("", _UNKNOWN.get(own, ""))


def _path(session: Session, centre_id: str) -> list[str]:
    """The ids from the top of the tree down to the unit."""
    table = Centre.__table__
    path = session.scalar(select(table.c.path).where(table.c.id == centre_id)) or ""
    return path.strip("/").split("/")
