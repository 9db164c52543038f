"""Loans of technical documents: to staff of the system only, for a month (Article 146; duty B8)."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, Session

from inventory.document import Document, DocumentCopy
from inventory.numbering import Yearly
from inventory.register import CentreRegister, FieldError, Lines, entry
from inventory.revision import Signable
from inventory.role import can
from inventory.shanghai import today
from inventory.staff import Staff
from inventory.stepping import Stepped

STATES = {
    "draft": "待借出", "out": "借出", "back": "已归还", "owing": "待赔偿", "paid": "已赔偿",
}  # fmt: skip
HARMS = {"damaged": "损坏", "lost": "遗失"}
_COLOURS = {"out": "info", "back": "ok", "owing": "warning"}
_OUT = text("state = 'out'")


class DocumentLoan(Stepped, Signable, Yearly, CentreRegister):
    """One copy lent to one person. `inventory.lending` has its steps; what stands in the book
    stays there."""

    __tablename__ = "document_loan"
    slug: ClassVar[str] = "loans"
    title: ClassVar[str] = "资料借阅"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    prefix: ClassVar[str] = "JY"
    topic: ClassVar[str] = "资料"
    articles: ClassVar[tuple[int, ...]] = (146,)
    names: ClassVar[tuple[str, ...]] = ("number",)
    order: ClassVar[str] = "number"
    falling: ClassVar[bool] = True
    edit_act: ClassVar[str] = "record"
    paper: ClassVar[str] = "借阅单"
    also: ClassVar[tuple[tuple[str, str], ...]] = (("loans.desk", "借阅台"),)
    living: ClassVar[str] = "全部"
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        STATES[word]: {"state": word} for word in ("out", "owing", "back")
    }
    over: ClassVar[tuple[str, ...]] = ("back", "paid")
    meanings: ClassVar[tuple[str, ...]] = ("hand", "take")
    apart: ClassVar[frozenset[str]] = frozenset()
    sealed: ClassVar[tuple[str, ...]] = ("copy_id", "staff_id", "lent_on", "due_on")

    number: Mapped[str] = entry("编号", default="", listed=True, searched=True, longest=40)
    copy_id: Mapped[str] = entry("份本", "ref", refers="DocumentCopy", required=True, listed=True)
    staff_id: Mapped[str] = entry(
        "借阅人", "ref", refers="Staff", required=True, listed=True, help="只限本系统人员，概不外借"
    )
    state: Mapped[str] = entry("状态", "choice", choices=STATES, default="draft", settled=True)
    lent_on: Mapped[date | None] = entry("借出日期", "day", listed=True, settled=True)
    due_on: Mapped[date | None] = entry(
        "应还日期", "day", listed=True, settled=True, help="最长一个月；空着为一个月"
    )
    renewed_to: Mapped[date | None] = entry(
        "续借至", "day", listed=True, settled=True, help="可续借一次，最长再一个月"
    )
    renewed_on: Mapped[date | None] = entry("续借日期", "day", settled=True)
    returned_on: Mapped[date | None] = entry("归还日期", "day", listed=True, settled=True)
    harm: Mapped[str | None] = entry(
        "损坏或遗失", "choice", choices=HARMS, group="赔偿", settled=True
    )
    harm_told: Mapped[str | None] = entry("损坏或遗失情况", "note", group="赔偿", settled=True)
    price: Mapped[float | None] = entry(
        "赔偿金额", "number", unit="元", low=0, high=1e6, group="赔偿", settled=True
    )
    paid_on: Mapped[date | None] = entry("赔偿日期", "day", group="赔偿", settled=True)
    receipt_no: Mapped[str | None] = entry("收据号", longest=80, group="赔偿", settled=True)
    note: Mapped[str | None] = entry("备注", "note")

    __table_args__ = (
        Index(
            "uq_document_loan_out", "copy_id", unique=True,
            sqlite_where=_OUT, postgresql_where=_OUT,
        ),
        Index("ix_document_loan_state", "centre_id", "state"),
    )  # fmt: skip

    @property
    def owed_on(self) -> date | None:
        """When it must be back."""
        return self.renewed_to or self.due_on

    @property
    def late(self) -> str:
        return late(self, today())

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.stood(session)
        if self.retired_at is not None and self.state != "draft":
            yield self.wrong("state", "借阅记录要留在登记簿上，不能停用")

    def unfit(self, session: Session, meaning: str, who: Any) -> str:
        """The borrower takes it; whoever keeps the book hands it over."""
        if self.state == "draft":
            return "还没有借出"
        if meaning == "hand":
            return "" if can(who, "record", self) else "交出人要有填写台账的权限"
        borrower = session.get(Staff, self.staff_id)
        mine = borrower is not None and borrower.person_id == who.id
        return "" if mine else "只有借阅人本人可以签“接”"

    def lines(self, session: Session) -> Lines | None:
        copy = session.get(DocumentCopy, self.copy_id)
        document = session.get(Document, copy.document_id) if copy else None
        if copy is None or document is None:
            return None
        price = f"{document.price:.2f} 元" if document.price is not None else ""
        cells = (document.heading, document.number, copy.barcode, price)
        return Lines(("资料名称", "档号", "条码", "单价"), (cells,))


def late(loan: DocumentLoan, day: date) -> str:
    """How far a loan is past its day, "" when it is not."""
    owed = loan.owed_on
    if loan.state != "out" or owed is None or owed >= day:
        return ""
    return f"已逾期 {(day - owed).days} 天"
