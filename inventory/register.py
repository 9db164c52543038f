"""The Register idea: a class whose columns carry their Chinese labels.

From these labels come the list, the form, the search, the import, the export and the print-out:
a new register is one small class, and nothing else has to be written for it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Index, Table, Text, event, inspect, text
from sqlalchemy.orm import Mapped, Mapper, Session, mapped_column

from inventory.columns import UtcDateTime
from inventory.db import Base, Recorded, Scoped
from inventory.drafted import Drafted
from inventory.entry import Entry, Field, FieldError, Rejected, entry
from inventory.text import search_text, zh_sort_key

__all__ = [
    "TOPICS",
    "CentreRegister",
    "Entry",
    "Field",
    "FieldError",
    "Lines",
    "Onward",
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
_ENGINES = ("sqlite", "postgresql")
_BY_CODE_POINT = Text().with_variant(Text(collation="C"), "postgresql")


# The shelves, in the order they stand.
TOPICS = (
    "值班日志", "设备", "数据备份", "备品备件", "软件与安全", "地址与绑定", "机房与线路", "电话",
    "资料", "人员", "制度与经费", "系统", "其他",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RowAct:
    """One thing a person may do to ticked rows at once. `do` changes one row and returns what
    must be told once (a first password), or None; with `step` it is that step of the register,
    taken with each. `confirm` is asked before."""

    name: str
    label: str
    do: Callable[[Any], str | None] | None = None
    step: str = ""
    confirm: str = ""


@dataclass(frozen=True, slots=True)
class Onward:
    """A paper of another register (`slug`) that may begin with ticked rows of this one, or, unless
    `many`, with one: its form is opened with ?thing=<id> for each."""

    slug: str
    label: str
    many: bool = True


@dataclass(frozen=True, slots=True)
class Lines:
    """A table on a paper: heads, rows of as many texts, and what they come to (`sums`)."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sums: tuple[str, ...] = ()


class Register(Recorded, Base):
    """A book the centre keeps. Rows are never deleted: they are retired, and can come back."""

    __abstract__ = True

    slug: ClassVar[str]
    title: ClassVar[str]
    articles: ClassVar[tuple[int, ...]] = ()
    topic: ClassVar[str] = "其他"  # the shelf it stands on: a key of TOPICS
    names: ClassVar[tuple[str, ...]] = ("name",)  # how people, and sheets, tell rows apart
    order: ClassVar[str] = "name"
    inner: ClassVar[tuple[str, ...]] = ()  # kept and exported, but no word for a reader of the row
    observed: ClassVar[type[Base] | None] = None  # a one-to-one Observed table listed beside it
    shown: ClassVar[bool] = True  # False: no pages of its own
    by_hand: ClassVar[bool] = True  # False: the console makes the rows, people only retire them
    begins: ClassVar[str] = ""  # what an empty list says of how rows come about
    page: ClassVar[str] = "registers.show"  # the endpoint that shows one row
    template: ClassVar[str] = "register_row.html"  # how `registers.show` draws it
    see_act: ClassVar[str] = "view"  # the right it takes to look at it; "": any role
    edit_act: ClassVar[str] = "edit"  # the right it takes to change a row
    personal: ClassVar[bool] = False  # True: people write it themselves, no program's token does
    confidential: ClassVar[bool] = False  # True: to take it along wants a leader's consent
    pick_act: ClassVar[str | None] = None  # to name it in another row; None: to see it
    acts: ClassVar[tuple[RowAct, ...]] = ()
    onward: ClassVar[tuple[Onward, ...]] = ()
    also: ClassVar[tuple[tuple[str, str], ...]] = ()  # pages linked above its list: endpoint, label
    parts: ClassVar[Mapping[str, str]] = {}  # papers that have a place of their own: word → label
    falling: ClassVar[bool] = False  # True: newest (or last) first while nobody sorts
    living: ClassVar[str] = "在用"  # the list's first tab
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {}  # further tabs: label → filters
    on_paper: ClassVar[str] = ""  # the endpoint of a further print-out: the month's book
    recalls: ClassVar[str] = ""  # typing in this field proposes earlier rows to begin with
    over: ClassVar[tuple[str, ...]] = ()  # states in which a row is history: it holds nothing back
    again: ClassVar[tuple[str, ...]] = ()  # states beside which its key may stand once more
    afresh: ClassVar[tuple[str, ...]] = ()  # what a row made like another does not take over
    below: ClassVar[tuple[tuple[str, str], ...]] = ()  # rows its page lists: (class name, field)
    lined: ClassVar[tuple[str, ...]] = ("listing",)  # fields that its `lines` tell on paper
    paper: ClassVar[str] = ""  # what one row is called on paper: 交接单; "" when it has no form

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

    @property
    def late(self) -> str:
        """What should have been done about this row by now, "" when nothing."""
        return ""

    def lines(self, session: Session) -> "Lines | None":
        """The things a paper lists: its column heads and rows of text; None when it lists none."""
        return None

    def drafts(self) -> Iterator[Drafted]:
        """What the duty log should be told of this row as it is now (`inventory.log_draft`)."""
        return iter(())

    @classmethod
    def begin(cls) -> Mapping[str, Any]:
        """Values a new form begins with, beside the defaults."""
        return {}

    def welcome(self) -> str:
        """Finish a row that a person has just made; a text to tell once, "" when there is none."""
        return ""

    @property
    def wants(self) -> str:
        """The part of which a paper is still missing, "" when none is."""
        return ""

    @classmethod
    def handed_down(cls, _session: Session) -> Mapping[str, str]:
        """Rows (id → label) of centres above the scope that may be named in it all the same."""
        return {}

    @classmethod
    def history(cls) -> ColumnElement[bool] | None:
        """Which living rows are past and hold nothing back; None when all of them still count."""
        return cls.state.in_(cls.over) if cls.over else None  # type: ignore[attr-defined]

    def hung(self, part: str, digests: tuple[str, ...]) -> None:
        """The papers of one part as they hang on the row now, by SHA-256."""

    def shut(self, session: Session) -> str:
        """Why no file may be hung on this row or taken off it now, "" when one may."""
        return ""

    def weigh(self, session: Session, typed: Mapping[str, str]) -> None:
        """The secrets a person has just typed, by field name, before they are sealed for good."""

    def check(self, session: Session) -> Iterator[FieldError]:
        """Rules that one field alone cannot tell. Runs before every write."""
        return iter(())

    @classmethod
    def doubts(cls, session: Session, rows: Sequence[Any]) -> Iterator[tuple[Any, FieldError]]:
        """What whoever wrote these rows should look at once more, row by row; none is refused."""
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

    def lasting(self) -> Iterator[FieldError]:
        """Say `yield from self.lasting()` in the `check` of what is evidence."""
        if self.retired_at is not None:
            yield self.wrong(self.order, "自动登记的凭据要留在台账上，不能停用")

    def wrong(self, name: str, cause: str) -> FieldError:
        return FieldError(name, field_of(type(self), name).label, cause)


@event.listens_for(Register, "instrument_class", propagate=True)
def _walked(mapper: Mapper[Any], _cls: type[Register]) -> None:
    """A long list is read in its own order a page at a time, and counted, from an index alone.
    Partial: with retired_at in it, SQLite would take it for every question about living rows."""
    table = mapper.local_table
    if isinstance(table, Table):
        own = [table.c[name] for name in ("sort_key", "id", "centre_id") if name in table.c]
        for name, state in (("in_order", "IS NULL"), ("gone", "IS NOT NULL")):
            where: Any = {f"{engine}_where": text(f"retired_at {state}") for engine in _ENGINES}
            Index(f"ix_{table.name}_{name}", *own, **where)
    registers.cache_clear()  # one more from now on


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


@cache
def registers() -> Mapping[str, type[Register]]:
    """Every register by slug, in the order of the slugs: all concrete subclasses that are mapped.
    The mappers themselves are a set: their order would be another in each process."""
    found = (mapper.class_ for mapper in Base.registry.mappers)
    books = (cls for cls in found if issubclass(cls, Register))
    return {cls.slug: cls for cls in sorted(books, key=lambda cls: cls.slug)}


def register_named(class_name: str) -> type[Register]:
    """The register class behind an `Entry.refers`."""
    return next(cls for cls in registers().values() if cls.__name__ == class_name)
