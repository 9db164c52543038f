"""Which thing serves as which device, from when to when.

What is monitored stays when the box behind it is swapped; the box keeps its own life. When a box
leaves service, what it served as is told to be without one, and is not paused by itself: if the
book is wrong and the box still runs, a pause would hide its faults.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import ClassVar

from sqlalchemy import Index, select, text
from sqlalchemy.orm import Mapped, Session

from inventory.device import Device
from inventory.equipment import Equipment
from inventory.notice import settle, tell
from inventory.register import CentreRegister, FieldError, entry
from inventory.stepping import refused

_OPEN = text("until IS NULL")


class Deployment(CentreRegister):
    """A thing in service as a device: one at a time on either side."""

    __tablename__ = "deployment"
    slug: ClassVar[str] = "deployments"
    title: ClassVar[str] = "投用记录"
    topic: ClassVar[str] = "设备"
    names: ClassVar[tuple[str, ...]] = ("equipment_id", "device_id", "since")
    order: ClassVar[str] = "since"
    falling: ClassVar[bool] = True
    by_hand: ClassVar[bool] = False  # `deploy` and `withdraw` make and end them

    equipment_id: Mapped[str] = entry("设备", "ref", refers="Equipment", required=True, listed=True)
    device_id: Mapped[str] = entry("监测对象", "ref", refers="Device", required=True, listed=True)
    since: Mapped[datetime] = entry("投用时间", "time", required=True, listed=True)
    until: Mapped[datetime | None] = entry("撤下时间", "time", listed=True)
    reason: Mapped[str] = entry("说明", default="", longest=200)

    __table_args__ = (
        Index(
            "uq_deployment_device", "device_id", unique=True,
            sqlite_where=_OPEN, postgresql_where=_OPEN,
        ),
        Index(
            "uq_deployment_equipment", "equipment_id", unique=True,
            sqlite_where=_OPEN, postgresql_where=_OPEN,
        ),
    )  # fmt: skip

    @property
    def label(self) -> str:
        return f"{self.since:%Y-%m-%d}"

    def check(self, session: Session) -> Iterator[FieldError]:
        if self.until is not None and self.until < self.since:
            yield self.wrong("until", "早于投用时间")


def serving(session: Session, *, device: str = "", thing: str = "") -> Deployment | None:
    """The open deployment of a device, or of a thing, by id."""
    query = select(Deployment).where(Deployment.until.is_(None))
    one = Deployment.device_id == device if device else Deployment.equipment_id == thing
    return session.scalars(query.where(one)).first()


def served(session: Session, *, device: str = "", thing: str = "") -> Sequence[Deployment]:
    """Everything that served as a device, or that a thing served as, the newest first."""
    one = Deployment.device_id == device if device else Deployment.equipment_id == thing
    return session.scalars(select(Deployment).where(one).order_by(Deployment.since.desc())).all()


def deploy(
    session: Session, thing: Equipment, device: Device, reason: str = "",
    at: datetime | None = None,
) -> Deployment:  # fmt: skip
    """Let this thing be that device from now on; what served before ends at the same moment.

    Raises Rejected unless the thing is in use and the device is watched.
    """
    if thing.state != "in_use":
        raise refused(thing, "state", "不是“在用”，请先办理领用交接")
    if device.retired_at is not None:
        raise refused(thing, "state", f"监测对象“{device.name}”已停用，请先恢复")
    now = at or datetime.now(UTC)
    for old in (serving(session, device=device.id), serving(session, thing=thing.id)):
        if old is not None and old.until is None:
            _end(session, old, now)
            if old.device_id != device.id:
                _unserved(session, old.device_id, f"{thing.label}改作{device.name}")
    made = Deployment(
        centre_id=device.centre_id, equipment_id=thing.id, device_id=device.id, since=now,
        reason=reason,
    )  # fmt: skip
    session.add(made)
    session.flush()
    settle(session, _key(device.id))
    return made


def withdraw(session: Session, thing: Equipment, at: datetime | None = None) -> Deployment | None:
    """The thing serves no longer as any device; what has ended, None when it did not serve."""
    open_one = serving(session, thing=thing.id)
    if open_one is not None:
        _end(session, open_one, at or datetime.now(UTC))
    return open_one


def release(session: Session, thing: Equipment, why: str, at: datetime) -> None:
    """A thing leaves service on a paper (`why`): whoever watches what it served as is told."""
    ended = withdraw(session, thing, at)
    if ended is not None:
        _unserved(session, ended.device_id, f"{thing.label}，{why}")


def _end(session: Session, old: Deployment, at: datetime) -> None:
    """A paper may be dated before the box was put in: it never served less than no time."""
    old.until = max(at, old.since)
    session.flush()


def _unserved(session: Session, device_id: str, why: str) -> None:
    device = session.get(Device, device_id)
    if device is None or device.paused or device.retired_at is not None:
        return
    tell(
        session, "wrong", f"监测对象“{device.name}”已没有设备投用（{why}）",
        text="如果已经停机，请暂停监测；如果换了设备，请在设备台账里为它投用新的设备。",
        centre_id=device.centre_id, right="edit", level="warning", key=_key(device.id),
        link=f"/devices/{device.id}/",
    )  # fmt: skip


def _key(device_id: str) -> str:
    return f"unserved:{device_id}"
