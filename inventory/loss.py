"""Losses: what is gone is reported, a leader says what follows, and it may turn up again
(Article 138)."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import Index, inspect
from sqlalchemy.orm import Mapped, Session

from inventory import approval as approving
from inventory.approval import Rule, rule
from inventory.drafted import Drafted
from inventory.equipment import Equipment
from inventory.lifecycle import STATES as THING
from inventory.lifecycle import allowed
from inventory.moving import move
from inventory.paper import Paper, elsewhere
from inventory.register import FieldError, entry
from inventory.repairing import lost_on
from inventory.sanitisation import AHEAD
from inventory.stepping import Step, Taken, is_moving, moving, offer, refused

KIND = "loss"
STATES: Mapping[str, str] = {
    "draft": "草拟", "asked": "待批准", "refused": "未批准", "lost": "已确认遗失",
    "found": "已找回", "cancelled": "已作废",
}  # fmt: skip
LOOSE = ("draft", "refused")
_COLOURS = {
    "draft": "unknown", "asked": "warning", "refused": "warning", "lost": "critical",
    "found": "ok", "cancelled": "unknown",
}  # fmt: skip


class Loss(Paper):
    """One thing that is gone: where, how, who answers for it, what is decided."""

    __tablename__ = "loss"
    slug: ClassVar[str] = "losses"
    title: ClassVar[str] = "遗失报告"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    paper: ClassVar[str] = "遗失报告"
    topic: ClassVar[str] = "设备"
    articles: ClassVar[tuple[int, ...]] = (138,)
    prefix: ClassVar[str] = "YS"
    meanings: ClassVar[tuple[str, ...]] = ()
    loose: ClassVar[tuple[str, ...]] = ("draft", "cancelled")
    over: ClassVar[tuple[str, ...]] = ("lost", "found", "cancelled")
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "待批准": {"state": "asked"}, "已确认": {"state": "lost"}, "已找回": {"state": "found"},
    }  # fmt: skip
    flow: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "draft": ("asked", "cancelled"), "asked": ("lost", "refused", "draft"),
        "refused": ("asked", "cancelled"), "lost": ("found",),
    }  # fmt: skip
    sealed: ClassVar[tuple[str, ...]] = (
        "number", "equipment_id", "report_no", "lost_at", "how", "responsible_id", "decision",
        "compensation",
    )  # fmt: skip

    equipment_id: Mapped[str] = entry("设备", "ref", refers="Equipment", required=True, listed=True)
    report_no: Mapped[str] = entry(
        "报案或报告文号", required=True, listed=True, searched=True, longest=80
    )
    lost_at: Mapped[datetime] = entry("发现时间", "time", required=True, listed=True)
    state: Mapped[str] = entry(
        "状态", "choice", choices=STATES, default="draft", listed=True, settled=True
    )
    how: Mapped[str] = entry("经过", "note", required=True, searched=True)
    responsible_id: Mapped[str | None] = entry(
        "责任人", "ref", refers="Staff", listed=True, group="责任",
        help="丢失的要追究责任（第一百三十八条）；确无责任人的在处理意见中说明",
    )  # fmt: skip
    decision: Mapped[str] = entry("处理意见", "note", required=True, group="责任")
    compensation: Mapped[float | None] = entry(
        "赔偿金额", "number", unit="元", low=0, high=1e8, group="责任"
    )
    found_at: Mapped[datetime | None] = entry(
        "找回时间", "time", group="找回", settled=True, help="空着为现在"
    )
    found_how: Mapped[str | None] = entry(
        "找回经过", searched=True, longest=300, group="找回", settled=True
    )
    note: Mapped[str | None] = entry("备注", "note")

    __table_args__ = (
        Index("uq_loss_number", "number", unique=True),
        Index("ix_loss_state", "centre_id", "state"),
    )

    @property
    def headline(self) -> str:
        return f"{self.number} {self.report_no}：{self.decision}"

    def drafts(self) -> Iterator[Drafted]:
        if self.state not in LOOSE:
            about = f"{self.report_no}（{self.number}）"
            thing = self.equipment_id
            yield Drafted("lost", "problem", f"设备遗失：{about}，{self.how}", self.lost_at, thing)
            if self.found_at:
                yield Drafted("found", "solved", f"遗失设备找回：{about}", self.found_at, thing)

    @classmethod
    def begin(cls) -> Mapping[str, Any]:
        return {"lost_at": datetime.now(UTC).replace(second=0, microsecond=0)}

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.kept(session)
        if self.lost_at and self.lost_at > datetime.now(UTC) + AHEAD:
            yield self.wrong("lost_at", "还没有到这个时间")
        if self.state not in LOOSE and not is_moving(session, self):
            held = (name for name in self.sealed if inspect(self).attrs[name].history.has_changes())
            for name in held:
                yield self.wrong(name, "已经提出申请，不能更改；请先撤回申请")


def _ask(session: Session, loss: Loss, taken: Taken) -> None:
    thing = _thing_of(session, loss)
    if not allowed(thing.state, "lost", "Loss"):
        cause = f"{thing.label}现在是“{THING[thing.state]}”，不能报遗失"
        raise refused(loss, "equipment_id", cause)
    loss.state = "asked"
    approving.ask(session, KIND, loss, taken.who, loss.how)


def _thing_of(session: Session, loss: Loss) -> Equipment:
    """It may have gone to another unit while the paper lay."""
    thing = session.get(Equipment, loss.equipment_id)
    cause = elsewhere(session, loss, thing)
    if thing is None or cause:
        raise refused(loss, "equipment_id", cause)
    return thing


def _agreed(session: Session, loss: Loss) -> None:
    thing = _thing_of(session, loss)
    with moving(session, loss, thing):
        lost_on(session, thing)
        move(session, thing, "lost", loss, reason=loss.how[:300], at=loss.lost_at)
        thing.lent = False  # the loan it was on waits for it no more
        loss.state = "lost"


def _sent_back(state: str) -> Any:
    def back(session: Session, loss: Loss) -> None:
        with moving(session, loss):
            loss.state = state

    return back


def _found(session: Session, loss: Loss, _taken: Taken) -> None:
    now = datetime.now(UTC)
    loss.found_at = loss.found_at or now
    if not loss.lost_at <= loss.found_at <= now + AHEAD:
        raise refused(loss, "found_at", "应在遗失之后、现在之前")
    thing = _thing_of(session, loss)
    move(session, thing, "idle", loss, reason=loss.found_how or "", at=loss.found_at)
    loss.state = "found"


def _cancel(_session: Session, loss: Loss, _taken: Taken) -> None:
    loss.state = "cancelled"


rule(
    Rule(
        KIND, "设备遗失", "approve", approved=_agreed, refused=_sent_back("refused"),
        withdrawn=_sent_back("draft"), ask_right="record",
    )
)  # fmt: skip

offer(
    Loss,
    Step(
        "ask", "报领导批准", LOOSE, _ask, help="批准后设备转为“遗失”，责任和赔偿按批准的意见办。"
    ),
    Step(
        "found", "登记找回", ("lost",), _found, asks=("found_at", "found_how"),
        needs=("found_how",), help="找回的设备转为“闲置”。",
    ),
    Step("cancel", "作废", LOOSE, _cancel, danger=True, confirm="作废 %(name)s？"),
)  # fmt: skip
