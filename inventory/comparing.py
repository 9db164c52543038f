"""A sheet against the register it is meant for: what is new, what changes, what is wrong.

Every look-up is made once for all rows; a sheet of 12,000 devices costs a few dozen statements.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import cell
from inventory.headers import columns_of, sheet_fields
from inventory.keys import new_key
from inventory.plan import Change, Plan, RowError
from inventory.reference import Named, References, batches
from inventory.register import Field, FieldError, Register, field_of
from inventory.sheet import Sheet
from inventory.trial import circles, tried


@dataclass(slots=True)
class _Line:
    """A row of the sheet on its way: its texts, its values, what is wrong with it."""

    number: int
    cells: Mapping[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[FieldError] = field(default_factory=list)
    id: str = ""
    row: Any = None  # the living row of the same natural key

    def wrong(self, told: Field, cause: str) -> None:
        self.errors.append(FieldError(told.name, told.label, cause))


def compare(session: Session, cls: type[Register], sheet: Sheet, *, trial: bool) -> Plan:
    """The plan of an import; `trial` also asks each row's own rules, which a write asks anyway.

    Raises SheetError when the headers do not fit.
    """
    columns = columns_of(cls, sheet)
    cells = ((row.number, row.cells) for row in sheet.rows)
    lines = [_Line(number, {f.name: row[h] for h, f in columns.items()}) for number, row in cells]
    changes = tuple(_Comparison(session, cls, lines).changes())
    errors = [RowError(line.number, e.label, e.cause) for line in lines for e in line.errors]
    errors += circles(session, cls, changes)
    if trial:
        errors += tried(session, cls, changes, {line.id: line.row for line in lines})
    new = tuple(c for c in changes if c.new)
    changed = tuple(c for c in changes if not c.new and c.differences)
    errors.sort(key=lambda error: error.number)
    return Plan(new, changed, len(changes) - len(new) - len(changed), tuple(errors))


class _Comparison:
    """The lines of one sheet and what they are read against."""

    def __init__(self, session: Session, cls: type[Register], lines: list[_Line]) -> None:
        self.session, self.cls, self.lines = session, cls, lines
        self.told = [f for f in sheet_fields(cls) if lines and f.name in lines[0].cells]
        self.references = References(session)
        for told in self.told:
            if told.kind == "ref":
                self.references.look_up(told, {line.cells[told.name] for line in lines})

    def changes(self) -> Iterator[Change]:
        """One for each line that can be read; a line that cannot gets its errors instead."""
        self._know_keys()
        self._find_living()
        living = [line.row for line in self.lines if line.row is not None]
        labels = cell.labels_for(self.session, self.cls, living)
        for line in self.lines:
            if line.errors:
                continue
            for told in self.told:
                if told.name not in self.cls.names and not _same_text(told, line, labels):
                    self._read(told, line)
            if not line.errors:
                yield self._change(line, labels)

    def _read(self, told: Field, line: _Line) -> None:
        near = line.values.get("centre_id", "")
        try:
            line.values[told.name] = cell.read(
                told, line.cells[told.name], lambda f, text: self.references.find(f, text, near)
            )
        except ValueError as error:
            line.wrong(told, str(error))

    def _know_keys(self) -> None:
        """Read what tells rows apart; a row told twice is an error."""
        keys = [f for f in self.told if f.name in self.cls.names]
        seen: dict[tuple[Any, ...], int] = {}
        for line in self.lines:
            for told in keys:
                self._read(told, line)
            first = seen.setdefault(self._key(line.values), line.number)
            if not line.errors and first != line.number:
                line.wrong(keys[0], f"与第 {first} 行重复")

    def _find_living(self) -> None:
        """Join each line with the living row of its key; give a new one its id already, so that
        others of the sheet can refer to it."""
        known = self._rows()
        for line in self.lines:
            line.row = known.get(self._key(line.values))
            if line.row is not None and line.row.retired_at is not None:
                cause = "与一条已停用的记录同名，请先恢复那一条，或换一个名称"
                line.wrong(field_of(self.cls, self.cls.names[0]), cause)
            line.id = line.row.id if line.row is not None else new_key()
            if line.row is None and not line.errors:
                self.references.add(self.cls.__name__, self._named(line))

    def _rows(self) -> dict[tuple[Any, ...], Register]:
        """The rows of these keys; a living one hides a retired one."""
        name = self.cls.names[0]
        wanted = {line.values[name] for line in self.lines if name in line.values}
        known: dict[tuple[Any, ...], Register] = {}
        for batch in batches(sorted(wanted)):
            for row in self.session.scalars(
                select(self.cls).where(getattr(self.cls, name).in_(batch))
            ):
                key = tuple(getattr(row, one) for one in self.cls.names)
                if row.retired_at is None or key not in known:
                    known[key] = row
        return known

    def _key(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(values.get(name) for name in self.cls.names)

    def _named(self, line: _Line) -> Named:
        key = str(line.values[self.cls.names[0]])
        name = line.cells.get("name", "").strip() or key
        centre = str(line.values.get("centre_id", ""))
        return Named(line.id, key, name, centre, self.references.code(centre))

    def _change(self, line: _Line, labels: cell.Labels) -> Change:
        row = line.row
        values = {n: v for n, v in line.values.items() if row is None or getattr(row, n) != v}
        differences = {}
        for name, value in values.items():
            told = field_of(self.cls, name)
            now = cell.write(told, getattr(row, name), labels) if row is not None else ""
            after = line.cells[name].strip() if told.kind == "ref" else cell.write(told, value, {})
            differences[told.label] = (now, after)
        name = str(line.cells[self.cls.names[0]]).strip()
        return Change(line.number, name, line.id, row is None, values, differences)


def _same_text(told: Field, line: _Line, labels: cell.Labels) -> bool:
    """The cell says what an export would say: whatever it means, it is not a change."""
    if line.row is None:
        return False
    return cell.write(told, getattr(line.row, told.name), labels) == line.cells[told.name].strip()
