"""Which source owes a backup now, and whether it may be tried again yet (Article 141)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.backup_rhythm import earlier
from inventory.backup_set import BackupSet
from inventory.backup_source import BackupSource
from inventory.cadence import AHEAD, Due, Ran, believed, due, suspect
from inventory.credential import Credential

KEPT = ("good", "expired")  # what an expired set held lies on a disc or in the archive
_ONCE = (*KEPT, "damaged")  # a set that broke later was made all the same
_AGAIN = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6))
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a source as the catalogue tells it."""

    source_id: str
    turn: int
    at: datetime
    period: str
    state: str
    ended_at: datetime | None
    permanent: bool
    declared: int


_COLUMNS = (
    BackupSet.source_id, BackupSet.ordinal, BackupSet.started_at, BackupSet.period, BackupSet.state,
    BackupSet.ended_at, BackupSet.permanent, BackupSet.declared,
)  # fmt: skip


def runs_of(session: Session, source_id: str) -> Sequence[Run]:
    """Every run of one source, in their order."""
    return runs(session, [source_id]).get(source_id, ())


def runs(session: Session, source_ids: Collection[str]) -> Mapping[str, Sequence[Run]]:
    """Source → its runs, in their order."""
    query = select(*_COLUMNS).where(BackupSet.source_id.in_(source_ids))
    found: dict[str, list[Run]] = defaultdict(list)
    for facts in session.execute(query.order_by(BackupSet.ordinal, BackupSet.id)):
        found[facts[0]].append(Run(*facts))
    return found


def owed(source: BackupSource, ran: Sequence[Run], now: datetime) -> Due:
    """What a source owes now. Only runs that the clock's own story bears out count for a period."""
    done = done_of(ran, now)
    assert source.since is not None
    told = due(source.cadence, source.day, source.hour, source.since, done[0], now)
    before = (one for rhythm in earlier(source) for one in rhythm.over(now))
    missed = dict.fromkeys((*before, *told.missed))
    return Due(told.period, told.late, tuple(one for one in missed if one not in done[1]))


def done_of(ran: Sequence[Run], now: datetime) -> tuple[set[str], set[str]]:
    """The periods that have a good set now, and those that had one once."""
    made = [one for one in ran if one.state in _ONCE]
    trusted = [made[place] for place in believed([Ran(one.turn, one.at) for one in made], now)]
    now_good = {one.period for one in trusted if one.state in KEPT}
    return now_good, {one.period for one in trusted}


def doubtful(ran: Sequence[Run], now: datetime) -> bool:
    """Did something begin later than now? Then one of the two clocks was wrong."""
    return suspect([Ran(one.turn, one.at) for one in ran], now)


def may_try(
    source: BackupSource, ran: Sequence[Run], way: Credential | None, now: datetime
) -> bool:
    """May it be tried now? After a failure later and later; what cannot succeed by itself waits for
    another declaration, another credential or another day, and so does what a person stopped."""
    failed = _failed_since(ran)
    if not failed:
        return True
    last = failed[-1]
    since = now - (last.ended_at or last.at)
    if since < -AHEAD or since > _DAY or source.revision != last.declared:
        return True
    renewed = way is not None and way.set_at is not None and way.set_at > last.at
    if last.permanent or last.state == "cancelled":
        return renewed
    tries = len(failed)
    return since >= (_AGAIN[tries - 1] if tries <= len(_AGAIN) else _DAY)


def _failed_since(ran: Sequence[Run]) -> list[Run]:
    """The failures since the last good set; a run under way is none."""
    failed: list[Run] = []
    for one in ran:
        if one.state in _ONCE:
            failed = []
        elif one.state != "running":
            failed.append(one)
    return failed
