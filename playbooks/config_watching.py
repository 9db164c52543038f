"""When a device last changed its configuration, asked by SNMP: for messages that got lost on the
way. What it tells is compared, never understood: clocks wrap and restart, and a read too many costs
less than a change that nobody saw."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING
from inventory.config_hearing import heard, state_of
from inventory.config_state import ConfigState
from inventory.device import Device
from inventory.state import DeviceState
from netops import snmp
from netops.errors import DeviceError
from netops.profile import profile_named, profiles
from netops.reading import Target
from netops.targets import targets
from playbooks.dispatch import Pool
from playbooks.site import Site


@dataclass(frozen=True, slots=True)
class Mark:
    """What one device tells of its last change, as text that is only compared; "" for nothing."""

    device_id: str
    text: str


def look(site: Site, pool: Pool, now: datetime) -> None:
    """Ask all that can be asked; note those that tell something else than before."""
    with site.database.view(EVERYTHING) as session:
        known = dict(session.execute(select(ConfigState.device_id, ConfigState.changed_mark)).all())
        todo, _refused = targets(session, site.key, list(session.scalars(_asked())))
    marks = [mark for mark in pool.aside(_mark, todo) if mark.text]
    fresh = [mark for mark in marks if known.get(mark.device_id) != mark.text]
    if fresh:
        with site.database.observe() as session:
            for mark in fresh:
                _note(session, mark, now)


def _note(session: Session, mark: Mark, now: datetime) -> None:
    state = state_of(session, mark.device_id)
    before, state.changed_mark = state.changed_mark, mark.text
    if before:  # the first word about a device says nothing
        heard(session, mark.device_id, now, "snmp", text="设备报告的配置变更时间与上次不同")


def _asked() -> Select[str]:
    named = [name for name, one in profiles().items() if one.config.changed]
    return (
        select(Device.id)
        .join(DeviceState, DeviceState.device_id == Device.id)
        .where(Device.retired_at.is_(None), Device.paused.is_(False), Device.snmp_id.is_not(None))
        .where(Device.profile.in_(named), DeviceState.state == "up")
    )


def _mark(target: Target) -> Mark:
    told = profile_named(target.profile).config.changed
    assert told is not None  # only such devices are asked
    column, _, suffix = told.oid.rpartition(".")
    try:
        rows = snmp.read(target, [told.oid], ())
    except DeviceError:
        return Mark(target.device, "")  # whether it answers at all is the sweeps' affair
    return Mark(target.device, str(rows.get(column, {}).get(suffix, "")))
