"""The Register idea: a class whose columns carry their Chinese labels.

From these labels come the list, the form, the search, the import, the export and the print-out:
a new register is one small class, and nothing else has to be written for it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Text, inspect
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.columns import UtcDateTime
from inventory.db import Base, Recorded, Scoped
from inventory.entry import Entry, Field, FieldError, Rejected, entry
from inventory.text import search_text, zh_sort_key

__all__ = [
    "CentreRegister",
    "Entry",
    "Field",
    "FieldError",
    "Register",
    "Rejected",
    "RowAct",
    "entry",
    "field_of",
    "fields",
    "register_named",
    "registers",
]

# `zh_sort_key` compares by code point; PostgreSQL would compare by the rules of some language.
_BY_CODE_POINT = Text().with_variant(Text(collation="C"), "postgresql")


@dataclass(frozen=True, slots=True)
class RowAct:
    """One thing a person may do to ticked rows at once. `do` changes one row and returns what
    must be told once (a first password), or None."""

    name: str
    label: str
    do: Callable[[Any], str | None]


class Register(Recorded, Base):
    """A book the centre keeps. Rows are never deleted: they are retired, and can come back."""

    __abstract__ = True

    slug: ClassVar[str]
    title: ClassVar[str]
    articles: ClassVar[tuple[int, ...]] = ()
    names: ClassVar[tuple[str, ...]] = ("name",)  # how people, and sheets, tell rows apart
    order: ClassVar[str] = "name"
    observed: ClassVar[type[Base] | None] = None  # a one-to-one Observed table listed beside it
    shown: ClassVar[bool] = True  # False: no pages of its own
    by_hand: ClassVar[bool] = True  # False: the console makes the rows, people only retire them
    page: ClassVar[str] = "registers.show"  # the endpoint that shows one row
    edit_act: ClassVar[str] = "edit"  # the right it takes to change a row
    acts: ClassVar[tuple[RowAct, ...]] = ()

    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    search: Mapped[str] = mapped_column(Text, default="")
    sort_key: Mapped[str] = mapped_column(_BY_CODE_POINT, default="")

    @property
    def label(self) -> str:
        """What this row is called in a sentence, a picker and a sheet."""
        return str(getattr(self, self.names[0]))

    @property
    def unsafe(self) -> tuple[str, ...]:
        """Why this row is shown with a warning."""
        return ()

    @property
    def unwatched(self) -> str:
        """Why what was observed of this row says nothing about now, "" when it does."""
        return "已停用" if self.retired_at else ""

    def welcome(self) -> str:
        """Finish a row that a person has just made; a text to tell once, "" when there is none."""
        return ""

    def check(self, session: Session) -> Iterator[FieldError]:
        """Rules that one field alone cannot tell. Runs before every write."""
        return iter(())

    def prepare(self, session: Session) -> None:
        """Refuse what breaks a rule; derive the texts to search and sort by. Called by the guard
        before a flush."""
        wrong = tuple(self.check(session))
        if wrong:
            raise Rejected(wrong, self.id)
        told = (field for field in fields(type(self)) if field.entry.searched)
        self.sort_key = zh_sort_key(str(getattr(self, self.order) or ""))
        self.search = search_text(*(str(getattr(self, field.name) or "") for field in told))

    def turn(self, *, gone: bool) -> None:
        """Retire the row, or bring it back."""
        self.retired_at = datetime.now(UTC) if gone else None

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
        Field(name, column.info["entry"], cls.__name__, _plain_default(column))
        for name, column in inspect(cls).columns.items()
        if "entry" in column.info
    ]
    first = list(getattr(cls, "names", ()))
    return tuple(sorted(told, key=lambda f: first.index(f.name) if f.name in first else len(first)))


def _plain_default(column: ColumnElement[Any]) -> Any:
    default = getattr(column, "default", None)
    return default.arg if default is not None and default.is_scalar else None


def field_of(cls: type[Base], name: str) -> Field:
    return next(field for field in fields(cls) if field.name == name)


def registers() -> Mapping[str, type[Register]]:
    """Every register by slug: all concrete subclasses that are mapped."""
    found = (mapper.class_ for mapper in Base.registry.mappers)
    return {cls.slug: cls for cls in found if issubclass(cls, Register)}


def register_named(class_name: str) -> type[Register]:
    """The register class behind an `Entry.refers`."""
    return next(cls for cls in registers().values() if cls.__name__ == class_name)
