"""A sheet against the register it is meant for: what is new, what changes, what is wrong.

Every look-up is made once for all rows; a sheet of 12,000 devices costs a few dozen statements.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import cell
from inventory.batches import batches
from inventory.headers import columns_of, sheet_fields
from inventory.keys import new_key
from inventory.leniency import reading, worn
from inventory.lines import Line, lines_of
from inventory.plan import Change, Plan, RowError
from inventory.reference import Named, References
from inventory.register import Field, Register, field_of
from inventory.sheet import Sheet
from inventory.trial import circles, doubted, tried


def compare(session: Session, cls: type[Register], sheet: Sheet, *, trial: bool) -> Plan:
    """The plan of an import; `trial` also asks each row's own rules, which a write asks anyway.

    Raises SheetError when the headers do not fit.
    """
    columns = columns_of(cls, sheet)
    lines, passed = lines_of(cls, sheet, columns)
    compared = _Comparison(session, cls, lines, since_1904=sheet.since_1904)
    changes = tuple(compared.changes())
    errors = [RowError(line.number, e.label, e.cause) for line in lines for e in line.errors]
    errors += circles(session, cls, changes)
    if trial:
        rows = {line.id: line.row for line in lines}
        errors += tried(session, cls, changes, rows)
        compared.hints += doubted(session, cls, changes, rows)
    new = tuple(c for c in changes if c.new)
    changed = tuple(c for c in changes if not c.new and c.differences)
    errors.sort(key=lambda error: error.number)
    same = len(changes) - len(new) - len(changed)
    hints = sorted(compared.hints, key=lambda hint: hint.number)
    return Plan(new, changed, same, tuple(errors), tuple(hints), passed)


class _Comparison:
    """The lines of one sheet and what they are read against."""

    def __init__(
        self, session: Session, cls: type[Register], lines: list[Line], *, since_1904: bool
    ) -> None:
        self.session, self.cls, self.lines = session, cls, lines
        self.since_1904 = since_1904
        self.hints: list[RowError] = []
        self.told = [f for f in sheet_fields(cls) if lines and f.name in lines[0].cells]
        self.references = References(session)
        for told in self.told:
            if told.kind == "ref":
                self.references.look_up(told, {line.cells[told.name] for line in lines})

    def changes(self) -> Iterator[Change]:
        """One for each line that can be read; a line that cannot gets all its errors instead."""
        self._know_keys()
        self._find_living()
        self._doubt_keys()
        living = [line.row for line in self.lines if line.row is not None]
        labels = cell.labels_for(self.session, self.cls, living)
        for line in self.lines:
            for told in self.told:
                if told.name not in self.cls.names and not _same_text(told, line, labels):
                    self._read(told, line)
            if not line.errors:
                yield self._change(line, labels)

    def _read(self, told: Field, line: Line) -> None:
        if told.entry.settled and line.row is not None:
            if line.cells[told.name].strip():
                line.wrong(told, "只随办理步骤改变，不能用表格修改；请照原样留着或留空")
            return
        try:
            line.values[told.name] = self._value(told, line)
        except ValueError as error:
            line.wrong(told, str(error))

    def _value(self, told: Field, line: Line) -> Any:
        near = line.values.get("centre_id", "")
        read = reading(told, line.cells[told.name], since_1904=self.since_1904)
        line.cells[told.name] = read.text
        if told.name not in self.cls.names and (cause := worn(told, read.text)):
            raise ValueError(cause)
        value = cell.read(told, read.text, lambda f, text: self.references.find(f, text, near))
        if read.hint:
            self.hints.append(RowError(line.number, told.label, read.hint))
        return value

    def _know_keys(self) -> None:
        """Read what tells rows apart; a row told twice is an error."""
        # A key that only the console writes still says which row is meant.
        keys = [replace(f, entry=replace(f.entry, settled=False))
                for f in self.told if f.name in self.cls.names]  # fmt: skip
        seen: dict[tuple[Any, ...], int] = {}
        for line in self.lines:
            for told in keys:
                self._read(told, line)
            if self._numbered_later(line):
                continue
            first = seen.setdefault(self._key(line.values), line.number)
            if not line.errors and first != line.number:
                line.wrong(keys[0], f"与第 {first} 行重复")

    def _find_living(self) -> None:
        """Join each line with the living row of its key; give a new one its id already, so that
        others of the sheet can refer to it."""
        known = self._rows()
        for line in self.lines:
            line.row = None if self._numbered_later(line) else known.get(self._key(line.values))
            if line.row is not None and line.row.retired_at is not None:
                cause = "与一条已停用的记录同名，请先恢复那一条，或换一个名称"
                line.wrong(field_of(self.cls, self.cls.names[0]), cause)
            line.id = line.row.id if line.row is not None else new_key()
            if line.row is None and not line.errors and not self._numbered_later(line):
                self.references.add(self.cls.__name__, self._named(line))

    def _doubt_keys(self) -> None:
        """What Excel makes of numbers: the end of a long one lost, the zeros before a short one;
        and a new row's number that only the console may give."""
        told = field_of(self.cls, self.cls.names[0])
        new = [(line, line.cells.get(told.name, "").strip()) for line in self.lines
               if line.row is None]  # fmt: skip
        for line, text in new:
            if told.entry.settled and text:
                line.wrong(told, "台账里没有这一条，它由系统登记，不能从表格新增")
            elif cause := worn(told, text):
                line.wrong(told, cause)
        short = [(line, text) for line, text in new if told.kind == "text" and text.isdecimal()]
        padded = self._with_zeros() if short else {}
        for line, text in short:
            if text in padded:
                like = f"台账里有“{padded[text]}”，文件里是“{text}”"
                cause = f"{like}：若是同一条，请补上前面的 0，否则会新增一条"
                self.hints.append(RowError(line.number, told.label, cause))

    def _with_zeros(self) -> Mapping[str, str]:
        """The living keys that begin with zeros, by what is left without these."""
        column = getattr(self.cls, self.cls.names[0])
        alive = select(column).where(column.startswith("0"), self.cls.retired_at.is_(None))
        return {key.lstrip("0"): key for key in self.session.scalars(alive)}

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
                state = getattr(row, "state", "") if self.cls.again else ""
                if state in self.cls.over and state:
                    continue  # it may come again as another row
                if key not in known or (row.retired_at is None and state not in self.cls.again):
                    known[key] = row
        return known

    def _numbered_later(self, line: Line) -> bool:
        """A new row whose number the console gives itself: left empty, or a sheet without it."""
        return not line.values.get(self.cls.names[0])

    def _key(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(values.get(name) for name in self.cls.names)

    def _named(self, line: Line) -> Named:
        key = str(line.values[self.cls.names[0]])
        name = line.cells.get("name", "").strip() or key
        centre = str(line.values.get("centre_id", ""))
        return Named(line.id, key, name, centre, self.references.code(centre))

    def _change(self, line: Line, labels: cell.Labels) -> Change:
        row = line.row
        values = {n: v for n, v in line.values.items() if row is None or getattr(row, n) != v}
        differences = {}
        for name, value in values.items():
            told = field_of(self.cls, name)
            now = cell.write(told, getattr(row, name), labels) if row is not None else ""
            after = line.cells[name].strip() if told.kind == "ref" else cell.write(told, value, {})
            differences[told.label] = (now, after)
        name = line.cells.get(self.cls.names[0], "").strip() or line.cells.get("name", "").strip()
        return Change(line.number, name, line.id, row is None, values, differences)


def _same_text(told: Field, line: Line, labels: cell.Labels) -> bool:
    """The cell says what an export would say: whatever it means, it is not a change."""
    if line.row is None:
        return False
    now = cell.write(told, getattr(line.row, told.name), labels)
    return now.strip() == line.cells[told.name].strip()
