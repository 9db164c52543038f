"""Sheets in and out of any register: dry run first, then all or nothing; export inverts it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from inventory import cell
from inventory.listing import Ask, ordered
from inventory.register import Field, FieldError, Register, Rejected, field_of, fields
from inventory.sheet import Sheet, SheetError

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Later:
    """A reference to a row that the same sheet brings."""

    name: str


@dataclass(frozen=True, slots=True)
class Change:
    """One row of a sheet against the register. `differences`: label → (now, after)."""

    number: int
    name: str
    row_id: str | None
    values: Mapping[str, Any]
    differences: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing wrong in a sheet: its row as the person sees it, the column and the cause."""

    number: int
    label: str
    cause: str

    def __str__(self) -> str:
        return f"第 {self.number} 行 {self.label}：{self.cause}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do. Nothing may be applied while there are errors."""

    new: tuple[Change, ...]
    changed: tuple[Change, ...]
    same: int
    errors: tuple[RowError, ...]


def sheet_fields(cls: type[Register]) -> tuple[Field, ...]:
    """The columns of a sheet: every labelled field except secrets, which never leave."""
    return tuple(f for f in fields(cls) if f.entry.kind != "secret")


def plan(session: Session, cls: type[Register], sheet: Sheet) -> Plan:
    """Compare a sheet with the register within the session's scope; writes nothing.

    Raises SheetError when the headers do not fit.
    """
    columns = _columns(cls, sheet)
    rows = {row.number: {f.name: row.cells[h] for h, f in columns.items()} for row in sheet.rows}
    coming = {cells.get(cls.names[0], "").strip() for cells in rows.values()}
    changes: list[Change] = []
    errors: list[RowError] = []
    seen: dict[tuple[Any, ...], int] = {}
    for number, cells in rows.items():
        values, wrong = _parse_row(session, cls, cells, coming)
        key = tuple(values.get(name) for name in cls.names)
        if not wrong and key in seen:
            label = field_of(cls, cls.names[0]).label
            wrong = [FieldError(cls.names[0], label, f"与第 {seen[key]} 行重复")]
        errors += [RowError(number, error.label, error.cause) for error in wrong]
        if not wrong:
            seen[key] = number
            changes.append(_compare(session, cls, number, values))
    new = tuple(c for c in changes if c.row_id is None)
    changed = tuple(c for c in changes if c.row_id and c.differences)
    return Plan(new, changed, len(changes) - len(new) - len(changed), tuple(errors))


def apply(session: Session, cls: type[Register], sheet: Sheet) -> Plan:
    """Import within the caller's transaction; raises Rejected naming each row, writing nothing."""
    agreed = plan(session, cls, sheet)
    if agreed.errors:
        raise Rejected(tuple(FieldError("", str(e), "") for e in agreed.errors))
    waiting = [*agreed.new, *agreed.changed]
    while waiting:
        names = {change.name for change in waiting}
        ready = [c for c in waiting if not any(later in names for later in _later(c))]
        if not ready:
            raise Rejected((FieldError("", f"第 {waiting[0].number} 行", "上下级绕成了一圈"),))
        for change in ready:
            _apply_row(session, cls, change)
        waiting = [change for change in waiting if change not in ready]
    return agreed


def _apply_row(session: Session, cls: type[Register], change: Change) -> None:
    row = session.get(cls, change.row_id) if change.row_id else cls()
    assert row is not None  # the plan was made in this same transaction
    try:
        for name, value in change.values.items():
            late = isinstance(value, Later)
            value = cell.read(session, field_of(cls, name), value.name) if late else value
            setattr(row, name, value)
        session.add(row)
        session.flush()
    except Rejected as rejected:
        where = f"第 {change.number} 行 "
        named = (FieldError(e.field, where + e.label, e.cause) for e in rejected.errors)
        raise Rejected(tuple(named)) from rejected


def _later(change: Change) -> list[str]:
    return [v.name for v in change.values.values() if isinstance(v, Later)]


def _parse_row(
    session: Session, cls: type[Register], cells: Mapping[str, str], coming: set[str]
) -> tuple[dict[str, Any], list[FieldError]]:
    """Like `parse`, but a row may hang below another row of the same sheet."""
    values, wrong = parse(session, cls, cells)
    for error in list(wrong):
        text = cells[error.field].strip()
        if field_of(cls, error.field).entry.refers == cls.__name__ and text in coming:
            values[error.field] = Later(text)
            wrong.remove(error)
    return values, wrong


def parse(
    session: Session, cls: type[Register], cells: Mapping[str, str]
) -> tuple[dict[str, Any], list[FieldError]]:
    """Values and errors of one row of texts by field name; unnamed fields stay untouched."""
    values: dict[str, Any] = {}
    errors: list[FieldError] = []
    for field in fields(cls):
        if field.name not in cells:
            continue
        try:
            values[field.name] = cell.read(session, field, cells[field.name])
        except ValueError as error:
            errors.append(FieldError(field.name, field.label, str(error)))
    return values, errors


def rows_out(session: Session, cls: type[Register], ask: Ask) -> Iterator[tuple[str, ...]]:
    """The rows of an export, as the import reads them, in batches so that memory stays flat."""
    told = sheet_fields(cls)
    found = (
        row[0] for row in session.execute(ordered(cls, ask).execution_options(yield_per=_BATCH))
    )
    while batch := [row for row, _ in zip(found, range(_BATCH), strict=False)]:
        labels = cell.labels_for(session, cls, batch)
        for row in batch:
            yield tuple(cell.write(f, getattr(row, f.name), labels) for f in told)


def _columns(cls: type[Register], sheet: Sheet) -> dict[str, Field]:
    """Which header is which field: by Chinese label or by English name."""
    known = {f.label: f for f in sheet_fields(cls)} | {f.name: f for f in sheet_fields(cls)}
    unknown = [header for header in sheet.columns if header not in known]
    if unknown:
        raise SheetError(
            unknown[0], f"不认识这一列；可用的列：{'、'.join(f.label for f in sheet_fields(cls))}"
        )
    columns = {header: known[header] for header in sheet.columns}
    given = {f.name for f in columns.values()}
    for field in sheet_fields(cls):
        if field.entry.required and field.name not in given and not _has_default(cls, field):
            raise SheetError(field.label, "缺少这一列（必填）")
    return columns


def _has_default(cls: type[Register], field: Field) -> bool:
    return inspect(cls).columns[field.name].default is not None


def _compare(
    session: Session, cls: type[Register], number: int, values: Mapping[str, Any]
) -> Change:
    """A row of the sheet against the living row with the same natural key, if there is one."""
    row = _existing(session, cls, values)
    changes = {n: v for n, v in values.items() if row is None or getattr(row, n) != v}
    labels = cell.labels_for(session, cls, [row] if row else [])
    after = cell.labels_for(session, cls, [_Values(values)])
    differences = {
        field_of(cls, name).label: (
            cell.write(field_of(cls, name), getattr(row, name), labels) if row else "",
            value.name
            if isinstance(value, Later)
            else cell.write(field_of(cls, name), value, after),
        )
        for name, value in changes.items()
    }
    return Change(number, str(values[cls.names[0]]), row.id if row else None, changes, differences)


def _existing(session: Session, cls: type[Register], values: Mapping[str, Any]) -> Register | None:
    query = select(cls).where(cls.retired_at.is_(None))
    for name in cls.names:
        query = query.where(inspect(cls).columns[name] == values[name])
    return session.scalars(query).first()


class _Values:
    """Parsed values that can be read like a row; a field the sheet does not have reads as None."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __getattr__(self, name: str) -> Any:
        value = self._values.get(name)
        return None if isinstance(value, Later) else value
