"""What is worked out while somebody looks: the lines that would mend a device, and what a template
would ask of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backups.configs import Shelf
from inventory.centre import Centre
from inventory.config_fact import facts
from inventory.config_rendering import render, wanted
from inventory.config_sections import Wrong
from inventory.config_snapshot import ConfigSnapshot
from inventory.config_state import ConfigState
from inventory.config_template import ConfigTemplate, from_above
from inventory.device import Device
from inventory.shanghai import today
from inventory.store import Damaged
from playbooks.compliance import Sheet
from playbooks.complying import judged
from playbooks.complying_cases import Case, cases, family_of
from playbooks.remedy import Remedy, remedy
from web.queries.compliance import Told

_MOST = 300  # devices to choose from


@dataclass(frozen=True, slots=True)
class Proposal:
    """The lines that would bring a device to one template. `current`: the verdict shown is of this
    very text, template, facts and exceptions."""

    template_id: str
    template: str
    current: bool
    remedy: Remedy


@dataclass(frozen=True, slots=True)
class Preview:
    """A template before one device: the lines it asks for, how the device stands to them, or the
    cause why it cannot be told. `own`: it is of a unit in sight, not of one above."""

    template: ConfigTemplate
    devices: Sequence[Device]
    device: Device | None
    facts: dict[str, str]
    own: bool
    text: str = ""
    sheet: Sheet | None = None
    why: str = ""
    line: int = 0


def proposals(
    session: Session, shelf: Shelf, device: Device, told: Sequence[Told]
) -> list[Proposal]:
    """One for each verdict that deviates and could be judged again now."""
    marks = {one.template.id: one.verdict.mark for one in told}
    found = []
    for case in cases(session, today(datetime.now(UTC)), [device.id]):
        text = _text(session, shelf, case.snapshot_id)
        sheet = judged(case, text, shelf).sheet
        if sheet is not None and case.template.id in marks:
            current = marks[case.template.id] == case.mark
            lines = remedy(sheet, text, case.template.family)
            found.append(Proposal(case.template.id, case.template.headline, current, lines))
    return found


def previewed(
    session: Session, whole: Session, shelf: Shelf, id: str, device_id: str
) -> Preview | None:
    """None for a template, or a device, that is not in sight of `session`. What is in force above
    is; `whole` sees everything: the template, and the facts from above with which it is filled."""
    own = session.get(ConfigTemplate, id) is not None
    if not own and id not in from_above(session):
        return None
    template = whole.get_one(ConfigTemplate, id)
    devices = _of_family(session, template)
    device = session.get(Device, device_id) if device_id else None
    if device is None:
        return None if device_id else Preview(template, devices, None, {}, own)
    case = _case(whole, template, device)
    asked = {name: case.facts.get(name, "") for name in wanted(template.body)}
    try:
        text = render(template.body, case.facts)
    except Wrong as wrong:
        return Preview(template, devices, device, asked, own, why=wrong.cause, line=wrong.line)
    done = judged(case, _text(session, shelf, case.snapshot_id), shelf)
    return Preview(template, devices, device, asked, own, text, done.sheet, done.why)


def _case(session: Session, template: ConfigTemplate, device: Device) -> Case:
    centres = {one.id: one for one in session.scalars(select(Centre))}
    state = session.get(ConfigState, device.id)
    known = facts(session, [device], centres)[device.id]
    snapshot = (state.snapshot_id if state else None) or ""
    return Case(device, template, known, (), snapshot)


def _of_family(session: Session, template: ConfigTemplate) -> list[Device]:
    query = select(Device).where(Device.retired_at.is_(None)).order_by(Device.sort_key, Device.id)
    fitting: list[Any] = [one for one in session.scalars(query) if _fits(template, one)]
    return fitting[:_MOST]


def _fits(template: ConfigTemplate, device: Device) -> bool:
    same = family_of(device.profile) == template.family
    return same and template.kind in (None, "", device.kind)


def _text(session: Session, shelf: Shelf, snapshot_id: str) -> str:
    """ "" for what is not there or cannot be read: then there is nothing to judge."""
    snapshot = session.get(ConfigSnapshot, snapshot_id) if snapshot_id else None
    try:
        return shelf.text(snapshot) if snapshot else ""
    except Damaged:
        return ""
