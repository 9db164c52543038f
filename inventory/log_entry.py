"""One entry of the duty log: what happened when, and who wrote it down when."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import Index, String, inspect
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.act import Act
from inventory.citizen import holds_citizen_number
from inventory.db import points_to
from inventory.log_day import out_of_time
from inventory.log_sections import LOG_TIERS, SECTIONS
from inventory.log_sheet import day_of, locked, sheet_of, sheet_to_write
from inventory.numbering import next_number
from inventory.paper import changed
from inventory.register import CentreRegister, FieldError, entry
from inventory.shanghai import ahead
from inventory.shifts import SHIFTS
from inventory.triggers import trigger

NOTHING = "无"
WAYS: Mapping[str, str] = {"up": "上报（上传）", "down": "下载"}
CHECKED: Mapping[str, str] = {"yes": "是", "no": "否"}
LATE = timedelta(hours=12)  # written down later than this after it happened: 补记
LONGEST = 2000
_BRIEF = 30
_FIRST_YEAR = 2000
_NAMED = ("centre_id", "shift", "number")
_FIXED = (*_NAMED, "day_id", "author", "recorded_at", "source", "made_key", "blank")


class LogEntry(CentreRegister):
    """Written by its author alone, until the part or the sheet it stands on is signed or submitted;
    after that a correction is an error record beside it (`inventory.error_record`).

    `source` is the key of the draft it was confirmed from, `made_key` the browser's own name for
    it: what is sent twice is written once.
    """

    __tablename__ = "log_entry"
    slug: ClassVar[str] = "log-entries"
    title: ClassVar[str] = "日志记录"
    topic: ClassVar[str] = "值班日志"
    articles: ClassVar[tuple[int, ...]] = (26, 105)
    names: ClassVar[tuple[str, ...]] = ("number",)
    order: ClassVar[str] = "number"
    falling: ClassVar[bool] = True
    living: ClassVar[str] = "全部"
    edit_act: ClassVar[str] = "record"
    personal: ClassVar[bool] = True
    afresh: ClassVar[tuple[str, ...]] = ("number", "occurred_at")
    sealed: ClassVar[tuple[str, ...]] = (
        "number", "section", "text", "occurred_at", "equipment_id", "device_id", "solves_id", "way",
        "scanned", "encrypted", "blank", "recorded_at", "late_entry", "author", "source",
    )  # fmt: skip
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "问题": {"section": "problem"}, "补记": {"late_entry": "yes"},
    }  # fmt: skip

    number: Mapped[str] = entry(
        "编号", default="", listed=True, searched=True, longest=20, settled=True
    )
    centre_id: Mapped[str] = entry(
        "所属单位", "ref", refers="Centre", required=True, listed=True,
        among={"tier": ",".join(LOG_TIERS)},
    )  # fmt: skip
    section: Mapped[str] = entry("栏目", "choice", choices=SECTIONS, required=True, listed=True)
    text: Mapped[str] = entry(
        "内容", "note", required=True, listed=True, searched=True, longest=LONGEST
    )
    occurred_at: Mapped[datetime] = entry("发生时间", "time", required=True, listed=True)
    shift: Mapped[str] = entry("班次", "choice", choices=SHIFTS, default="day")
    equipment_id: Mapped[str | None] = entry("设备", "ref", refers="Equipment", listed=True)
    device_id: Mapped[str | None] = entry("监测对象", "ref", refers="Device")
    solves_id: Mapped[str | None] = entry(
        "解决了哪个问题", "ref", refers="LogEntry", among={"section": "problem"}
    )
    way: Mapped[str | None] = entry(
        "方向", "choice", choices=WAYS, group="数据上报下载", help="第一百二十七条"
    )
    scanned: Mapped[str | None] = entry(
        "已杀毒", "choice", choices=CHECKED, group="数据上报下载", help="上报的数据须先杀毒"
    )
    encrypted: Mapped[str | None] = entry(
        "已加密", "choice", choices=CHECKED, group="数据上报下载", help="上报的数据须加密"
    )
    blank: Mapped[bool] = entry("无", "yes", default=False, settled=True)
    author: Mapped[str] = entry(
        "记录人", default="", listed=True, searched=True, longest=80, settled=True
    )
    recorded_at: Mapped[datetime | None] = entry("记录时间", "time", settled=True)
    late_entry: Mapped[bool] = entry("补记", "yes", default=False, listed=True, settled=True)
    day_id: Mapped[str | None] = entry("日志", "ref", refers="LogDay", settled=True)
    author_id: Mapped[str] = mapped_column(String(26), points_to("person.id"), default="")
    source: Mapped[str] = mapped_column(String(100), default="")
    made_key: Mapped[str] = mapped_column(String(40), default="")

    __table_args__ = (
        Index("uq_log_entry_number", "number", unique=True),
        Index("ix_log_entry_day", "day_id", "author_id"),
        Index("ix_log_entry_occurred", "centre_id", "occurred_at"),
        Index("uq_log_entry_source", "source", unique=True,
              sqlite_where=sql("source <> ''"), postgresql_where=sql("source <> ''")),
        Index("uq_log_entry_made", "author_id", "made_key", unique=True,
              sqlite_where=sql("made_key <> ''"), postgresql_where=sql("made_key <> ''")),
    )  # fmt: skip

    @property
    def label(self) -> str:
        brief = self.text if len(self.text) <= _BRIEF else f"{self.text[:_BRIEF]}…"
        return f"{self.number} {brief}"

    @classmethod
    def begin(cls) -> Mapping[str, Any]:
        return {"occurred_at": datetime.now(UTC).replace(second=0, microsecond=0)}

    def shut(self, session: Session) -> str:
        act: Act = session.info["act"]
        theirs = f"由{self.author}记录，只有本人可以改" if act.actor != self.author_id else ""
        return locked(session, self.day_id, self.author_id) or theirs

    def prepare(self, session: Session) -> None:
        if not inspect(self).persistent:
            self._begun(session)
        if self.recorded_at and self.occurred_at:
            self.late_entry = self.recorded_at - self.occurred_at > LATE
        super().prepare(session)

    def _begun(self, session: Session) -> None:
        """Whose it is and which sheet it goes on is not typed."""
        act: Act = session.info["act"]
        self.author_id, self.author = act.actor, act.actor_name
        self.recorded_at = datetime.now(UTC)
        if self.occurred_at is None or not self.centre_id or tuple(self._early()):
            return
        sheet = sheet_to_write(session, self.centre_id, self.occurred_at, self.shift, act)
        self.day_id = sheet.id
        self.number = next_number(session, LogEntry, "number", f"{sheet.day:%Y%m%d}-", 3)

    def check(self, session: Session) -> Iterator[FieldError]:
        if inspect(self).persistent:
            yield from self._stands(session)
        yield from self._early()
        yield from self._told(session)

    def _stands(self, session: Session) -> Iterator[FieldError]:
        cause = self.shut(session)
        if cause or changed(self, "author_id"):
            yield self.wrong("text", cause or "记录人不能更改")
        for name in (one for one in _FIXED if changed(self, one)):
            yield self.wrong(name if name in _NAMED else "number", "已经记下，不能更改")
        sheet = sheet_of(session, self.day_id)
        moved = self.occurred_at and changed(self, "occurred_at")
        day = day_of(self.occurred_at, sheet.shift) if sheet and moved else None
        if sheet and day and day > sheet.day:
            yield self.wrong("occurred_at", "在这张日志的日期之后；请作废后重记")
        elif day and out_of_time(day):
            yield self.wrong("occurred_at", out_of_time(day))

    def _early(self) -> Iterator[FieldError]:
        if self.occurred_at and ahead(self.occurred_at):
            yield self.wrong("occurred_at", "还没有到这个时间")
        if self.occurred_at and self.occurred_at.year < _FIRST_YEAR:
            yield self.wrong("occurred_at", f"应在 {_FIRST_YEAR} 年以后")

    def _told(self, session: Session) -> Iterator[FieldError]:
        if not self.centre_id:
            yield self.wrong("centre_id", "必须填写")
        if not (self.text or "").strip():
            yield self.wrong("text", "必须填写")
        if len(self.text or "") > LONGEST:
            yield self.wrong("text", f"最多 {LONGEST} 个字，现有 {len(self.text)} 个；请分几条记")
        if self.blank and self.text != NOTHING:
            yield self.wrong("text", "这一条是“无”，不能改成别的；请作废后另记")
        if holds_citizen_number(self.text or ""):
            yield self.wrong("text", "像是身份证号码；日志不记录人口信息，请删去")
        solved = session.get(LogEntry, self.solves_id) if self.solves_id else None
        if solved is not None and solved.section != "problem":
            yield self.wrong("solves_id", "应是“遇到问题”中的一条")
        if self.section == "transfer" and not self.blank:
            yield from self._transferred()

    def _transferred(self) -> Iterator[FieldError]:
        """Article 127: what goes up is clean and encrypted, and the log says so."""
        if not self.way:
            yield self.wrong("way", "请选上报还是下载")
        for name in ("scanned", "encrypted") if self.way == "up" else ():
            if not getattr(self, name):
                yield self.wrong(name, "上报的数据必须写明（第一百二十七条）")


_WRONG = (
    "EXISTS (SELECT 1 FROM log_day WHERE id = {row}.day_id AND state IN ('submitted', 'signed'))"
    " OR EXISTS (SELECT 1 FROM log_share WHERE day_id = {row}.day_id"
    " AND author_id = {row}.author_id AND state = 'signed')"
)
_TOLD = "log_entry: submitted or signed"
_SAME = "NEW.id = OLD.id AND NEW.author_id = OLD.author_id AND NEW.day_id = OLD.day_id"
for _event, _against in (
    ("INSERT", _WRONG.format(row="NEW")),
    ("UPDATE", f"NOT ({_SAME}) OR {_WRONG.format(row='OLD')}"),
    ("DELETE", "1 = 1"),
):
    trigger(
        f"log_entry_{_event.lower()}", "log_entry", event=_event,
        sqlite=f"SELECT RAISE(ABORT, '{_TOLD}') WHERE {_against};",
        postgresql=f"IF {_against} THEN RAISE EXCEPTION '{_TOLD}' USING ERRCODE = '23000'; END IF;",
    )  # fmt: skip
