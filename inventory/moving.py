"""Moving a thing: the one way its state changes, always on a paper, always with its event."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.binding_steps import propose_release
from inventory.deployment import release
from inventory.equipment import Equipment, EquipmentEvent
from inventory.lifecycle import STATES, allowed
from inventory.stepping import moving, refused

KEEPING = ("centre_id", "keeper_id", "room_id", "rack", "started_on")


def move(  # noqa: PLR0913  (what moves where, on what, why, when, to whom)
    session: Session,
    thing: Equipment,
    to: str,
    paper: Any,
    *,
    reason: str = "",
    at: datetime | None = None,
    keeping: Mapping[str, Any] | None = None,
) -> EquipmentEvent:
    """Bring a thing to the state `to` on this paper (a row with `number`), at `at` (now).

    `keeping` may change who has it and where (keys of KEEPING) in the same step. Raises Rejected
    when a paper of this class cannot do that to a thing in its state.
    """
    kind, was, home = type(paper).__name__, thing.state, thing.centre_id
    if not allowed(was, to, kind):
        cause = f"{thing.label}现在是“{STATES[was]}”，不能凭{paper.title}变为“{STATES[to]}”"
        raise refused(thing, "state", cause)
    now = datetime.now(UTC)
    changes = {name: (keeping or {})[name] for name in KEEPING if name in (keeping or {})}
    centre, keeper, room = (
        changes.get(name, getattr(thing, name)) for name in ("centre_id", "keeper_id", "room_id")
    )
    event = EquipmentEvent(
        centre_id=centre, from_centre_id=home if centre != home else None,
        equipment_id=thing.id, number=thing.steps + 1, from_state=was, to_state=to,
        keeper_id=keeper, room_id=room, paper=kind, paper_id=paper.id,
        paper_no=paper.number or "", reason=reason, at=at or now, noted_at=now,
    )  # fmt: skip
    session.add(event)
    with moving(session, thing):  # the event stands before the thing moves: triggers look for it
        thing.state, thing.steps = to, thing.steps + 1
        for name, value in changes.items():
            setattr(thing, name, value)
    if was == "in_use" and (to != was or event.from_centre_id is not None):
        why = f"{paper.title}{paper.number or ''}"
        release(session, thing, why, event.at)
        propose_release(session, f"{thing.label}，{why}", thing=thing.id)
    return event


def events(session: Session, thing: Equipment) -> Sequence[EquipmentEvent]:
    """The life of a thing, the first step first."""
    query = select(EquipmentEvent).where(EquipmentEvent.equipment_id == thing.id)
    return session.scalars(query.order_by(EquipmentEvent.number)).all()
