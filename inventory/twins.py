"""What is the same but for how it was typed: a scanner set to capitals, or the keyboard it plays to
full-width letters, cannot tell two such tags apart; and one serial twice is mostly one box."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.batches import batches
from inventory.lifecycle import ENDED
from inventory.spelling import one_way

_TAGS = "tags of things"


def same_tag(session: Session, thing: Any) -> str:
    """The tag of another living thing that differs from this one's in capitals or width only, ""
    when none does. All are read once in a session: an import asks for each of its rows."""
    known: dict[str, _Bearer] | None = session.info.get(_TAGS)
    if known is None:
        table = type(thing).__table__
        living = select(table.c.id, table.c.tag).where(table.c.retired_at.is_(None))
        rows = session.connection().execute(living)
        known = session.info[_TAGS] = {one_way(tag): _Bearer(key, tag) for key, tag in rows}
    mine = _Bearer(thing.id, thing.tag, thing)
    other = known.setdefault(one_way(thing.tag), mine)
    if other.key == mine.key or other.tag == mine.tag:
        return ""
    if other.still(session, type(thing)):
        return other.tag
    known[one_way(thing.tag)] = mine
    return ""


@dataclass(frozen=True, slots=True)
class _Bearer:
    """Who bears a tag: `thing` where it was met in this session, not only in the book."""

    key: str
    tag: str
    thing: Any = None

    def still(self, session: Session, cls: type[Any]) -> bool:
        """Since the tags were read it may have got another, or been retired."""
        if self.thing is not None:
            return bool(self.thing.tag == self.tag and self.thing.retired_at is None)
        told = cls.__table__.c
        same = select(told.id).where(told.id == self.key, told.tag == self.tag)
        living = same.where(told.retired_at.is_(None))
        return session.connection().execute(living).first() is not None


def same_serial(session: Session, things: Sequence[Any]) -> Iterator[tuple[Any, str]]:
    """Each of these things whose serial others bear, too, among them or in the book, and what the
    others are called. Some makers do print one number on every box, so that is no error."""
    told = [one for one in things if (one.serial or "").strip()]
    borne = _borne(session, told)
    for one in told:
        same = borne.setdefault(one_way(one.serial), {})
        others = [label for key, label in same.items() if key != one.id]
        if others:
            yield one, "、".join(others[:3])
        same[one.id] = one.tag or one.name


def _borne(session: Session, told: Sequence[Any]) -> dict[str, dict[str, str]]:
    """Serial, written one way → id and tag of every thing in the book that bears it."""
    found: dict[str, dict[str, str]] = {}
    for batch in batches(sorted({word for one in told for word in _spellings(one.serial)})):
        cls = type(told[0])
        query = select(cls.id, cls.tag, cls.serial).where(
            cls.serial.in_(batch), cls.retired_at.is_(None), cls.state.not_in(ENDED)
        )
        for key, tag, serial in session.execute(query.order_by(cls.tag)):
            found.setdefault(one_way(serial), {})[key] = tag
    return found


def _spellings(serial: str) -> set[str]:
    """As the index can be asked for it."""
    half = unicodedata.normalize("NFKC", serial).strip()
    return {serial, half, half.upper(), half.lower()}
