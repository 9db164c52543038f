"""Deciding about an unstable device: out of service and to repair, mended already, or accepted for
a while. Whoever decides signs."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from inventory.deployment import serving
from inventory.device import Device
from inventory.equipment import Equipment
from inventory.notice import settle
from inventory.paper import late_key, sign_typed
from inventory.repair import Repair
from inventory.repairing import begin
from inventory.shanghai import today
from inventory.stepping import Step, Taken, offer, refused
from inventory.unstable import UnstableDevice

MOST = timedelta(days=90)  # accepted for so long at most


def notice_key(row: UnstableDevice) -> str:
    return f"unstable:{row.id}"


def _stop(session: Session, row: UnstableDevice, taken: Taken) -> None:
    """No longer watched, no longer run: its thing goes to repair, where one is registered."""
    _decide(session, row, taken, "stopped")
    device = session.get_one(Device, row.device_id)
    device.paused = True
    session.flush()
    repair = Repair(
        centre_id=row.centre_id, fault=f"{row.number} 时好时坏：{row.hours} 小时内通断"
        f" {row.changes} 次", reported_at=row.decided_at, **_whose(session, row, device, taken),
    )  # fmt: skip
    session.add(repair)
    session.flush()
    begin(session, repair)
    row.repair_id = repair.id


def _whose(
    session: Session, row: UnstableDevice, device: Device, taken: Taken
) -> Mapping[str, Any]:
    """The thing that serves as the device; its name where none is registered, or it is away."""
    served = serving(session, device=device.id)
    thing = session.get(Equipment, served.equipment_id) if served else None
    who = {"reporter": taken.who.name[:60]}
    return who | ({"equipment_id": thing.id} if thing is not None else {"named": device.name})


def _repaired(session: Session, row: UnstableDevice, taken: Taken) -> None:
    _decide(session, row, taken, "repaired")


def _accept(session: Session, row: UnstableDevice, taken: Taken) -> None:
    day = today()
    if not day <= taken.given["until"] <= day + MOST:
        raise refused(row, "until", f"从今天起，最长 {MOST.days} 天")
    _decide(session, row, taken, "accepted")


def _decide(session: Session, row: UnstableDevice, taken: Taken, state: str) -> None:
    sign_typed(session, row, "fill", taken, {**taken.given, "decision": state}, "决定")
    row.state, row.decided_at = state, datetime.now(UTC)
    for key in (notice_key(row), late_key(row)):
        settle(session, key)


offer(
    UnstableDevice,
    Step(
        "stop", "停用维修", ("open",), _stop, asks=("reason",), proof=True,
        help="暂停监测，并为投用的设备开维修单（第一百三十五条）。",
    ),
    Step(
        "repaired", "已修复", ("open",), _repaired, asks=("reason",), needs=("reason",),
        proof=True, help="写明找到的原因和怎样修好的。",
    ),
    Step(
        "accept", "接受", ("open",), _accept, asks=("reason", "until"),
        needs=("reason", "until"), proof=True, help="写明理由和期限。",
    ),
)  # fmt: skip
