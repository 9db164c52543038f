"""Whose staff somebody is: a department and an attached institution belong to the centre above."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.centre import Centre

SEATS = ("province", "city", "county", "township")


def seats(session: Session) -> Mapping[str, Centre]:
    """Unit id → the centre or township it belongs to, itself if it is one; for every living unit
    the session may see."""
    found = session.scalars(select(Centre).where(Centre.retired_at.is_(None)))
    units = {one.id: one for one in found}
    return {key: top for key, one in units.items() if (top := _seat(one, units)) is not None}


def _seat(unit: Centre, units: Mapping[str, Centre]) -> Centre | None:
    """The nearest on the way up; None above the session's scope."""
    way = [units[key] for key in reversed(unit.path.strip("/").split("/")) if key in units]
    return next((one for one in way if one.tier in SEATS), None)
