"""Registering what a search found: all ticked devices in one act, or none and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from inventory import cell
from inventory.act import Act
from inventory.centre import Centre
from inventory.device import Device
from inventory.home import is_demo
from inventory.register import Field, FieldError, Rejected, field_of
from netops.profile import profiles
from web.current import database
from web.queries.proposals import Proposal


@dataclass(frozen=True, slots=True)
class Choice:
    """A ticked proposal with what the person made of it."""

    proposal: Proposal
    name: str
    profile: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where the new devices belong, below what they hang ("" = nothing), whether ping may judge
    them, and whether those that answered in clear may go on doing so."""

    unit: str
    parent: str
    ping: bool
    v2c: bool


Errors = Mapping[int | str, Sequence[FieldError]]


def chosen(
    numbers: Sequence[str], form: Mapping[str, str], known: Mapping[int, Proposal]
) -> list[Choice]:
    """The ticked proposals that are not registered yet."""
    ticked = [known[int(n)] for n in numbers if n.isdecimal() and int(n) in known]
    return [
        Choice(one, form.get(f"name-{one.number}", ""), form.get(f"profile-{one.number}", ""))
        for one in ticked
        if not one.known
    ]


def register(act: Act, choices: Sequence[Choice], place: Place) -> Errors:
    """Register them all; {} when done. Otherwise nothing was written, and the errors stand under
    the number of their row, or under "place"."""
    errors: dict[int | str, Sequence[FieldError]] = {}
    try:
        with database().transaction(act) as session:
            errors = _write(session, choices, place)
            if errors:
                raise Rejected(())
    except Rejected:
        pass
    return errors


def _write(
    session: Session, choices: Sequence[Choice], place: Place
) -> dict[int | str, Sequence[FieldError]]:
    wrong = _place_errors(session, place)
    if wrong:
        return {"place": wrong}
    facts = {
        "centre_id": place.unit, "parent_id": place.parent or None, "ping": place.ping,
        "simulated": is_demo(session),
    }  # fmt: skip
    tried = {
        choice.proposal.number: _add(
            session, choice, facts | {"v2c": choice.proposal.v2c and place.v2c}
        )
        for choice in choices
    }
    return {number: found for number, found in tried.items() if found}


def _place_errors(session: Session, place: Place) -> Sequence[FieldError]:
    wanted = (("centre_id", Centre, place.unit), ("parent_id", Device, place.parent))
    return [
        FieldError(name, field_of(Device, name).label, "请重新选择")
        for name, cls, key in wanted
        if (key or name == "centre_id") and session.get(cls, key) is None
    ]


def _add(session: Session, choice: Choice, facts: Mapping[str, Any]) -> Sequence[FieldError]:
    """Record one device; the reasons when its rules refuse it."""
    told = field_of(Device, "name")
    try:
        name = cell.read(told, choice.name, _nothing)
    except ValueError as error:
        return [FieldError("name", told.label, str(error))]
    device = _device(choice, name, facts)
    session.add(device)
    try:
        session.flush()
    except Rejected as rejected:
        session.expunge(device)  # the others are still tried, so that all errors show at once
        return rejected.errors
    return ()


def _device(choice: Choice, name: str, facts: Mapping[str, Any]) -> Device:
    one = choice.proposal
    profile = profiles().get(choice.profile) or profiles()[one.profile]
    return Device(
        name=name, address=one.address, snmp_port=one.port, snmp_id=one.credential or None,
        profile=profile.name, kind=profile.kind, **facts,
    )  # fmt: skip


def _nothing(_field: Field, text: str) -> str:
    """A name refers to nothing."""
    return text
