"""How often a source was backed up, and from when until when: what was owed by an earlier rhythm
stays owed when the rhythm changes or the source is put away (Article 141; duties E1–E3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from inventory.backup_source import BackupSource
from inventory.cadence import bounds, opens, period_of, periods
from inventory.shanghai import today


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`until` is the day another rhythm began, or the source was put away; None while it holds."""

    cadence: str
    day: int
    hour: int
    since: date
    until: date | None = None

    def shown_in(self, month: str) -> Iterator[str]:
        """The periods that are to be begun in a month (2026-11), or that were under way in it when
        the rhythm began."""
        first, last = bounds(month)
        for one in periods(self.cadence, max(first, self.since), last):
            day = opens(one, self.day, self.hour).date()
            begun = bounds(one)[0] <= self.since <= last and self.since >= first
            if self._owes(one) and (period_of("monthly", day) == month or begun):
                yield one

    def over(self, now: datetime) -> Iterator[str]:
        """The periods of a rhythm that holds no more, as far as they are over, in order."""
        if self.until is not None:
            for one in periods(self.cadence, self.since, self.until):
                if self._owes(one) and bounds(one)[1] < today(now):
                    yield one

    def _owes(self, period: str) -> bool:
        """Did it fall due before the rhythm ended? Later, another one asks, or none."""
        if self.until is None:
            return True
        return max(opens(period, self.day, self.hour).date(), self.since) < self.until


def rhythms(source: BackupSource, now: datetime) -> tuple[Rhythm, ...]:
    """The present one first, then the earlier ones."""
    gone = today(source.retired_at) if source.retired_at else None
    since = source.since or today(now)
    return (Rhythm(source.cadence, source.day, source.hour, since, gone), *earlier(source))


def earlier(source: BackupSource) -> Iterator[Rhythm]:
    """The rhythms it had before."""
    for told in source.earlier or ():
        days = (date.fromisoformat(told[name]) for name in ("since", "until"))
        yield Rhythm(told["cadence"], told["day"], told["hour"], *days)
