"""What the patrol pages ask beside the rooms that are due."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.device import Device
from inventory.patrol import Patrol
from inventory.patrol_result import PatrolResult
from inventory.run import Event
from inventory.shanghai import today

_BACK = timedelta(days=7)
_MOST = 20


def restarts(session: Session, centre: Centre) -> Sequence[Any]:
    """(device id, its name, when, what was seen) of the last week's restarts, newest first:
    each wants an explanation (duty A10)."""
    query = (
        select(Device.id, Device.name, Event.at, Event.text)
        .join(Event, Event.device_id == Device.id)
        .join(Centre, Centre.id == Device.centre_id)
        .where(Event.kind == "boot", Event.at > datetime.now(UTC) - _BACK)
        .where(Centre.path.startswith(centre.path, autoescape=True))
    )
    return session.execute(query.order_by(Event.at.desc()).limit(_MOST)).all()


def waiting(session: Session) -> int:
    """How many findings nobody has closed yet."""
    query = select(func.count()).select_from(PatrolResult)
    open_ = query.where(PatrolResult.state == "open", PatrolResult.retired_at.is_(None))
    return session.scalar(open_) or 0


def going(session: Session) -> set[tuple[str, str]]:
    """(room id, cadence) of every walk that was begun and not signed."""
    query = select(Patrol.room_id, Patrol.kind).where(
        Patrol.state == "open", Patrol.retired_at.is_(None)
    )
    return {(row.room_id, row.kind) for row in session.execute(query)}


def quarter(text: str) -> tuple[date, date]:
    """The first and last day of "2026-4", the fourth quarter; of the running one when it says
    nothing sensible."""
    year, _dash, number = text.partition("-")
    sound = year.isdecimal() and number in ("1", "2", "3", "4") and 2000 <= int(year) <= 2100
    now = today()
    which = (int(year), int(number)) if sound else (now.year, (now.month + 2) // 3)
    return date(which[0], which[1] * 3 - 2, 1), _before(*which)


def quarters_beside(first: date) -> tuple[str, str]:
    """The words for the quarters before and after."""
    number = (first.month + 2) // 3
    before = (first.year - 1, 4) if number == 1 else (first.year, number - 1)
    after = (first.year + 1, 1) if number == 4 else (first.year, number + 1)
    return "{}-{}".format(*before), "{}-{}".format(*after)


def _before(year: int, number: int) -> date:
    """The last day of a quarter."""
    after = date(year + 1, 1, 1) if number == 4 else date(year, number * 3 + 1, 1)
    return after - timedelta(days=1)
