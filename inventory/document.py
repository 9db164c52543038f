"""Technical documents: what is collected, how it is filed, and the copies there are of each
(Articles 144 and 145; duty B8)."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import ClassVar

from sqlalchemy import Index, Select, String, inspect, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.centre import Centre
from inventory.numbering import next_number
from inventory.register import CentreRegister, FieldError, entry
from inventory.shanghai import today
from inventory.stepping import Step, Stepped, Taken, offer
from inventory.text import search_text

# The six sources of Article 144, in its order: the place is the number it is filed under.
KINDS = {
    "device": "设备随机资料", "bought": "购置、订阅资料", "issued": "上级下发资料文件",
    "works": "工程、电话、线路资料", "brought": "学习、会议带回资料",
    "other": "其他有保存价值的资料",
}  # fmt: skip
SHELVES = {"original": "随机原始资料", "book": "日常使用书籍", "magazine": "杂志"}  # Article 145
COPY_STATES = {"shelf": "在架", "lent": "借出", "damaged": "损坏", "lost": "遗失"}
_COLOURS = {"shelf": "ok", "lent": "info", "damaged": "warning", "lost": "critical"}


class Document(CentreRegister):
    """One title that the centre keeps, filed by year and class. It comes with as many numbered
    copies as are registered with it; further ones are added below it."""

    __tablename__ = "document"
    slug: ClassVar[str] = "documents"
    title: ClassVar[str] = "技术资料"
    topic: ClassVar[str] = "资料"
    articles: ClassVar[tuple[int, ...]] = (144, 145)
    names: ClassVar[tuple[str, ...]] = ("number",)
    order: ClassVar[str] = "number"
    edit_act: ClassVar[str] = "record"
    living: ClassVar[str] = "全部"
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        label: {"kind": word} for word, label in KINDS.items()
    }
    also: ClassVar[tuple[tuple[str, str], ...]] = (("loans.desk", "借阅台"),)
    below: ClassVar[tuple[tuple[str, str], ...]] = (("DocumentCopy", "document_id"),)
    afresh: ClassVar[tuple[str, ...]] = ("heading", "copies")

    number: Mapped[str] = entry(
        "档号", default="", listed=True, searched=True, longest=60,
        help="空着由系统按年度和类别编号",
    )  # fmt: skip
    heading: Mapped[str] = entry("资料名称", required=True, listed=True, searched=True)
    kind: Mapped[str] = entry("来源类别", "choice", choices=KINDS, required=True, listed=True)
    shelf: Mapped[str] = entry(
        "存放类别", "choice", choices=SHELVES, default="original", listed=True
    )
    year: Mapped[int | None] = entry(
        "归档年度", "whole", listed=True, low=1980, high=2100, grouped=False, help="空着为今年"
    )
    collected_on: Mapped[date | None] = entry("收集日期", "day")
    publisher: Mapped[str | None] = entry("编印单位", searched=True, longest=120)
    equipment_id: Mapped[str | None] = entry("随机设备", "ref", refers="Equipment")
    keeper_id: Mapped[str | None] = entry(
        "保管人", "ref", refers="Staff", listed=True, help="明确专人统一保管（第一百四十五条）"
    )
    room_id: Mapped[str | None] = entry("存放房间", "ref", refers="Room")
    place: Mapped[str | None] = entry("柜架号", listed=True, searched=True, longest=60)
    price: Mapped[float | None] = entry(
        "单价", "number", unit="元", low=0, high=1e6, help="损坏、遗失照价赔偿时用"
    )
    copies: Mapped[int] = entry(
        "登记份数", "whole", default=1, low=1, high=200,
        help="登记时给每份编条码；以后增加的份数在资料页上新增",
    )  # fmt: skip
    note: Mapped[str | None] = entry("备注", "note")

    __table_args__ = (Index("uq_document_number", "number", unique=True),)

    @property
    def label(self) -> str:
        return self.heading

    def prepare(self, session: Session) -> None:
        fresh = not inspect(self).persistent
        self.year = self.year or today().year
        if not self.number:
            self.number = self._next(session)
        super().prepare(session)
        if fresh:
            session.add_all(self._copy(n) for n in range(1, self.copies + 1))
        elif inspect(self).attrs.heading.history.has_changes():
            for copy in session.scalars(_copies(self)):
                copy.heading = self.heading

    def _copy(self, number: int) -> "DocumentCopy":
        return DocumentCopy(
            centre_id=self.centre_id, document_id=self.id, heading=self.heading,
            barcode=f"{self.number}-{number}",
        )  # fmt: skip

    def _next(self, session: Session) -> str:
        centre = session.get(Centre, self.centre_id)
        place = list(KINDS).index(self.kind) + 1 if self.kind in KINDS else len(KINDS)
        prefix = f"{centre.code if centre else ''}-{self.year}-{place}-"
        return next_number(session, Document, "number", prefix, 4)


class DocumentCopy(Stepped, CentreRegister):
    """One copy with its barcode. Where it is moves with its loans only."""

    __tablename__ = "document_copy"
    slug: ClassVar[str] = "document-copies"
    title: ClassVar[str] = "资料份本"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    topic: ClassVar[str] = "资料"
    articles: ClassVar[tuple[int, ...]] = (145, 146)
    names: ClassVar[tuple[str, ...]] = ("barcode",)
    order: ClassVar[str] = "barcode"
    edit_act: ClassVar[str] = "record"
    living: ClassVar[str] = "全部"
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        label: {"state": word} for word, label in COPY_STATES.items()
    }
    below: ClassVar[tuple[tuple[str, str], ...]] = (("DocumentLoan", "copy_id"),)

    barcode: Mapped[str] = entry(
        "条码", default="", listed=True, searched=True, longest=70, help="空着由系统编号"
    )
    document_id: Mapped[str] = entry("资料", "ref", refers="Document", required=True, listed=True)
    state: Mapped[str] = entry(
        "状态", "choice", choices=COPY_STATES, default="shelf", listed=True, settled=True
    )
    note: Mapped[str | None] = entry("备注", "note")
    heading: Mapped[str] = mapped_column(String(200), default="")  # its document's, to be found by

    __table_args__ = (Index("uq_document_copy_barcode", "barcode", unique=True),)

    @property
    def label(self) -> str:
        return f"{self.heading} {self.barcode}"

    def prepare(self, session: Session) -> None:
        document = None if self.heading else session.get(Document, self.document_id)
        if document is not None:
            self.heading = document.heading
            self.barcode = self.barcode or next_number(
                session, DocumentCopy, "barcode", f"{document.number}-", 1
            )
        super().prepare(session)
        self.search = search_text(self.barcode, self.heading)

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.stood(session)
        if self.retired_at is not None and self.state == "lent":
            yield self.wrong("state", "已借出，归还以后才能停用")


def _copies(document: Document) -> Select[DocumentCopy]:
    return select(DocumentCopy).where(DocumentCopy.document_id == document.id)


def _back(_session: Session, copy: DocumentCopy, _taken: Taken) -> None:
    copy.state = "shelf"


offer(DocumentCopy, Step("shelve", "修好或找回，重新上架", ("damaged", "lost"), _back))
