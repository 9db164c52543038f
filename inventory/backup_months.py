"""Which source of which month is green, yellow or red, and why: one function for the page, the
first page, the calendar and the evidence (Articles 70, 140–143; duties E1–E3, E5–E10)."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from inventory.archive_transfer import ArchiveTransfer
from inventory.backup_copy import BackupCopy
from inventory.backup_declaration import BackupDeclaration, declared
from inventory.backup_evidence import drilled, registered, reread
from inventory.backup_light import (
    DUTY_OF,
    FRESH,
    LIGHTS,
    Light,
    Made,
    Rule,
    asked,
    judge,
    worst,
)  # fmt: skip
from inventory.backup_rhythm import Rhythm, rhythms
from inventory.backup_safety import safe_all
from inventory.backup_set import BackupSet
from inventory.backup_source import KINDS, BackupSource
from inventory.cadence import Ran, believed, bounds, period_of, periods
from inventory.centre import Centre
from inventory.log_sections import LOG_TIERS
from inventory.shanghai import SHANGHAI, today

__all__ = ["LIGHTS", "Cell", "Light", "Line", "duties", "months"]

_DUTIES = ("E1", "E2", "E3", "E5", "E6", "E7", "E8", "E9", "E10")
_WELL = Light("ok", "无欠缺")
_OTHERS = Light("unknown", "当时有来源，现已停用")
_EARLY = Light("unknown", "尚无到期的备份", "到期后自动备份；想先试一次，可以立即备份")
_TOWN = ("software", "documents")  # what Article 140 leaves to a township: it has no servers


@dataclass(frozen=True, slots=True)
class Cell:
    """One month: its worst light, one for each duty that asks something in it, and the set it
    speaks of ("" none)."""

    month: str
    light: Light
    asked: tuple[Light, ...] = ()
    set_id: str = ""

    @property
    def failing(self) -> tuple[Light, ...]:
        return tuple(one for one in self.asked if one.light != "ok")


@dataclass(frozen=True, slots=True)
class Line:
    """One source, or one kind of a unit that has none (`source_id` "")."""

    centre_id: str
    kind: str
    name: str
    source_id: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read at once for all sources."""

    now: datetime
    tiers: Mapping[str, str]
    made: Mapping[tuple[str, str], Made]  # by (source, period)


def months(
    session: Session, centre_ids: Collection[str], since: date, until: date,
    now: datetime | None = None,
) -> list[Line]:  # fmt: skip
    """One line for each source of these units that was alive then, and for each kind that one has
    neither a source nor a signed declaration of; a cell for each month of `since`–`until`."""
    now = now or datetime.now(UTC)
    names = list(periods("monthly", since, until))
    homes = _homes(session, centre_ids)
    sources = _sources(session, list(homes), since)
    tiers = {key: one.tier for key, one in homes.items()}
    known = _Known(now, tiers, _made(session, sources, since, now))
    lines = [_line(one, names, known) for one in sources]
    return [*lines, *_without(session, homes, sources, names, now)]


def duties(
    session: Session, centre_ids: Collection[str], now: datetime | None = None
) -> Mapping[str, Light]:  # fmt: skip
    """One light for each duty, of the month under way and the twelve before it."""
    now = now or datetime.now(UTC)
    day = today(now)
    lines = months(session, centre_ids, (day - timedelta(days=365)).replace(day=1), day, now)
    told: dict[str, list[Light]] = defaultdict(list)
    for one in chain.from_iterable(cell.asked for line in lines for cell in line.cells):
        told[one.duty].append(one)
    if told:  # of what nobody owes yet, no register is complete and nothing could be tried
        told["E9"].append(_WELL)
    if any(cell.set_id for line in lines for cell in line.cells):
        told["E10"].append(_WELL)
    staffed = [key for key, one in _homes(session, centre_ids).items() if one.tier != "township"]
    told["E10"] += drilled(session, staffed, now)
    told["E9"] += registered(session, centre_ids)
    told["E7"] += reread(session, centre_ids, now)
    if not lines:
        return {duty: Light("unknown", "没有登记备份来源", "登记备份来源") for duty in _DUTIES}
    return {duty: worst(told[duty]) if told[duty] else _EARLY for duty in _DUTIES}


def _homes(session: Session, centre_ids: Collection[str]) -> Mapping[str, Centre]:
    query = select(Centre).where(Centre.id.in_(centre_ids), Centre.retired_at.is_(None))
    found = session.scalars(query.where(Centre.tier.in_(LOG_TIERS)).order_by(Centre.code))
    return {one.id: one for one in found}


def _sources(
    session: Session, homes: Collection[str], since: date
) -> Sequence[BackupSource]:  # fmt: skip
    """The living ones, and those put away since: what they owed until then stays owed."""
    gone = BackupSource.retired_at
    query = select(BackupSource).where(
        BackupSource.centre_id.in_(homes), or_(gone.is_(None), gone >= _midnight(since))
    )
    return session.scalars(query.order_by(BackupSource.sort_key, BackupSource.id)).all()


def _line(source: BackupSource, names: Sequence[str], known: _Known) -> Line:
    paused = (source.paused_why or "") if source.paused else None
    tier, kind = known.tiers[source.centre_id], source.kind
    told = [
        (one, Rule(kind, one.cadence, one.day, one.hour, one.since, tier, paused))
        for one in rhythms(source, known.now)
    ]
    cells = tuple(_cell(source.id, told, name, known) for name in names)
    return Line(source.centre_id, source.kind, source.name, source.id, cells)


def _cell(
    source_id: str, told: Sequence[tuple[Rhythm, Rule]], month: str, known: _Known
) -> Cell:  # fmt: skip
    wanted = {one: rule for rhythm, rule in reversed(told) for one in rhythm.shown_in(month)}
    if not wanted:
        return Cell(month, Light("unknown", "本月没有应做的备份"))
    made = {one: known.made.get((source_id, one)) for one in wanted}
    lights = {one: judge(rule, one, made[one], known.now) for one, rule in wanted.items()}
    shown = min(wanted, key=lambda one: LIGHTS.index(lights[one].light))
    owed = (asked(rule, one, made[one], known.now) for one, rule in wanted.items())
    said = made[shown]
    return Cell(month, lights[shown], tuple(chain.from_iterable(owed)), said.set_id if said else "")


def _made(
    session: Session, sources: Sequence[BackupSource], since: date, now: datetime
) -> Mapping[tuple[str, str], Made]:  # fmt: skip
    """The run that counts for each period of each source: a good one, else the last; those that a
    lying clock dates wrongly count for none."""
    begin = _midnight(since) - FRESH  # so far back, clocks are compared
    query = select(BackupSet).where(
        BackupSet.source_id.in_([one.id for one in sources]), BackupSet.started_at >= begin
    )
    rows: dict[str, list[BackupSet]] = defaultdict(list)
    for row in session.scalars(query.order_by(BackupSet.ordinal, BackupSet.id)):
        rows[row.source_id].append(row)
    chosen: dict[tuple[str, str], BackupSet] = {}
    for source, ran in rows.items():
        trusted = believed([Ran(one.ordinal, one.started_at) for one in ran], now)
        for row in (ran[place] for place in sorted(trusted)):
            before = chosen.get((source, row.period))
            if before is None or row.state == "good" or before.state not in ("good", "expired"):
                chosen[source, row.period] = row
    return dict(_facts(session, chosen, now))


def _facts(
    session: Session, chosen: Mapping[tuple[str, str], BackupSet], now: datetime
) -> Iterator[tuple[tuple[str, str], Made]]:  # fmt: skip
    ids = [row.id for row in chosen.values()]
    safety, fresh = safe_all(session, ids), _fresh(session, now)
    given = _given(session)
    for key, row in chosen.items():
        counted = {name for name in ("host", "medium", "disc") if getattr(safety[row.id], name)}
        places = frozenset(name for name in counted if (row.id, name) in fresh)
        archived = (row.centre_id, bounds(row.period)[1].year) in given
        yield key, Made(row.state, row.reason, row.id, row.checked_at, places, archived)


def _fresh(session: Session, now: datetime) -> set[tuple[str, str]]:
    """Copies that were read where they lie within the last 400 days, by set and place."""
    query = select(BackupCopy.set_id, BackupCopy.place).where(
        BackupCopy.state == "verified", BackupCopy.verified_at >= now - FRESH
    )
    return {(set_id, place) for set_id, place in session.execute(query.distinct())}


def _given(session: Session) -> set[tuple[str, int]]:
    query = select(ArchiveTransfer.centre_id, ArchiveTransfer.year).where(
        ArchiveTransfer.state == "done", ArchiveTransfer.retired_at.is_(None)
    )
    return {(centre, year) for centre, year in session.execute(query)}


def _without(
    session: Session, homes: Mapping[str, Centre], sources: Sequence[BackupSource],
    names: Sequence[str], now: datetime,
) -> Iterator[Line]:  # fmt: skip
    """Kinds of which a unit has no source: green by a leader's signed word only."""
    have = {(one.centre_id, one.kind) for one in sources if one.retired_at is None}
    had = _covered(sources)
    words: dict[tuple[str, str], list[BackupDeclaration]] = defaultdict(list)
    if names:
        span = (bounds(names[0])[0], bounds(names[-1])[1])
        for row in declared(session, list(homes), *span):
            words[row.centre_id, row.kind].append(row)
    for home in homes.values():
        for kind in _TOWN if home.tier == "township" else KINDS:
            if (home.id, kind) not in have:
                said = words[home.id, kind]
                until = had.get((home.id, kind), "")
                cells = tuple(
                    Cell(name, _OTHERS) if name < until else _declared(kind, name, said, now)
                    for name in names
                )
                yield Line(home.id, kind, f"{home.name}：{KINDS[kind]}", "", cells)


def _covered(sources: Sequence[BackupSource]) -> Mapping[tuple[str, str], str]:
    """The last month in which a source was put away: those before it, it answers for by itself."""
    found: dict[tuple[str, str], str] = {}
    for one in sources:
        if one.retired_at is not None:
            key, month = (one.centre_id, one.kind), period_of("monthly", today(one.retired_at))
            found[key] = max(month, found.get(key, ""))
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _declared(
    kind: str, month: str, said: Sequence[BackupDeclaration], now: datetime
) -> Cell:  # fmt: skip
    first, last = bounds(month)
    day = min(last, today(now))
    holds = next((one for one in said if one.starts <= day <= one.ends), None)
    if first > today(now):
        return Cell(month, Light("unknown", "未到日期"))
    if holds is not None:
        light = Light("ok", f"本级无库声明 {holds.number}，至 {holds.ends}", "", DUTY_OF[kind])
        return Cell(month, light, (light,))
    step = "登记备份来源；本级没有的，由领导签“本级无库声明”"
    light = Light("critical", "没有备份来源，也没有本级无库声明", step, DUTY_OF[kind])
    return Cell(month, light, (light,))
