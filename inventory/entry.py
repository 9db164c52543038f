"""What a person sees of one column: its Chinese label, its kind, its bounds, its choices."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import BigInteger, Boolean, Date, Float, Integer, String, Text
from sqlalchemy.orm import MappedColumn, mapped_column

from inventory.columns import Ip, Mac, Secret, UtcDateTime
from inventory.db import points_to

Kind = Literal[
    "text",
    "note",
    "whole",
    "number",
    "size",
    "yes",
    "day",
    "time",
    "ip",
    "mac",
    "choice",
    "ref",
    "secret",
]
_TYPES: Mapping[str, Any] = {
    "note": Text, "whole": Integer, "number": Float, "size": BigInteger, "yes": Boolean,
    "day": Date, "time": UtcDateTime, "ip": Ip, "mac": Mac, "secret": Secret,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """What a person sees of one column.

    `choices` maps the stored word to its label; `refers` names the register class a "ref" points
    to; `listed` shows it in the list, `searched` puts it into the search text; `low`/`high` bound
    numbers (a "size" is in bytes); `group` is the form section; `among` narrows what a "ref" may
    point to, in the words of a list's filters ({"kind": "v2c,v3"}). `settled` is written by the
    console's own steps: shown and exported, but no form, sheet or API call may write it. A number
    that is a name (a year) is not `grouped` by thousands. In a text with `blanks`, 无 and — mean
    that there is none, as they do wherever they can be no value.
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
    among: Mapping[str, str] = field(default_factory=dict)
    settled: bool = False
    blanks: bool = False
    grouped: bool = True


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a register together with what a person sees of it; `owner` is its class."""

    name: str
    entry: Entry
    owner: str = ""
    default: Any = None

    @property
    def label(self) -> str:
        return self.entry.label

    @property
    def choices(self) -> Mapping[str, str]:
        """Stored word → label, also where only a higher stratum knows the words."""
        told = _SUPPLIED.get((self.owner, self.name))
        return (told() if told else self.entry.choices) or {}

    @property
    def kind(self) -> Kind:
        return "choice" if (self.owner, self.name) in _SUPPLIED else self.entry.kind

    @property
    def nicknames(self) -> Mapping[str, str]:
        """What sheets call a choice besides → its label."""
        told = _NICKNAMES.get((self.owner, self.name))
        return told() if told else {}


_NICKNAMES: dict[tuple[str, str], Callable[[], Mapping[str, str]]] = {}
_SUPPLIED: dict[tuple[str, str], Callable[[], Mapping[str, str]]] = {}


def supply(
    class_name: str, name: str, choices: Callable[[], Mapping[str, str]],
    nicknames: Callable[[], Mapping[str, str]] = dict,
) -> None:  # fmt: skip
    """Tell what a text column may hold: vendor profiles, say, which this stratum cannot know; and
    what sheets call it otherwise (→ label)."""
    _SUPPLIED[class_name, name], _NICKNAMES[class_name, name] = choices, nicknames


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

    def __init__(self, errors: tuple[FieldError, ...], row_id: str = "") -> None:
        super().__init__("；".join(map(str, errors)))
        self.errors = errors
        self.row_id = row_id  # of many rows written at once, the one that breaks the rule


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
