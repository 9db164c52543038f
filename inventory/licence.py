"""Licences, and each time they were renewed: a renewal is a row, the earlier ones stay (C67)."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from sqlalchemy import Index, select
from sqlalchemy.orm import Mapped, Session

from inventory.register import CentreRegister, FieldError, entry
from inventory.secret import Sealed

TERMS = {"lasting": "永久", "periods": "按期续费"}


class Licence(CentreRegister):
    """So many installations of one software. One that runs in periods holds on the days that a
    period of it covers, a lasting one from the day it was bought."""

    __tablename__ = "licence"
    slug: ClassVar[str] = "licences"
    title: ClassVar[str] = "软件授权"
    topic: ClassVar[str] = "软件与安全"
    articles: ClassVar[tuple[int, ...]] = (67,)
    names: ClassVar[tuple[str, ...]] = ("number", "centre_id")
    order: ClassVar[str] = "number"
    edit_act: ClassVar[str] = "record"
    below: ClassVar[tuple[tuple[str, str], ...]] = (("LicencePeriod", "licence_id"),)
    afresh: ClassVar[tuple[str, ...]] = ("number", "order_no")

    number: Mapped[str] = entry(
        "授权编号", required=True, listed=True, searched=True, longest=80,
        help="授权书或合同上的编号；序列号填在“授权密钥”",
    )  # fmt: skip
    software_id: Mapped[str] = entry("软件", "ref", refers="Software", required=True, listed=True)
    seats: Mapped[int | None] = entry(
        "授权数量", "whole", listed=True, low=1, high=1000000, help="空着表示不限数量"
    )
    term: Mapped[str] = entry("期限", "choice", choices=TERMS, default="lasting", listed=True)
    licence_key: Mapped[Sealed | None] = entry(
        "授权密钥", "secret", help="加密保存，页面和导出都不显示"
    )
    bought_on: Mapped[date | None] = entry("购置日期", "day", listed=True, group="购置")
    order_no: Mapped[str | None] = entry("合同或订单号", searched=True, longest=80, group="购置")
    supplier: Mapped[str | None] = entry("供货单位", searched=True, longest=120, group="购置")
    cost: Mapped[float | None] = entry("费用", "number", unit="元", low=0, high=1e9, group="购置")
    budget_id: Mapped[str | None] = entry("经费项目", "ref", refers="BudgetItem", group="购置")
    note: Mapped[str | None] = entry("备注", "note")

    __table_args__ = (Index("uq_licence", "centre_id", "number", unique=True),)


class LicencePeriod(CentreRegister):
    """One renewal: from when to when, on which order, for how much."""

    __tablename__ = "licence_period"
    slug: ClassVar[str] = "licence-periods"
    title: ClassVar[str] = "授权续期"
    topic: ClassVar[str] = "软件与安全"
    articles: ClassVar[tuple[int, ...]] = (67,)
    names: ClassVar[tuple[str, ...]] = ("licence_id", "from_on")
    order: ClassVar[str] = "from_on"
    falling: ClassVar[bool] = True
    edit_act: ClassVar[str] = "record"

    licence_id: Mapped[str] = entry("授权", "ref", refers="Licence", required=True, listed=True)
    from_on: Mapped[date] = entry("起", "day", required=True, listed=True)
    to_on: Mapped[date] = entry("止", "day", required=True, listed=True, help="最后一天有效")
    order_no: Mapped[str | None] = entry("合同或订单号", listed=True, searched=True, longest=80)
    cost: Mapped[float | None] = entry("费用", "number", unit="元", listed=True, low=0, high=1e9)
    budget_id: Mapped[str | None] = entry("经费项目", "ref", refers="BudgetItem")
    note: Mapped[str | None] = entry("备注", "note")

    @property
    def label(self) -> str:
        return f"{self.from_on} 至 {self.to_on}"

    def check(self, session: Session) -> Iterator[FieldError]:
        if self.from_on and self.to_on and self.to_on < self.from_on:
            yield self.wrong("to_on", "早于起始日期")
        if self._overlaps(session):
            yield self.wrong("from_on", "与这份授权已有的一期重叠")
        licence = session.get(Licence, self.licence_id) if self.licence_id else None
        if licence is not None and licence.term != "periods":
            yield self.wrong("licence_id", "这份授权是永久的，不用续期；按期付费的请先改“期限”")
        if licence is not None and licence.centre_id != self.centre_id:
            yield self.wrong("centre_id", "应与授权的所属单位相同")

    def _overlaps(self, session: Session) -> bool:
        if not (self.from_on and self.to_on) or self.retired_at is not None:
            return False
        others = select(LicencePeriod.id).where(
            LicencePeriod.licence_id == self.licence_id, LicencePeriod.id != self.id,
            LicencePeriod.retired_at.is_(None), LicencePeriod.from_on <= self.to_on,
            LicencePeriod.to_on >= self.from_on,
        )  # fmt: skip
        with session.no_autoflush:
            return session.scalar(others.limit(1)) is not None
