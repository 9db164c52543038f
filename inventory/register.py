"""The Register idea: a class whose columns carry their Chinese labels.

From these labels come the list, the form, the search, the import, the export and the print-out:
a new register is one small class, and nothing else has to be written for it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Literal

from sqlalchemy import Boolean, Date, Float, Integer, String, Text, inspect
from sqlalchemy.orm import Mapped, MappedColumn, Session, mapped_column

from inventory.columns import Ip, Mac, Secret, UtcDateTime
from inventory.db import Base, Recorded, Scoped, points_to
from inventory.text import search_text

Kind = Literal[
    "text", "note", "whole", "number", "yes", "day", "time", "ip", "mac", "choice", "ref", "secret"
]
_TYPES: Mapping[str, Any] = {
    "note": Text, "whole": Integer, "number": Float, "yes": Boolean, "day": Date,
    "time": UtcDateTime, "ip": Ip, "mac": Mac, "secret": Secret,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """What a person sees of one column.

    `choices` maps the stored word to its label; `refers` names the register class a "ref" points
    to; `listed` shows it in the list, `searched` puts it into the search text; `low`/`high` bound
    numbers; `group` is the form section.
    """

    label: str
    kind: Kind = "text"
    help: str = ""
    unit: str = ""
    choices: Mapping[str, str] | None = None
    refers: str = ""
    required: bool = False
    listed: bool = False
    searched: bool = False
    low: float | None = None
    high: float | None = None
    longest: int = 200
    group: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a register together with what a person sees of it."""

    name: str
    entry: Entry

    @property
    def label(self) -> str:
        return self.entry.label


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one field: where and why, in the user's language."""

    field: str
    label: str
    cause: str

    def __str__(self) -> str:
        return f"{self.label}：{self.cause}"


class Rejected(Exception):
    """The input cannot be recorded; nothing was written. `errors` names each field and cause."""

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        super().__init__("；".join(map(str, errors)))
        self.errors = errors


def entry(
    label: str, kind: Kind = "text", *, default: Any = None, refers: str = "", **facts: Any
) -> MappedColumn[Any]:
    """A column with its label. `refers` is the class name of the register a "ref" points to;
    a required column is NOT NULL, others may stay empty."""
    told = Entry(label, kind, refers=refers, **facts)
    info = {"entry": told}
    nullable = not told.required and default is None
    if kind == "ref":
        link = points_to(f"{_table_of(refers)}.id")
        return mapped_column(String(26), link, nullable=nullable, index=True, info=info)
    column_type = _TYPES.get(kind) or String(60 if kind == "choice" else told.longest)
    return mapped_column(column_type, nullable=nullable, default=default, info=info)


def _table_of(class_name: str) -> str:
    """Table names follow class names, so that a reference needs no import of its class."""
    return "".join("_" + c.lower() if c.isupper() else c for c in class_name).lstrip("_")


class Register(Recorded, Base):
    """A book the centre keeps. Rows are never deleted: they are retired, and can come back."""

    __abstract__ = True

    slug: ClassVar[str]
    title: ClassVar[str]
    articles: ClassVar[tuple[int, ...]] = ()
    names: ClassVar[tuple[str, ...]] = ("name",)  # how people, and sheets, tell rows apart
    order: ClassVar[str] = "name"
    observed: ClassVar[type[Base] | None] = None  # a one-to-one Observed table listed beside it

    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    search: Mapped[str] = mapped_column(Text, default="")

    @property
    def label(self) -> str:
        """What this row is called in a sentence, a picker and a sheet."""
        return str(getattr(self, self.names[0]))

    def check(self, session: Session) -> Iterator[FieldError]:
        """Rules that one field alone cannot tell. Runs before every write."""
        return iter(())

    def prepare(self, session: Session) -> None:
        """Refuse what breaks a rule; derive the search text. Called by the guard before a flush."""
        wrong = tuple(self.check(session))
        if wrong:
            raise Rejected(wrong)
        told = (field for field in fields(type(self)) if field.entry.searched)
        self.search = search_text(*(str(getattr(self, field.name) or "") for field in told))

    def wrong(self, name: str, cause: str) -> FieldError:
        return FieldError(name, field_of(type(self), name).label, cause)


class CentreRegister(Scoped, Register):
    """A register whose rows belong to a centre (or to a unit below it)."""

    __abstract__ = True

    centre_id: Mapped[str] = entry(
        "所属单位", "ref", refers="Centre", required=True, listed=True,
        help="本中心，或其下的科室、直属单位、乡镇",
    )  # fmt: skip


@cache
def fields(cls: type[Base]) -> tuple[Field, ...]:
    """The labelled columns of a class: what tells rows apart first, the rest as declared."""
    told = [
        Field(name, column.info["entry"])
        for name, column in inspect(cls).columns.items()
        if "entry" in column.info
    ]
    first = list(getattr(cls, "names", ()))
    return tuple(sorted(told, key=lambda f: first.index(f.name) if f.name in first else len(first)))


def field_of(cls: type[Base], name: str) -> Field:
    return next(field for field in fields(cls) if field.name == name)


def registers() -> Mapping[str, type[Register]]:
    """Every register by slug: all concrete subclasses that are mapped."""
    found = (mapper.class_ for mapper in Base.registry.mappers)
    return {cls.slug: cls for cls in found if issubclass(cls, Register)}


def register_named(class_name: str) -> type[Register]:
    """The register class behind an `Entry.refers`."""
    return next(cls for cls in registers().values() if cls.__name__ == class_name)
