"""What a disc set, or the archive of a year, holds: the good backups of its time, the devices'
configurations at its end; and what is missing, said by name (Articles 140 and 143)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.backup_set import BackupSet
from inventory.backup_source import BackupSource
from inventory.cadence import bounds
from inventory.centre import CENTRE_TIERS, Centre
from inventory.config_snapshot import ConfigSnapshot
from inventory.config_state import ConfigState
from inventory.device import Device
from inventory.shanghai import SHANGHAI

CONFIGURED = ("router", "switch", "firewall", "pbx", "wireless")  # what Article 140(4) means
_OPEN = ("files",)  # methods whose content the console may lay down in plain


@dataclass(frozen=True, slots=True)
class Choice:
    """`plain` are laid down as they were, `sealed` only encrypted; `configs` each device's newest
    configuration in time; `lacking` a sentence for each thing that nobody has."""

    plain: tuple[BackupSet, ...]
    sealed: tuple[BackupSet, ...]
    configs: tuple[ConfigSnapshot, ...]
    lacking: tuple[str, ...]
    sources: Mapping[str, BackupSource]
    devices: Mapping[str, Device]

    @property
    def listing(self) -> str:
        """The encrypted ones, a line each: what an approval is given over."""
        return "\n".join(
            f"{one.number} {one.period} {self.sources[one.source_id].name}" for one in self.sealed
        )


def span(period: str) -> tuple[date, date]:
    """First day of "2026Q4" or "2026", and the first day after it. ValueError for no period."""
    first, last = bounds(period)
    return first, last + timedelta(days=1)


def choice(session: Session, centre_id: str, period: str) -> Choice:
    """What lies in sight of this session for one centre and its units; read it with everything in
    sight."""
    first, after = span(period)
    places = units(session, centre_id)
    sources = _by_id(session.scalars(select(BackupSource).where(_in(BackupSource, places))))
    chosen = tuple(_newest(_good(session, sources, first, after)))
    devices = _by_id(session.scalars(select(Device).where(_in(Device, places))))
    configs = tuple(_configs(session, devices, after))
    lacking = (
        *_missing_sets(sources, chosen, first, after),
        *_missing_configs(session, devices, {one.device_id for one in configs}),
    )
    plain = tuple(one for one in chosen if not is_sealed(one, sources[one.source_id]))
    sealed = tuple(one for one in chosen if is_sealed(one, sources[one.source_id]))
    return Choice(plain, sealed, configs, lacking, sources, devices)


def is_sealed(backup: BackupSet, source: BackupSource) -> bool:
    """Databases and files that nobody here may look into leave the house only encrypted: by what
    the source was when it was backed up, and by what it is."""
    told: tuple[BackupSet | BackupSource, ...] = (backup, source)
    return any(one.kind == "software" or one.opaque or one.method not in _OPEN for one in told)


def units(session: Session, centre_id: str) -> list[str]:
    """The centre and its units; a centre below keeps its own discs."""
    top = session.get_one(Centre, centre_id)
    told = session.scalars(
        select(Centre).where(Centre.path.startswith(top.path, autoescape=True))
    ).all()
    others = [one.path for one in told if one.tier in CENTRE_TIERS and one.id != top.id]
    return [one.id for one in told if not any(one.path.startswith(path) for path in others)]


def months_of(period: str) -> tuple[date, ...]:
    """The months a backup's period ("2026-11", "2026-W47", "2026Q4", "2026-11-22", "2026") stands
    for, by their first days."""
    if "W" in period:
        year, _, week = period.partition("-W")
        return (date.fromisocalendar(int(year), int(week), 4).replace(day=1),)
    if "-" in period:
        return (date(int(period[:4]), int(period[5:7]), 1),)
    first, after = span(period)
    return tuple(_months(first, after))


def _months(first: date, after: date) -> Iterator[date]:
    while first < after:
        yield first
        first = (first + timedelta(days=32)).replace(day=1)


def _good(
    session: Session, sources: Mapping[str, BackupSource], first: date, after: date
) -> Iterator[BackupSet]:
    """Those of the time, by source and month; within these the newest first, by number: a clock
    may have been set back."""
    query = select(BackupSet).where(BackupSet.source_id.in_(sources), BackupSet.state == "good")
    told = [one for one in session.scalars(query) if _within(one.period, first, after)]
    told.sort(key=lambda one: (len(one.number), one.number), reverse=True)
    return iter(sorted(told, key=_by_month))


def _within(period: str, first: date, after: date) -> bool:
    """Does it end in this time? A year's backup belongs to its last quarter."""
    return first <= months_of(period)[-1] < after


def _by_month(one: BackupSet) -> tuple[str, date]:
    return one.source_id, months_of(one.period)[-1]


def _newest(told: Iterable[BackupSet]) -> Iterator[BackupSet]:
    """One a month: of a daily source, the last of each month is what the disc keeps."""
    for _, group in groupby(told, key=_by_month):
        yield next(group)


def _missing_sets(
    sources: Mapping[str, BackupSource], chosen: Sequence[BackupSet], first: date, after: date
) -> Iterator[str]:
    had = {(one.source_id, month) for one in chosen for month in months_of(one.period)}
    for source in sorted(sources.values(), key=lambda one: (one.sort_key, one.id)):
        if source.retired_at is not None or source.paused:
            continue
        months = [m for m in _months(first, after) if not source.since or m >= _month(source.since)]
        lost = [m for m in months if (source.id, m) not in had]
        rare = source.cadence in ("quarterly", "yearly")
        if lost and (not rare or len(lost) == len(months)):
            words = "、".join(f"{one:%Y-%m}" for one in lost)
            yield f"{source.name}：{words} 没有已核对的备份"


def _month(day: date) -> date:
    return day.replace(day=1)


def _configs(
    session: Session, devices: Mapping[str, Device], after: date
) -> Iterator[ConfigSnapshot]:
    """The newest of each device before the time ends."""
    end = datetime.combine(after, time(), SHANGHAI).astimezone(UTC)
    row = ConfigSnapshot
    last = (
        select(row.device_id, func.max(row.taken_at).label("at"))
        .where(row.taken_at < end, row.device_id.in_(devices))
        .group_by(row.device_id)
        .subquery()
    )
    query = select(row).join(
        last, (last.c.device_id == row.device_id) & (last.c.at == row.taken_at)
    )
    told = session.scalars(query.order_by(row.device_id, row.id.desc()))
    for _, group in groupby(told, key=lambda one: one.device_id):
        yield next(group)


def _missing_configs(
    session: Session, devices: Mapping[str, Device], had: set[str]
) -> Iterator[str]:
    why = dict(session.execute(
        select(ConfigState.device_id, ConfigState.why).where(ConfigState.device_id.in_(devices))
    ).all())  # fmt: skip
    for one in sorted(devices.values(), key=lambda one: (one.sort_key, one.id)):
        if one.kind in CONFIGURED and one.retired_at is None and one.id not in had:
            cause = f"（{why[one.id]}）" if why.get(one.id) else ""
            yield f"{one.name}：没有配置备份{cause}"


def _in(cls: type[BackupSource] | type[Device], places: Sequence[str]) -> Any:
    return cls.centre_id.in_(places)


def _by_id(rows: Iterable[Any]) -> dict[str, Any]:
    return {row.id: row for row in rows}
