"""Configurations are read when something was heard, when somebody asks, and once a day whatever
was heard: a lost message costs a day, never the backup (Article 140(4), duty E4)."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING
from inventory.config_hearing import heard
from inventory.config_state import ConfigState
from inventory.credential import Credential
from inventory.device import Device
from inventory.state import DeviceState
from netops.profile import profiles
from playbooks.config_visit import Visit, visit
from playbooks.dispatch import Pool
from playbooks.jobs import Job, Unfinished
from playbooks.site import Site

__all__ = ["back_up", "heard", "look"]

QUIET = timedelta(seconds=20)  # people are still typing
CEILING = timedelta(seconds=35)  # … but not for ever: the backup is there within the minute
EVERY = timedelta(days=1)
_SHARE = 12  # sessions at a time: the sweep of a province is spread over its day
_LOOKED_AT = 1000  # candidates in one turn, whoever was heard of first
_AGAIN = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=6))
_AWAY = ("down", "unreachable")  # states of devices that nobody can log in to
_AHEAD = timedelta(minutes=5)  # later than now: our clock was set back since


def look(site: Site, pool: Pool, now: datetime) -> int:
    """Begin what is due and return how many; each ends by itself, and a dead device keeps nobody
    waiting."""
    room = _SHARE - pool.sessions
    with site.database.view(EVERYTHING) as session:
        chosen = list(_due(session, now, max(room, 0)))
    for one in chosen:
        pool.session(lambda one=one: visit(site, one))  # type: ignore[misc]
    return len(chosen)


def back_up(job: Job) -> Mapping[str, Any]:
    """What a person asked for: one device, or several, now, whatever was tried today."""
    wanted = job.params.get("devices") or [job.subject]
    with job.site.database.view(EVERYTHING) as session:
        query = _readable().where(Device.id.in_(wanted))
        found = list(session.scalars(query))
    if not found:
        raise Unfinished("这些设备都不能登录读取配置：没有登录凭据、已停用，或只能人工导出")
    begun = [Visit(one, "asked", by=job.params.get("by", "")) for one in found]
    told, failed = 0, []
    results = job.pool.in_sessions(lambda one: visit(job.site, one), begun, stop=job.cancelled)
    for result in results:
        told += 1
        failed += [result.reason] if result.reason else []
        job.tell(told, len(found), failed[-1] if failed else "")
    return {
        "devices": told, "failed": len(failed), "left_out": len(wanted) - len(found),
        "why": failed[:5],
    }  # fmt: skip


def readable(session: Session) -> list[str]:
    """Devices in sight whose configuration can be read by logging in."""
    return list(session.scalars(_readable()))


def _readable() -> Any:
    named = [name for name, one in profiles().items() if one.config.running]
    return select(Device.id).where(
        Device.retired_at.is_(None), Device.paused.is_(False), Device.ssh_id.is_not(None),
        Device.profile.in_(named),
    )  # fmt: skip


def _due(session: Session, now: datetime, room: int) -> Iterator[Visit]:
    """Who was heard of first, then whom nobody has read for a day; at most `room`. A device that
    is down is left alone, and takes no place among the candidates."""
    if not room:
        return
    query = (
        _readable()
        .with_only_columns(Device.id, ConfigState, Credential.set_at)
        .outerjoin(ConfigState, ConfigState.device_id == Device.id)
        .outerjoin(DeviceState, DeviceState.device_id == Device.id)
        .outerjoin(Credential, Credential.id == Device.ssh_id)
        .where(or_(ConfigState.locked_by.is_(None), ConfigState.locked_by == ""))
        .where(or_(ConfigState.device_id.is_(None), _told(now), _old(now)))
        .where(or_(DeviceState.state.is_(None), DeviceState.state.not_in(_AWAY)))
        .order_by(ConfigState.heard_at.is_(None), ConfigState.heard_at)
        .order_by(ConfigState.attempt_at.is_not(None), ConfigState.attempt_at)
        .limit(_LOOKED_AT)
    )
    for device_id, state, set_at in session.execute(query):
        if room and _turn(state, set_at, now):
            room -= 1
            yield Visit(device_id, state.heard_origin if state and state.heard_at else "sweep")


def _told(now: datetime) -> Any:
    ripe = or_(ConfigState.heard_last < now - QUIET, ConfigState.heard_at < now - CEILING)
    return and_(ConfigState.heard_at.is_not(None), ripe)


def _old(now: datetime) -> Any:
    return or_(
        ConfigState.success_at.is_(None),
        ConfigState.success_at < now - EVERY,
        ConfigState.success_at > now + _AHEAD,
    )


def _turn(state: ConfigState | None, set_at: datetime | None, now: datetime) -> bool:
    """May it be tried now? One that refused waits for a new credential or for another day, because
    accounts get locked."""
    if state is None or state.attempt_at is None or not state.failures:
        return True
    since = now - state.attempt_at
    if since < -_AHEAD:
        return True
    if state.permanent:
        renewed = set_at is not None and set_at > state.attempt_at
        return renewed or since > EVERY
    return since > (_AGAIN[state.failures - 1] if state.failures <= len(_AGAIN) else EVERY)
