"""What goes out to the public: looked through for secrets by one, agreed by a leader, and only then
published (Articles 112, 113 and 124; duty F5)."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, Session

from inventory import approval
from inventory.approval import Rule, rule
from inventory.numbering import Yearly
from inventory.register import CentreRegister, FieldError, entry
from inventory.revision import Signable, fix, latest
from inventory.shanghai import today
from inventory.stepping import Step, Stepped, Taken, moving, offer, refused

KIND = "publication"
KINDS = {
    "news": "新闻动态", "notice": "公告通知", "policy": "政策法规", "service": "办事服务",
    "statistics": "统计数据", "other": "其他",
}  # fmt: skip
PLACES = {
    "portal": "门户网站", "superior": "上级网站", "wechat": "微信公众号", "mail": "电子邮件",
    "press": "新闻媒体", "other": "其他",
}  # fmt: skip
STATES = {
    "draft": "草拟", "submitted": "待保密审查", "returned": "审查退回", "asked": "待批准",
    "approved": "已批准", "refused": "未批准", "published": "已发布", "withdrawn": "已撤下",
}  # fmt: skip
VERDICTS = {"free": "不涉密，可以公开", "edit": "删改后可以公开", "secret": "涉密，不得公开"}
_COLOURS = {
    "submitted": "warning", "returned": "critical", "asked": "warning", "approved": "info",
    "published": "ok",
}  # fmt: skip


class Publication(Stepped, Signable, Yearly, CentreRegister):
    """One text that is to be published: what, where, who looked through it, who agreed."""

    __tablename__ = "publication"
    slug: ClassVar[str] = "publications"
    title: ClassVar[str] = "信息发布审查"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    prefix: ClassVar[str] = "XF"
    topic: ClassVar[str] = "软件与安全"
    articles: ClassVar[tuple[int, ...]] = (112, 113, 115, 124)
    names: ClassVar[tuple[str, ...]] = ("number",)
    order: ClassVar[str] = "number"
    falling: ClassVar[bool] = True
    edit_act: ClassVar[str] = "record"
    paper: ClassVar[str] = "信息发布保密审查表"
    living: ClassVar[str] = "全部"
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        STATES[word]: {"state": word} for word in ("submitted", "asked", "approved", "published")
    }
    meanings: ClassVar[tuple[str, ...]] = ("fill", "approve")
    sealed: ClassVar[tuple[str, ...]] = ("heading", "kind", "place", "author_id", "body")

    number: Mapped[str] = entry(
        "编号", default="", listed=True, searched=True, longest=40, help="空着由系统编号"
    )
    heading: Mapped[str] = entry("标题", required=True, listed=True, searched=True)
    kind: Mapped[str] = entry("类别", "choice", choices=KINDS, default="news", listed=True)
    place: Mapped[str] = entry("发布渠道", "choice", choices=PLACES, default="portal", listed=True)
    state: Mapped[str] = entry("状态", "choice", choices=STATES, default="draft", settled=True)
    author_id: Mapped[str | None] = entry("拟稿人", "ref", refers="Staff", listed=True)
    body: Mapped[str] = entry("拟发布内容", "note", required=True, searched=True)
    verdict: Mapped[str | None] = entry(
        "审查结论", "choice", choices=VERDICTS, listed=True, group="保密审查", settled=True
    )
    opinion: Mapped[str | None] = entry("审查意见", "note", group="保密审查", settled=True)
    checker: Mapped[str | None] = entry(
        "审查人", listed=True, longest=80, group="保密审查", settled=True
    )
    checked_at: Mapped[datetime | None] = entry("审查时间", "time", group="保密审查", settled=True)
    published_on: Mapped[date | None] = entry(
        "发布日期", "day", listed=True, group="发布", settled=True
    )
    url: Mapped[str | None] = entry("发布地址", longest=300, group="发布", settled=True)
    withdrawn_on: Mapped[date | None] = entry("撤下日期", "day", group="发布", settled=True)
    withdrawn_why: Mapped[str | None] = entry("撤下原因", "note", group="发布", settled=True)
    note: Mapped[str | None] = entry("备注", "note")

    __table_args__ = (Index("uq_publication", "centre_id", "number", unique=True),)

    @property
    def headline(self) -> str:
        return f"{self.number} {self.heading}"

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.stood(session)
        if self.retired_at is not None and self.state in ("published", "withdrawn"):
            yield self.wrong("state", "已发布的记录不能停用")


def _submit(session: Session, text: Any, _taken: Taken) -> None:
    if not _free(session, text):
        raise refused(text, "state", "现在的内容已经报批，不必再提交")
    fix(session, text, "提交保密审查")
    text.verdict = text.checker = text.checked_at = None
    text.state = "submitted"


def _examine(session: Session, text: Any, taken: Taken) -> None:
    written = latest(session, text)
    if written is None or taken.who.id in written.writers:
        raise refused(text, "checker", "编写和提交的人不能审查自己的稿件，须由另一人审查")
    text.checker, text.checked_at = taken.who.name, datetime.now(UTC)
    if text.verdict != "free":
        if not (text.opinion or "").strip():
            raise refused(text, "opinion", "不能直接公开的，要写明哪些内容要删改或不得公开")
        text.state = "returned"
        return
    approval.ask(session, KIND, text, taken.who, f"保密审查：{VERDICTS['free']}")
    text.state = "asked"


def _publish(session: Session, text: Any, _taken: Taken) -> None:
    if approval.approved(session, KIND, text) is None:
        raise refused(text, "state", "内容在批准之后已更正，请重新提交审查")
    text.published_on = text.published_on or today()
    if text.published_on > today():
        raise refused(text, "published_on", "还没有到这一天")
    text.state = "published"


def _withdraw(_session: Session, text: Any, _taken: Taken) -> None:
    text.withdrawn_on = text.withdrawn_on or today()
    text.state = "withdrawn"


def _free(session: Session, text: Any) -> bool:
    """Nobody has this content before them: also not after a correction of what was asked."""
    return text.state in ("draft", "returned") or not approval.pending(session, KIND, text)


def _decided(state: str) -> Any:
    def follow(session: Session, text: Any) -> None:
        with moving(session, text):
            text.state = state

    return follow


rule(
    Rule(
        KIND, "信息发布", "approve", approved=_decided("approved"), refused=_decided("refused"),
        withdrawn=_decided("draft"), ask_right="record",
    )
)  # fmt: skip
offer(
    Publication,
    Step(
        "submit", "提交保密审查", ("draft", "returned", "refused", "asked", "approved"), _submit,
        fits=_free,
    ),
    Step(
        "examine", "保密审查", ("submitted",), _examine, asks=("verdict", "opinion"),
        needs=("verdict",), help="审查通过后自动报分管领导批准。",
    ),
    Step(
        "publish", "登记发布", ("approved",), _publish, asks=("published_on", "url"),
        needs=("url",),
    ),
    Step(
        "withdraw", "撤下", ("published",), _withdraw, asks=("withdrawn_on", "withdrawn_why"),
        needs=("withdrawn_why",), danger=True, confirm="登记 %(name)s 已撤下？",
    ),
)  # fmt: skip
