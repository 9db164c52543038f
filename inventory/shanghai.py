"""The one clock of the country: what is stored in UTC is lived, and counted in days, by it."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_CLOCKS = timedelta(minutes=5)  # the console's and a telephone's differ by that much


def today(now: datetime | None = None) -> date:
    """The calendar day in China at `now` (aware), by default at this moment."""
    return (now or datetime.now(UTC)).astimezone(SHANGHAI).date()


def ahead(at: datetime, now: datetime | None = None) -> bool:
    """Is this moment (aware) still to come, by more than clocks differ?"""
    return at > (now or datetime.now(UTC)) + _CLOCKS


def month_after(day: date) -> date:
    """One calendar month later: the same day of it, or its last when it is shorter."""
    year, month = day.year + day.month // 12, day.month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
