"""Rooms: where things stand, and where they are put away."""

from typing import ClassVar

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from inventory.register import CentreRegister, entry

KINDS = {
    "machine": "机房", "power": "配电间", "store": "库房", "office": "办公室", "classroom": "教室",
    "archive": "档案室", "outside": "院外", "other": "其他",
}  # fmt: skip


class Room(CentreRegister):
    """One room of a centre or of a unit below it (Articles 96 and 137)."""

    __tablename__ = "room"
    slug: ClassVar[str] = "rooms"
    title: ClassVar[str] = "房间"
    topic: ClassVar[str] = "机房与线路"
    articles: ClassVar[tuple[int, ...]] = (96, 137)
    names: ClassVar[tuple[str, ...]] = ("name", "centre_id")
    edit_act: ClassVar[str] = "record"
    template: ClassVar[str] = "room.html"
    below: ClassVar[tuple[tuple[str, str], ...]] = (("Equipment", "room_id"),)

    name: Mapped[str] = entry("房间", required=True, listed=True, searched=True, longest=80)
    kind: Mapped[str] = entry("用途", "choice", choices=KINDS, default="office", listed=True)
    place: Mapped[str | None] = entry("楼栋楼层", listed=True, searched=True, longest=120)
    area: Mapped[float | None] = entry("面积", "number", unit="㎡", low=0, high=100000)
    note: Mapped[str | None] = entry("备注", "note")

    __table_args__ = (Index("uq_room_name", "centre_id", "name", unique=True),)
