"""Spares and parts: what kinds there are (Articles 24, 132, 139). Stock is the sum of movements."""

from collections.abc import Iterator
from typing import ClassVar

from sqlalchemy import Index, inspect
from sqlalchemy.orm import Mapped, Session

from inventory.register import CentreRegister, FieldError, entry


class Part(CentreRegister):
    """One kind of spare or part that the centre keeps: memory of one type, a fan, a fibre."""

    __tablename__ = "part"
    slug: ClassVar[str] = "parts"
    title: ClassVar[str] = "备品备件"
    topic: ClassVar[str] = "备品备件"
    articles: ClassVar[tuple[int, ...]] = (24, 132, 139)
    names: ClassVar[tuple[str, ...]] = ("name", "model", "centre_id")
    edit_act: ClassVar[str] = "record"
    template: ClassVar[str] = "part_row.html"
    below: ClassVar[tuple[tuple[str, str], ...]] = (("StockMovement", "part_id"),)

    name: Mapped[str] = entry("名称", required=True, listed=True, searched=True, longest=80)
    model: Mapped[str] = entry("规格型号", default="", listed=True, searched=True, longest=80)
    unit: Mapped[str] = entry("计量单位", default="个", longest=10)
    serialised: Mapped[bool] = entry(
        "逐件编号", "yes", default=False, listed=True, help="有序列号的配件逐件出入库"
    )
    minimum: Mapped[int | None] = entry(
        "最低库存",
        "whole",
        low=0,
        high=100000,
        listed=True,
        help="空着表示不设下限；0 表示用完才提醒",
    )
    note: Mapped[str | None] = entry("备注", "note")

    __table_args__ = (Index("uq_part", "centre_id", "name", "model", unique=True),)

    def check(self, session: Session) -> Iterator[FieldError]:
        """What the stock book counts stays what it is."""
        from inventory.stock_levels import counted, totals  # it reads parts itself

        state = inspect(self)
        if not state.persistent:
            return
        for name in ("serialised", "centre_id"):
            if state.attrs[name].history.has_changes() and counted(session, self.id):
                yield self.wrong(name, "已有出入库流水，不能再改；请另建一种备件")
        if self.retired_at is not None and state.attrs.retired_at.history.has_changes():
            left = totals(session, self.id)
            if left:
                yield self.wrong("name", f"库里还有 {left} {self.unit}，用完或报废后再停用")
