"""Which devices stand before which templates, and what each verdict rests on."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.batches import batches
from inventory.centre import CENTRE_TIERS, Centre
from inventory.config_exception import ConfigException, standing
from inventory.config_fact import facts
from inventory.config_state import ConfigState
from inventory.config_template import ConfigTemplate, in_force
from inventory.device import Device
from netops.profile import profiles
from playbooks.compliance import Exemption


@dataclass(frozen=True, slots=True)
class Case:
    """One device's configuration before one template. `mark` names everything that the verdict
    rests on."""

    device: Any  # a row: id, name, address, kind, profile, centre_id
    template: ConfigTemplate
    facts: Mapping[str, str]
    freed: tuple[Exemption, ...]
    snapshot_id: str

    @property
    def mark(self) -> str:
        freed = [(one.section, one.line) for one in self.freed]
        told = (
            self.snapshot_id, self.template.id, self.template.family, self.template.body,
            dict(self.facts), freed,
        )  # fmt: skip
        return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def family_of(profile: str) -> str:
    """The grammar of a profile's configurations, "" when none is known."""
    known = profiles().get(profile)
    return known.config.family if known else ""


def cases(session: Session, day: date, only: Collection[str] | None = None) -> Iterator[Case]:
    """Every device with a configuration before every template that holds for it on a day; of the
    devices in `only`, where that is given."""
    templates = in_force(session, day)
    if not templates:
        return
    centres = {one.id: one for one in session.scalars(select(Centre))}
    freed = standing(session, day)
    found = list(_devices(session, {one.family for one in templates}, only))
    known = facts(session, found, centres)
    for device in found:
        centre = centres.get(device.centre_id)
        path = centre.path if centre else ""
        mine = [_exemption(one, name) for one, name in freed if _frees(one, device, path)]
        for one in templates:
            if _holds(one, device, path, centres):
                told = tuple(e for e in mine if e.template == one.name)
                yield Case(device, one, known[device.id], told, device.snapshot_id)


def _devices(session: Session, families: set[str], only: Collection[str] | None) -> Iterator[Any]:
    named = [name for name in profiles() if family_of(name) in families]
    query = (
        select(
            Device.id, Device.name, Device.address, Device.kind, Device.profile, Device.centre_id,
            ConfigState.snapshot_id,
        )
        .join(ConfigState, ConfigState.device_id == Device.id)
        .where(Device.retired_at.is_(None), ConfigState.snapshot_id.is_not(None))
        .where(Device.profile.in_(named))
        .order_by(Device.id)
    )  # fmt: skip
    if only is None:
        yield from session.execute(query)
        return
    for batch in batches(sorted(only)):
        yield from session.execute(query.where(Device.id.in_(batch)))


def _holds(one: ConfigTemplate, device: Any, path: str, centres: Mapping[str, Centre]) -> bool:
    """Is the device of this template's family, kind and tier, in its unit or below?"""
    fits = one.family == family_of(device.profile) and one.kind in (None, "", device.kind)
    return fits and f"/{one.centre_id}/" in path and one.tier in (None, "", _tier(path, centres))


def _tier(path: str, centres: Mapping[str, Centre]) -> str:
    """Of the nearest centre at or above a unit."""
    above = (centres[key].tier for key in reversed(path.split("/")) if key in centres)
    return next((tier for tier in above if tier in CENTRE_TIERS), "")


def _frees(one: ConfigException, device: Any, path: str) -> bool:
    if one.device_id:
        return bool(one.device_id == device.id)
    return f"/{one.centre_id}/" in path


def _exemption(one: ConfigException, template: str) -> Exemption:
    return Exemption(template, one.section, " ".join(one.line.split()))
