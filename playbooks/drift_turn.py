"""What one look changes of the violations that stand: new ones, those that are back, still there,
not told this time, and over."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from inventory.address_finding import OWED, AddressFinding, FindingSeen
from netops.reconcile_facts import Book
from playbooks.drift_words import Case

AGAIN = timedelta(days=1)  # what comes back within it is the same violation
AHEAD = timedelta(minutes=10)  # last seen that much later than now: our clock was set back since
ABSENT = timedelta(hours=3)  # tables forget who is silent for a while: that long is gone
MOST = 500  # opened or ended in one turn, the gravest first: a lasting turn would stop all writing
_PASSING = ("unknown", "random", "moved", "silent")  # they come and go with the tables' memory


@dataclass(slots=True)
class Standing:
    """A finding that is not signed off, or may come back."""

    id: str
    kind: str
    state: str
    severity: str
    device_id: str | None
    port: str
    present: bool
    text: str
    last_at: datetime
    ended_at: datetime | None
    mac: str | None
    binding_id: str | None

    def stands_apart(self, one: Case) -> bool:
        """Is it graver or lighter now, or found at a port where none was known? Where it is from
        then on, its evidence tells: cards that wander would fill the audit."""
        return (bool(one.device_id) and not self.device_id) or one.severity != self.severity

    def overtaken(self, now: datetime) -> bool:
        """Has somebody looked later than we have?"""
        return now < self.last_at <= now + AHEAD

    def over(self, now: datetime) -> bool:
        """Is it to be ended, being told no more?"""
        return self.kind not in _PASSING or not timedelta() <= now - self.last_at < ABSENT

    def tells(self, now: datetime) -> bool:
        """Is it news that it is back? What somebody has set right is not, all the same."""
        return self.state == "handled" or self.ended_at is None or self.ended_at <= now - AGAIN


@dataclass(slots=True)
class Turn:
    """What one look changes."""

    new: list[Case] = field(default_factory=list)
    back: list[tuple[Standing, Case]] = field(default_factory=list)
    still: list[tuple[Standing, Case]] = field(default_factory=list)
    away: list[Standing] = field(default_factory=list)
    over: list[Standing] = field(default_factory=list)


def standing(session: Session, now: datetime) -> Mapping[str, Standing]:
    """The findings that stand or may come back, by object (which names its range or device, and
    stays with the centre that was told of it first), of this moment: read in the turn that writes,
    so that of two who look at once the second finds what the first has opened."""
    row, seen = AddressFinding, FindingSeen
    columns = (
        row.object, row.id, row.kind, row.state, row.severity, row.device_id,
        row.port, seen.present, seen.text, seen.last_at, row.ended_at,
        row.mac, row.binding_id,
    )  # fmt: skip
    lately = (row.state == "gone") & or_(row.kind.in_(OWED), row.ended_at > now - AGAIN)
    query = select(*columns).join(seen, seen.finding_id == row.id)
    query = query.where(row.retired_at.is_(None), or_(row.state.in_(("open", "handled")), lately))
    rows: Sequence[Any] = session.execute(query.order_by(row.first_at)).all()
    return {row[0]: Standing(*row[1:]) for row in rows}


def turn_of(
    found: Iterable[Case], known: Mapping[str, Standing], book: Book, now: datetime
) -> Turn:
    """What `found` changes of what stands."""
    turn, seen = Turn(), set()
    for one in found:
        seen.add(one.object)
        was = known.get(one.object)
        if was is None:
            turn.new.append(one)
        elif not was.overtaken(now):
            (turn.still if was.ended_at is None else turn.back).append((was, one))
    gone = [one for key, one in known.items() if key not in seen and not one.overtaken(now)]
    turn.away = [one for one in gone if one.ended_at is None]
    turn.over = [one for one in turn.away if one.over(now)][:MOST]
    del turn.new[MOST:], turn.back[MOST:]
    _settle(turn, book)
    return turn


def _settle(turn: Turn, book: Book) -> None:
    """What need not be waited for: the card is registered by now, or what it went against is no
    longer in force."""
    bound = {one.id for one in book.bindings}
    cards = frozenset(one.mac for one in book.bindings).union(*book.others.values())
    over = {one.id for one in turn.over}
    for one in turn.away:
        registered = one.kind in ("unknown", "random") and one.mac in cards
        released = bool(one.binding_id) and one.binding_id not in bound
        if (registered or released) and one.id not in over and len(turn.over) < MOST:
            turn.over.append(one)
