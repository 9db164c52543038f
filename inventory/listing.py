"""One list for every register: search, filter, sort, page. The URL says it all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, func, inspect, nulls_last, or_, select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.db import Base
from inventory.register import Field, Register, fields
from inventory.text import fold

PAGE = 50


@dataclass(frozen=True, slots=True)
class Ask:
    """What a person wants listed. `filters` maps a field name to the stored value wanted;
    `sort` is a field name, with "-" in front for descending; `within` keeps a centre's subtree."""

    search: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    page: int = 1
    retired: bool = False
    within: str = ""  # centre path prefix


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows: (register row, its observed row or None)."""

    rows: tuple[tuple[Register, Any], ...]
    total: int
    page: int
    pages: int


def listed_fields(cls: type[Register]) -> tuple[tuple[type[Base], Field], ...]:
    """The columns of the list: the register's own, then what is observed of each row."""
    sources = [cls, *([cls.observed] if cls.observed else [])]
    return tuple((source, f) for source in sources for f in fields(source) if f.entry.listed)


def page_of(session: Session, cls: type[Register], ask: Ask) -> Page:
    """The page asked for (clamped to what exists), at most 50 rows."""
    total = session.scalar(select(func.count()).select_from(matching(cls, ask).subquery())) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(1, ask.page), pages)
    query = ordered(cls, ask).limit(PAGE).offset((page - 1) * PAGE)
    rows = tuple((row[0], row[1] if cls.observed else None) for row in session.execute(query))
    return Page(rows, total, page, pages)


def ordered(cls: type[Register], ask: Ask) -> Select[Any]:
    """Every matching row in the order asked for; ties by id, so that pages never overlap."""
    name = ask.sort.removeprefix("-")
    column = _column(cls, name) if name else None
    if column is None:
        return matching(cls, ask).order_by(_column(cls, cls.order), cls.id)
    order = column.desc() if ask.sort.startswith("-") else column.asc()
    return matching(cls, ask).order_by(nulls_last(order), cls.id)


def matching(cls: type[Register], ask: Ask) -> Select[Any]:
    query: Select[Any] = select(cls)
    if cls.observed:
        key = inspect(cls.observed).primary_key[0]
        query = cast(
            "Select[Any]", select(cls, cls.observed).outerjoin(cls.observed, key == cls.id)
        )
    alive: ColumnElement[bool] = (
        cls.retired_at.is_not(None) if ask.retired else cls.retired_at.is_(None)
    )
    conditions = [alive, *_search(cls, ask.search)]
    for name, value in ask.filters.items():
        column = _column(cls, name)
        if column is not None:
            conditions.append(_equals(column, value))
    return query.where(and_(*conditions, *_within(cls, ask.within)))


def _search(cls: type[Register], text: str) -> list[ColumnElement[bool]]:
    """Every word must occur; two characters are enough, initials and any MAC notation too."""
    return [cls.search.contains(word, autoescape=True) for word in fold(text).split()]


def _equals(column: ColumnElement[Any], value: str) -> ColumnElement[bool]:
    if value == "":
        return column.is_(None)
    if column.type.python_type is bool:
        return column.is_(value == "True")
    return or_(*(column == one for one in value.split(",")))


def _within(cls: type[Register], path: str) -> list[ColumnElement[bool]]:
    if not path:
        return []
    inside = select(Centre.id).where(Centre.path.startswith(path, autoescape=True))
    key = cls.id if cls is Centre else inspect(cls).columns["centre_id"]
    return [key.in_(inside)]


def _column(cls: type[Register], name: str) -> ColumnElement[Any] | None:
    for source in (cls, cls.observed):
        if source is not None and name in inspect(source).column_attrs:
            return getattr(source, name)  # type: ignore[no-any-return]
    return None
