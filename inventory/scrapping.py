"""Scrapping: what is worn out is asked about, agreed to, wiped, and handed over with a receipt
(Articles 125 and 139; duty B4)."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, Session

from inventory.content import refused as refused_file
from inventory.disposal import HEADS, shares, total
from inventory.drafted import Drafted
from inventory.equipment import Equipment
from inventory.lifecycle import AT_HAND
from inventory.lifecycle import STATES as THING
from inventory.paper import Paper, changed, elsewhere
from inventory.paper_line import PaperLine, lines_of
from inventory.register import FieldError, Lines, entry
from inventory.signature import signatures
from inventory.stepping import is_moving, refused
from inventory.triggers import trigger

STATES: Mapping[str, str] = {
    "draft": "草拟", "asked": "待批准", "refused": "未批准", "approved": "待移交",
    "handed": "已交待接收", "done": "已上交", "cancelled": "已作废",
}  # fmt: skip
LOOSE = ("draft", "refused")  # while it is so, its lines may be changed
LATE = timedelta(days=30)
_COLOURS = {
    "draft": "unknown", "asked": "warning", "refused": "warning", "approved": "info",
    "handed": "info", "done": "ok", "cancelled": "unknown",
}  # fmt: skip
_PARTS: Mapping[str, tuple[str, ...]] = {"photo": LOOSE, "receipt": ("approved", "handed")}


class Scrapping(Paper):
    """One request to scrap things and parts, down to the receipt of whoever takes them."""

    __tablename__ = "scrapping"
    slug: ClassVar[str] = "scrappings"
    title: ClassVar[str] = "报废单"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    paper: ClassVar[str] = "报废单"
    topic: ClassVar[str] = "设备"
    articles: ClassVar[tuple[int, ...]] = (125, 139)
    prefix: ClassVar[str] = "BF"
    template: ClassVar[str] = "scrapping.html"
    on_paper: ClassVar[str] = "disposals.index"
    meanings: ClassVar[tuple[str, ...]] = ("hand", "take", "fill")
    loose: ClassVar[tuple[str, ...]] = ("draft", "cancelled")
    over: ClassVar[tuple[str, ...]] = ("done", "cancelled")
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "待批准": {"state": "asked"}, "待移交": {"state": "approved,handed"},
        "已上交": {"state": "done"},
    }  # fmt: skip
    flow: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "draft": ("asked", "cancelled"), "asked": ("approved", "refused", "draft"),
        "refused": ("asked", "cancelled"), "approved": ("handed",), "handed": ("done", "approved"),
    }  # fmt: skip
    below: ClassVar[tuple[tuple[str, str], ...]] = (("Sanitisation", "scrapping_id"),)
    parts: ClassVar[Mapping[str, str]] = {"photo": "实物照片", "receipt": "接收回执"}
    sealed: ClassVar[tuple[str, ...]] = (
        "number", "reason", "age", "listing", "receiver_unit", "receiver", "document_no",
        "handed_at", "taker_id",
    )  # fmt: skip

    reason: Mapped[str] = entry("报废原因", required=True, listed=True, searched=True, longest=300)
    state: Mapped[str] = entry(
        "状态", "choice", choices=STATES, default="draft", listed=True, settled=True
    )
    age: Mapped[str | None] = entry(
        "使用年限说明", longest=200, help="台账里没有购置日期的设备和配件，写明大约用了几年"
    )
    asked_at: Mapped[datetime | None] = entry("申请时间", "time", listed=True, settled=True)
    approved_at: Mapped[datetime | None] = entry("批准时间", "time", listed=True, settled=True)
    count: Mapped[int] = entry("件数", "whole", default=0, listed=True, settled=True, unit="件")
    worth: Mapped[float | None] = entry("原值合计", "number", listed=True, settled=True, unit="元")
    listing: Mapped[str | None] = entry("清单和照片校验", "note", settled=True)
    receiver_unit: Mapped[str | None] = entry(
        "接收单位", listed=True, searched=True, longest=120, group="移交", settled=True
    )
    receiver: Mapped[str | None] = entry(
        "接收人", searched=True, longest=40, group="移交", settled=True
    )
    document_no: Mapped[str | None] = entry(
        "接收文号", searched=True, longest=80, group="移交", settled=True
    )
    handed_at: Mapped[datetime | None] = entry(
        "移交时间", "time", group="移交", settled=True, help="空着为现在"
    )
    taker_id: Mapped[str | None] = entry(
        "接收人账号", "ref", refers="Person", group="移交", settled=True,
        help="接收人能登录值守台时填写，由他本人签“接”；不能登录的上传回执",
    )  # fmt: skip
    finished_at: Mapped[datetime | None] = entry(
        "接收时间", "time", listed=True, group="移交", settled=True
    )
    note: Mapped[str | None] = entry("备注", "note")

    __table_args__ = (
        Index("uq_scrapping_number", "number", unique=True),
        Index("ix_scrapping_state", "centre_id", "state"),
    )

    @property
    def headline(self) -> str:
        return f"{self.number} {self.count} 件：{self.reason}"

    def drafts(self) -> Iterator[Drafted]:
        if self.handed_at:
            text = f"报废设备上交：报废单 {self.number}，{self.reason}"
            yield Drafted("handed", "other", text, self.handed_at)

    @property
    def late(self) -> str:
        return overdue(self, datetime.now(UTC))

    @property
    def wants(self) -> str:
        if self.state in LOOSE:
            return "photo"
        return "receipt" if self.state in _PARTS["receipt"] else ""

    def hung(self, part: str, digests: tuple[str, ...]) -> None:
        """What was approved was seen with its photos; what was received, with its receipt."""
        if part in _PARTS and self.state not in _PARTS[part]:
            raise refused_file(f"报废单现在是“{STATES[self.state]}”，{self.parts[part]}不能再增减")

    def unfit(self, session: Session, meaning: str, who: Any) -> str:
        if not is_moving(session, self):
            return "在“下一步”里办理，同时签字"
        if meaning in ("hand", "fill"):
            return ""
        if who.id != self.taker_id:
            return "只由接收人本人签字"
        handed = (one.signer_id for one in signatures(session, self) if one.meaning == "hand")
        return "移交和接收不能是同一个人" if who.id in handed else ""

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.kept(session)
        if self.state not in LOOSE and not is_moving(session, self):
            for name in ("reason", "age", "centre_id"):
                if changed(self, name):
                    yield self.wrong(name, "已经提出申请，不能更改；请先撤回申请")

    def lines(self, session: Session) -> Lines | None:
        told = shares(session, lines_of(session, self))
        rows = tuple(one.texts for one in told)
        return Lines(HEADS, rows, total(told)) if told else None


def overdue(paper: Scrapping, now: datetime) -> str:
    """Why it should be handed over by now, "" while it need not be."""
    waiting = paper.state in ("approved", "handed") and paper.approved_at is not None
    if not waiting or paper.approved_at is None or now - paper.approved_at <= LATE:
        return ""
    return f"批准 {(now - paper.approved_at).days} 天，还没有移交"


def put_on(session: Session, paper: Scrapping, thing: Equipment, note: str = "") -> PaperLine:
    """A thing onto the paper. Raises Rejected for what is not at hand, there already, or not of
    this place."""
    _loose(paper)
    if cause := elsewhere(session, paper, thing):
        raise refused(paper, "listing", f"{thing.label}{cause}")
    if thing.state not in AT_HAND or thing.state == "repair":
        raise refused(paper, "listing", f"{thing.label}现在是“{THING[thing.state]}”，不能报废")
    if thing.lent:
        raise refused(paper, "listing", f"{thing.label}正在借出中，请先收回")
    if any(line.equipment_id == thing.id for line in lines_of(session, paper)):
        raise refused(paper, "listing", f"{thing.label}已经在这张单上")
    return add_line(session, paper, PaperLine(equipment_id=thing.id, note=note))


def add_line(session: Session, paper: Scrapping, line: PaperLine) -> PaperLine:
    """A line onto the paper as it is: of a thing or of parts."""
    _loose(paper)
    line.centre_id, line.paper, line.paper_id = paper.centre_id, "Scrapping", paper.id
    session.add(line)
    session.flush()
    return line


def take_off(session: Session, paper: Scrapping, line: PaperLine) -> None:
    """A line off the paper, while nobody has been asked."""
    _loose(paper)
    session.delete(line)
    session.flush()


def _loose(paper: Scrapping) -> None:
    if paper.state not in LOOSE:
        raise refused(paper, "listing", "已经提出申请，清单不能再增减；请先撤回申请")


_TOLD = "scrapping: its lines stand still"


def _fixed(side: str) -> str:
    return (
        f"({side}.paper = 'Scrapping' AND NOT EXISTS (SELECT 1 FROM scrapping WHERE"
        f" id = {side}.paper_id AND state IN ('draft', 'refused')))"
    )


for _event, _wrong in (
    ("INSERT", _fixed("NEW")), ("UPDATE", f"({_fixed('NEW')} OR {_fixed('OLD')})"),
    ("DELETE", _fixed("OLD")),
):  # fmt: skip
    trigger(
        f"paper_line_scrapping_{_event.lower()}", "paper_line", event=_event,
        sqlite=f"SELECT RAISE(ABORT, '{_TOLD}') WHERE {_wrong};",
        postgresql=f"IF {_wrong} THEN RAISE EXCEPTION '{_TOLD}' USING ERRCODE = '23000'; END IF;",
    )  # fmt: skip
