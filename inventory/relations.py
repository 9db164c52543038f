"""Rules between rows that hold in every register, asked by the guard before a row is written.

No two living rows of one natural key; nobody above oneself; nothing retired while it is in use.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import inspect, not_, select
from sqlalchemy.orm import Session

from inventory.register import FieldError, Register, Rejected, fields, register_named, registers

_SHOWN = 3
_AT_ONCE = 200  # more than one act retires


def check(session: Session, row: Register) -> None:
    """Ask only what the change touches. An import has compared whole registers already and says
    so in `session.info`. Raises Rejected."""
    compared = session.info.get("compared") is type(row)
    wrong = [] if compared else [*_twins(session, row), *_circles(session, row)]
    if inspect(row).persistent and _changed(row, "retired_at"):
        wrong += _gone(session, row) if row.retired_at is None else _users(session, row)
    if wrong:
        raise Rejected(tuple(wrong), row.id)


def _changed(row: Register, *names: str) -> bool:
    state = inspect(row)
    return any(state.attrs[name].history.has_changes() for name in names)


def _twins(session: Session, row: Register) -> Iterator[FieldError]:
    cls = type(row)
    if row.retired_at is not None or not _changed(row, "retired_at", *cls.names):
        return
    same = (getattr(cls, name) == getattr(row, name) for name in cls.names)
    query = select(cls.id).where(*same, cls.id != row.id, cls.retired_at.is_(None))
    if cls.again:
        query = query.where(cls.state.not_in(cls.again))  # type: ignore[attr-defined]
    if session.scalar(query.limit(1)):
        yield row.wrong(cls.names[0], f"已有一条同样的{cls.title}：{row.label}")


def _circles(session: Session, row: Register) -> Iterator[FieldError]:
    cls = type(row)
    for field in fields(cls):
        if field.entry.refers != cls.__name__ or not _changed(row, field.name):
            continue
        above, seen = getattr(row, field.name), {row.id}
        while above and above not in seen:
            seen.add(above)
            parent: Any = session.get(cls, above)
            above = getattr(parent, field.name) if parent else None
        if above:
            yield row.wrong(field.name, f"{field.label}绕成了一圈")


def _users(session: Session, row: Register) -> Iterator[FieldError]:
    """Rows retired in the same act do not stand in the way, nor does what the console noted."""
    for cls in (one for one in registers().values() if one.by_hand):
        for field in (f for f in fields(cls) if f.entry.refers == type(row).__name__):
            column = getattr(cls, field.name)
            query = select(cls).where(column == row.id, cls.retired_at.is_(None), cls.id != row.id)
            past = cls.history()
            if past is not None:
                query = query.where(not_(past))
            found = session.scalars(query.limit(_AT_ONCE))
            living = [user.label for user in found if user.retired_at is None]
            if living:
                names = "、".join(living[:_SHOWN]) + ("等" if len(living) > _SHOWN else "")
                cause = f"还有{cls.title}以它为“{field.label}”：{names}；请先改用别的，或一并停用"
                yield FieldError("retired_at", row.label, cause)


def _gone(session: Session, row: Register) -> Iterator[FieldError]:
    for field in fields(type(row)):
        key = getattr(row, field.name) if field.kind == "ref" else None
        found = session.get(register_named(field.entry.refers), key) if key else None
        if found is not None and found.retired_at is not None:
            cause = f"它的{field.label}“{found.label}”已停用，请先恢复那一条"
            yield FieldError("retired_at", row.label, cause)
