"""Entries and drafts of the duty log as its page tells them: with the thing they are about, their
files, what was found wrong with them, and what a form takes over of them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory import cell
from inventory.attachment import Attachment
from inventory.device import Device
from inventory.equipment import Equipment
from inventory.error_record import ErrorRecord
from inventory.log_draft import LogDraft
from inventory.log_entry import LogEntry
from inventory.register import field_of, fields
from inventory.shanghai import today
from web.registers.book import page_url

MOST_DRAFTS = 100  # shown at once, the oldest first: the others follow them
_TAKEN_OVER = ("section", "text", "equipment_id", "solves_id", "way", "scanned", "encrypted")
Things = Mapping[str, tuple[str, str]]  # id → (name, address)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry: the thing it is about and its address, its files, the errors found in it, whether
    the person asking may change it or nobody may any more (`fixed`), and what a form takes over."""

    row: LogEntry
    thing: str
    url: str
    files: Sequence[Attachment]
    errors: Sequence[ErrorRecord]
    mine: bool
    fixed: bool
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Proposed:
    """One open draft, with what a form takes over of it; `old`: of a day before this sheet's."""

    row: LogDraft
    thing: str
    old: bool
    facts: Mapping[str, str]


def lines_of(
    session: Session, rows: Iterable[LogEntry], author_id: str, fixed: Collection[str]
) -> list[Line]:
    """These entries by when they happened; `author_id` is whose may still be changed by the person
    asking, "" none; `fixed` are the authors whose entries stand still."""
    rows = sorted(rows, key=lambda one: (one.occurred_at, one.id))
    ids = [one.id for one in rows]
    things, files, errors = _things(session, rows), _files(session, ids), _errors(session, ids)
    return [
        Line(
            row, *_about(things, row), files.get(row.id, ()), errors.get(row.id, ()),
            row.author_id == author_id, row.author_id in fixed, _facts(row, things),
        )
        for row in rows
    ]  # fmt: skip


def drafts_of(session: Session, centre_id: str, day: date) -> tuple[list[Proposed], int]:
    """What waits to be confirmed on that day's sheet, and how many in all; on today's also what is
    older."""
    due = LogDraft.day <= day if day == today() else LogDraft.day == day
    mine = (LogDraft.centre_id == centre_id, LogDraft.state == "open", due)
    number = session.scalar(select(func.count()).select_from(LogDraft).where(*mine)) or 0
    query = select(LogDraft).where(*mine).order_by(LogDraft.day, LogDraft.at, LogDraft.id)
    rows = session.scalars(query.limit(MOST_DRAFTS)).all()
    things = _things(session, rows)
    told = [
        Proposed(one, _about(things, one)[0], one.day < day, _facts(one, things)) for one in rows
    ]
    return told, number


def _about(things: Things, row: LogEntry | LogDraft) -> tuple[str, str]:
    return things.get(row.equipment_id or row.device_id or "", ("", ""))


def _facts(row: LogEntry | LogDraft, things: Things) -> Mapping[str, str]:
    """What a form takes over, as its controls hold it."""
    told = (f for f in fields(LogEntry) if f.name in _TAKEN_OVER)
    facts = {f.name: cell.typed(f, v) for f in told if (v := getattr(row, f.name, None))}
    if row.equipment_id and row.equipment_id in things:
        facts["equipment_name"] = things[row.equipment_id][0]
    entry = isinstance(row, LogEntry)
    at = row.occurred_at if isinstance(row, LogEntry) else row.at
    facts["occurred_at"] = cell.typed(field_of(LogEntry, "occurred_at"), at)
    own = {"entry": row.id, "revision": str(getattr(row, "revision", ""))}
    return facts | (own if entry else {"draft": row.id})


def _things(session: Session, rows: Iterable[LogEntry | LogDraft]) -> Things:
    """The equipment and devices these are about, in a query each."""
    rows, found = list(rows), dict[str, tuple[str, str]]()
    for cls, name in ((Equipment, "equipment_id"), (Device, "device_id")):
        keys = {getattr(row, name) for row in rows} - {None}
        known = session.scalars(select(cls).where(cls.id.in_(keys))) if keys else ()
        found |= {one.id: (one.label, page_url(one)) for one in known}
    return found


def _files(session: Session, ids: Sequence[str]) -> Mapping[str, list[Attachment]]:
    query = select(Attachment).where(
        Attachment.thing == LogEntry.__name__, Attachment.thing_id.in_(ids),
        Attachment.retired_at.is_(None),
    )  # fmt: skip
    found: dict[str, list[Attachment]] = {}
    for one in session.scalars(query.order_by(Attachment.id)):
        found.setdefault(one.thing_id, []).append(one)
    return found


def _errors(session: Session, ids: Sequence[str]) -> Mapping[str, list[ErrorRecord]]:
    query = select(ErrorRecord).where(
        ErrorRecord.log_entry_id.in_(ids),
        ErrorRecord.retired_at.is_(None),
        ErrorRecord.state != "draft",
    )
    found: dict[str, list[ErrorRecord]] = {}
    for one in session.scalars(query.order_by(ErrorRecord.id)):
        found.setdefault(str(one.log_entry_id), []).append(one)
    return found
