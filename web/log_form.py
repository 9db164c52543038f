"""One entry of the duty log from its form: new, changed, or confirmed from a draft. What is sent
twice, because the line broke while it was saved, is written once."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import abort, request
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.attachment import attach
from inventory.exchange import parse
from inventory.log_deciding import confirm
from inventory.log_draft import LogDraft
from inventory.log_entry import LogEntry
from inventory.register import FieldError, Rejected
from inventory.role import Standing
from inventory.store import Kept
from web.access import person
from web.queries.log_day import Place
from web.registers.attached import store
from web.registers.writing import Late

_TYPED = ("section", "text", "occurred_at", "equipment_id")
_OF = {"transfer": ("way", "scanned", "encrypted"), "solved": ("solves_id",)}  # of some sections
_LONGEST_KEY = 40
_LONGEST_WAIT = timedelta(days=7)


def kept_files() -> list[Kept]:
    """Every file that came with the form, safely on disk. Raises Rejected."""
    files = [file for name in ("file", "photo") for file in request.files.getlist(name)]
    return [store().keep(file.stream, file.filename or "") for file in files if file.filename]


def put(session: Session, place: Place, form: Mapping[str, str], files: list[Kept]) -> LogEntry:
    """The entry that the form says, with its files. Raises Rejected, or Late when the entry was
    changed meanwhile."""
    key = made_key(form)
    row = _sent_before(session, person(), key)
    if row is not None:
        return row
    if form.get("entry"):
        row = _changed(session, form)
    elif form.get("draft"):
        row = _confirmed(session, form, {"made_key": key, "shift": place.shift})
    else:
        where = {"centre_id": place.centre.id, "shift": place.shift, "made_key": key}
        row = LogEntry(**where, **_values(session, form))
        session.add(row)
    session.flush()
    for one in files:
        attach(session, row, one)
    return row


def made_key(form: Mapping[str, str]) -> str:
    """The browser's own name for what it sends, "" when it gives none. Raises Rejected."""
    key = form.get("made_key", "")
    if key and (len(key) > _LONGEST_KEY or not key.isascii() or not key.isalnum()):
        raise Rejected((FieldError("made_key", "请求", "标识有误，请刷新页面再试"),))
    return key


def _sent_before(session: Session, who: Standing, key: str) -> LogEntry | None:
    query = select(LogEntry).where(LogEntry.author_id == who.id, LogEntry.made_key == key)
    return session.scalars(query).first() if key else None


def _changed(session: Session, form: Mapping[str, str]) -> LogEntry:
    row = session.get(LogEntry, form["entry"]) or abort(404)
    if row.revision != _whole(form.get("revision", "")):
        raise Late
    for name, value in _values(session, form, row).items():
        setattr(row, name, value)
    return row


def _confirmed(session: Session, form: Mapping[str, str], more: dict[str, Any]) -> LogEntry:
    draft = session.get(LogDraft, form["draft"]) or abort(404)
    return confirm(session, draft, person(), _values(session, form) | more)


def _values(
    session: Session, form: Mapping[str, str], row: LogEntry | None = None
) -> dict[str, Any]:
    """The fields of an entry; those that only other sections have are empty."""
    cells = {name: form.get(name, "") for name in _TYPED}
    for section, names in _OF.items():
        told = form if section == cells["section"] else {}
        cells |= {name: told.get(name, "") for name in names}
    now = not cells["occurred_at"] and row is None
    if now:
        del cells["occurred_at"]
    values, errors = parse(session, LogEntry, cells, row)
    if errors:
        raise Rejected(tuple(errors))
    return values | ({"occurred_at": _waited(form)} if now else {})


def _waited(form: Mapping[str, str]) -> datetime:
    """Now, less the seconds that the entry waited for the line: whatever the browser's clock says,
    they have passed."""
    waited = timedelta(seconds=max(0, _whole(form.get("ago", ""))))
    return datetime.now(UTC).replace(microsecond=0) - min(waited, _LONGEST_WAIT)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def told(error: Rejected) -> list[dict[str, str]]:
    """What is wrong, field by field, in the reader's language."""
    return [
        {"field": e.field, "label": _(e.label) if e.label else "", "cause": _(e.cause)}
        for e in error.errors
    ]
