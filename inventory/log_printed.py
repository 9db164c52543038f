"""A day sheet on paper: its entries by section, each with its corrections, and who signed."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.log_sections import SECTIONS
from inventory.register import Lines, register_named
from inventory.shanghai import SHANGHAI


def printed_lines(session: Session, day_id: str) -> Lines:
    """The table of one sheet: section, time, text, author; addenda stand below what they
    correct."""
    entries, errors = _rows(session, "LogEntry", day_id), _errors(session, day_id)
    rows = [line for one in sorted(entries, key=_order) for line in _entry(one, errors)]
    rows += [_addendum("补充", one) for one in errors if one.log_entry_id is None]
    return Lines(("栏目", "时间", "内容", "记录人"), tuple(rows))


def _entry(one: Any, errors: Sequence[Any]) -> Iterator[tuple[str, ...]]:
    late = f"（补记于 {_clock(one.recorded_at)}）" if one.late_entry else ""
    yield SECTIONS[one.section], _clock(one.occurred_at), f"{one.text}{late}", one.author
    for error in (each for each in errors if each.log_entry_id == one.id):
        yield _addendum("更正", error)


def _addendum(word: str, one: Any) -> tuple[str, ...]:
    how = f"{one.number}，{'已审核' if one.state == 'closed' else '待审核'}"
    return "", _clock(one.filled_at), f"{word}：{one.right}（{how}）", one.found_by


def _clock(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%m-%d %H:%M}"


def _order(one: Any) -> tuple[int, Any, str]:
    return list(SECTIONS).index(one.section), one.occurred_at, one.id


def _errors(session: Session, day_id: str) -> Sequence[Any]:
    cls: Any = register_named("ErrorRecord")
    query = select(cls).where(
        cls.log_day_id == day_id, cls.state != "draft", cls.retired_at.is_(None)
    )
    return session.scalars(query.order_by(cls.filled_at)).all()


def _rows(session: Session, name: str, day_id: str) -> Sequence[Any]:
    cls: Any = register_named(name)  # by name: these classes import this one's
    query = select(cls).where(cls.day_id == day_id, cls.retired_at.is_(None))
    return session.scalars(query).all()
