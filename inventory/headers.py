"""The columns of a sheet: which labels a register knows, and which header is which field."""

from collections.abc import Mapping
from functools import cache

from sqlalchemy import inspect

from inventory.register import Field, Register, fields
from inventory.sheet import Sheet, SheetError, folded, unitless

CAUSE = "核对结果（导入时不读）"  # the column our own answer puts beside a person's rows
_COUNTING = {"序号", "行号", "no", "no.", "№", "序"}


def sheet_fields(cls: type[Register], *, seen: bool = False) -> tuple[Field, ...]:
    """The columns of a sheet: every labelled field except secrets, which never leave; with `seen`
    also what is observed of each row, which an import reads past."""
    own = tuple(f for f in fields(cls) if f.kind != "secret")
    labels = {f.label for f in own}
    observed = fields(cls.observed) if cls.observed and seen else ()
    return own + tuple(f for f in observed if f.entry.listed and f.label not in labels)


def typed_fields(cls: type[Register]) -> tuple[Field, ...]:
    """The columns that people fill in: those of an empty sheet."""
    return tuple(f for f in sheet_fields(cls) if not f.entry.settled)


def words(cls: type[Register]) -> frozenset[str]:
    """The folded headers a register knows: they find the header in a file, and the right sheet."""
    told = (word for f in sheet_fields(cls) for word in (f.name, f.label))
    return frozenset(map(folded, told))


def columns_of(cls: type[Register], sheet: Sheet) -> dict[str, Field]:
    """Which header is which field: by Chinese label or by English name, with or without a unit or
    a star; what is only observed, and what only counts rows, is read past. Raises SheetError."""
    asked = tuple(header for header in sheet.columns if header not in sheet.past)
    columns = meanings(cls, asked)
    for header in asked:
        if header not in columns and not read_past(cls, header):
            told = field_meant(cls, header)
            if told is not None:
                raise SheetError(header, f"与“{told.label}”是同一列，只能写一次")
            labels = "、".join(f.label for f in sheet_fields(cls))
            raise SheetError(header, f"不认识这一列；可用的列：{labels}")
    for told in missing(cls, columns):
        raise SheetError(told.label, "缺少这一列（必填）")
    return columns


def meanings(cls: type[Register], headers: tuple[str, ...]) -> dict[str, Field]:
    """The headers that name a field. Where two name the same, the one that says exactly the label
    does, or else the first."""
    exact = {f.label for f in sheet_fields(cls)}
    found: dict[str, Field] = {}
    taken: set[str] = set()
    for header in sorted(headers, key=lambda header: header not in exact):
        told = field_meant(cls, header)
        if told is not None and told.name not in taken:
            found[header] = told
            taken.add(told.name)
    return {header: found[header] for header in headers if header in found}


def missing(cls: type[Register], columns: Mapping[str, Field]) -> list[Field]:
    """The required fields that no column gives and no default fills."""
    given = {f.name for f in columns.values()}
    return [told for told in sheet_fields(cls) if told.name not in given and must(cls, told)]


def must(cls: type[Register], told: Field) -> bool:
    """Has a new row to say this, since nothing else does?"""
    return told.entry.required and inspect(cls).columns[told.name].default is None


def field_meant(cls: type[Register], header: str) -> Field | None:
    """The field a header names, None when it names none."""
    known = _known(cls)
    return known.get(header) or known.get(folded(header)) or known.get(unitless(header))


def read_past(cls: type[Register], header: str) -> bool:
    """A column of our own export that nobody fills in, or one that only counts the rows."""
    beside = sheet_fields(cls, seen=True)[len(sheet_fields(cls)) :]
    past = {word for f in beside for word in (f.name, f.label)}
    return header in past or folded(header) in (folded(CAUSE), *_COUNTING)


@cache
def _known(cls: type[Register]) -> Mapping[str, Field]:
    told = sheet_fields(cls)
    loose = {folded(word): f for f in reversed(told) for word in (f.name, f.label)}
    bare = {unitless(f.label): f for f in reversed(told)}
    exact = {f.name: f for f in told} | {f.label: f for f in told}
    return bare | loose | exact
