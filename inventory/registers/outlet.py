"""Where the cables end: panels and outlets, not to be changed at will (Articles 99, 110)."""

from datetime import date
from typing import ClassVar

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from inventory.reasoned import Reasoned
from inventory.register import CentreRegister, entry

KINDS = {"data": "网络", "voice": "电话", "fibre": "光纤", "spare": "备用"}
_ALIVE = text("retired_at IS NULL")


class Panel(CentreRegister):
    """One patch panel or distribution frame in a rack."""

    __tablename__ = "panel"
    slug: ClassVar[str] = "panels"
    title: ClassVar[str] = "配线架"
    topic: ClassVar[str] = "机房与线路"
    articles: ClassVar[tuple[int, ...]] = (99, 110)
    names: ClassVar[tuple[str, ...]] = ("name", "centre_id")
    below: ClassVar[tuple[tuple[str, str], ...]] = (("Outlet", "panel_id"),)

    name: Mapped[str] = entry("编号", required=True, listed=True, searched=True, longest=40)
    room_id: Mapped[str | None] = entry("房间", "ref", refers="Room", listed=True)
    rack: Mapped[str | None] = entry("机柜位置", listed=True, searched=True, longest=60)
    ports: Mapped[int] = entry("端口数", "whole", low=1, high=1000, default=24, listed=True)
    kind: Mapped[str] = entry("类别", "choice", choices=KINDS, default="data", listed=True)
    note: Mapped[str | None] = entry("备注", "note")

    __table_args__ = (Index("uq_panel", "centre_id", "name", unique=True),)


class Outlet(Reasoned, CentreRegister):
    """One outlet in a room, the port of the panel behind it, and what it is patched to."""

    __tablename__ = "outlet"
    slug: ClassVar[str] = "outlets"
    title: ClassVar[str] = "信息点"
    topic: ClassVar[str] = "机房与线路"
    articles: ClassVar[tuple[int, ...]] = (99, 110)
    names: ClassVar[tuple[str, ...]] = ("name", "centre_id")
    guarded: ClassVar[tuple[str, ...]] = (
        "name", "kind", "room_id", "panel_id", "panel_port", "device_id", "switch_port", "user",
    )  # fmt: skip
    afresh: ClassVar[tuple[str, ...]] = ("panel_port", "switch_port")

    name: Mapped[str] = entry("信息点编号", required=True, listed=True, searched=True, longest=40)
    kind: Mapped[str] = entry("用途", "choice", choices=KINDS, default="data", listed=True)
    room_id: Mapped[str | None] = entry("房间", "ref", refers="Room", listed=True)
    panel_id: Mapped[str | None] = entry("配线架", "ref", refers="Panel", listed=True)
    panel_port: Mapped[int | None] = entry("配线架端口", "whole", low=1, high=1000, listed=True)
    device_id: Mapped[str | None] = entry("接入设备", "ref", refers="Device", listed=True)
    switch_port: Mapped[str | None] = entry("设备端口", listed=True, searched=True, longest=60)
    user: Mapped[str | None] = entry("使用人或用途", listed=True, searched=True, longest=80)
    changed_on: Mapped[date | None] = entry("变更日期", "day")
    reason: Mapped[str] = entry(
        "接线或变更原因", required=True, searched=True, help="不得随意更改；谁同意的，为什么改"
    )
    note: Mapped[str | None] = entry("备注", "note")

    __table_args__ = (
        Index("uq_outlet", "centre_id", "name", unique=True),
        Index(
            "uq_outlet_port", "panel_id", "panel_port", unique=True,
            sqlite_where=_ALIVE, postgresql_where=_ALIVE,
        ),
    )  # fmt: skip
