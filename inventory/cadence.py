"""When what is to be backed up: the periods of a cadence, which one is due, which were missed.

Pure: what was done and what time it is are arguments. Days are those of China, which has no summer
time. Nothing is ever remembered of "the next run": a box that was off asks what is due (Article
141: monthly, whatever happened on the first).
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from inventory.shanghai import SHANGHAI

_DAY = timedelta(days=1)
AHEAD = timedelta(minutes=5)  # clocks of one house differ by that much
_SHAPE = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?|-W(?P<week>\d\d)|Q(?P<quarter>[1-4]))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Due:
    """What a source owes now: the `period` to be backed up at once (None for nothing), `late` when
    its time is over already, and all periods, oldest first, that nobody can make up for."""

    period: str | None = None
    late: bool = False
    missed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ran:
    """One run as the catalogue knows it: `turn` counts the runs of its source (0: unknown, found
    on a medium), `at` is what the clock said (aware)."""

    turn: int
    at: datetime


def period_of(cadence: str, day: date) -> str:
    """The period a day lies in: 2026-11-22, 2026-W47 (ISO 8601), 2026-11, 2026Q4, 2026."""
    if cadence == "daily":
        return day.isoformat()
    if cadence == "weekly":
        year, week, _weekday = day.isocalendar()
        return f"{year:04d}-W{week:02d}"
    if cadence == "monthly":
        return f"{day.year:04d}-{day.month:02d}"
    if cadence == "quarterly":
        return f"{day.year:04d}Q{(day.month + 2) // 3}"
    if cadence == "yearly":
        return f"{day.year:04d}"
    raise ValueError(f"no such cadence: {cadence!r}")


def bounds(period: str) -> tuple[date, date]:
    """The first and the last day of a period. Raises ValueError for what is none."""
    told = _SHAPE.fullmatch(period)
    if told is None:
        raise ValueError(f"no such period: {period!r}")
    year, month, day, week, quarter = (int(told[name] or 0) for name in _SHAPE.groupindex)
    if day:
        return date(year, month, day), date(year, month, day)
    if week:
        first = date.fromisocalendar(year, week, 1)
        return first, first + timedelta(days=6)
    begin, months = (month, 1) if month else (3 * quarter - 2, 3) if quarter else (1, 12)
    return date(year, begin, 1), _before_month(year, begin + months)


def opens(period: str, day: int, hour: int) -> datetime:
    """From when on a period is to be backed up: its `day`-th day (its last, when it is shorter) at
    `hour` o'clock in China."""
    first, last = bounds(period)
    return datetime.combine(min(first + (day - 1) * _DAY, last), time(hour), SHANGHAI)


def due(
    cadence: str, day: int, hour: int, since: date, done: Collection[str], now: datetime
) -> Due:  # fmt: skip
    """What is due at `now` (aware) of a source that is declared since `since` and has good sets of
    the periods `done`. The period before is made up for until the next one opens; what is older
    is missed: a set made today would not hold what there was then."""
    today = now.astimezone(SHANGHAI).date()
    if today < since:
        return Due()
    current = period_of(cadence, today)
    lacking = [one for one in periods(cadence, since, bounds(current)[0] - _DAY) if one not in done]
    if now >= opens(current, day, hour):
        return Due(None if current in done else current, False, tuple(lacking))
    before = period_of(cadence, bounds(current)[0] - _DAY)
    if lacking and lacking[-1] == before:
        return Due(before, True, tuple(lacking[:-1]))
    return Due(None, False, tuple(lacking))


def periods(cadence: str, since: date, until: date) -> Iterator[str]:
    """The periods of which some day lies in `since`–`until`, in order."""
    for year in range(since.year, until.year + 2):
        known = _ending_in(cadence, year)
        if since.year < year < until.year:
            yield from (period for _first, _last, period in known)
        else:
            yield from (one for first, last, one in known if last >= since and first <= until)


@lru_cache(maxsize=500)
def _ending_in(cadence: str, year: int) -> Sequence[tuple[date, date, str]]:
    """First day, last day and name of the periods that end in a year: twenty years of days are
    asked for with every look at a source."""
    found = []
    day = date(year, 1, 1)
    while day.year == year:
        first, last = bounds(period_of(cadence, day))
        found += [(first, last, period_of(cadence, day))] if last.year == year else []
        day = last + _DAY
    return tuple(found)


def believed(runs: Iterable[Ran], now: datetime) -> set[int]:
    """Which runs (by place in `runs`) ran when the clock said: the longest row of them in which
    turns and times both rise, up to `now`. A clock that ran ahead, or fell back for a while, leaves
    runs that fit in no such row: they count for no period. Those without a turn are believed."""
    told = [(run.turn, place, run.at) for place, run in enumerate(runs)]
    known = sorted(one for one in told if one[0] and one[2] <= now + AHEAD)
    free = {place for turn, place, at in told if not turn and at <= now + AHEAD}
    row = _longest([at for _turn, _place, at in known])
    return free | {known[one][1] for one in row}


def suspect(runs: Iterable[Ran], now: datetime) -> bool:
    """Did anything begin later than now? Then the clock was wrong then, or is now."""
    return any(run.at > now + AHEAD for run in runs)


def _longest(times: Sequence[datetime]) -> list[int]:
    """The places of a longest row that never falls; of several, the one that ends earliest."""
    ends: list[datetime] = []
    heads: list[int] = []  # heads[n]: where the best row of n + 1 ends
    before: list[int] = []
    for place, at in enumerate(times):
        length = bisect_right(ends, at)
        before.append(heads[length - 1] if length else -1)
        ends[length : length + 1], heads[length : length + 1] = [at], [place]
    found = []
    place = heads[-1] if heads else -1
    while place >= 0:
        found.append(place)
        place = before[place]
    return found


def _before_month(year: int, month: int) -> date:
    """The day before the first of a month, which may be counted beyond twelve."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1) - _DAY
