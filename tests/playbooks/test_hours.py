"""The office's hours follow the working calendar."""

from datetime import date, datetime

import pytest

from inventory.act import EVERYTHING, system
from inventory.db import Database
from inventory.founding import found
from inventory.home import home_fact
from inventory.shanghai import SHANGHAI
from inventory.workdays import CalendarDay
from playbooks.hours import in_hours, office

FRIDAY, SATURDAY = date(2026, 10, 9), date(2026, 10, 10)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("hours", "when", "expected"),
    [
        ("always", at(SATURDAY, 3), True),
        ("office", at(FRIDAY, 8), True),
        ("office", at(FRIDAY, 7, 59), False),
        ("office", at(FRIDAY, 18), False),
        ("office", at(SATURDAY, 10), False),
    ],
)
def test_without_a_calendar(hours: str, when: datetime, expected: bool) -> None:
    assert in_hours(hours, when) is expected


def test_holidays_and_make_up_days(database: Database) -> None:
    """2026-10-10 is a Saturday on which offices work, 2026-10-01 a Thursday on which they do not; a
    sweep may last over midnight."""
    found(database, "410225", "admin", "张三")
    holiday = date(2026, 10, 1)
    with database.view(EVERYTHING) as session:
        assert office(session, at(SATURDAY, 9))("office", at(SATURDAY, 10))
        assert not office(session, at(SATURDAY, 9))("office", at(SATURDAY, 19))
        assert not office(session, at(holiday, 9))("office", at(holiday, 10))
        assert office(session, at(holiday, 9))("always", at(holiday, 10))
        over = office(session, at(FRIDAY, 23, 59))
        assert over("office", at(SATURDAY, 8)) and not over("office", at(FRIDAY, 23, 59))
    with database.transaction(system("改")) as session:
        home = home_fact(session, "centre")
        day = date(2027, 3, 1)
        session.add(CalendarDay(centre_id=home, day=day, kind="holiday", name="试验"))
    with database.view(EVERYTHING) as session:
        assert not office(session, at(day, 9))("office", at(day, 10))
