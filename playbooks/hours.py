"""When a device is expected to be on: always, or in the office's hours."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial

from sqlalchemy.orm import Session

from inventory.shanghai import SHANGHAI, today
from inventory.workdays import by_weekday, workdays

_OPEN, _CLOSE = time(8), time(18)  # a margin round the usual 8:00–12:00 and 14:30–18:00


def in_hours(hours: str, at: datetime, *, working: Callable[[date], bool] = by_weekday) -> bool:
    """Must a device with these hours be on now? Routers and switches must, always (Article 97);
    the others while the office is open on a day that is `working`."""
    if hours == "always":
        return True
    local = at.astimezone(SHANGHAI)
    return working(local.date()) and _OPEN <= local.time() < _CLOSE


def office(session: Session, at: datetime) -> Callable[[str, datetime], bool]:
    """`in_hours` by the working calendar, for a sweep that begins at `at`: asked once, for a sweep
    may last over midnight but not over a day."""
    day = today(at)
    open_days = frozenset(workdays(session, day, day + timedelta(days=1)))
    return partial(in_hours, working=open_days.__contains__)
