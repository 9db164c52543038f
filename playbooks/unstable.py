"""Which devices go up and down all the time: counted from what the sweeps noted, and opened for
somebody to decide (Article 135)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING, system
from inventory.device import Device
from inventory.notice import tell
from inventory.run import Event
from inventory.shanghai import today
from inventory.unstable import UnstableDevice, limit_of
from inventory.unstable_deciding import notice_key
from playbooks.site import Site

_LONGEST = timedelta(hours=168)  # the longest time that a limit may name
_OWN = ("up", "down")  # out of reach because of what is above it is no fault of the device


def look(site: Site, now: datetime) -> None:
    """Open a row for each device that changed too often and about which nothing is decided."""
    with site.database.view(EVERYTHING) as session:
        found = list(_unstable(session, now))
    if not found:
        return
    with site.database.transaction(system("发现时好时坏设备")) as session:
        for device_id, number, hours in found:
            device = session.get_one(Device, device_id)
            row = UnstableDevice(
                centre_id=device.centre_id, device_id=device_id, changes=number, hours=hours,
                found_at=now,
            )  # fmt: skip
            session.add(row)
            session.flush()
            tell(
                session, "wrong", f"{device.name}时好时坏：{hours} 小时内通断 {number} 次，请决定",
                text="第一百三十五条：时好时坏的设备禁止运行，及时维修。",
                centre_id=row.centre_id, right="record", level="warning",
                link=f"/r/unstable/{row.id}", key=notice_key(row),
            )  # fmt: skip


def _unstable(session: Session, now: datetime) -> Iterator[tuple[str, int, int]]:
    """(device id, changes, hours) of each watched device over its limit that nobody has in hand."""
    times = _changes(session, now)
    decided = set(session.scalars(_in_hand(now)))
    query = select(Device).where(Device.paused.is_(False), Device.retired_at.is_(None))
    for device in session.scalars(query.where(Device.id.in_(list(times)))):
        most, hours = limit_of(session, device.centre_id)
        number = _since(times[device.id], now - timedelta(hours=hours))
        if number > most and device.id not in decided:
            yield device.id, number, hours


def _changes(session: Session, now: datetime) -> Mapping[str, list[datetime]]:
    """When each device went up or down, those of the longest time that counts."""
    query = select(Event.device_id, Event.at, Event.facts).where(
        Event.kind == "state", Event.at > now - _LONGEST, Event.at <= now,
        Event.device_id.is_not(None),
    )  # fmt: skip
    found: dict[str, list[datetime]] = {}
    for device_id, at, facts in session.execute(query):
        if facts.get("after") in _OWN and facts.get("before") in _OWN:
            found.setdefault(device_id, []).append(at)
    return found


def _since(times: Iterable[datetime], begin: datetime) -> int:
    return sum(at > begin for at in times)


def _in_hand(now: datetime) -> Select[Any]:
    """Devices that wait for a decision, are out of service, or were decided about lately enough:
    accepted until a day that has not passed; mended within the last day."""
    row = UnstableDevice
    accepted = (row.state == "accepted") & (row.until >= today(now))
    mended = (row.state == "repaired") & (row.decided_at > now - timedelta(days=1))
    return select(row.device_id).where(or_(row.state.in_(("open", "stopped")), accepted, mended))
