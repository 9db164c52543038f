"""How often what is cared for: each centre's own periods (Articles 24 and 136 say "regularly").

The nearest rule up the tree wins, field by field; where none says anything, the category's default
holds (`inventory/seed/categories.yaml`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import Index, select
from sqlalchemy.orm import Mapped, Session

from inventory.care import Care
from inventory.category import Category, categories, labels
from inventory.centre import Centre
from inventory.entry import supply
from inventory.register import CentreRegister, FieldError, entry

ANY = "any"
_FIELDS = (
    "clean_days", "life_years", "battery_years", "power_on", "warranty_days",
    "extinguisher_days", "earth_days", "earth_limit",
)  # fmt: skip
_OF_ROOMS = ("earth_days", "earth_limit")


class CareRule(CentreRegister):
    """What one centre (and the units below it) asks for one category of things, or for all. An
    empty field leaves it to the next centre above; 0 asks for nothing."""

    __tablename__ = "care_rule"
    slug: ClassVar[str] = "care-rules"
    title: ClassVar[str] = "养护标准"
    topic: ClassVar[str] = "设备"
    articles: ClassVar[tuple[int, ...]] = (24, 101, 134, 136, 137)
    names: ClassVar[tuple[str, ...]] = ("category", "centre_id")
    order: ClassVar[str] = "category"
    edit_act: ClassVar[str] = "approve"  # not whoever has the work lightens it

    category: Mapped[str] = entry("类别", required=True, listed=True, longest=40)
    clean_days: Mapped[int | None] = entry(
        "清洁保养周期", "whole", unit="天", low=0, high=3660, listed=True,
        help="空着依上级或默认标准；0 表示不要求",
    )  # fmt: skip
    life_years: Mapped[float | None] = entry(
        "使用年限", "number", unit="年", low=0, high=50, listed=True
    )
    battery_years: Mapped[float | None] = entry(
        "电池更换年限", "number", unit="年", low=0, high=20, listed=True
    )
    power_on: Mapped[str | None] = entry(
        "闲置每月通电", "choice", choices={"yes": "要求", "no": "不要求"}, listed=True
    )
    warranty_days: Mapped[int | None] = entry(
        "保修到期提前提醒", "whole", unit="天", low=0, high=366
    )
    extinguisher_days: Mapped[int | None] = entry(
        "灭火器检查周期", "whole", unit="天", low=0, high=3660
    )
    earth_days: Mapped[int | None] = entry(
        "接地电阻测量周期", "whole", unit="天", low=0, high=3660, group="机房",
        help="对“全部类别”填写",
    )  # fmt: skip
    earth_limit: Mapped[float | None] = entry(
        "接地电阻上限", "number", unit="Ω", low=0.01, high=1000, group="机房",
        help="默认 4 Ω，待中心确认；规范原文的 50 Ω 存疑",
    )  # fmt: skip
    reason: Mapped[str] = entry("依据", required=True, searched=True, longest=200)

    __table_args__ = (Index("ix_care_rule", "centre_id", "category"),)

    @property
    def label(self) -> str:
        return _choices().get(self.category, self.category)

    def check(self, session: Session) -> Iterator[FieldError]:
        if self.category not in _choices():
            yield self.wrong("category", "没有这个类别")
        for name in _OF_ROOMS:
            if self.category != ANY and getattr(self, name) is not None:
                yield self.wrong(name, "接地电阻不分设备类别，请填在“全部类别”里")


def _choices() -> Mapping[str, str]:
    return {ANY: "全部类别", **labels()}


supply("CareRule", "category", _choices)


@dataclass(frozen=True, slots=True)
class Rules:
    """Every rule in force, by centre and category, and where each centre hangs."""

    told: Mapping[tuple[str, str], Mapping[str, Any]]
    paths: Mapping[str, str]

    def of(self, centre_id: str, category: str = ANY) -> Care:
        """What is asked of a category at a place; of rooms with ANY."""
        found = dict(_default(categories().get(category)))
        for centre in self.paths.get(centre_id, "").strip("/").split("/"):  # from the top down
            for word in (ANY, category):
                found |= self.told.get((centre, word), {})
        return Care(**found)


def rules(session: Session) -> Rules:
    """Every rule, also those of centres above the session's scope: they bind whoever is below."""
    rule, centre = CareRule.__table__, Centre.__table__
    rows = session.execute(select(rule).where(rule.c.retired_at.is_(None))).mappings()
    told = {(row["centre_id"], row["category"]): dict(_told(row)) for row in rows}
    places: Sequence[Any] = session.execute(select(centre.c.id, centre.c.path)).all()
    return Rules(told, {row.id: row.path for row in places})


def _told(row: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    for name in _FIELDS:
        if row[name] is not None:
            yield name, row[name] == "yes" if name == "power_on" else row[name]


def _default(category: Category | None) -> Iterator[tuple[str, Any]]:
    if category is not None:
        yield "clean_days", category.clean_days
        yield "life_years", category.life_years
        yield "battery_years", category.battery_years
