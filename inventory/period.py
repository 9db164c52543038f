"""A year, a month or a day as it is asked for: "2025", "2025-11", "2025-11-03"."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false

from inventory.shanghai import SHANGHAI

_ASKED = re.compile(r"((?:19|20|21)\d\d)(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


def span(text: str) -> tuple[date, date] | None:
    """The first day of it, and the first day after it; None for what is no such thing, or of years
    whose ends not every clock can tell."""
    found = _ASKED.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    assert year is not None
    try:
        first = date(year, 1 if month is None else month, 1 if day is None else day)
        if day is not None:
            return first, first + timedelta(days=1)
        later = date(year + month // 12, month % 12 + 1, 1) if month else date(year + 1, 1, 1)
    except ValueError:
        return None
    return first, later


def within(column: ColumnElement[Any], text: str, *, moments: bool) -> ColumnElement[bool]:
    """Does the column, of days or of `moments`, fall into it by the country's clock? Nothing falls
    into what is no period."""
    asked = span(text)
    if asked is None:
        return false()
    ends = [datetime.combine(one, time(), SHANGHAI) for one in asked] if moments else asked
    return and_(column >= ends[0], column < ends[1])
