"""What stands on a scrapping, line by line: how old, what it cost, and the sum of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.equipment import Equipment
from inventory.paper_line import PaperLine
from inventory.part import Part
from inventory.shanghai import today

HEADS = (
    "资产编号", "财务资产编号", "固定资产", "品名", "厂商型号", "序列号或批次", "购置日期",
    "使用年限", "数量", "原值（元）",
)  # fmt: skip
_DAYS = 365.25


@dataclass(frozen=True, slots=True)
class Share:
    """One line: a thing, or so many of a part; `years` in use, None when nobody knows."""

    line: PaperLine
    thing: Equipment | None
    part: Part | None

    @property
    def since(self) -> date | None:
        return (self.thing.bought_on or self.thing.started_on) if self.thing else None

    @property
    def years(self) -> float | None:
        return (today() - self.since).days / _DAYS if self.since else None

    @property
    def cost(self) -> float | None:
        return self.thing.cost if self.thing else None

    @property
    def label(self) -> str:
        return self.thing.label if self.thing else f"{self.part.label if self.part else ''}"

    @property
    def words(self) -> str:
        """In one line, as it is agreed to and signed for."""
        tag, finance, _owned, *named = self._named()
        told = [tag, *named, finance and f"财务编号 {finance}"]
        told += [f"购置 {self.since}" if self.since else "", f"{self.line.quantity} 件"]
        told += [f"原值 {money(self.cost)} 元" if self.cost is not None else ""]
        return " ".join(filter(None, told))

    @property
    def texts(self) -> tuple[str, ...]:
        """As HEADS name them."""
        since = self.since.isoformat() if self.since else ""
        years = f"{self.years:.1f}" if self.years is not None else ""
        return (*self._named(), since, years, str(self.line.quantity), money(self.cost))

    def _named(self) -> tuple[str, ...]:
        one = self.thing
        if one is None:
            part = self.part
            return (
                "",
                "",
                "",
                part.name if part else "",
                part.model if part else "",
                self.line.batch,
            )
        model = " ".join(filter(None, (one.vendor, one.model)))
        owned = "是" if one.fixed_asset else "否"
        return one.tag, one.finance_no or "", owned, one.name, model, one.serial or ""


def shares(session: Session, lines: Sequence[PaperLine]) -> tuple[Share, ...]:
    """The lines with what they name."""
    return tuple(_shares(session, lines))


def _shares(session: Session, lines: Sequence[PaperLine]) -> Iterator[Share]:
    things = _by_id(session, Equipment, [one.equipment_id for one in lines])
    parts = _by_id(session, Part, [one.part_id for one in lines])
    for line in lines:
        yield Share(line, things.get(line.equipment_id), parts.get(line.part_id))


def _by_id(session: Session, cls: Any, ids: Sequence[str | None]) -> dict[str | None, Any]:
    wanted = [one for one in ids if one]
    return {row.id: row for row in session.scalars(select(cls).where(cls.id.in_(wanted)))}


def total(told: Sequence[Share]) -> tuple[str, ...]:
    """The last line of the table: how many pieces, and what they cost together."""
    return ("合计", *[""] * 7, str(pieces(told)), money(worth(told)))


def pieces(told: Sequence[Share]) -> int:
    return sum(one.line.quantity for one in told)


def worth(told: Sequence[Share]) -> float:
    """What they cost together, in yuan; what has no price counts nothing."""
    return sum(one.cost or 0.0 for one in told)


def money(amount: float | None) -> str:
    return f"{amount:.2f}" if amount is not None else ""
