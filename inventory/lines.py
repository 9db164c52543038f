"""The rows of a sheet on their way into a register, and those that are no entries of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from inventory.headers import must
from inventory.leniency import no_entry
from inventory.plan import RowError
from inventory.register import Field, FieldError, Register
from inventory.sheet import Sheet


@dataclass(slots=True)
class Line:
    """A row of the sheet on its way: its texts, its values, what is wrong with it."""

    number: int
    cells: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[FieldError] = field(default_factory=list)
    id: str = ""
    row: Any = None  # the living row of the same natural key

    def wrong(self, told: Field, cause: str) -> None:
        self.errors.append(FieldError(told.name, told.label, cause))


def lines_of(
    cls: type[Register], sheet: Sheet, columns: Mapping[str, Field]
) -> tuple[list[Line], tuple[RowError, ...]]:
    """The entries of a sheet, and its rows that are none: sums, headings, who made it."""
    required = {header for header, told in columns.items() if must(cls, told)}
    lines, passed = [], []
    for row in sheet.rows:
        if told := no_entry(row.cells, required):
            passed.append(RowError(row.number, told, "不是台账内容，没有导入"))
        else:
            cells = {f.name: row.cells[header] for header, f in columns.items()}
            lines.append(Line(row.number, cells))
    return lines, tuple(passed)
