"""What was seen against the register, found each cycle and after each word of a device: opened,
noted while it lasts, ended when completed walks tell it no more (Articles 34 and 109, duty D3).

A walk that broke off closes no sighting, so it ends nothing here either.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING, system
from inventory.address_finding import KINDS, OWED, AddressFinding, FindingSeen, notice_key
from inventory.batches import batches
from inventory.notice import settle, tell
from inventory.stepping import moving
from netops.reconcile import reconcile
from netops.reconcile_facts import Book
from playbooks.drift_clones import cloned
from playbooks.drift_devices import unlike
from playbooks.drift_loading import load
from playbooks.drift_refused import refused
from playbooks.drift_words import Case, cases
from playbooks.site import Site

AGAIN = timedelta(days=1)  # what comes back within it is the same violation
AHEAD = timedelta(minutes=10)  # last seen that much later than now: our clock was set back since
ABSENT = timedelta(hours=3)  # tables forget who is silent for a while: that long is gone
MOST = 500  # opened or ended in one turn, the gravest first: a lasting turn would stop all writing
_PASSING = ("unknown", "random", "moved", "silent")  # they come and go with the tables' memory
_TOLD_APART = 5  # more at once are one notice


@dataclass(slots=True)
class _Standing:
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
class _Turn:
    """What one look changes."""

    new: list[Case] = field(default_factory=list)
    back: list[tuple[_Standing, Case]] = field(default_factory=list)
    still: list[tuple[_Standing, Case]] = field(default_factory=list)
    away: list[_Standing] = field(default_factory=list)
    over: list[_Standing] = field(default_factory=list)


def judge(site: Site, now: datetime) -> int:
    """Look at everything as it stands, write what changed in one transaction, and return how many
    violations stand now."""
    with site.database.view(EVERYTHING) as session:
        book, told = load(session, now)
        found = [
            *cases(session, reconcile(book, told)),
            *unlike(session),
            *cloned(session),
        ]
        found += refused(session, book, found, now)
        if not found and not _standing(session, now):
            return 0
    with site.database.transaction(system("核对地址绑定")) as session:
        turn = _turn(found, _standing(session, now), now)
        _settle(turn, book)
        _open(session, turn.new, now)
        _come_back(session, turn.back, now)
        _note(session, turn.still, now)
        _miss(session, turn.away)
        _end(session, turn.over, now)
    return len(found)


def _standing(session: Session, now: datetime) -> Mapping[str, _Standing]:
    """By object (which names its range or device, and stays with the centre that was told of it
    first), of this moment: read in the turn that writes, so that of two who look
    at once the second finds what the first has opened."""
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
    return {row[0]: _Standing(*row[1:]) for row in rows}


def _settle(turn: _Turn, book: Book) -> None:
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


def _turn(found: Iterable[Case], standing: Mapping[str, _Standing], now: datetime) -> _Turn:
    turn, seen = _Turn(), set()
    for one in found:
        seen.add(one.object)
        known = standing.get(one.object)
        if known is None:
            turn.new.append(one)
        elif not known.overtaken(now):
            (turn.still if known.ended_at is None else turn.back).append((known, one))
    gone = [one for key, one in standing.items() if key not in seen and not one.overtaken(now)]
    turn.away = [one for one in gone if one.ended_at is None]
    turn.over = [one for one in turn.away if one.over(now)][:MOST]
    del turn.new[MOST:], turn.back[MOST:]
    return turn


def _open(session: Session, new: Sequence[Case], now: datetime) -> None:
    rows = [_row(one, now) for one in new]
    with moving(session, *rows):
        session.add_all(rows)
    session.add_all(_seen(row, one, now) for row, one in zip(rows, new, strict=True))
    session.flush()
    _tell(session, [(row.id, one) for row, one in zip(rows, new, strict=True)])


def _row(one: Case, now: datetime) -> AddressFinding:
    return AddressFinding(
        centre_id=one.centre_id, kind=one.kind, severity=one.severity, object=one.object,
        prefix_id=one.prefix_id or None, ip=one.ip or None, mac=one.mac or None,
        binding_id=one.binding_id or None, device_id=one.device_id or None, port=one.port,
        evidence=one.text, first_at=now,
    )  # fmt: skip


def _seen(row: AddressFinding, one: Case, now: datetime) -> FindingSeen:
    return FindingSeen(
        finding_id=row.id, centre_id=row.centre_id, last_at=now, times=1, present=True,
        facts=dict(one.facts), text=one.text,
    )  # fmt: skip


def _come_back(session: Session, back: Sequence[tuple[_Standing, Case]], now: datetime) -> None:
    """What was thought to be over, or set right, is not."""
    rows = _rows(session, [known.id for known, _ in back])
    with moving(session, *rows.values()):
        for known, one in back:
            row = rows[known.id]
            row.state, row.ended_at, row.severity = "open", None, one.severity
            _place(row, one)
    _note(session, back, now)
    _tell(session, [(known.id, one) for known, one in back if known.tells(now)])


def _note(session: Session, still: Sequence[tuple[_Standing, Case]], now: datetime) -> None:
    """Seen again: one statement for all, and one more for each whose evidence is another."""
    again = update(FindingSeen).values(
        last_at=now, times=FindingSeen.times + 1, present=True
    )  # fmt: skip
    for some in batches(known.id for known, _ in still):
        session.execute(again.where(FindingSeen.finding_id.in_(some)))
    for known, one in still:
        if known.text != one.text:
            other = update(FindingSeen).where(FindingSeen.finding_id == known.id)
            session.execute(other.values(text=one.text, facts=dict(one.facts)))
    _regrade(session, [(known, one) for known, one in still if known.stands_apart(one)])


def _regrade(session: Session, changed: Sequence[tuple[_Standing, Case]]) -> None:
    """The range is held to its bindings now, or no longer; the port was found after the address,
    as tables are read one by one."""
    rows = _rows(session, [known.id for known, _ in changed])
    with moving(session, *rows.values()):
        for known, one in changed:
            row = rows[known.id]
            row.severity = one.severity
            _place(row, one)


def _place(row: AddressFinding, one: Case) -> None:
    if not row.device_id:
        row.device_id, row.port = one.device_id or None, one.port


def _miss(session: Session, away: Sequence[_Standing]) -> None:
    """Not seen now; whether it is over is another question."""
    for some in batches(one.id for one in away if one.present):
        missed = update(FindingSeen).where(FindingSeen.finding_id.in_(some))
        session.execute(missed.values(present=False))


def _end(session: Session, over: Sequence[_Standing], now: datetime) -> None:
    """Over; what was done by somebody stays to be set right and signed off."""
    rows = _rows(session, [one.id for one in over])
    with moving(session, *rows.values()):
        for row in rows.values():
            row.ended_at = now
            row.state = "gone" if row.state == "open" else row.state
    for one in over:
        settle(session, notice_key(one.id))


def _rows(session: Session, ids: Iterable[str]) -> dict[str, AddressFinding]:
    found: dict[str, AddressFinding] = {}
    for some in batches(ids):
        query = select(AddressFinding).where(AddressFinding.id.in_(some))
        found.update((row.id, row) for row in session.scalars(query))
    return found


def _tell(session: Session, told: Sequence[tuple[str, Case]]) -> None:
    """Each by itself while they are few; a range that has just been registered tells hundreds."""
    by_centre: dict[str, list[tuple[str, Case]]] = {}
    for key, one in told:
        if one.severity != "info":
            by_centre.setdefault(one.centre_id, []).append((key, one))
    for centre, mine in by_centre.items():
        grave = [item for item in mine if item[1].severity == "critical"]
        few = mine if len(mine) <= _TOLD_APART else grave[:_TOLD_APART]
        for key, one in few:
            facts: dict[str, Any] = {"link": f"/r/address-findings/{key}", "level": one.severity}
            title = f"{KINDS[one.kind]}：{one.text.splitlines()[0]}"
            tell(
                session, "wrong", title, centre_id=centre, right="edit",
                text=one.text, key=notice_key(key), **facts,
            )  # fmt: skip
        if len(mine) > len(few):
            tell(
                session, "wrong", f"新发现 {len(mine)} 项地址违规，请处理", centre_id=centre,
                right="edit", level="warning", link="/r/address-findings",
                key=f"address-findings:{centre}",
            )  # fmt: skip
