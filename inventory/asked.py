"""What is asked for approval: a rule for each kind of thing, and the book of what was asked."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import Index, String, inspect
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.db import points_to
from inventory.entry import supply
from inventory.register import CentreRegister, FieldError, entry

STATES: Mapping[str, str] = {
    "asked": "待审批", "approved": "已批准", "refused": "未批准", "withdrawn": "已撤回",
    "emergency": "应急，待复核", "reviewed": "应急，已复核",
}  # fmt: skip
OPEN = ("asked", "emergency")
STEPS: Mapping[str, tuple[str, ...]] = {
    "": OPEN, "asked": ("approved", "refused", "withdrawn"), "emergency": ("reviewed",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """How one kind of thing is approved, declared by the module that owns it.

    `right` decides, `ask_right` asks ("" = the right to edit that register); `about` is the field
    that names the person it is for, who never decides it; `second`: never the
    asker nor an author; `emergency`: may be done first; `lined`: its whole content fits in one
    line, so that many are read on one page. `approved`, `refused`, `withdrawn` and,
    when an emergency is found wrong, `disowned` do what follows, in the same transaction.
    """

    kind: str
    title: str
    right: str
    second: bool = True
    emergency: bool = False
    approved: Callable[[Session, Any], None] | None = None
    refused: Callable[[Session, Any], None] | None = None
    withdrawn: Callable[[Session, Any], None] | None = None
    disowned: Callable[[Session, Any], None] | None = None
    ask_right: str = ""
    about: str = ""
    lined: bool = False


RULES: dict[str, Rule] = {}


def rule(one: Rule) -> Rule:
    """Declare it; ValueError when another rule has that kind."""
    if RULES.setdefault(one.kind, one) is not one:
        raise ValueError(f"two rules for {one.kind}")
    return one


class Approval(CentreRegister):
    """One thing asked, and what became of it. Which content was meant stands in its revision."""

    __tablename__ = "approval"
    slug: ClassVar[str] = "approvals"
    title: ClassVar[str] = "审批"
    names: ClassVar[tuple[str, ...]] = ("subject", "kind", "asked_at")
    order: ClassVar[str] = "subject"
    shown: ClassVar[bool] = False  # it has pages of its own
    by_hand: ClassVar[bool] = False

    kind: Mapped[str] = entry("事项", listed=True, required=True, longest=40)
    subject: Mapped[str] = entry("内容", listed=True, searched=True, required=True, longest=300)
    state: Mapped[str] = entry("状态", "choice", choices=STATES, listed=True, required=True)
    reason: Mapped[str] = entry("理由", "note", searched=True, default="")
    asked_name: Mapped[str] = entry("提出人", listed=True, searched=True, required=True)
    asked_at: Mapped[datetime] = entry("提出时间", "time", listed=True, required=True)
    due_at: Mapped[datetime | None] = entry("复核期限", "time")
    decided_name: Mapped[str] = entry("决定人", listed=True, searched=True, default="")
    on_behalf: Mapped[str] = entry("受委托代", default="", longest=80)
    decided_at: Mapped[datetime | None] = entry("决定时间", "time", listed=True)
    good: Mapped[bool | None] = entry("复核认可", "yes")
    remark: Mapped[str] = entry("意见", "note", default="")
    thing: Mapped[str] = mapped_column(String(60))
    thing_id: Mapped[str] = mapped_column(String(26), index=True)
    revision_id: Mapped[str] = mapped_column(points_to("revision.id"))
    digest: Mapped[str] = mapped_column(String(64))
    right: Mapped[str] = mapped_column(String(40))  # the one it takes to decide, for the inbox
    about_id: Mapped[str] = mapped_column(String(26), default="")  # see Rule.about
    asked_by: Mapped[str] = mapped_column(points_to("person.id"), index=True)
    decided_by: Mapped[str | None] = mapped_column(points_to("person.id"))

    __table_args__ = (Index("ix_approval_state", "state", "right"),)

    @property
    def rule(self) -> Rule:
        return RULES[self.kind]

    @property
    def state_label(self) -> str:
        return STATES[self.state]

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def overdue(self) -> bool:
        return (
            self.state == "emergency"
            and self.due_at is not None
            and self.due_at < datetime.now(UTC)
        )

    def check(self, session: Session) -> Iterator[FieldError]:
        """No state but by a listed step, and nothing else once it is closed."""
        was = inspect(self).attrs.state.history
        before = (was.deleted[0] if was.deleted else None) or ""
        if was.has_changes() and self.state not in STEPS.get(before, ()):
            known = STATES.get(before, "新提出")
            yield self.wrong("state", f"{known}的审批不能改为“{STATES[self.state]}”")
        if self.retired_at is not None:
            yield self.wrong("state", "审批记录不能停用")


supply("Approval", "kind", lambda: {one.kind: one.title for one in RULES.values()})
