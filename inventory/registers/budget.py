"""Money: what a year's budget gives; every purchase and repair has a source (Article 148)."""

from typing import ClassVar

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from inventory.register import CentreRegister, entry

KINDS = {
    "purchase": "设备购置", "repair": "维修维护", "line": "线路租费", "training": "培训",
    "software": "软件", "consumable": "耗材", "other": "其他",
}  # fmt: skip


class BudgetItem(CentreRegister):
    """One line of a year's budget of the centre (经费纳入预算、专款专用)."""

    __tablename__ = "budget_item"
    slug: ClassVar[str] = "budget"
    title: ClassVar[str] = "经费预算"
    topic: ClassVar[str] = "制度与经费"
    articles: ClassVar[tuple[int, ...]] = (148,)
    names: ClassVar[tuple[str, ...]] = ("name", "year", "centre_id")
    edit_act: ClassVar[str] = "record"
    also: ClassVar[tuple[tuple[str, str], ...]] = (("budget.index", "经费使用"),)
    template: ClassVar[str] = "budget.html"

    name: Mapped[str] = entry("项目", required=True, listed=True, searched=True, longest=120)
    year: Mapped[int] = entry(
        "年度", "whole", required=True, listed=True, low=2000, high=2100, grouped=False
    )
    kind: Mapped[str] = entry("用途", "choice", choices=KINDS, default="purchase", listed=True)
    amount: Mapped[float] = entry(
        "预算金额", "number", unit="元", required=True, listed=True, low=0, high=1e10
    )
    document_no: Mapped[str | None] = entry("批复文号", searched=True, longest=80)
    note: Mapped[str | None] = entry("备注", "note")

    __table_args__ = (Index("uq_budget_item", "centre_id", "year", "name", unique=True),)

    @property
    def kind_label(self) -> str:
        return KINDS[self.kind]
