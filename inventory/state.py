"""What a device is right now: up or not, since when and why, and the facts it tells of itself."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from inventory.columns import UtcDateTime
from inventory.db import Base, Observed, Scoped, points_to
from inventory.register import entry

# The order is "worst first"; an unreachable device is never counted as a fault of its own.
STATES = {"down": "中断", "unknown": "未知", "unreachable": "不可达（因上级）", "up": "正常"}


class DeviceState(Scoped, Observed, Base):
    """The latest word on one device. `why` is a sentence, `detail` the technical text."""

    __tablename__ = "device_state"

    device_id: Mapped[str] = mapped_column(points_to("device.id"), primary_key=True)
    state: Mapped[str] = entry("状态", "choice", choices=STATES, listed=True, default="unknown")
    since: Mapped[datetime | None] = entry("自", "time", listed=True)
    why: Mapped[str] = entry("原因", "note", listed=True, default="")
    detail: Mapped[str] = mapped_column(Text, default="")
    misses: Mapped[int] = mapped_column(default=0)  # sweeps in a row without an answer
    last_poll_at: Mapped[datetime | None] = entry("最近轮询", "time")
    last_ok_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    counters_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    identity_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ssh_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # last login to its command line
    ssh_why: Mapped[str] = mapped_column(Text, default="")  # why that login failed
    answered: Mapped[str] = mapped_column(String(40), default="")
    ms: Mapped[float | None] = mapped_column()
    booted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sys_name: Mapped[str] = entry("自报名称", default="")
    sys_descr: Mapped[str] = mapped_column(Text, default="")
    sys_object_id: Mapped[str] = mapped_column(String(120), default="")
    sys_location: Mapped[str] = mapped_column(String(255), default="")
    vendor: Mapped[str] = entry("厂商", default="", longest=60)
    model: Mapped[str] = entry("型号", default="", longest=120)
    serial: Mapped[str] = entry("序列号", default="", longest=80)
    version: Mapped[str] = mapped_column(String(255), default="")
    cpu: Mapped[float | None] = entry("CPU", "number", unit="%", listed=True)
    memory: Mapped[float | None] = entry("内存", "number", unit="%", listed=True)
    temperature: Mapped[float | None] = entry("温度", "number", unit="℃", listed=True)


class Gauge(Scoped, Observed, Base):
    """One sensor's latest value. `id` is ours and keys its samples."""

    __tablename__ = "gauge"

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True
    )
    device_id: Mapped[str] = mapped_column(points_to("device.id"))
    metric: Mapped[str] = mapped_column(String(40))
    slot: Mapped[str] = mapped_column(String(80), default="")
    unit: Mapped[str] = mapped_column(String(12), default="")
    value: Mapped[float] = mapped_column()
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("uq_gauge_place", "device_id", "metric", "slot", unique=True),)
