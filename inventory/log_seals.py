"""Are the entries of the duty log still those that were signed? The signatures stand over digests;
here the digests are taken anew from the entries themselves, and the sheet named that differs."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from inventory.attachment import Attachment
from inventory.log_day import WRITABLE, LogDay
from inventory.log_entry import LogEntry
from inventory.log_share import LogShare
from inventory.revision import content, digest, hash_of
from inventory.seals import Finding

_AT_ONCE = 400  # sheets: a month of a province, a year of a county


def told(entries: Sequence[LogEntry], files: Mapping[str, list[str]]) -> str:
    """SHA-256 over one author's entries, in the order they were written, with the files on them
    (entry id → SHA-256 of each)."""
    parts = [[content(one), files.get(one.id, [])] for one in entries]
    return hash_of(json.dumps(parts, ensure_ascii=False, separators=(",", ":")))


def together(shares: Sequence[LogShare]) -> str:
    """SHA-256 over everybody's part of a sheet."""
    return hash_of("\n".join(sorted(digest(one) for one in shares)))


def verify(session: Session) -> Iterator[Finding]:
    """Every sheet that was submitted or signed, and every signed part of the others. The session
    must see everything."""
    keys = list(session.scalars(select(LogDay.id).order_by(LogDay.id)))
    for start in range(0, len(keys), _AT_ONCE):
        yield from _some(session, keys[start : start + _AT_ONCE])
        session.expunge_all()


def _some(session: Session, keys: Sequence[str]) -> Iterator[Finding]:
    sheets = session.scalars(select(LogDay).where(LogDay.id.in_(keys))).all()
    shares = _by_sheet(session, keys)
    entries, files = _by_author(session, keys), files_of(session, LogEntry.day_id.in_(keys))
    for sheet in sheets:
        parts = shares.get(sheet.id, [])
        for one in parts:
            fixed = one.state == "signed" or sheet.state not in WRITABLE
            if fixed and told(entries[one.day_id, one.author_id], files) != one.content:
                yield Finding("LogShare", one.id, f"{sheet.label} {one.author}的记录与所签的不符")
        if sheet.state not in WRITABLE and together(parts) != sheet.content:
            yield Finding("LogDay", sheet.id, f"{sheet.label} 的日志与提交时不符")


def _by_sheet(session: Session, keys: Sequence[str]) -> Mapping[str, list[LogShare]]:
    query = select(LogShare).where(LogShare.day_id.in_(keys)).order_by(LogShare.day_id)
    rows = session.scalars(query).all()
    return {key: list(part) for key, part in groupby(rows, lambda one: one.day_id)}


def _by_author(
    session: Session, keys: Sequence[str]
) -> Mapping[tuple[str | None, str], list[LogEntry]]:
    query = select(LogEntry).where(LogEntry.day_id.in_(keys), LogEntry.retired_at.is_(None))
    found: dict[tuple[str | None, str], list[LogEntry]] = defaultdict(list)
    for one in session.scalars(query.order_by(LogEntry.id)):
        found[one.day_id, one.author_id].append(one)
    return found


def files_of(session: Session, which: ColumnElement[bool]) -> Mapping[str, list[str]]:
    """Entry id → SHA-256 of each file that hangs on it, for these entries."""
    query = (
        select(Attachment.thing_id, Attachment.sha256)
        .join(LogEntry, LogEntry.id == Attachment.thing_id)
        .where(Attachment.thing == LogEntry.__name__, Attachment.retired_at.is_(None))
        .where(which)
        .order_by(Attachment.sha256)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for thing_id, sha256 in session.execute(query):
        found[thing_id].append(sha256)
    return found
