"""The columns of a sheet: which labels a register knows, and which header is which field."""

from collections.abc import Mapping

from sqlalchemy import inspect

from inventory.register import Field, Register, fields
from inventory.sheet import Sheet, SheetError


def sheet_fields(cls: type[Register], *, seen: bool = False) -> tuple[Field, ...]:
    """The columns of a sheet: every labelled field except secrets, which never leave; with `seen`
    also what is observed of each row, which an import reads past."""
    own = tuple(f for f in fields(cls) if f.kind != "secret")
    labels = {f.label for f in own}
    observed = fields(cls.observed) if cls.observed and seen else ()
    return own + tuple(f for f in observed if f.entry.listed and f.label not in labels)


def columns_of(cls: type[Register], sheet: Sheet) -> dict[str, Field]:
    """Which header is which field: by Chinese label or by English name; what is only observed is
    read past. Raises SheetError."""
    told = sheet_fields(cls)
    known = {f.name: f for f in told} | {f.label: f for f in told}
    past = {word for f in sheet_fields(cls, seen=True)[len(told) :] for word in (f.name, f.label)}
    for header in sheet.columns:
        if header not in known and header not in past:
            labels = "、".join(f.label for f in told)
            raise SheetError(header, f"不认识这一列；可用的列：{labels}")
    columns = {header: known[header] for header in sheet.columns if header in known}
    _check_columns(cls, columns)
    return columns


def _check_columns(cls: type[Register], columns: Mapping[str, Field]) -> None:
    given = [f.name for f in columns.values()]
    for header, told in columns.items():
        if given.count(told.name) > 1:
            raise SheetError(header, f"与“{told.label}”是同一列，只能写一次")
    for told in sheet_fields(cls):
        default = inspect(cls).columns[told.name].default
        if told.entry.required and told.name not in given and default is None:
            raise SheetError(told.label, "缺少这一列（必填）")
