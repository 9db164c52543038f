"""Where the book of equipment and the network tell different things, and nobody has said why."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.deployment import Deployment
from inventory.device import Device
from inventory.difference_note import KINDS, DifferenceNote, notes
from inventory.differences import differences
from inventory.equipment import Equipment
from inventory.role import Standing
from inventory.shanghai import today
from inventory.state import DeviceState
from web.held import held
from web.todo import Todo
from web.todo_lines import FEW, lines

rights = ("view", "record")
_BOOKS = (Equipment, Device, Deployment, DifferenceNote, Centre)
_LINK = "/equipment/differences/"


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    told = session.scalar(select(func.max(DeviceState.identity_at)))
    number, first = held(session, "differences", _BOOKS, lambda: _found(session, now), told)
    kind = _("台账与发现的设备不一致")
    few = [Todo(kind, f"{about}（{_(KINDS[what])}）", _LINK) for what, about in first]
    return lines(kind, few, number, _LINK)


def _found(session: Session, now: datetime) -> tuple[int, tuple[tuple[str, str], ...]]:
    """How many, and the first of them as (kind, what it is about)."""
    known = notes(session, today(now))
    found = [(one.kind, one.about) for one in differences(session) if one.key not in known]
    return len(found), tuple(found[:FEW])
