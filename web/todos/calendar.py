"""In December: next year's holidays are not in the working calendar yet."""

from collections.abc import Iterator
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.home import home_fact
from inventory.role import Standing
from inventory.shanghai import today
from inventory.workdays import provisional
from web.todo import Todo

rights = ("view", "record")
_DECEMBER = 12


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    day, home = today(now), home_fact(session, "centre")
    if day.month != _DECEMBER or not provisional(session, day.year + 1):
        return
    if session.get(Centre, home) is not None:  # the calendar is the home's
        text = _("登记 %(year)s 年的放假和调休安排", year=day.year + 1)
        until = date(day.year, _DECEMBER, 31)
        yield Todo(_("工作日历"), text, "/r/calendar/import", until, "warning")
