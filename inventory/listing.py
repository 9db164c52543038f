"""One list for every register: search, filter, sort, page. The URL says it all."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, case, func, inspect, nulls_last, select
from sqlalchemy.orm import Session, aliased

from inventory.centre import Centre
from inventory.columns import ip_order
from inventory.db import Base
from inventory.findable import candidates
from inventory.period import within
from inventory.register import Field, Register, fields, register_named
from inventory.text import fold

PAGE = 50
NOTHING = "-"  # the filter for "left empty"


@dataclass(frozen=True, slots=True)
class Ask:
    """What a person wants listed. `filters` maps a field name to the stored value wanted: several
    with commas, "yes" or "no", "-" for empty; a centre stands for its subtree, and of days and
    times a year or month for all of it. `sort` is a field
    name, with "-" in front for descending; `within` keeps a centre's subtree. `among` is what the
    index says of the search (`looked_up`): the ids of what may match, None for "too many"."""

    search: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    page: int = 1
    retired: bool = False
    within: str = ""  # centre path prefix
    among: Collection[str] | None = None
    looked: bool = False


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
    ask = looked_up(session, cls, ask)
    total = count(session, cls, ask)
    pages = max(1, -(-total // PAGE))
    page = min(max(1, ask.page), pages)
    query = ordered(cls, ask).limit(PAGE).offset((page - 1) * PAGE)
    return Page(pairs(cls, session.execute(query).all()), total, page, pages)


def pairs(cls: type[Register], found: Iterable[Any]) -> tuple[tuple[Register, Any], ...]:
    """What `ordered` selects, as (register row, its observed row or None)."""
    return tuple((row[0], row[1] if cls.observed else None) for row in found)


def looked_up(session: Session, cls: type[Register], ask: Ask) -> Ask:
    """The same list with what the index knows of it. Without, every row is read: slow, no less
    right."""
    if ask.looked or not ask.search:
        return ask
    return replace(ask, among=candidates(session, cls, ask.search), looked=True)


def count(session: Session, cls: type[Register], ask: Ask, most: int | None = None) -> int:
    """How many rows match; no more than `most` are counted."""
    ask = looked_up(session, cls, ask)
    keys = matching(cls, ask).with_only_columns(cls.id, maintain_column_froms=True).limit(most)
    return session.scalar(select(func.count()).select_from(keys.subquery())) or 0


def numbers(session: Session, cls: type[Register], asks: Sequence[Ask]) -> list[int]:
    """How many rows match each, where all ask for the same words: one reading for all."""
    if len(asks) == 1:
        return [count(session, cls, asks[0])]
    first = looked_up(session, cls, asks[0])
    same = set.intersection(*(set(ask.filters.items()) for ask in asks))
    each = []
    for ask in asks:
        own = replace(ask, filters=dict(ask.filters.items() - same))
        each.append(func.count().filter(and_(*_conditions(cls, own))))
    shared = [one for name, value in same for one in _filter(cls, name, value)]
    query = _beside(cls, cast("Select[Any]", select(*each)).select_from(cls))
    return list(session.execute(query.where(*shared, *_search(cls, first))).one())


def ordered(cls: type[Register], ask: Ask) -> Select[Any]:
    """Every matching row in the order asked for; ties by id, so that pages never overlap."""
    falling = ask.sort.startswith("-")
    order = _order(cls, ask.sort.removeprefix("-"))
    if order is None:
        order, falling = _order(cls, cls.order), cls.falling
        assert order is not None
    turned = order.desc() if falling else order.asc()
    # A key is never empty, and to say where empty ones go would keep its index from being used.
    placed = turned if order is cast("Any", cls.sort_key) else nulls_last(turned)
    return matching(cls, ask).order_by(placed, cls.id)


def matching(cls: type[Register], ask: Ask) -> Select[Any]:
    """Every row that meets all of `ask`, beside what is observed of it, in no order."""
    beside = (cls.observed,) if cls.observed else ()
    query = _beside(cls, cast("Select[Any]", select(cls, *beside)))
    return query.where(*_conditions(cls, ask), *_search(cls, ask))


def _beside(cls: type[Register], query: Select[Any]) -> Select[Any]:
    """The query with the observed rows at hand."""
    if not cls.observed:
        return query
    return query.outerjoin(cls.observed, inspect(cls.observed).primary_key[0] == cls.id)


def _conditions(cls: type[Register], ask: Ask) -> list[ColumnElement[bool]]:
    """All that is asked but the words."""
    alive = cls.retired_at.is_not(None) if ask.retired else cls.retired_at.is_(None)
    conditions: list[ColumnElement[bool]] = [alive]
    for name, value in ask.filters.items():
        conditions += _filter(cls, name, value)
    if ask.within:
        conditions.append(_own_centre(cls).in_(_subtree(ask.within)))
    return conditions


def _search(cls: type[Register], ask: Ask) -> list[ColumnElement[bool]]:
    """Every word must occur; two characters are enough, initials and any MAC notation too."""
    words = [cls.search.contains(word, autoescape=True) for word in fold(ask.search).split()]
    return words if ask.among is None else [cls.id.in_(ask.among), *words]


def _filter(cls: type[Register], name: str, value: str) -> list[ColumnElement[bool]]:
    found = _find(cls, name)
    if found is None:
        return []
    told, column = found
    if value == NOTHING:
        return [column.is_(None)]
    if told.kind == "yes":
        return [column.is_(value == "yes")]
    if told.entry.refers == "Centre":
        return [column.in_(_below(value))]
    if told.kind in ("day", "time"):
        return [within(column, value, moments=told.kind == "time")]
    return [column.in_(value.split(","))]


def _below(centre_id: str) -> Select[Any]:
    """Ids of a centre and of every unit below it; what lies outside the scope stays out."""
    top = aliased(Centre)
    path = select(top.path).where(top.id == centre_id).scalar_subquery()
    return select(Centre.id).where(Centre.path.startswith(path))


def _subtree(path: str) -> Select[Any]:
    return select(Centre.id).where(Centre.path.startswith(path, autoescape=True))


def _own_centre(cls: type[Register]) -> ColumnElement[Any]:
    return cls.id if cls is Centre else cls.centre_id  # type: ignore[attr-defined,return-value]


def _order(cls: type[Register], name: str) -> ColumnElement[Any] | None:
    """What to sort by so that the order means something: names by pinyin and number, choices as
    they are declared (states: worst first), references as their own list, addresses by value."""
    found = _find(cls, name)
    if found is None:
        return None
    told, column = found
    if told.kind == "choice" and told.choices:
        ranks = {word: rank for rank, word in enumerate(told.choices)}
        return case(ranks, value=column, else_=len(ranks))
    if told.kind == "ref":
        return _own_order(told, column)
    if name == cls.order and told.kind in ("text", "ip"):
        return cast("ColumnElement[Any]", cls.sort_key)
    return ip_order(column) if told.kind == "ip" else column


def _own_order(told: Field, column: ColumnElement[Any]) -> ColumnElement[Any]:
    target = aliased(register_named(told.entry.refers))
    return select(target.sort_key).where(target.id == column).scalar_subquery()


def _find(cls: type[Register], name: str) -> tuple[Field, ColumnElement[Any]] | None:
    """A labelled column of the register, or of what is observed of its rows; never a secret."""
    for source in (cls, cls.observed):
        for told in fields(source) if source else ():
            if told.name == name and told.kind != "secret":
                column = getattr(source, name)
                unseen = source is cls.observed and told.default is not None
                return told, func.coalesce(column, told.default) if unseen else column
    return None
