"""What people changed in one row of a register, told from its audit rows."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import cell
from inventory.audit import AuditRow
from inventory.register import Field, Register, fields
from web.registers.names import UNSEEN, Names, names

SHOWN = 30


@dataclass(frozen=True, slots=True)
class Change:
    """One act on the row: its audit row, and (label, before, after) of what people may see."""

    audit: AuditRow
    differences: Sequence[tuple[str, str, str]]


def changes(session: Session, cls: type[Register], row_id: str) -> list[Change]:
    """The newest 30 acts on one row, within the session's scope."""
    query = select(AuditRow).where(AuditRow.thing == cls.__name__, AuditRow.thing_id == row_id)
    found = session.scalars(query.order_by(AuditRow.seq.desc()).limit(SHOWN)).all()
    told = [(row, json.loads(row.before), json.loads(row.after)) for row in found]
    refs = [field for field in fields(cls) if field.kind == "ref"]
    called = names(
        session, [(f, side.get(f.name)) for _, *both in told for side in both for f in refs]
    )
    return [
        Change(row, tuple(_differences(cls, before, after, called)))
        for row, before, after in told
    ]  # fmt: skip


def differences(
    session: Session, cls: type[Register], before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[tuple[str, str, str]]:
    """(label, before, after) of what one act changed, as people may see it."""
    refs = [field for field in fields(cls) if field.kind == "ref"]
    called = names(session, [(f, side.get(f.name)) for side in (before, after) for f in refs])
    return list(_differences(cls, before, after, called))


def _differences(
    cls: type[Register], before: Mapping[str, Any], after: Mapping[str, Any], called: Names
) -> Iterator[tuple[str, str, str]]:
    for field in fields(cls):
        old, new = before.get(field.name), after.get(field.name)
        if old != new and field.kind != "secret" and field.name not in cls.inner:
            yield field.label, _text(field, old, called), _text(field, new, called)


def _text(field: Field, value: Any, called: Names) -> str:
    if value is None:
        return ""
    if field.kind == "ref":
        return called.get((field.entry.refers, value), UNSEEN)
    if field.kind == "time":
        value = datetime.fromisoformat(value)
    return cell.write(field, value, {})
