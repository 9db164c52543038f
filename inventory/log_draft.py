"""Drafts of the duty log: what the console saw or has in its registers, for a person to confirm.

Nothing lands unconfirmed and nothing is typed twice. A register says what the log should be told
of a row (`Register.drafts`); what the worker sees calls `draft`. One key is one draft for ever:
told again it follows its row while it is open, and is left alone once somebody has decided.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar

from sqlalchemy import Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.act import EVERYTHING
from inventory.columns import UtcDateTime
from inventory.db import Base, Observed, Recorded, Scoped, points_to
from inventory.drafted import Drafted
from inventory.keys import new_key
from inventory.log_rules import house
from inventory.register import CentreRegister, Register, entry
from inventory.shanghai import SHANGHAI

__all__ = ["Drafted", "LogDismissal", "LogDraft", "draft", "keep"]

STATES: Mapping[str, str] = {
    "open": "待确认", "entered": "已入日志", "dismissed": "已忽略", "gone": "已撤回",
}  # fmt: skip
OLD = timedelta(days=35)  # what is brought over from older books is no news of this log
_LONGEST = 1900  # an entry holds 2,000 characters, and a person may want to add to it


class LogDraft(Scoped, Observed, Base):
    """One draft on the sheet of `centre_id` (a centre or township) and `day`; `link` leads to what
    it was drafted from, `by_id` is who did it, "" for what the console saw."""

    __tablename__ = "log_draft"

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_key)
    key: Mapped[str] = mapped_column(String(100), unique=True)
    day: Mapped[date] = mapped_column()
    section: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    equipment_id: Mapped[str | None] = mapped_column(points_to("equipment.id"))
    device_id: Mapped[str | None] = mapped_column(points_to("device.id"))
    link: Mapped[str] = mapped_column(String(300), default="")
    thing_id: Mapped[str] = mapped_column(String(26), default="", index=True)
    by_id: Mapped[str] = mapped_column(String(26), default="")
    state: Mapped[str] = mapped_column(String(10), default="open")
    upto: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the last happening it tells of
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_log_draft_open", "centre_id", "state", "day"),)


class LogDismissal(CentreRegister):
    """A draft that somebody left out of the log, and why. Never changed."""

    __tablename__ = "log_dismissal"
    append_only: ClassVar[bool] = True
    slug: ClassVar[str] = "log-dismissals"
    title: ClassVar[str] = "未入日志的草稿"
    topic: ClassVar[str] = "值班日志"
    articles: ClassVar[tuple[int, ...]] = (26,)
    names: ClassVar[tuple[str, ...]] = ("draft_key",)
    order: ClassVar[str] = "at"
    falling: ClassVar[bool] = True
    living: ClassVar[str] = "全部"
    by_hand: ClassVar[bool] = False
    edit_act: ClassVar[str] = "record"

    text: Mapped[str] = entry("草稿内容", "note", required=True, listed=True, searched=True)
    reason: Mapped[str] = entry("忽略理由", required=True, listed=True, searched=True, longest=300)
    occurred_at: Mapped[datetime] = entry("发生时间", "time", required=True, listed=True)
    by_name: Mapped[str] = entry("谁忽略的", required=True, listed=True, searched=True, longest=80)
    at: Mapped[datetime] = entry("忽略时间", "time", required=True, listed=True)
    draft_key: Mapped[str] = mapped_column(String(100), unique=True)

    @property
    def label(self) -> str:
        return self.text[:40]


def draft(
    session: Session, key: str, centre_id: str, told: Drafted, *, link: str = "", by_id: str = ""
) -> LogDraft | None:
    """Put something before whoever keeps the log of this unit, once per `key`; None where no sheet
    is kept. May be called in `transaction` and in `observe`."""
    with _everywhere(session):
        stored = session.scalars(select(LogDraft).where(LogDraft.key == key)).first()
    fresh = (new for new in session.new if isinstance(new, LogDraft) and new.key == key)
    found = stored or next(fresh, None)
    home, now = house(session, centre_id), datetime.now(UTC)
    if found is None and home is not None and now - told.at < OLD:
        found = LogDraft(key=key, by_id=by_id, state="open", made_at=now)
        session.add(found)
    if found is None or home is None or found.state in ("entered", "dismissed"):
        return found
    found.centre_id, found.section, found.text = home, told.section, told.text[:_LONGEST]
    found.at, found.day = told.at, told.at.astimezone(SHANGHAI).date()
    found.equipment_id, found.device_id, found.link = told.equipment_id, told.device_id, link
    found.state = "open"
    return found


def keep(session: Session, written: Iterable[tuple[Recorded, str]]) -> None:
    """Follow the rows of one flush: asked by the guard, in the same transaction."""
    for row, change in written:
        if isinstance(row, CentreRegister) and change != "delete":
            _follow(session, row)


def _follow(session: Session, row: CentreRegister) -> None:
    if not _ever(type(row)):
        return
    told = () if row.retired_at is not None else tuple(row.drafts())
    act = session.info["act"]
    mine = act.actor if act.actor != "system" else ""
    for one in told:
        key = f"{type(row).__name__}:{row.id}:{one.part}"
        made = draft(session, key, row.centre_id, one, link=f"/r/{row.slug}/{row.id}", by_id=mine)
        if made is not None:
            made.thing_id = row.id
    _withdraw(session, row, {one.part for one in told})


def _ever(cls: type[Register]) -> bool:
    return cls.drafts is not Register.drafts


def _withdraw(session: Session, row: CentreRegister, still: set[str]) -> None:
    """What the row says no more is not asked about any longer."""
    query = select(LogDraft).where(LogDraft.thing_id == row.id, LogDraft.state == "open")
    with _everywhere(session):
        known = session.scalars(query).all()
    for one in known:
        if one.key.rpartition(":")[2] not in still:
            one.state = "gone"


@contextmanager
def _everywhere(session: Session) -> Iterator[None]:
    """A unit without a sheet is told of on that of its centre, which whoever works in the unit does
    not see: their drafts are found there all the same."""
    own, session.info["scope"] = session.info["scope"], EVERYTHING
    try:
        yield
    finally:
        session.info["scope"] = own
