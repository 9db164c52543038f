"""What is dear to work out and seldom changes: kept until one of the books it is read from changes.

The audit trail tells of every recorded change in one row of the next number, and of which book it
was; so a look at the rows since then says exactly whether what is kept still holds, and
after few of them, what it has to be mended for.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.audit import AuditRow, head
from inventory.shanghai import today

Answer = TypeVar("Answer")
Changes = Sequence[Any]  # rows of the audit trail: thing, thing_id, change, before, after
Mend = Callable[[Answer, Changes], Answer | None]  # None: it has to be worked out anew
_MOST = 24  # answers kept, those last asked for: a few questions for a few scopes
_FEW = 300  # changes that are cheaper to mend than to work everything out anew


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
    mend: Mend[Answer] | None = None,
) -> Answer:
    """The answer to `question` within the session's scope. `work` is done anew when a row of one of
    these `books` was written since, on another day, and when `stamp` (what no book tells) is
    another. After a few changes `mend` may make the new answer of the old one, which it leaves as
    it is: others may be reading it."""
    asked = (str(session.get_bind()), question, session.info["scope"])
    seq, day = head(session)[0], today()
    known = _kept.get(asked)
    same = known is not None and (known.day, known.stamp) == (day, stamp)
    if known is None or not same:
        known = _Kept(work(), seq, day, stamp)
    elif changes := _changes(session, books, known.seq, seq):
        known = replace(known, answer=_after(known.answer, changes, mend, work))
    if session.info["mode"] == "view":  # what an act sees may be taken back, its numbers used again
        _keep(asked, replace(known, seq=seq))
    return cast("Answer", known.answer)


def _after(
    known: Answer, changes: Changes, mend: Mend[Answer] | None, work: Callable[[], Answer]
) -> Answer:
    """What holds after these changes."""
    mended = mend(known, changes) if mend and len(changes) <= _FEW else None
    return work() if mended is None else mended


def _keep(asked: Hashable, known: _Kept) -> None:
    """Put it last in the row, and let those go that nobody has asked for the longest."""
    _kept.pop(asked, None)
    _kept[asked] = known
    while len(_kept) > _MOST:
        _kept.popitem(last=False)


def _changes(session: Session, books: Collection[type], since: int, seq: int) -> Changes:
    """What was written in these books after that row, as far as it is still few. From the bare
    table: whatever the scope."""
    if seq == since:
        return ()
    row = AuditRow.__table__
    columns = (row.c.thing, row.c.thing_id, row.c.change, row.c.before, row.c.after)
    names = [book.__name__ for book in books]
    query = select(*columns).where(row.c.seq > since, row.c.thing.in_(names)).limit(_FEW + 1)
    return session.connection().execute(query).all()
