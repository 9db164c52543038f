"""Village work stations: at least five built to standard in every township and year (T4)."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from sqlalchemy.orm import Mapped, Session

from inventory.register import CentreRegister, FieldError, entry


class VillageStation(CentreRegister):
    """One station in one village, on the books of its township."""

    __tablename__ = "village_station"
    slug: ClassVar[str] = "village-stations"
    title: ClassVar[str] = "村级工作站"
    topic: ClassVar[str] = "人员"
    articles: ClassVar[tuple[int, ...]] = (51,)
    names: ClassVar[tuple[str, ...]] = ("village", "centre_id")
    order: ClassVar[str] = "village"
    edit_act: ClassVar[str] = "record"

    village: Mapped[str] = entry("行政村", required=True, listed=True, searched=True, longest=80)
    built_on: Mapped[date | None] = entry("建成日期", "day", listed=True, help="空着表示还没有建成")
    standard: Mapped[bool] = entry(
        "达到规范", "yes", default=False, listed=True, help="经验收，按规范建成"
    )
    keeper_id: Mapped[str | None] = entry(
        "村管理员", "ref", refers="Staff", among={"job": "village"}, listed=True
    )
    computer: Mapped[str | None] = entry("计算机", listed=True, searched=True, longest=120)
    equipment_id: Mapped[str | None] = entry("设备台账", "ref", refers="Equipment")
    inspected_on: Mapped[date | None] = entry("最近检查", "day", listed=True)
    findings: Mapped[str | None] = entry("检查情况", "note", searched=True)
    note: Mapped[str | None] = entry("备注", "note")

    def check(self, session: Session) -> Iterator[FieldError]:
        if self.standard and self.built_on is None:
            yield self.wrong("built_on", "达到规范的要填建成日期")
