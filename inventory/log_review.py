"""The book of looked-through logs: whose records of which days were read, by whom, with what
result (Article 117: every day; duty A18)."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import Index, inspect
from sqlalchemy.orm import Mapped, Session

from inventory.drafted import Drafted
from inventory.log_day import OLDEST
from inventory.notice import settle
from inventory.register import CentreRegister, FieldError, entry
from inventory.revision import Signable
from inventory.shanghai import today
from inventory.signature import sign
from inventory.signed_state import signed_state
from inventory.stepping import Step, Stepped, Taken, is_moving, offer

STATES: Mapping[str, str] = {"draft": "待签字", "signed": "已签字"}
RESULTS: Mapping[str, str] = {"normal": "正常", "abnormal": "有异常"}
METHODS: Mapping[str, str] = {
    "local": "登录本机查看", "server": "日志服务器", "console": "值守台", "other": "其他",
}  # fmt: skip
LONGEST = 31  # days one review may cover: what is older is no daily reading any more (o)


class LogReview(Stepped, Signable, CentreRegister):
    """One reading of the records of some days, one line for each source. It counts once signed;
    whether in time is judged by `inventory.log_review_days`."""

    __tablename__ = "log_review"
    slug: ClassVar[str] = "log-reviews"
    title: ClassVar[str] = "服务器日志浏览登记"
    colours: ClassVar[Mapping[str, str]] = {"draft": "warning", "signed": "ok"}
    topic: ClassVar[str] = "值班日志"
    articles: ClassVar[tuple[int, ...]] = (117,)
    names: ClassVar[tuple[str, ...]] = ("from_day", "to_day", "by", "centre_id")
    order: ClassVar[str] = "to_day"
    falling: ClassVar[bool] = True
    living: ClassVar[str] = "全部"
    edit_act: ClassVar[str] = "record"
    template: ClassVar[str] = "log_review.html"
    paper: ClassVar[str] = "服务器日志浏览登记表"
    also: ClassVar[tuple[tuple[str, str], ...]] = (("log_reviews.month", "按月查看"),)
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "待签字": {"state": "draft"}, "有异常": {"result": "abnormal"},
    }  # fmt: skip
    meanings: ClassVar[tuple[str, ...]] = ("fill",)
    sealed: ClassVar[tuple[str, ...]] = (
        "from_day", "to_day", "sources", "method", "result", "findings", "handled",
    )  # fmt: skip
    anew: ClassVar[tuple[str, ...]] = ("signed",)
    afresh: ClassVar[tuple[str, ...]] = ("from_day", "to_day", "findings", "handled")

    from_day: Mapped[date] = entry("记录起日", "day", required=True, listed=True)
    to_day: Mapped[date] = entry(
        "记录止日", "day", required=True, listed=True, help="星期一可一次浏览周末的记录"
    )
    sources: Mapped[str] = entry(
        "看了哪些设备的日志", "note", required=True, searched=True,
        help="服务器、防火墙等，一行一个；没有看的不要写",
    )  # fmt: skip
    method: Mapped[str] = entry("查看方式", "choice", choices=METHODS, default="local")
    result: Mapped[str] = entry("结果", "choice", choices=RESULTS, default="normal", listed=True)
    findings: Mapped[str | None] = entry(
        "发现的问题", "note", listed=True, searched=True, help="有异常时必填"
    )
    handled: Mapped[str | None] = entry(
        "怎样处理", "note", searched=True, help="有异常时必填：防患和处理的措施"
    )
    state: Mapped[str] = entry(
        "状态", "choice", choices=STATES, default="draft", listed=True, settled=True
    )
    by: Mapped[str | None] = entry("浏览人", listed=True, searched=True, longest=80, settled=True)
    signed_at: Mapped[datetime | None] = entry("签字时间", "time", listed=True, settled=True)

    __table_args__ = (Index("ix_log_review_days", "centre_id", "to_day", "from_day"),)

    @property
    def label(self) -> str:
        first, last = self.from_day, self.to_day
        return str(first) if first == last else f"{first} 至 {last}"

    @classmethod
    def begin(cls) -> Mapping[str, Any]:
        yesterday = today() - timedelta(days=1)
        return {"from_day": yesterday, "to_day": yesterday}

    def drafts(self) -> Iterator[Drafted]:
        if self.state == "signed" and self.signed_at is not None:
            read = "、".join(line.strip() for line in self.sources.splitlines() if line.strip())
            words = f"浏览 {self.label} 的日志（{read}）：{RESULTS[self.result]}"
            if self.result == "abnormal":
                words += f"。{self.findings}；处理：{self.handled}"
            yield Drafted("signed", "review", words, self.signed_at)

    def unfit(self, session: Session, meaning: str, who: Any) -> str:
        return "" if is_moving(session, self) else "请在登记页面的“下一步”里签字"

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.stood(session)
        if self.retired_at is not None and self.revised:
            yield self.wrong("state", "已经签字的登记要留在登记簿上，不能停用；写错的请更正")
        if not (self.from_day and self.to_day):
            return
        if not inspect(self).persistent or _moved(self):
            yield from self._days()
        if self.signed_at is not None and _moved(self):
            yield self.wrong("from_day", "已经签字，日期不能再改；漏登的日期另登一条")
        if self.result == "abnormal":
            for name in ("findings", "handled"):
                if not (getattr(self, name) or "").strip():
                    yield self.wrong(name, "有异常时必须填写")

    def _days(self) -> Iterator[FieldError]:
        if self.to_day > today():
            yield self.wrong("to_day", "还没有到这一天，没有记录可看")
        if self.from_day > self.to_day:
            yield self.wrong("from_day", "应不晚于记录止日")
        elif (self.to_day - self.from_day).days >= LONGEST:
            yield self.wrong("from_day", f"一次最多登记 {LONGEST} 天，请分开登记")
        if self.from_day < today() - OLDEST:  # signed, it would stand in that year's book for good
            yield self.wrong("from_day", "过去将近一年，不能再登记；请看年份是否写错")


def _moved(row: LogReview) -> bool:
    state = inspect(row)
    return any(state.attrs[name].history.has_changes() for name in ("from_day", "to_day"))


def _sign(session: Session, review: LogReview, taken: Taken) -> None:
    assert taken.proof is not None
    sign(session, review, "fill", taken.who, taken.proof, taken.seen)
    review.by, review.state = taken.who.name, "signed"
    review.signed_at = review.signed_at or taken.proof.at  # corrected, it is signed anew
    settle(session, due_key(review.centre_id))


def due_key(centre_id: str) -> str:
    """The key of the notice that a day's records wait to be read."""
    return f"log-review:{centre_id}"


signed_state("log_review", "draft", "signed")
offer(
    LogReview,
    Step("sign", "签字", ("draft",), _sign, proof=True, help="签字表示这些记录已经看过。"),
)
