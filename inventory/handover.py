"""Handovers: who gave what to whom, on whose signature (Articles 37 and 132; duty B5).

Things are issued, returned, transferred, kept by another, lent within the house; outside only as an
exception that a leader has approved. Nothing moves before both hands are there.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, Session

from inventory.drafted import Drafted
from inventory.handover_hands import unfit
from inventory.handover_needs import missing
from inventory.kept import kept
from inventory.lifecycle import STATES as OF_THINGS
from inventory.numbering import Yearly
from inventory.paper_line import things_on
from inventory.register import CentreRegister, FieldError, Lines, entry
from inventory.revision import Reopened
from inventory.shanghai import today
from inventory.stepping import Stepped, is_moving

KINDS: Mapping[str, str] = {
    "issue": "领用", "return": "归还", "transfer": "调拨", "rekeep": "变更保管人",
    "lend": "内部借用", "outside": "外借",
}  # fmt: skip
STATES: Mapping[str, str] = {
    "given": "待接收", "out": "借出中", "asked": "待批准", "approved": "已批准", "draft": "草拟",
    "done": "已交接", "back": "已归还", "cancelled": "已取消",
}  # fmt: skip
_COLOURS = {
    "given": "warning", "asked": "warning", "approved": "info", "out": "info", "done": "ok",
    "back": "ok",
}  # fmt: skip


class Handover(Stepped, Reopened, Yearly, CentreRegister):
    """One paper: what changes hands, both signatures, and for a loan when it comes back. The steps
    stand in `inventory.handing` and `inventory.handing_loans`."""

    __tablename__ = "handover"
    slug: ClassVar[str] = "handovers"
    title: ClassVar[str] = "交接与借用"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    prefix: ClassVar[str] = "JJ"
    topic: ClassVar[str] = "设备"
    articles: ClassVar[tuple[int, ...]] = (37, 132)
    names: ClassVar[tuple[str, ...]] = ("number",)
    order: ClassVar[str] = "number"
    falling: ClassVar[bool] = True
    edit_act: ClassVar[str] = "record"
    living: ClassVar[str] = "全部"
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "草拟": {"state": "draft"}, "待批准": {"state": "asked"}, "待接收": {"state": "given"},
        "借出中": {"state": "out"},
    }  # fmt: skip
    over: ClassVar[tuple[str, ...]] = ("done", "back", "cancelled")
    paper: ClassVar[str] = "交接单"
    template: ClassVar[str] = "handover.html"
    parts: ClassVar[Mapping[str, str]] = {"signed": "签字扫描件"}
    afresh: ClassVar[tuple[str, ...]] = ("number",)
    meanings: ClassVar[tuple[str, ...]] = ("hand", "take", "review")
    sealed: ClassVar[tuple[str, ...]] = (
        "number", "kind", "purpose", "giver_id", "taker_id", "to_centre_id", "room_id", "back_as",
        "due_on", "borrower", "borrower_unit", "borrower_phone", "listing",
    )  # fmt: skip

    number: Mapped[str] = entry(
        "编号", default="", listed=True, searched=True, longest=40, help="空着由系统编号"
    )
    kind: Mapped[str] = entry(
        "事项", "choice", choices=KINDS, default="issue", listed=True,
        help="设备原则上不外借；确需外借的须领导批准，写明归还日期（第三十七条）",
    )  # fmt: skip
    state: Mapped[str] = entry("状态", "choice", choices=STATES, default="draft", settled=True)
    purpose: Mapped[str] = entry("事由", required=True, listed=True, searched=True)
    giver_id: Mapped[str | None] = entry(
        "交方", "ref", refers="Staff", listed=True, help="空着就是提交这张单子的人"
    )
    taker_id: Mapped[str | None] = entry(
        "接收人", "ref", refers="Staff", listed=True, help="接收后由他保管；外借不填"
    )
    to_centre_id: Mapped[str | None] = entry("接收单位", "ref", refers="Centre", help="调拨时填写")
    room_id: Mapped[str | None] = entry(
        "放置房间", "ref", refers="Room", help="归还时必填；其他事项空着表示不换地方"
    )
    back_as: Mapped[str] = entry(
        "归还后状态", "choice", choices={w: OF_THINGS[w] for w in ("idle", "stock")}, default="idle"
    )
    due_on: Mapped[date | None] = entry(
        "应还日期", "day", listed=True, help="借用、外借时必填，最长一个月"
    )
    borrower: Mapped[str | None] = entry("借用人", searched=True, longest=60, group="外借")
    borrower_unit: Mapped[str | None] = entry("借用单位", searched=True, longest=120, group="外借")
    borrower_phone: Mapped[str | None] = entry("联系电话", longest=40, group="外借")
    listing: Mapped[str | None] = entry(
        "物品清单", "note", group="清单", settled=True, searched=True
    )
    pen_only: Mapped[bool] = entry("接收人手签", "yes", default=False, group="办理", settled=True)
    scan: Mapped[str | None] = entry("扫描件校验值", "note", group="办理", settled=True)
    done_at: Mapped[datetime | None] = entry("交接时间", "time", group="办理", settled=True)
    renewed_to: Mapped[date | None] = entry("续借至", "day", group="办理", settled=True)
    back_at: Mapped[datetime | None] = entry(
        "收回时间", "time", listed=True, group="办理", settled=True
    )
    remark: Mapped[str | None] = entry("办理意见", "note", group="办理", settled=True)
    note: Mapped[str | None] = entry("备注", "note", group="办理")

    __table_args__ = (
        Index("uq_handover_number", "number", unique=True),
        Index("ix_handover_state", "state"),
    )

    @property
    def kind_label(self) -> str:
        return KINDS[self.kind]

    @property
    def headline(self) -> str:
        return f"{self.number} {self.borrower_unit or ''} {self.borrower or ''}".strip()

    @property
    def due(self) -> date | None:
        """When what is lent is to be back."""
        return self.renewed_to or self.due_on

    @property
    def late(self) -> str:
        if self.state != "out" or self.due is None or self.due >= today():
            return ""
        return f"应于 {self.due} 归还，已过 {(today() - self.due).days} 天"

    @property
    def wants(self) -> str:
        return "signed" if self.state == "given" and self.pen_only and not self.scan else ""

    def lines(self, session: Session) -> Lines | None:
        told = (
            (one.tag, one.name, " ".join(filter(None, (one.vendor, one.model))), one.serial or "")
            for one in things_on(session, self)
        )
        return Lines(("编号", "品名", "厂商型号", "序列号"), tuple(told))

    def unfit(self, session: Session, meaning: str, who: Any) -> str:
        if not is_moving(session, self):
            return "请在交接单的“下一步”里办理"
        return unfit(session, self, meaning, who)

    def drafts(self) -> Iterator[Drafted]:
        about = f"{self.purpose}（交接单 {self.number}）"
        if self.done_at:
            yield Drafted("done", "other", f"{self.kind_label}：{about}", self.done_at)
        if self.back_at:
            yield Drafted("back", "other", f"收回：{about}", self.back_at)

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.stood(session)
        if is_moving(session, self):
            return
        if self.retired_at is not None and self.state not in ("draft", "cancelled"):
            yield self.wrong("state", f"{STATES[self.state]}的交接单要留存，不能停用")
        if self.state == "draft":
            yield from missing(session, self)
        else:
            yield from kept(self, STATES[self.state])
