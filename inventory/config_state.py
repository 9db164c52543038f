"""How it stands with one device's configuration: last attempt, last success, unsaved changes, and
what was heard of a change that has not been read yet."""

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from inventory.columns import UtcDateTime
from inventory.db import Base, Observed, Scoped, points_to

SAVED = {"yes": "已保存", "no": "有改动未保存", "unknown": "无法得知"}


class ConfigState(Scoped, Observed, Base):
    """One row for each device that was ever read or heard of.

    An attempt is not a success, and both are told (`why` is the reason of the last failure, ""
    after a success). `heard_*` is a change somebody told us of, waiting for its read: the first
    and the last word about it, who and from where. `locked_by` holds the device for one session.
    """

    __tablename__ = "config_state"

    device_id: Mapped[str] = mapped_column(points_to("device.id"), primary_key=True)
    attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    success_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    why: Mapped[str] = mapped_column(Text, default="")
    failures: Mapped[int] = mapped_column(default=0)
    permanent: Mapped[bool] = mapped_column(default=False)  # the failure that needs a person
    snapshot_id: Mapped[str | None] = mapped_column(points_to("config_snapshot.id"))
    saved: Mapped[str] = mapped_column(String(10), default="unknown")
    unsaved_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_mark: Mapped[str] = mapped_column(String(80), default="")  # what SNMP told last
    suspect: Mapped[str] = mapped_column(String(64), default="")  # form of a doubtful read
    heard_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    heard_last: Mapped[datetime | None] = mapped_column(UtcDateTime)
    heard_origin: Mapped[str] = mapped_column(String(12), default="")
    heard_by: Mapped[str] = mapped_column(String(80), default="")
    heard_from: Mapped[str] = mapped_column(String(80), default="")
    heard_text: Mapped[str] = mapped_column(Text, default="")
    locked_by: Mapped[str] = mapped_column(String(60), default="")
    locked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_config_state_unsaved", "saved", "unsaved_since"),)
