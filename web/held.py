"""What is dear to work out and seldom changes: kept until one of the books it is read from changes.

The audit trail tells of every recorded change in one row of the next number, and of which book it
was; so a look at the rows since then says exactly whether what is kept still holds.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.audit import AuditRow, head
from inventory.shanghai import today

Answer = TypeVar("Answer")
_MOST = 24  # answers kept, those last asked for: a few questions for a few scopes


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer, the newest audit row that it knows of, and what else it was true for."""

    answer: Any
    seq: int
    day: date
    stamp: tuple[Hashable, ...]


_kept: OrderedDict[Hashable, _Kept] = OrderedDict()


def held(
    session: Session,
    question: str,
    books: Collection[type],
    work: Callable[[], Answer],
    *stamp: Hashable,
) -> Answer:
    """The answer to `question` within the session's scope. `work` is done anew when a row of one of
    these `books` was written since, on another day, and when `stamp` (what no book tells) is
    another."""
    asked = (str(session.get_bind()), question, session.info["scope"])
    seq, day = head(session)[0], today()
    known = _kept.get(asked)
    same = known is not None and (known.day, known.stamp) == (day, stamp)
    if known is None or not same or _touched(session, books, known.seq, seq):
        known = _Kept(work(), seq, day, stamp)
    _keep(asked, replace(known, seq=seq))
    return cast("Answer", known.answer)


def _keep(asked: Hashable, known: _Kept) -> None:
    """Put it last in the row, and let those go that nobody has asked for the longest."""
    _kept.pop(asked, None)
    _kept[asked] = known
    while len(_kept) > _MOST:
        _kept.popitem(last=False)


def _touched(session: Session, books: Collection[type], since: int, seq: int) -> bool:
    """Was one of these books written after that row? From the bare table: whatever the scope."""
    if seq == since:
        return False
    row = AuditRow.__table__
    names = [book.__name__ for book in books]
    query = select(row.c.seq).where(row.c.seq > since, row.c.thing.in_(names)).limit(1)
    return session.connection().execute(query).first() is not None
