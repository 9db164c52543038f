"""Who was seen where: intervals of ARP and forwarding tables, open while they are still told.

A row is opened by the first walk that tells it and closed by a completed walk that tells it no
more (three in a row for forwarding tables, whose entries come and go); a walk that broke off
closes nothing. So "who had this address then, and at which port" is one query over years.
"""

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from inventory.columns import Ip, Mac, UtcDateTime
from inventory.db import Base, Observed, Scoped, points_to
from inventory.interface import BIG

TABLES = {
    "arp": "ARP 表", "fdb": "MAC 地址表", "lease": "DHCP 租约", "neighbours": "邻居和聚合口",
}  # fmt: skip
ROLES = {"edge": "终端口", "uplink": "上联或互联口", "lag": "聚合口", "many": "多终端口"}
ENDS = ("edge", "many")  # roles of ports where end devices hang


class ArpSighting(Scoped, Observed, Base):
    """An address answered for by a MAC, as one device (gateway, DHCP server) tells it.

    `origin`: "arp" (also for IPv6 neighbours, RFC 4861) or "lease"; `until` None while open;
    `seen` the last walk that told it, written once an hour while it is told by complete walks (see
    `TableWalk.complete_at`). `prefix_id` None: the address is in no registered range.
    """

    __tablename__ = "arp_sighting"

    id: Mapped[int] = mapped_column(BIG, primary_key=True)
    device_id: Mapped[str] = mapped_column(points_to("device.id"))
    prefix_id: Mapped[str | None] = mapped_column(points_to("prefix.id"))
    ip: Mapped[str] = mapped_column(Ip)
    mac: Mapped[str] = mapped_column(Mac)
    interface_id: Mapped[int | None] = mapped_column(BIG, points_to("interface.id"))
    origin: Mapped[str] = mapped_column(String(8), default="arp")
    static: Mapped[bool] = mapped_column(default=False)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    seen: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_arp_sighting_ip", "ip", "since"),
        Index("ix_arp_sighting_mac", "mac", "since"),
        Index("ix_arp_sighting_open", "device_id", "until"),
    )


class FdbSighting(Scoped, Observed, Base):
    """A MAC learned at a port of a switch. `vlan` 0: not told; `edge`: the port was one where end
    devices hang (roles "edge" and "many"), not a link to another device; `misses` completed walks
    in a row without it; `seen` as in `ArpSighting`."""

    __tablename__ = "fdb_sighting"

    id: Mapped[int] = mapped_column(BIG, primary_key=True)
    device_id: Mapped[str] = mapped_column(points_to("device.id"))
    interface_id: Mapped[int] = mapped_column(BIG, points_to("interface.id"))
    mac: Mapped[str] = mapped_column(Mac)
    vlan: Mapped[int] = mapped_column(default=0)
    edge: Mapped[bool] = mapped_column(default=True)
    static: Mapped[bool] = mapped_column(default=False)
    misses: Mapped[int] = mapped_column(default=0)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    seen: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_fdb_sighting_mac", "mac", "since"),
        Index("ix_fdb_sighting_open", "device_id", "until"),
        Index("ix_fdb_sighting_port", "interface_id", "since"),
    )


class TableWalk(Scoped, Observed, Base):
    """How the reading of one table of one device went: attempt and completion apart. `refused_at`:
    when its login was last refused; accounts get locked by whoever tries again."""

    __tablename__ = "table_walk"

    device_id: Mapped[str] = mapped_column(points_to("device.id"), primary_key=True)
    origin: Mapped[str] = mapped_column(String(8), primary_key=True)
    attempt_at: Mapped[datetime] = mapped_column(UtcDateTime)
    complete_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rows: Mapped[int] = mapped_column(default=0)
    why: Mapped[str] = mapped_column(Text, default="")


class PortRole(Scoped, Observed, Base):
    """What a port is, by evidence: "edge" (end devices), "uplink" (another device is behind it),
    "lag" (member or bundle), "many" (several end devices). `why` is the evidence, in Chinese;
    `quiet` counts the walks in a row that showed MACs there and no evidence for the role; `forged`:
    end devices hang there, and still it shows a card of our own devices."""

    __tablename__ = "port_role"

    interface_id: Mapped[int] = mapped_column(
        BIG, points_to("interface.id"), primary_key=True, autoincrement=False
    )
    device_id: Mapped[str] = mapped_column(points_to("device.id"), index=True)
    role: Mapped[str] = mapped_column(String(8))
    why: Mapped[str] = mapped_column(Text, default="")
    macs: Mapped[int] = mapped_column(default=0)
    quiet: Mapped[int] = mapped_column(default=0)
    forged: Mapped[bool] = mapped_column(default=False)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
