"""Figures about the whole console for its metrics: bounded SELECTs, and sizes on the disk."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.device import Device
from inventory.run import JobRun
from inventory.state import DeviceState
from web.queries.overview import WATCHED


def last_seconds(session: Session, kind: str) -> float | None:
    """How long the newest finished sweep of a kind took, in seconds."""
    query = select(JobRun.outcome).where(JobRun.kind == kind, JobRun.state == "done")
    outcome = session.scalar(query.order_by(JobRun.id.desc()).limit(1)) or {}
    return outcome.get("seconds")


def poll_times(session: Session) -> Sequence[float]:
    """How long the newest poll of each watched device took, in milliseconds, shortest first."""
    query = select(DeviceState.ms).join(Device, Device.id == DeviceState.device_id)
    found = session.scalars(query.where(WATCHED, DeviceState.ms.is_not(None)))
    return sorted(ms for ms in found if ms is not None)


def jobs(session: Session) -> Mapping[str, int]:
    """Kept runs by state."""
    query = select(JobRun.state, func.count()).group_by(JobRun.state)
    return dict(session.execute(query).all())


def database_bytes(session: Session) -> int:
    """What the register takes: the SQLite file and its log, or the PostgreSQL database."""
    bind = session.get_bind()
    if bind.dialect.name == "postgresql":
        return session.scalar(select(func.pg_database_size(func.current_database()))) or 0
    path = Path(str(bind.engine.url.database))
    return sum(each.stat().st_size for each in path.parent.glob(f"{path.name}*"))
