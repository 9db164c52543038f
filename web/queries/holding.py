"""Who holds what, as the auditor reads it: role × right; person × role with dates and places."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from inventory.asked import Approval
from inventory.centre import Centre
from inventory.grant import Delegation, Grant
from inventory.person import Person
from inventory.role import GIVEN, MAY, RIGHTS
from web.locale import moment


@dataclass(frozen=True, slots=True)
class Holding:
    """One role of one person; `agreed` is who agreed to it and when, "" for the set-up itself."""

    person: Person
    centre: Centre
    row: Grant | Delegation
    agreed: str = ""
    behalf: str = ""


def matrix() -> list[tuple[str, str, list[bool]]]:
    """(right, its label, may each role of GIVEN) of every right that some role has."""
    rights = ((right, label) for right, label in RIGHTS.items() if right != "setup")
    return [(right, label, [right in MAY[role] for role in GIVEN]) for right, label in rights]


def holdings(session: Session, now: datetime) -> list[Holding]:
    """Every role given and not ended, within the session's scope, by person."""
    found = [*_granted(session), *_delegated(session)]
    return sorted(found, key=lambda one: (one.person.sort_key, one.row.role))


def _granted(session: Session) -> list[Holding]:
    query = (
        select(Grant, Person, Centre)
        .join(Person, Person.id == Grant.person_id)
        .join(Centre, Centre.id == Grant.centre_id)
        .where(Grant.retired_at.is_(None), Person.retired_at.is_(None))
    )
    rows = session.execute(query).all()
    agreed = _agreed(session, [grant.id for grant, _p, _c in rows])
    return [Holding(p, c, grant, agreed.get(grant.id, "")) for grant, p, c in rows]


def _delegated(session: Session) -> list[Holding]:
    giver = aliased(Person)
    query = (
        select(Delegation, Person, Centre, giver.name)
        .join(Person, Person.id == Delegation.taker_id)
        .join(giver, giver.id == Delegation.giver_id)
        .join(Centre, Centre.id == Delegation.centre_id)
        .where(Delegation.retired_at.is_(None), Person.retired_at.is_(None))
    )
    rows = session.execute(query).all()
    agreed = _agreed(session, [row.id for row, _p, _c, _n in rows])
    return [Holding(p, c, row, agreed.get(row.id, name), name) for row, p, c, name in rows]


def _agreed(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """Row id → 张三 2026-11-22 08:00, of the last decision about it."""
    query = select(Approval).where(Approval.thing_id.in_(ids), Approval.decided_at.is_not(None))
    return {
        one.thing_id: f"{one.decided_name} {moment(one.decided_at)}"
        for one in session.scalars(query.order_by(Approval.decided_at))
    }
