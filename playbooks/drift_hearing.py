"""What devices say of addresses (a conflict, a card that moved, a port that refused one) is looked
at in their tables at once, not with the next cycle (duty D3)."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from inventory.device import Device
from inventory.home import home_fact
from inventory.keys import new_key
from inventory.prefix import Prefix
from inventory.run import JobRun

KINDS = ("arp_conflict", "mac_move", "port_security")
QUIET = timedelta(seconds=30)  # one reading answers for everything said within it
_OURS = (JobRun.kind == "scan", JobRun.requested_by == "system")


def ask_for_scans(session: Session, devices: Iterable[str], at: datetime) -> JobRun | None:
    """Ask the worker to read the tables of these devices, and of the gateways of their centres'
    ranges. What has been asked and not begun takes them in (None then); after what was begun within
    the last half minute the next is due when that is over."""
    told = set(devices)
    wanted = told | _gateways(session, told) if told else told
    if not wanted or _joined(session, wanted):
        return None
    key = new_key()
    run = JobRun(
        id=key, site="local", kind="scan", slot=key, centre_id=home_fact(session, "centre"),
        params={"devices": sorted(wanted)}, requested_at=_due(session, at),
    )  # fmt: skip
    session.add(run)
    return run


def _gateways(session: Session, devices: set[str]) -> set[str]:
    """A switch tells the port, its gateway the address: both are needed."""
    homes = select(Device.centre_id).where(Device.id.in_(devices))
    query = select(Prefix.gateway_device_id).where(
        Prefix.gateway_device_id.is_not(None), Prefix.retired_at.is_(None),
        Prefix.mode != "none", Prefix.centre_id.in_(homes),
    )  # fmt: skip
    return {one for one in session.scalars(query) if one}


def _joined(session: Session, wanted: set[str]) -> bool:
    """Does a scan that nobody has begun read them, too?"""
    row = JobRun
    asked = select(row.id, row.params).where(*_OURS, row.state == "asked")
    for key, params in session.execute(asked.order_by(row.requested_at)):
        named: Sequence[str] = params.get("devices", ())
        if not named or wanted <= set(named):
            return True
        more = update(row).where(row.id == key, row.state == "asked")
        done = session.execute(more.values(params={"devices": sorted(wanted.union(named))}))
        if done.rowcount:  # type: ignore[attr-defined]
            return True
    return False


def _due(session: Session, at: datetime) -> datetime:
    """At once, or half a minute after the last."""
    lately = JobRun.requested_at.between(at - QUIET, at)
    last = session.scalar(select(func.max(JobRun.requested_at)).where(*_OURS, lately))
    return at if last is None else last + QUIET
