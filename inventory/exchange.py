"""Sheets in and out of any register: dry run first, then all or nothing; export inverts it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from inventory import cell
from inventory.batches import SIZE, batches
from inventory.comparing import compare
from inventory.consent import propose
from inventory.headers import sheet_fields
from inventory.listing import Ask, looked_up, ordered, pairs
from inventory.plan import Change, Plan, RowError
from inventory.reference import References
from inventory.register import Field, FieldError, Register, Rejected, fields
from inventory.sheet import Sheet
from inventory.trial import referenced

__all__ = ["Change", "Plan", "RowError", "apply", "parse", "plan", "rows_out", "sheet_fields"]


def plan(session: Session, cls: type[Register], sheet: Sheet) -> Plan:
    """What importing a sheet would do within the session's scope; writes nothing.

    Raises SheetError when the headers do not fit.
    """
    return compare(session, cls, sheet, trial=True)


def apply(
    session: Session, cls: type[Register], sheet: Sheet, told: Callable[[int], None] | None = None
) -> Plan:
    """Import within the caller's transaction; raises Rejected naming each row, writing nothing.

    `told` hears how many rows are written, batch by batch; what it raises undoes them.
    """
    agreed = compare(session, cls, sheet, trial=False)
    if agreed.errors:
        errors = (FieldError("", f"第 {e.number} 行 {e.label}", e.cause) for e in agreed.errors)
        raise Rejected(tuple(errors))
    changes = {change.id: change for change in _parents_first(cls, agreed)}
    written = 0
    for batch in batches(changes):
        _write(session, cls, [changes[row_id] for row_id in batch])
        written += len(batch)
        if told is not None:
            told(written)
    return agreed


def _write(session: Session, cls: type[Register], changes: list[Change]) -> None:
    known = {row.id: row for row in session.scalars(_living(cls, changes))}
    homes = [{"centre_id": getattr(row, "centre_id", None)} for row in known.values()]
    values = [*homes, *(change.values for change in changes)]
    beside = referenced(session, cls, values)  # held, or each rule would fetch them again
    rows = []
    for change in changes:
        rows.append(known.get(change.id) or cls(id=change.id))
        for name, value in change.values.items():
            setattr(rows[-1], name, value)
    session.add_all(rows)
    session.info["compared"] = cls
    try:
        session.flush()
    except Rejected as rejected:
        numbers = {change.id: change.number for change in changes}
        where = f"第 {numbers[rejected.row_id]} 行 " if rejected.row_id in numbers else ""
        named = (FieldError(e.field, where + e.label, e.cause) for e in rejected.errors)
        raise Rejected(tuple(named), rejected.row_id) from rejected
    finally:
        del session.info["compared"], beside
    for row in rows:
        if row.id not in known:
            propose(session, row)


def _living(cls: type[Register], changes: list[Change]) -> Select[Any]:
    return select(cls).where(cls.id.in_([change.id for change in changes if not change.new]))


def _parents_first(cls: type[Register], agreed: Plan) -> list[Change]:
    """A unit below another of the same sheet takes its path from it."""
    own = [f.name for f in fields(cls) if f.entry.refers == cls.__name__]
    new = {change.id: change for change in agreed.new}
    placed: dict[str, Change] = {}
    for change in agreed.new:
        line = {change.id: change}  # it, what it hangs below, what that hangs below, …
        while line:
            last = next(reversed(line.values()))
            above = [new[key] for key in map(last.values.get, own) if key in new]
            waiting = [up for up in above if up.id not in placed and up.id not in line]
            if waiting:
                line[waiting[0].id] = waiting[0]
            else:
                placed[last.id] = line.pop(last.id)
    return [*placed.values(), *agreed.changed]


def parse(
    session: Session,
    cls: type[Register],
    cells: Mapping[str, str],
    row: Register | None = None,
    *,
    step: bool = False,
) -> tuple[dict[str, Any], list[FieldError]]:
    """Values and errors of one row of texts by field name; unnamed fields stay untouched.

    With the `row` they are meant for, a cell that still says what the row says is left out, so
    that a reference outside the person's scope survives a form it was shown in. What is settled
    may be typed with a `step` only.
    """
    told = [f for f in fields(cls) if f.name in cells and not _kept(f, cells[f.name], row)]
    if step:
        told = [replace(f, entry=replace(f.entry, settled=False)) for f in told]
    told.sort(key=lambda field: field.name != "centre_id")  # it tells rows of one name apart
    references = References(session)
    values: dict[str, Any] = {}
    errors: list[FieldError] = []

    def refer(field: Field, text: str) -> str:
        references.look_up(field, [text])
        return references.find(field, text, values.get("centre_id", getattr(row, "centre_id", "")))

    for field in told:
        try:
            values[field.name] = cell.read(field, cells[field.name], refer)
        except ValueError as error:
            errors.append(FieldError(field.name, field.label, str(error)))
    return values, errors


def _kept(field: Field, text: str, row: Register | None) -> bool:
    return row is not None and cell.typed(field, getattr(row, field.name)) == text


def rows_out(
    session: Session, cls: type[Register], ask: Ask, *, seen: bool = False
) -> Iterator[tuple[str, ...]]:
    """The rows of an export, as the import reads them, in batches so that memory stays flat.

    The columns are those of `sheet_fields` with the same `seen`.
    """
    told = sheet_fields(cls)
    beside = sheet_fields(cls, seen=True)[len(told) :] if seen else ()
    ask = looked_up(session, cls, ask)
    found = session.execute(ordered(cls, ask).execution_options(yield_per=SIZE))
    for part in found.partitions():
        batch = pairs(cls, part)
        labels = cell.labels_for(session, cls, [row for row, _ in batch])
        for row, observed in batch:
            own = [cell.write(f, getattr(row, f.name), labels) for f in told]
            yield (*own, *(cell.write(f, getattr(observed, f.name, None), {}) for f in beside))
