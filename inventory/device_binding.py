"""What devices themselves hold people to, as their running configurations read: entries that bind
an address, and ports where they are checked."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from inventory.columns import Ip, Mac, UtcDateTime
from inventory.db import Base, Observed, Scoped, points_to
from inventory.interface import BIG


class DeviceBinding(Scoped, Observed, Base):
    """One entry of one device. `port` "" binds at every port, `vlan` None in every VLAN."""

    __tablename__ = "device_binding"

    id: Mapped[int] = mapped_column(BIG, primary_key=True)
    device_id: Mapped[str] = mapped_column(points_to("device.id"))
    ip: Mapped[str] = mapped_column(Ip)
    mac: Mapped[str] = mapped_column(Mac)
    vlan: Mapped[int | None] = mapped_column()
    port: Mapped[str] = mapped_column(String(60), default="")
    line: Mapped[str] = mapped_column(String(255), default="")
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_device_binding_device", "device_id", "ip"),
        Index("ix_device_binding_ip", "ip"),
    )


class CheckedPort(Scoped, Observed, Base):
    """A port (or "vlan 10") at which a device compares what it forwards with its entries. `checks`
    tells what of it: "ip", "arp", "ip arp"; `trusted` ports are exempt."""

    __tablename__ = "checked_port"

    device_id: Mapped[str] = mapped_column(points_to("device.id"), primary_key=True)
    port: Mapped[str] = mapped_column(String(60), primary_key=True)
    checks: Mapped[str] = mapped_column(String(20), default="")
    trusted: Mapped[bool] = mapped_column(default=False)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
