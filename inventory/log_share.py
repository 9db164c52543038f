"""One person's part of a day sheet: their entries, or a 无, signed by themselves (duty C1)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, String, inspect
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.db import points_to
from inventory.paper import changed
from inventory.register import CentreRegister, FieldError, entry
from inventory.revision import Reopened
from inventory.role import Standing
from inventory.stepping import Stepped, is_moving
from inventory.triggers import trigger

STATES: Mapping[str, str] = {"writing": "填写中", "signed": "已签填报"}


class LogShare(Stepped, Reopened, CentreRegister):
    """Begins with the person's first entry, or with their 无; `content` is the digest of their
    entries as they were shown when they signed (`log_book.content_of`)."""

    __tablename__ = "log_share"
    slug: ClassVar[str] = "log-shares"
    title: ClassVar[str] = "个人填报"
    colours: ClassVar[Mapping[str, str]] = {"writing": "info", "signed": "ok"}
    page: ClassVar[str] = "log.part"
    topic: ClassVar[str] = "值班日志"
    articles: ClassVar[tuple[int, ...]] = (26, 105)
    names: ClassVar[tuple[str, ...]] = ("day_id", "author_id")
    order: ClassVar[str] = "signed_at"
    falling: ClassVar[bool] = True
    living: ClassVar[str] = "全部"
    by_hand: ClassVar[bool] = False
    personal: ClassVar[bool] = True
    edit_act: ClassVar[str] = "record"
    meanings: ClassVar[tuple[str, ...]] = ("fill",)
    apart: ClassVar[frozenset[str]] = frozenset()
    over: ClassVar[tuple[str, ...]] = ("signed",)
    sealed: ClassVar[tuple[str, ...]] = ("day_id", "author", "blank", "entries", "content")

    day_id: Mapped[str] = entry("日志", "ref", refers="LogDay", required=True, listed=True)
    author: Mapped[str] = entry("填报人", required=True, listed=True, searched=True, longest=80)
    state: Mapped[str] = entry(
        "状态", "choice", choices=STATES, default="writing", listed=True, settled=True
    )
    blank: Mapped[bool] = entry("签“无”", "yes", default=False, listed=True, settled=True)
    entries: Mapped[int] = entry("记录条数", "whole", default=0, listed=True, settled=True)
    content: Mapped[str] = entry("内容摘要", default="", longest=64, settled=True)
    signed_at: Mapped[datetime | None] = entry("签字时间", "time", listed=True, settled=True)
    author_id: Mapped[str] = mapped_column(String(26), points_to("person.id"), index=True)

    __table_args__ = (Index("uq_log_share", "day_id", "author_id", unique=True),)

    @property
    def label(self) -> str:
        return self.author

    def unfit(self, session: Session, meaning: str, who: Standing) -> str:
        if not is_moving(session, self):
            return "请在日志页面上签字"
        return "" if who.id == self.author_id else f"须由{self.author}本人签字"

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.stood(session)
        if self.retired_at is not None:
            yield self.wrong("author", "日志要留存，不能停用")
        if inspect(self).persistent and changed(self, "author"):
            yield self.wrong("author", "已经写在日志上，不能更改")


_TOLD = "log_share: signed by its author only, and then for good"
_OPENED = (
    "OLD.id <> NEW.id OR OLD.author_id <> NEW.author_id OR OLD.day_id <> NEW.day_id"
    " OR (OLD.state = 'signed' AND NEW.state <> 'signed' AND EXISTS (SELECT 1 FROM log_day"
    " WHERE id = OLD.day_id AND state IN ('submitted', 'signed')))"
)
# Signed by its author's own signature only, one given since it was opened again.
_FORGED = (
    "OLD.state <> 'signed' AND NEW.state = 'signed' AND NOT EXISTS (SELECT 1 FROM signature"
    " WHERE thing = 'LogShare' AND thing_id = NEW.id AND number = NEW.revised AND meaning = 'fill'"
    " AND signer_id = NEW.author_id AND (OLD.reopened_at IS NULL OR at >= OLD.reopened_at))"
)
for _event, _wrong in (
    ("INSERT", "NEW.state <> 'writing'"), ("UPDATE", f"{_OPENED} OR ({_FORGED})"),
    ("DELETE", "1 = 1"),
):  # fmt: skip
    trigger(
        f"log_share_{_event.lower()}", "log_share", event=_event,
        sqlite=f"SELECT RAISE(ABORT, '{_TOLD}') WHERE {_wrong};",
        postgresql=f"IF {_wrong} THEN RAISE EXCEPTION '{_TOLD}' USING ERRCODE = '23000'; END IF;",
    )  # fmt: skip
