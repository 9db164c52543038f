"""Write one row from a form, or do one thing to many rows: scoped, audited, all or nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import abort
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import exchange
from inventory.act import Act
from inventory.consent import propose
from inventory.grant import Grant
from inventory.register import FieldError, Register, Rejected, RowAct, fields
from inventory.resets import ended
from inventory.revision import Signable, correct, differs
from inventory.stepping import Taken, take
from web.access import origin, person
from web.current import database, key
from web.registers.carrying import carry
from web.registers.controls import CLEAR

CORRECTION = "correction"  # the control that asks why fixed content is changed
RETIRE, RESTORE = "retire", "restore"
WORDS = {RETIRE: "停用", RESTORE: "恢复"}


class Late(Exception):
    """The row was changed after the form was shown."""


@dataclass(frozen=True, slots=True)
class Done:
    """Rows that were changed, and what has to be told once."""

    rows: tuple[Register, ...]
    told: tuple[str, ...] = ()


def act(cls: type[Register], word: str, reason: str = "") -> Act:
    """The act as the audit names it: 修改设备."""
    return person().act(f"{word}{cls.title}", origin(), reason)


def create(cls: type[Register], form: Mapping[str, str]) -> Done:
    """A new row; raises Rejected."""
    with database().transaction(act(cls, "新增")) as session:
        cells = {f.name: form.get(f.name, "") for f in fields(cls) if f.kind != "secret"}
        row = cls(**_values(session, cls, cells, form))
        told = row.welcome()
        session.add(row)
        row.weigh(session, typed_secrets(cls, form))
        propose(session, row)
        carry(session, row)
    return Done((row,), (told,) if told else ())


def change(cls: type[Register], row_id: str, revision: int, form: Mapping[str, str]) -> Done:
    """A changed row; raises Rejected, or Late when it is no longer at `revision`."""
    with database().transaction(act(cls, "修改")) as session:
        row = session.get(cls, row_id)
        if row is None:
            abort(404)
        if row.revision != revision:
            raise Late
        cells = {f.name: form[f.name] for f in fields(cls) if f.kind != "secret" and f.name in form}
        _take_over(session, row, _values(session, cls, cells, form, row), form)
        row.weigh(session, typed_secrets(cls, form))
    return Done((row,))


def _take_over(
    session: Session, row: Register, values: Mapping[str, Any], form: Mapping[str, str]
) -> None:
    """Fixed content is corrected, for a reason, and whoever was to agree is asked anew."""
    if isinstance(row, Signable) and row.revised and differs(row, values):
        correct(session, row, values, form.get(CORRECTION, ""))
        propose(session, row)
        return
    for name, value in values.items():
        setattr(row, name, value)


def turn(cls: type[Register], ids: Iterable[str], what: str) -> Done:
    """Retire or restore these rows; raises Rejected."""
    with database().transaction(act(cls, WORDS[what])) as session:
        found = _rows(session, cls, ids)
        rows = tuple(row for row in found if (row.retired_at is None) == (what == RETIRE))
        for row in rows:
            row.turn(gone=what == RETIRE)
            if isinstance(row, Grant) and what == RETIRE:
                ended(session, row)
    return Done(rows)


def perform(cls: type[Register], ids: Iterable[str], what: str) -> Done:
    """Do one of the register's own acts to these rows; raises Rejected."""
    wanted = next((one for one in cls.acts if one.name == what), None)
    if wanted is None:
        abort(400)
    with database().transaction(person().act(wanted.label, origin())) as session:
        rows = _rows(session, cls, ids)
        told = tuple(text for row in rows if (text := _done(session, wanted, row)))
    return Done(rows, told)


def _done(session: Session, wanted: RowAct, row: Register) -> str | None:
    """Of many rows the one that cannot is named in what stands against it."""
    if wanted.do is not None:
        return wanted.do(row)
    try:
        take(session, row, wanted.step, Taken(person()))
    except Rejected as error:
        named = (replace(one, label=f"{row.label} {one.label}") for one in error.errors)
        raise Rejected(tuple(named), row.id) from error
    return None


def _rows(session: Session, cls: type[Register], ids: Iterable[str]) -> tuple[Register, ...]:
    """Fetched before any of them is changed; whatever lies outside the scope is not there."""
    return tuple(session.scalars(select(cls).where(cls.id.in_(list(ids))).order_by(cls.id)))


def _values(
    session: Session,
    cls: type[Register],
    cells: Mapping[str, str],
    form: Mapping[str, str],
    row: Register | None = None,
) -> dict[str, Any]:
    secrets = [f for f in fields(cls) if f.kind == "secret"]
    typed = typed_secrets(cls, form)
    values, errors = exchange.parse(session, cls, {**cells, **typed}, row)
    if errors:
        raise Rejected(tuple(errors))
    # What was left empty stays as it was, unless it is to be cleared.
    cleared = {f.name: None for f in secrets if form.get(CLEAR + f.name)}
    return cleared | values | {name: key().seal(values[name]) for name in typed}


def typed_secrets(cls: type[Register], form: Mapping[str, str]) -> dict[str, str]:
    """The secrets a person typed, in clear, by field name."""
    return {f.name: form[f.name] for f in fields(cls) if f.kind == "secret" and form.get(f.name)}


def unsaved_secrets(cls: type[Register], form: Mapping[str, str]) -> tuple[FieldError, ...]:
    """A refused form never shows a password again, so it must say which to type again."""
    typed = (f for f in fields(cls) if f.kind == "secret" and form.get(f.name))
    return tuple(FieldError(f.name, f.label, "没有保存，请重新输入") for f in typed)
