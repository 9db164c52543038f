"""Differences between the book and the network that somebody knows of: why, and until when."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import ClassVar

from sqlalchemy import String, inspect, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.register import CentreRegister, FieldError, entry
from inventory.shanghai import today

KINDS: Mapping[str, str] = {
    "unbooked": "监测对象没有台账设备", "unused": "在用设备没有投用", "serial": "序列号不一致",
    "model": "型号不一致", "duplicate": "序列号重复",
}  # fmt: skip
LONGEST = timedelta(days=366)


class DifferenceNote(CentreRegister):
    """One difference explained (duty A6: each one is acknowledged). It holds for the difference
    as it was seen: when the device tells something else, that is a new one."""

    __tablename__ = "difference_note"
    slug: ClassVar[str] = "difference-notes"
    title: ClassVar[str] = "差异说明"
    topic: ClassVar[str] = "设备"
    articles: ClassVar[tuple[int, ...]] = (27, 29)
    names: ClassVar[tuple[str, ...]] = ("about",)
    order: ClassVar[str] = "until"
    edit_act: ClassVar[str] = "record"
    by_hand: ClassVar[bool] = False  # written from the page of differences

    about: Mapped[str] = entry("对象", required=True, listed=True, searched=True, longest=200)
    kind: Mapped[str] = entry("差异", "choice", choices=KINDS, required=True, listed=True)
    reason: Mapped[str] = entry("原因", required=True, listed=True, searched=True, longest=200)
    until: Mapped[date] = entry("有效至", "day", required=True, listed=True)
    key: Mapped[str] = mapped_column(String(200), index=True)

    def check(self, session: Session) -> Iterator[FieldError]:
        if not (self.reason or "").strip():
            yield self.wrong("reason", "必须填写")
        if not inspect(self).persistent and self.until is not None:
            yield from self._ahead()

    def _ahead(self) -> Iterator[FieldError]:
        if not today() <= self.until <= today() + LONGEST:
            yield self.wrong("until", "应在今天以后的一年之内，到期再看一次")


def notes(session: Session, on: date) -> Mapping[str, DifferenceNote]:
    """Key of a difference → the note that holds on that day."""
    query = select(DifferenceNote).where(
        DifferenceNote.retired_at.is_(None), DifferenceNote.until >= on
    )
    return {note.key: note for note in session.scalars(query.order_by(DifferenceNote.until))}
