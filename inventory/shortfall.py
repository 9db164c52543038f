"""A shortfall that a leader knows of and accepts for a time: the reason, and until when (B2)."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session

from inventory import approval
from inventory.approval import Rule, rule
from inventory.entry import supply
from inventory.register import CentreRegister, FieldError, entry
from inventory.revision import Signable
from inventory.shanghai import today
from inventory.standards import standards
from inventory.stepping import Step, Stepped, Taken, moving, offer

STATES = {"draft": "草拟", "asked": "已申请", "approved": "已批准", "refused": "未批准"}
_COLOURS = {"asked": "warning", "approved": "ok"}


class Shortfall(Stepped, Signable, CentreRegister):
    """One minimum that one unit does not reach, and why that is accepted until a day."""

    __tablename__ = "shortfall"
    slug: ClassVar[str] = "shortfalls"
    title: ClassVar[str] = "配备缺口说明"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    topic: ClassVar[str] = "制度与经费"
    articles: ClassVar[tuple[int, ...]] = (48, 49, 50, 53, 55, 56, 57, 58, 59, 63)
    names: ClassVar[tuple[str, ...]] = ("standard", "centre_id")
    order: ClassVar[str] = "until"
    edit_act: ClassVar[str] = "record"
    also: ClassVar[tuple[tuple[str, str], ...]] = (("standards.index", "配备标准"),)
    paper: ClassVar[str] = "配备缺口审批表"
    meanings: ClassVar[tuple[str, ...]] = ("fill", "approve")
    anew: ClassVar[tuple[str, ...]] = ("asked", "approved", "refused")
    sealed: ClassVar[tuple[str, ...]] = ("standard", "reason", "plan", "until")

    standard: Mapped[str] = entry("标准", required=True, listed=True, longest=20)
    state: Mapped[str] = entry(
        "状态", "choice", choices=STATES, default="draft", listed=True, settled=True
    )
    reason: Mapped[str] = entry("缺口原因", "note", required=True, listed=True, searched=True)
    plan: Mapped[str | None] = entry("补齐计划", "note", searched=True)
    until: Mapped[date] = entry("有效期至", "day", required=True, listed=True)

    @property
    def label(self) -> str:
        return next((one.title for one in standards() if one.id == self.standard), self.standard)

    @property
    def stage(self) -> tuple[str, str]:
        if self.state == "approved" and self.until < today():
            return "warning", "已过期"
        return super().stage

    def check(self, session: Session) -> Iterator[FieldError]:
        if self.standard not in {one.id for one in standards()}:
            yield self.wrong("standard", "没有这条标准")
        yield from self.stood(session)


def accepted(session: Session, day: date) -> Mapping[tuple[str, str], Shortfall]:
    """(unit, standard) → the explanation that holds on this day."""
    query = select(Shortfall).where(
        Shortfall.state == "approved", Shortfall.until >= day, Shortfall.retired_at.is_(None)
    )
    return {(one.centre_id, one.standard): one for one in session.scalars(query)}


def _ask(session: Session, row: Any, taken: Taken) -> None:
    approval.ask(session, "shortfall", row, taken.who, row.reason)
    row.state = "asked"


def _decided(state: str) -> Any:
    def follow(session: Session, row: Any) -> None:
        with moving(session, row):
            row.state = state

    return follow


rule(
    Rule(
        "shortfall", "配备缺口", "approve", approved=_decided("approved"),
        refused=_decided("refused"), withdrawn=_decided("draft"), ask_right="record",
    )
)  # fmt: skip
offer(Shortfall, Step("ask", "申请批准", ("draft", "refused"), _ask))
supply(
    "Shortfall",
    "standard",
    lambda: {one.id: f"{one.title}（第 {one.article} 条）" for one in standards()},
)
