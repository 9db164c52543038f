"""Sightings that nobody can tell any more end; those past their time go."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, delete, or_, select, update
from sqlalchemy.orm import Session

from inventory.device import Device
from inventory.sighting import ArpSighting, FdbSighting, TableWalk

UNTOLD = timedelta(days=1)
_LINK_DAYS = timedelta(days=31)  # what passed through a link says little, and is most of the rows
Sighting = type[ArpSighting] | type[FdbSighting]


def forsake(session: Session, now: datetime) -> int:
    """End what a device told that is retired, or of which no walk was completed for a day: nobody
    knows any longer whether it is so. They ended when they were last told. How many rows."""
    lost = or_(
        Device.retired_at.is_not(None),
        TableWalk.complete_at.is_(None),
        TableWalk.complete_at < now - UNTOLD,
    )
    query = select(TableWalk.device_id, TableWalk.origin, TableWalk.complete_at, Device.retired_at)
    walks = session.execute(query.join(Device, Device.id == TableWalk.device_id).where(lost)).all()
    return sum(_end(session, walk, now) for walk in walks)


def _end(session: Session, walk: Any, now: datetime) -> int:
    """A walk that broke off may have told a row since: that one has its own time."""
    cls: Sighting = FdbSighting if walk.origin == "fdb" else ArpSighting
    last: Any = cls.seen
    if walk.complete_at is not None:
        later = cls.seen < walk.complete_at
        if cls is FdbSighting:
            later = and_(later, FdbSighting.misses == 0)
        last = case((later, walk.complete_at), else_=cls.seen)
    open_ = update(cls).where(cls.device_id == walk.device_id, cls.until.is_(None))
    if cls is ArpSighting:
        open_ = open_.where(ArpSighting.origin == walk.origin)
    if walk.retired_at is None:
        open_ = open_.where(cls.seen < now - UNTOLD)
    ended = session.execute(
        open_.values(until=last, seen=last), execution_options={"synchronize_session": False}
    )
    return int(ended.rowcount)  # type: ignore[attr-defined]


def prune(session: Session, now: datetime, kept: timedelta) -> None:
    """Drop what ended longer ago than it is `kept`; what passed through links after a month."""
    for device_id in session.scalars(select(TableWalk.device_id).distinct()).all():
        for cls in (ArpSighting, FdbSighting):
            old = cls.device_id == device_id, cls.until < now - kept
            session.execute(delete(cls).where(*old))
        passed = FdbSighting.device_id == device_id, FdbSighting.until < now - _LINK_DAYS
        session.execute(delete(FdbSighting).where(*passed, FdbSighting.edge.is_(False)))
