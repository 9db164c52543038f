"""Finding one thing by what a scanner reads or a hand types: the address on its label, its number,
serial, finance number, MAC."""

import unicodedata
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from inventory.equipment import Equipment
from inventory.text import fold, mac, visible

_LABEL = "/a/"
_MOST = 10


def code_of(typed: str) -> str:
    """What was meant: the tag out of the address of a label, else the text itself."""
    text = visible(typed).strip()
    path = urlsplit(text).path if "://" in text or text.startswith(_LABEL) else ""
    return unquote(path.rpartition(_LABEL)[2]).strip() if _LABEL in path else text


def located(session: Session, typed: str) -> Sequence[Equipment]:
    """The things, within the session's scope, that answer to exactly this code: by tag first, and
    only when no tag fits by serial, finance number or MAC. Several when serials repeat."""
    code = code_of(typed)
    if not code:
        return ()
    tagged = _matching(session, Equipment.tag.in_(spellings(code)))
    return tagged or _matching(session, or_(*_otherwise(code)))


def guessed(session: Session, typed: str) -> Sequence[Equipment]:
    """What a person may have meant: one exact thing, or up to ten by name, initials, model."""
    exact = located(session, typed)
    words = fold(code_of(typed)).split()
    if exact or not words:
        return exact
    return _matching(session, *(Equipment.search.contains(word, autoescape=True) for word in words))


def spellings(code: str) -> set[str]:
    """A scanner may be set to capitals, or the keyboard that it plays to full-width letters; the
    index knows only what is written."""
    half = unicodedata.normalize("NFKC", code)
    return {code, half, half.upper(), half.lower()}


def _otherwise(code: str) -> list[ColumnElement[bool]]:
    told: list[ColumnElement[bool]] = [
        Equipment.serial.in_(spellings(code)), Equipment.finance_no.in_(spellings(code)),
    ]  # fmt: skip
    try:
        told.append(Equipment.mac == mac(code))
    except ValueError:
        pass
    return told


def _matching(session: Session, *wanted: ColumnElement[bool]) -> Sequence[Equipment]:
    query = select(Equipment).where(Equipment.retired_at.is_(None), *wanted)
    return session.scalars(query.order_by(Equipment.tag).limit(_MOST)).all()
