"""Interfaces: our own lasting identity for a port, and its latest counters and rates.

`Interface.id` is never reused. The device's ifIndex may change at a reboot, so it is only an
observed attribute; a port is recognised by (device, ifName), else by an unambiguous ifDescr.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from inventory.columns import UtcDateTime
from inventory.db import Base, Observed, Scoped, points_to

BIG = BigInteger().with_variant(Integer(), "sqlite")  # SQLite numbers rows only in INTEGER keys


class Interface(Scoped, Observed, Base):
    """A port as the device describes it. `speed` bit/s; `gone_at` set when it is no longer told."""

    __tablename__ = "interface"

    id: Mapped[int] = mapped_column(BIG, primary_key=True)
    device_id: Mapped[str] = mapped_column(points_to("device.id"), index=True)
    if_index: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(255))
    descr: Mapped[str] = mapped_column(String(255), default="")
    alias: Mapped[str] = mapped_column(String(255), default="")
    type: Mapped[int] = mapped_column(BigInteger, default=0)
    mac: Mapped[str] = mapped_column(String(17), default="")
    speed: Mapped[int] = mapped_column(BigInteger, default=0)
    admin_up: Mapped[bool | None] = mapped_column()
    oper_up: Mapped[bool | None] = mapped_column()
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # last change of oper_up
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    gone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_interface_device_name", "device_id", "name"),)


class InterfaceLatest(Observed, Base):
    """The newest counters of a port and the rates since the reading before; pages read this.

    Rates are per second (bit/s for octets), None when they cannot be told: first reading, counter
    reset, or too long a gap.
    """

    __tablename__ = "interface_latest"

    interface_id: Mapped[int] = mapped_column(
        BIG, points_to("interface.id"), primary_key=True, autoincrement=False
    )
    at: Mapped[float] = mapped_column()  # Unix seconds of the reading
    in_octets: Mapped[int | None] = mapped_column(BigInteger)
    out_octets: Mapped[int | None] = mapped_column(BigInteger)
    in_errors: Mapped[int | None] = mapped_column(BigInteger)
    out_errors: Mapped[int | None] = mapped_column(BigInteger)
    in_discards: Mapped[int | None] = mapped_column(BigInteger)
    out_discards: Mapped[int | None] = mapped_column(BigInteger)
    in_bps: Mapped[float | None] = mapped_column()
    out_bps: Mapped[float | None] = mapped_column()
    errors_ps: Mapped[float | None] = mapped_column()
    discards_ps: Mapped[float | None] = mapped_column()
