"""What came in, went out or was moved of the spares and parts, one line each, never changed
(Articles 24, 132 and 139). Stock is the sum of these lines, and never negative."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import Index, String, inspect
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.numbering import next_number
from inventory.register import CentreRegister, FieldError, entry
from inventory.shanghai import today
from inventory.stepping import refused
from inventory.stock_book import against
from inventory.stock_rules import KINDS

_KEPT = "流水只能追加，不能停用；写错了请再登记一笔，把数目改回来"


class StockMovement(CentreRegister):
    """One line of the book. `from_room_id` and `to_room_id` say where the parts lay and lie;
    what is fitted or used up lies in no room any more. `paper_class` is that of the repair or
    scrapping that it was done on."""

    __tablename__ = "stock_movement"
    append_only: ClassVar[bool] = True
    slug: ClassVar[str] = "stock-movements"
    title: ClassVar[str] = "出入库流水"
    topic: ClassVar[str] = "备品备件"
    articles: ClassVar[tuple[int, ...]] = (24, 132, 139)
    names: ClassVar[tuple[str, ...]] = ("number",)
    order: ClassVar[str] = "at"
    falling: ClassVar[bool] = True
    living: ClassVar[str] = "全部"
    by_hand: ClassVar[bool] = False  # `inventory.stock` writes them
    template: ClassVar[str] = "movement_row.html"
    edit_act: ClassVar[str] = "record"
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        label: {"kind": word} for word, label in KINDS.items()
    }

    number: Mapped[str] = entry("编号", default="", listed=True, searched=True, longest=40)
    at: Mapped[datetime] = entry("时间", "time", required=True, listed=True)
    kind: Mapped[str] = entry("事项", "choice", choices=KINDS, required=True, listed=True)
    part_id: Mapped[str] = entry("备件", "ref", refers="Part", required=True, listed=True)
    quantity: Mapped[int] = entry("数量", "whole", default=1, low=1, high=1_000_000, listed=True)
    batch: Mapped[str] = entry("序列号或批次", default="", listed=True, searched=True, longest=80)
    from_room_id: Mapped[str | None] = entry("从哪里", "ref", refers="Room", listed=True)
    to_room_id: Mapped[str | None] = entry("到哪里", "ref", refers="Room", listed=True)
    equipment_id: Mapped[str | None] = entry("设备", "ref", refers="Equipment", listed=True)
    original: Mapped[bool] = entry("原机自带", "yes", default=False)
    paper_no: Mapped[str] = entry("凭单", default="", listed=True, searched=True, longest=40)
    supplier: Mapped[str | None] = entry("供货单位", searched=True, longest=120)
    cost: Mapped[float | None] = entry("金额", "number", unit="元", low=0, high=1e9)
    budget_id: Mapped[str | None] = entry("经费项目", "ref", refers="BudgetItem")
    reason: Mapped[str] = entry("说明", default="", searched=True, longest=200)
    noted_by: Mapped[str] = entry("登记人", default="", longest=80)
    noted_at: Mapped[datetime] = entry("登记于", "time", required=True)
    paper_class: Mapped[str] = mapped_column(String(40), default="")
    paper_id: Mapped[str] = mapped_column(String(26), default="", index=True)

    __table_args__ = (
        Index("uq_stock_movement_number", "number", unique=True),
        Index("ix_stock_movement_batch", "part_id", "batch"),
        Index("ix_stock_movement_at", "centre_id", "at"),
    )

    def prepare(self, session: Session) -> None:
        """A new line gets its number of the year, the hour of noting and the name of who noted."""
        if not inspect(self).persistent:
            self.noted_at = self.noted_at or datetime.now(UTC)
            self.at = self.at or self.noted_at
            self.noted_by = session.info["act"].actor_name
            prefix = f"KC-{today(self.noted_at):%Y}-"
            self.number = self.number or next_number(session, StockMovement, "number", prefix, 5)
        super().prepare(session)

    def check(self, session: Session) -> Iterator[FieldError]:
        for name, cause in against(session, self):
            yield self.wrong(name, cause)

    def turn(self, *, gone: bool) -> None:
        raise refused(self, "number", _KEPT)


def signed(one: Any) -> int:
    """How many more (or fewer) lie in good order in any room after this line."""
    into = one.to_room_id is not None and one.kind != "aside"
    out = one.from_room_id is not None and one.kind not in ("return", "scrap")
    return int(one.quantity) * (into - out)
