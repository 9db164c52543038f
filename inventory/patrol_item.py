"""What a patrol of a machine room looks at (Articles 96–104, 108, 110 and 134; duties A10, A24)."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import Index, select
from sqlalchemy.orm import Mapped, Session

from inventory.centre import Centre
from inventory.register import CentreRegister, entry
from inventory.room import KINDS as ROOM_KINDS
from inventory.yaml_text import load as load_yaml

SUBJECTS: Mapping[str, str] = {
    "lights": "指示灯", "cables": "线缆", "power": "供电", "clean": "清洁", "fire": "防火",
    "theft": "防盗", "damp": "防潮", "mice": "防鼠", "order": "管理", "other": "其他",
}  # fmt: skip
CADENCES: Mapping[str, str] = {"weekly": "每周", "monthly": "每月"}
_SEED = Path(__file__).parent / "seed" / "patrol_items.yaml"


class PatrolItem(CentreRegister):
    """One line of a checklist. It holds for rooms of its kind at its centre and at units below
    that have no lines of their own; with a room named, for that room alone."""

    __tablename__ = "patrol_item"
    slug: ClassVar[str] = "patrol-items"
    title: ClassVar[str] = "巡检项目"
    topic: ClassVar[str] = "值班日志"
    articles: ClassVar[tuple[int, ...]] = (96, 97, 99, 100, 101, 103, 104, 108, 110, 134)
    names: ClassVar[tuple[str, ...]] = ("name", "cadence", "centre_id")
    order: ClassVar[str] = "position"
    edit_act: ClassVar[str] = "record"
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "每周": {"cadence": "weekly"}, "每月": {"cadence": "monthly"},
    }  # fmt: skip
    also: ClassVar[tuple[tuple[str, str], ...]] = (("patrols.due", "巡检安排"),)

    name: Mapped[str] = entry(
        "巡检内容", required=True, listed=True, searched=True, longest=80,
        help="写正常时的样子，现场一看就能答“正常”或“异常”",
    )  # fmt: skip
    subject: Mapped[str] = entry("类别", "choice", choices=SUBJECTS, default="other", listed=True)
    cadence: Mapped[str] = entry("周期", "choice", choices=CADENCES, default="weekly", listed=True)
    room_kind: Mapped[str] = entry(
        "适用房间用途", "choice", choices=ROOM_KINDS, default="machine", listed=True
    )
    room_id: Mapped[str | None] = entry(
        "只用于这个房间", "ref", refers="Room", listed=True, help="空着用于这种用途的每个房间"
    )
    how: Mapped[str | None] = entry("怎样检查", listed=True, searched=True, longest=200)
    article: Mapped[int | None] = entry("依据条款", "whole", low=1, high=152, help="建设规范第几条")
    position: Mapped[int] = entry(
        "顺序", "whole", default=500, low=1, high=9999, help="清单上按它从小到大排列"
    )

    __table_args__ = (Index("uq_patrol_item", "centre_id", "cadence", "name", unique=True),)

    def fits(self, room_id: str, room_kind: str) -> bool:
        """Is it looked at in this room?"""
        return self.room_id == room_id if self.room_id else self.room_kind == room_kind


@cache
def standard_items() -> tuple[Mapping[str, Any], ...]:
    """The default checklist, as values of PatrolItem (`inventory/seed/patrol_items.yaml`)."""
    told = load_yaml(_SEED)
    rows = (
        (room_kind, cadence, *row)
        for room_kind, lists in told.items()
        for cadence, lines in lists.items()
        for row in lines
    )
    return tuple(
        {
            "room_kind": room_kind, "cadence": cadence, "name": name, "subject": subject,
            "article": article, "how": how, "position": number * 10,
        }
        for number, (room_kind, cadence, name, subject, article, how) in enumerate(rows, 1)
    )  # fmt: skip


def adopt(session: Session, centre: Centre) -> int:
    """Write the default items that this centre does not have yet; how many were written. Those it
    has retired stay so: that was its decision."""
    had = select(PatrolItem.name, PatrolItem.cadence).where(PatrolItem.centre_id == centre.id)
    known = {(row.name, row.cadence) for row in session.execute(had)}
    missing = [one for one in standard_items() if (one["name"], one["cadence"]) not in known]
    session.add_all(PatrolItem(centre_id=centre.id, **values) for values in missing)
    session.flush()
    return len(missing)
