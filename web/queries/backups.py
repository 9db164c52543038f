"""Is everything of this month safe, twice? Each source by month, where its copies lie, what comes
next (Articles 140–143; duties E1–E3, E5–E10)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from shutil import disk_usage
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.archive_transfer import ArchiveTransfer
from inventory.backup_export import BackupExport
from inventory.backup_light import worst
from inventory.backup_months import LIGHTS, Cell, Light, Line, duties, months
from inventory.backup_safety import Safety, safe_all
from inventory.backup_set import BackupSet
from inventory.backup_source import BackupSource
from inventory.cadence import bounds, period_of
from inventory.centre import Centre
from inventory.disc_choice import months_of
from inventory.disc_set import DiscSet
from inventory.drill import Drill
from inventory.log_sections import LOG_TIERS
from inventory.shanghai import today

MONTHS = 3  # this one and two before it
_KEPT = ("good", "expired")
MADE = ("E1", "E2", "E3")  # duties that ask for the backup itself
SHORT: Mapping[str, str] = {
    "E1": "没有备份", "E2": "没有备份", "E3": "没有备份", "E5": "缺第二份", "E6": "缺介质副本",
    "E7": "缺光盘", "E8": "没有归档",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One source, or one kind of a unit that has none (`source` None). `cells` newest month first;
    `safety` of the newest set there is, `sets` those its cells speak of."""

    line: Line
    centre: str
    source: BackupSource | None
    cells: tuple[Cell, ...]
    sets: Mapping[str, BackupSet]
    safety: Safety | None

    @property
    def light(self) -> Light:
        """The worst of what is shown: of equal ones the newest month's."""
        return worst([cell.light for cell in self.cells])

    @property
    def made(self) -> bool:
        """Is there nothing wrong with this month's backup itself?"""
        return not any(one.duty in MADE for one in self.cells[0].failing)

    @property
    def twice(self) -> bool:
        """Does nothing at all fail this month?"""
        return not self.cells[0].failing

    @property
    def gone(self) -> bool:
        """Is it put away, and shown for what it owed until then?"""
        return self.source is not None and self.source.retired_at is not None

    @property
    def runs(self) -> bool:
        """Is it backed up by the console itself, at a click?"""
        return self.source is not None and not self.source.carried and not self.gone

    @property
    def carried(self) -> bool:
        """Do people bring its files by hand?"""
        return self.source is not None and self.source.carried and not self.gone


@dataclass(frozen=True, slots=True)
class Board:
    """The rows, worst first; the months of their cells, as 2026-11."""

    rows: Sequence[Row]
    months: tuple[str, ...]

    @property
    def owing(self) -> int:
        """Rows without this month's backup, though it is due."""
        return sum(not row.made for row in self.rows)

    @property
    def single(self) -> int:
        """Backed up this month, but a copy is lacking."""
        return sum(row.made and not row.twice for row in self.rows)

    @property
    def before(self) -> int:
        """Rows that are well this month and were not in one before."""
        return sum(row.twice and row.light.light in ("critical", "warning") for row in self.rows)


@dataclass(frozen=True, slots=True)
class Room:
    """The disk the sets lie on, in bytes: `needed` is what the next runs are likely to take."""

    free: int
    total: int
    needed: int

    @property
    def look(self) -> str:
        share = 100 * self.free // self.total if self.total else 0
        return "critical" if self.free < self.needed else "warning" if share < 10 else "ok"


@dataclass(frozen=True, slots=True)
class Further:
    """The discs of the last whole quarter, last year's archive, the newest drill and export.
    `begin` is the quarter whose discs may be begun now, "" when there is none."""

    quarter: str
    begin: str
    discs: DiscSet | None
    archive: ArchiveTransfer | None
    drill: Drill | None
    export: BackupExport | None


def board(session: Session, now: datetime) -> Board:
    """Every unit in sight."""
    day = today(now)
    since = _back(day)
    lines = months(session, units(session), since, day, now)
    sources = _by_id(session, BackupSource, (line.source_id for line in lines))
    sets = _by_id(session, BackupSet, (cell.set_id for line in lines for cell in line.cells))
    safety = safe_all(session, list(sets))
    names = dict(session.execute(select(Centre.id, Centre.name)).all())
    rows = []
    for line in lines:
        cells = tuple(reversed(line.cells))
        good = (one.set_id for one in cells if one.set_id in sets)
        newest = next((key for key in good if sets[key].state in _KEPT), "")
        source = sources.get(line.source_id)
        named = names.get(line.centre_id, "")
        rows.append(Row(line, named, source, cells, sets, safety.get(newest)))
    worst_first = sorted(rows, key=lambda row: LIGHTS.index(row.light.light))
    return Board(worst_first, tuple(cell.month for cell in rows[0].cells) if rows else ())


def units(session: Session) -> list[str]:
    """The centres and townships in sight (ids)."""
    living = select(Centre.id).where(Centre.retired_at.is_(None), Centre.tier.in_(LOG_TIERS))
    return list(session.scalars(living))


def lights(session: Session, now: datetime) -> Mapping[str, Light]:
    """One light for each duty of the units in sight."""
    return duties(session, units(session), now)


def room(session: Session, rows: Iterable[Row], home: Path) -> Room:
    """Each source once more, as big as it was last; and as much again while it is packed."""
    ids = [row.source.id for row in rows if row.source]
    query = select(BackupSet.source_id, func.max(BackupSet.stored)).where(
        BackupSet.source_id.in_(ids), BackupSet.state == "good"
    )
    needed = sum(size for _source, size in session.execute(query.group_by(BackupSet.source_id)))
    disk = disk_usage(home)
    return Room(disk.free, disk.total, needed)


def further(session: Session, now: datetime) -> Further:
    """What comes after the backups themselves, as far as it is in sight."""
    day = today(now)
    quarter = period_of("quarterly", bounds(period_of("quarterly", day))[0] - timedelta(days=1))
    discs = select(DiscSet).where(DiscSet.period == quarter, DiscSet.retired_at.is_(None))
    archive = select(ArchiveTransfer).where(
        ArchiveTransfer.year == day.year - 1, ArchiveTransfer.retired_at.is_(None)
    )
    return Further(
        quarter,
        _to_begin(session, (quarter, period_of("quarterly", day))),
        session.scalars(discs.order_by(DiscSet.id.desc())).first(),
        session.scalars(archive.order_by(ArchiveTransfer.id.desc())).first(),
        session.scalars(select(Drill).order_by(Drill.id.desc())).first(),
        session.scalars(select(BackupExport).order_by(BackupExport.id.desc())).first(),
    )


def _to_begin(session: Session, quarters: Sequence[str]) -> str:
    """The first of these that has good backups and no discs."""
    begun = select(DiscSet.period).where(DiscSet.retired_at.is_(None))
    kept = select(BackupSet.period).where(BackupSet.state == "good").distinct()
    held = {day for period in session.scalars(kept) for day in months_of(period)}
    known = set(session.scalars(begun.where(DiscSet.period.in_(quarters))))
    open_ = (one for one in quarters if one not in known)
    return next((one for one in open_ if held.intersection(months_of(one))), "")


def _back(day: date) -> date:
    """The first day of the oldest month shown."""
    first = day.replace(day=1)
    for _month in range(MONTHS - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    return first


def _by_id(session: Session, cls: type[Any], keys: Iterable[str]) -> dict[str, Any]:
    wanted = {key for key in keys if key}
    return {row.id: row for row in session.scalars(select(cls).where(cls.id.in_(wanted)))}
