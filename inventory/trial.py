"""Rules asked of an import before anything is written: circles, and what each row says itself."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.batches import batches
from inventory.plan import Change, RowError
from inventory.register import FieldError, Register, Rejected, fields, register_named
from inventory.revision import Signable, keep


def circles(session: Session, cls: type[Register], changes: Iterable[Change]) -> Iterator[RowError]:
    """Rows that would end up above themselves, through rows of the sheet or of the register."""
    for told in fields(cls):
        moved = {c.id: c for c in changes if told.name in c.values}
        if told.entry.refers != cls.__name__ or not moved:
            continue
        known = session.execute(select(cls.id, getattr(cls, told.name)))
        above: dict[str, str | None] = dict(known.all())
        above |= {row_id: change.values[told.name] for row_id, change in moved.items()}
        for row_id, change in moved.items():
            if _returns(row_id, above):
                yield RowError(change.number, told.label, "上下级绕成了一圈")


def _returns(row_id: str, above: Mapping[str, str | None]) -> bool:
    seen, here = {row_id}, above.get(row_id)
    while here is not None and here not in seen:
        seen.add(here)
        here = above.get(here)
    return here is not None


def tried(
    session: Session, cls: type[Register], changes: Sequence[Change], rows: Mapping[str, Any]
) -> Iterator[RowError]:
    """What each row's own rules say of its change. `rows`: id → living row, None for a new one;
    whatever refers to a row that the sheet itself brings cannot be judged before it is there."""
    coming = {row_id for row_id, row in rows.items() if row is None}
    beside = referenced(
        session, cls, [change.values for change in changes]
    )  # held, or each rule would fetch them again
    for change in changes:
        for error in _found(session, cls, change, rows[change.id]):
            if change.values.get(error.field) not in coming:
                yield RowError(change.number, error.label, error.cause)
    del beside


def doubted(
    session: Session, cls: type[Register], changes: Sequence[Change], rows: Mapping[str, Any]
) -> Iterator[RowError]:
    """What should be looked at once more of the rows that the sheet brings."""
    made = [cls(id=c.id, **c.values) for c in changes if rows[c.id] is None]
    numbers = {change.id: change.number for change in changes}
    for row, error in cls.doubts(session, made):
        yield RowError(numbers[row.id], error.label, error.cause)


def referenced(
    session: Session, cls: type[Register], rows_of_values: Sequence[Mapping[str, Any]]
) -> list[Register]:
    """The rows that these values refer to, fetched together."""
    rows: list[Register] = []
    for told in (f for f in fields(cls) if f.kind == "ref"):
        target = register_named(told.entry.refers)
        keys = {values.get(told.name) for values in rows_of_values} - {None}
        for batch in batches(sorted(map(str, keys))):
            rows += session.scalars(select(target).where(target.id.in_(batch)))
    return rows


def _found(
    session: Session, cls: type[Register], change: Change, row: Register | None
) -> list[FieldError]:
    if row is None:
        return list(cls(id=change.id, **change.values).check(session))
    if not change.values:
        return []
    now = {name: getattr(row, name) for name in change.values}
    _set(row, change.values)
    found = [*row.check(session), *_fixed(session, row)]
    _set(row, now)
    return found


def _fixed(session: Session, row: Register) -> tuple[FieldError, ...]:
    """What was asked, approved or signed does not change by a sheet."""
    if not isinstance(row, Signable):
        return ()
    try:
        with session.no_autoflush:
            keep(session, row)
    except Rejected as refused:
        return refused.errors
    return ()


def _set(row: Register, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
