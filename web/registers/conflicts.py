"""Two people at one row: what the other did meanwhile, and what the database will not have."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from flask_babel import gettext as _
from sqlalchemy import Table, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from inventory import cell
from inventory.audit import AuditRow
from inventory.register import Field, FieldError, Register, field_of, fields
from web.queries.changes import Change, changes


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """A form that came too late: what others changed, the texts put together, what is disputed."""

    changes: tuple[Change, ...]
    texts: Mapping[str, str]
    errors: tuple[FieldError, ...]


def meanwhile(
    session: Session, row: Register, revision: int, texts: Mapping[str, str]
) -> Meanwhile:
    """Lay a form made at `revision` over the row of now: a field the person left alone takes the
    other's word, a field both changed keeps the typed text and says so."""
    cls = type(row)
    before = _before(session, row, revision)
    merged, disputed = dict(texts), []
    for field in fields(cls):
        now = cell.typed(field, getattr(row, field.name))
        if field.name not in before or texts.get(field.name, now) == now:
            continue
        if texts[field.name] == before[field.name]:
            merged[field.name] = now
        else:
            cause = _("别人刚改过这一项；再按“保存”将以您填写的为准")
            disputed.append(FieldError(field.name, field.label, cause))
    told = changes(session, cls, row.id)[: max(0, row.revision - revision)]
    return Meanwhile(tuple(told), merged, tuple(disputed))


def _before(session: Session, row: Register, revision: int) -> dict[str, str]:
    """Field → what a form of that revision showed, for the fields changed since."""
    query = select(AuditRow.before).where(AuditRow.thing_id == row.id, AuditRow.change == "update")
    newest = query.order_by(AuditRow.seq.desc()).limit(max(0, row.revision - revision))
    known = {f.name: f for f in fields(type(row)) if f.kind != "secret"}
    found: dict[str, str] = {}
    for text in session.scalars(newest):  # the oldest comes last and wins
        told: dict[str, Any] = json.loads(text)
        found |= {n: _typed(known[n], value) for n, value in told.items() if n in known}
    return found


def _typed(field: Field, value: Any) -> str:
    if field.kind == "time" and value:
        value = datetime.fromisoformat(value)
    return cell.typed(field, value)


def duplicate(cls: type[Register], error: IntegrityError) -> tuple[FieldError, ...]:
    """Which field a unique index refused; the other row may lie outside the person's scope."""
    said = str(error.orig)
    table = cast("Table", cls.__table__)
    for index in (one for one in table.indexes if one.unique):
        names = [column.name for column in index.columns]
        # PostgreSQL names the index, SQLite its columns.
        if str(index.name) in said or all(f"{table.name}.{name}" in said for name in names):
            field = field_of(cls, next(name for name in cls.names if name in names))
            cause = _("已有一条同样的记录，可能属于别的单位，或已停用")
            return (FieldError(field.name, field.label, cause),)
    return (FieldError("", _(cls.title), _("与已有的记录冲突，没有保存")),)
