"""IP telephones: the number plan, fixed by the province, and the test calls that prove each line
(Articles 8, 60 and 98; duty A21)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, Session

from inventory.drafted import Drafted
from inventory.reasoned import Reasoned
from inventory.register import CentreRegister, FieldError, entry
from inventory.shanghai import ahead, today

DAYS = 31  # each number is tried monthly (o)
RESULTS = {
    "good": "正常", "poor": "杂音或断续", "oneway": "单通", "dead": "不通", "wrong": "号码错误",
}  # fmt: skip


class VoiceNumber(Reasoned, CentreRegister):
    """One number of the IP telephone network and the port it is set on: not to be changed at will
    (IP 语音接口号码不得随意更改)."""

    __tablename__ = "voice_number"
    slug: ClassVar[str] = "voice-numbers"
    title: ClassVar[str] = "IP 电话号码"
    topic: ClassVar[str] = "电话"
    articles: ClassVar[tuple[int, ...]] = (8, 60, 98)
    names: ClassVar[tuple[str, ...]] = ("number",)
    order: ClassVar[str] = "number"
    guarded: ClassVar[tuple[str, ...]] = ("number", "gateway_id", "port", "user", "room_id")
    below: ClassVar[tuple[tuple[str, str], ...]] = (("TestCall", "number_id"),)

    number: Mapped[str] = entry("号码", required=True, listed=True, searched=True, longest=20)
    gateway_id: Mapped[str | None] = entry(
        "语音网关", "ref", refers="Device", listed=True, help="号码所在的路由器或语音网关"
    )
    port: Mapped[str | None] = entry("语音接口", listed=True, searched=True, longest=40)
    user: Mapped[str | None] = entry("用途或使用人", listed=True, searched=True, longest=80)
    room_id: Mapped[str | None] = entry("房间", "ref", refers="Room", listed=True)
    document_no: Mapped[str | None] = entry("编号依据", searched=True, longest=80)
    reason: Mapped[str] = entry(
        "设置或变更原因", required=True, searched=True, help="不得随意更改；谁同意的，为什么改"
    )
    tested_on: Mapped[date | None] = entry("最近试通", "day", listed=True, settled=True)
    result: Mapped[str | None] = entry(
        "试通结果", "choice", choices=RESULTS, listed=True, settled=True
    )
    note: Mapped[str | None] = entry("备注", "note")

    __table_args__ = (Index("uq_voice_number", "number", unique=True),)

    @property
    def late(self) -> str:
        if self.retired_at is None and (
            self.tested_on is None or today() - self.tested_on > timedelta(days=DAYS)
        ):
            return "一个月内没有试通记录"
        return ""


class TestCall(CentreRegister):
    """One test call from or to a number, and what was heard."""

    __test__ = False  # no test of pytest's

    __tablename__ = "test_call"
    slug: ClassVar[str] = "test-calls"
    title: ClassVar[str] = "试通记录"
    topic: ClassVar[str] = "电话"
    articles: ClassVar[tuple[int, ...]] = (8, 98)
    names: ClassVar[tuple[str, ...]] = ("called_at", "number_id")
    order: ClassVar[str] = "called_at"
    falling: ClassVar[bool] = True
    edit_act: ClassVar[str] = "record"
    afresh: ClassVar[tuple[str, ...]] = ("called_at",)

    number_id: Mapped[str] = entry("号码", "ref", refers="VoiceNumber", required=True, listed=True)
    called_at: Mapped[datetime] = entry("试通时间", "time", required=True, listed=True)
    other: Mapped[str] = entry("对方号码", required=True, listed=True, searched=True, longest=40)
    result: Mapped[str] = entry("结果", "choice", choices=RESULTS, required=True, listed=True)
    note: Mapped[str | None] = entry("备注", "note", searched=True)

    @classmethod
    def begin(cls) -> dict[str, datetime]:
        return {"called_at": datetime.now(UTC).replace(second=0, microsecond=0)}

    def drafts(self) -> Iterator[Drafted]:
        text = f"电话试通 {self.other}：{RESULTS[self.result]}"
        yield Drafted("call", "other", text, self.called_at)

    def prepare(self, session: Session) -> None:
        """The number keeps how it was found last."""
        super().prepare(session)
        number = session.get(VoiceNumber, self.number_id)
        day = today(self.called_at)
        if number is not None and (number.tested_on is None or number.tested_on <= day):
            number.tested_on, number.result = day, self.result

    def check(self, session: Session) -> Iterator[FieldError]:
        if ahead(self.called_at):
            yield self.wrong("called_at", "还没有到这个时间")
