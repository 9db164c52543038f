"""Devices that are now up, now down: Article 135 forbids running them; somebody decides, and signs
(duty A23)."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import Index, select, text
from sqlalchemy.orm import Mapped, Session

from inventory.centre import Centre
from inventory.paper import Paper
from inventory.register import CentreRegister, entry
from inventory.stepping import is_moving

STATES: Mapping[str, str] = {
    "open": "待决定", "stopped": "停用维修", "repaired": "已修复", "accepted": "已接受",
}  # fmt: skip
LATE = timedelta(days=3)
CHANGES, HOURS = 6, 24  # more changes than this in so many hours, where no centre says otherwise
_COLOURS = {"open": "warning", "stopped": "info", "repaired": "ok", "accepted": "unknown"}
_OPEN = text("state = 'open'")


class UnstableDevice(Paper):
    """One device found unstable, and what was decided. The worker opens it; one at a time for a
    device."""

    __tablename__ = "unstable_device"
    slug: ClassVar[str] = "unstable"
    title: ClassVar[str] = "时好时坏设备"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    paper: ClassVar[str] = "故障设备处置单"
    topic: ClassVar[str] = "设备"
    articles: ClassVar[tuple[int, ...]] = (135,)
    prefix: ClassVar[str] = "SH"
    by_hand: ClassVar[bool] = False
    meanings: ClassVar[tuple[str, ...]] = ("fill",)
    apart: ClassVar[frozenset[str]] = frozenset()
    loose: ClassVar[tuple[str, ...]] = ()
    over: ClassVar[tuple[str, ...]] = ("repaired", "accepted")
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "待决定": {"state": "open"}, "停用维修": {"state": "stopped"},
    }  # fmt: skip
    flow: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "open": ("stopped", "repaired", "accepted"), "stopped": ("repaired",),
    }  # fmt: skip
    sealed: ClassVar[tuple[str, ...]] = (
        "number", "device_id", "changes", "hours", "found_at", "decision", "reason", "until",
    )  # fmt: skip

    device_id: Mapped[str] = entry("监测对象", "ref", refers="Device", required=True, listed=True)
    changes: Mapped[int] = entry("通断次数", "whole", required=True, listed=True, unit="次")
    hours: Mapped[int] = entry("统计时段", "whole", required=True, unit="小时")
    found_at: Mapped[datetime] = entry("发现时间", "time", required=True, listed=True)
    state: Mapped[str] = entry(
        "状态", "choice", choices=STATES, default="open", listed=True, settled=True
    )
    decision: Mapped[str | None] = entry(
        "决定", "choice", choices={k: v for k, v in STATES.items() if k != "open"}, listed=True,
        group="处置", settled=True,
    )  # fmt: skip
    reason: Mapped[str | None] = entry(
        "说明", searched=True, longest=300, group="处置", settled=True
    )
    until: Mapped[date | None] = entry(
        "接受到", "day", group="处置", settled=True, help="过了这一天仍然时好时坏，须重新决定"
    )
    repair_id: Mapped[str | None] = entry(
        "维修单", "ref", refers="Repair", listed=True, group="处置", settled=True
    )
    decided_at: Mapped[datetime | None] = entry("决定时间", "time", group="处置", settled=True)

    __table_args__ = (
        Index("uq_unstable_device_number", "number", unique=True),
        Index(
            "uq_unstable_device_open", "device_id", unique=True, sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )  # fmt: skip

    @property
    def late(self) -> str:
        return overdue(self, datetime.now(UTC))

    def unfit(self, session: Session, meaning: str, who: Any) -> str:
        return "" if is_moving(session, self) else "在“下一步”里决定，同时签字"


class UnstableLimit(CentreRegister):
    """From how many changes on a device counts as unstable, for a centre and what is below it."""

    __tablename__ = "unstable_limit"
    slug: ClassVar[str] = "unstable-limits"
    title: ClassVar[str] = "时好时坏判定标准"
    topic: ClassVar[str] = "系统"
    articles: ClassVar[tuple[int, ...]] = (135,)
    names: ClassVar[tuple[str, ...]] = ("centre_id",)
    order: ClassVar[str] = "changes"

    changes: Mapped[int] = entry(
        "通断超过", "whole", default=CHANGES, low=1, high=1000, unit="次", listed=True
    )
    hours: Mapped[int] = entry(
        "在多长时间内", "whole", default=HOURS, low=1, high=168, unit="小时", listed=True
    )

    @property
    def label(self) -> str:
        return f"{self.hours} 小时内超过 {self.changes} 次"


def limit_of(session: Session, centre_id: str) -> tuple[int, int]:
    """(changes, hours) for a centre: its own, or those of the nearest one above it."""
    centre = session.get(Centre, centre_id)
    above = (centre.path if centre is not None else "").strip("/").split("/")
    rows = session.scalars(
        select(UnstableLimit).where(
            UnstableLimit.centre_id.in_(above), UnstableLimit.retired_at.is_(None)
        )
    ).all()
    nearest = max(rows, key=lambda one: above.index(one.centre_id), default=None)
    return (nearest.changes, nearest.hours) if nearest else (CHANGES, HOURS)


def overdue(row: UnstableDevice, now: datetime) -> str:
    """Why it should be decided by now, "" while it need not be."""
    if row.state != "open" or now - row.found_at <= LATE:
        return ""
    return f"发现 {(now - row.found_at).days} 天，还没有决定"
