"""The duties on the things of a centre as they stand: what is due, late or missed; and the one way
to record that something was done (`record_care`)."""

from bisect import insort
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from inventory.care import KINDS, Done, Due, Span, Thing, due, due_on_room, end_of
from inventory.care_record import CareRecord
from inventory.care_rule import rules
from inventory.category import categories
from inventory.equipment import Equipment, EquipmentEvent
from inventory.keys import made_at
from inventory.lifecycle import KEPT_WELL
from inventory.register import Rejected
from inventory.role import Standing, can
from inventory.room import Room
from inventory.shanghai import today
from inventory.signature import acting
from inventory.stepping import refused

Only = Collection[str] | None  # ids of what is asked about; None: everything
EARTHED = ("machine", "power")  # rooms whose earth is measured
_FACTS = (
    "category", "state", "powered", "started_on", "bought_on", "warranty_to", "battery_on",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing to do about one thing or room, with what a list tells of it."""

    due: Due
    about: str  # Equipment or Room
    id: str
    label: str
    centre_id: str
    place: str = ""  # where in its rack
    room_id: str | None = None
    keeper_id: str | None = None

    @property
    def key(self) -> str:
        """What a form sends back: kind, thing and day."""
        return f"{self.due.kind}.{self.id}.{self.due.due_on:%Y%m%d}"


def matters(
    session: Session,
    day: date | None = None,
    *,
    thing_id: str = "",
    room_id: str = "",
    soon: bool = True,
) -> list[Matter]:
    """Everything due within the session's scope, or on one thing or room; missed and late first,
    longest first; with `soon`, what comes later than this month is in it, too."""
    things = [thing_id] if thing_id else [] if room_id else None
    rooms = [room_id] if room_id else [] if thing_id else None
    return sorted(_found(session, day or today(), things, rooms, soon), key=_place)


def matters_after(
    session: Session, day: date, known: Sequence[Matter], things: Collection[str],
    rooms: Collection[str],
) -> list[Matter]:  # fmt: skip
    """What is open: as it was `known` on this day, and worked out anew for these `things` and
    `rooms` (ids), which are all that anything was written about since."""
    found = [one for one in known if one.id not in things and one.id not in rooms]
    for one in _found(session, day, things, rooms, False):
        insort(found, one, key=_place)
    return found


def record_care(  # noqa: PLR0913, PLR0917  (what was done to what, when, by whom)
    session: Session,
    thing: Equipment | Room,
    kind: str,
    result: str,
    note: str,
    who: Standing,
    at: date | None = None,
    **more: Any,
) -> CareRecord:
    """Note that `kind` (of KINDS) was done on a thing or room on the day `at` (today), with this
    result (of RESULTS). `more`: due_on (the day by which it was due; it says which month a
    power-on is for), value (ohms), until (what a reason or decision puts it off to).

    A new battery is written into the thing as well. Raises Rejected.
    """
    acting(session, who)
    made = CareRecord(
        centre_id=thing.centre_id, kind=kind, result=result, note=note.strip(),
        done_on=at or today(), **{_side(thing): thing.id}, **more,
    )  # fmt: skip
    if not can(who, "record", session.get_one(type(thing), thing.id)):
        raise refused(made, "kind", "您在这个单位没有填写台账的权限")
    if kind not in KINDS or (kind == "earth") != isinstance(thing, Room):
        raise refused(made, "kind", f"{thing.label}没有这个养护事项")
    if kind == "power_on":
        made.due_on = end_of(made.due_on or made.done_on)
    _add(session, made)
    if kind == "battery" and result == "normal":
        session.get_one(Equipment, thing.id).battery_on = made.done_on
        session.flush()
    return made


def _add(session: Session, made: CareRecord) -> None:
    """Refused, it is forgotten, so that the others of one form are still judged."""
    session.add(made)
    try:
        session.flush()
    except Rejected:
        session.expunge(made)
        raise


def spans(events: Sequence[Any]) -> tuple[Span, ...]:
    """When a thing was put away, from its events in order (`from_state`, `to_state`, `at`)."""
    found: list[Span] = []
    begun: tuple[date, bool] | None = None
    for one in events:
        day, kept = today(one.at), one.to_state in KEPT_WELL
        if kept and begun is None:
            begun = (day, one.from_state == "in_use")
        elif not kept and begun is not None:
            found.append(Span(begun[0], day, begun[1]))
            begun = None
    if begun is not None:
        found.append(Span(begun[0], None, begun[1]))
    return tuple(found)


def _found(session: Session, now: date, things: Only, rooms: Only, soon: bool) -> Iterator[Matter]:
    if things is None or things:
        yield from _on_things(session, now, things, soon)
    if rooms is None or rooms:
        yield from _on_rooms(session, now, rooms, soon)


def _place(one: Matter) -> tuple[Any, ...]:
    """Missed and late first, longest first; what is called alike always in the same order."""
    return (one.due.due_on, one.label, one.due.kind, one.id)


def _on_things(session: Session, now: date, only: Only, soon: bool) -> Iterator[Matter]:
    asked = cache(rules(session).of)  # few centres and categories, many things
    lives, done = _lives(session, only), _records(session, CareRecord.equipment_id, only)
    columns = (
        Equipment.id, Equipment.tag, Equipment.name, Equipment.centre_id, Equipment.rack,
        Equipment.room_id, Equipment.keeper_id, *(getattr(Equipment, name) for name in _FACTS),
    )  # fmt: skip
    query = select(*columns).where(Equipment.retired_at.is_(None))
    for row in session.execute(_of(query, Equipment.id, only)):
        thing, records = _thing(row, lives.get(row.id, ())), done.get(row.id, ())
        label = f"{row.tag} {row.name}"
        for one in due(thing, asked(row.centre_id, row.category), records, now):
            if soon or one.open:
                yield Matter(
                    one, "Equipment", row.id, label, row.centre_id, row.rack or "", row.room_id,
                    row.keeper_id,
                )  # fmt: skip


def _on_rooms(session: Session, now: date, only: Only, soon: bool) -> Iterator[Matter]:
    told, done = rules(session), _records(session, CareRecord.room_id, only)
    query = select(Room).where(Room.retired_at.is_(None), Room.kind.in_(EARTHED))
    for room in session.scalars(_of(query, Room.id, only)):
        records = done.get(room.id, ())
        for one in due_on_room(_made_on(room.id), told.of(room.centre_id), records, now):
            if soon or one.open:
                yield Matter(one, "Room", room.id, room.label, room.centre_id, room_id=room.id)


def _thing(row: Any, life: Sequence[Any]) -> Thing:
    registered = today(life[0].noted_at) if life else _made_on(row.id)
    used = [one.at for one in life if one.to_state == "in_use" and one.from_state != "in_use"]
    facts = {name: getattr(row, name) for name in _FACTS}
    kind = categories().get(row.category)
    facts["powered"] = row.powered and (kind is None or kind.powered)  # no cabinet has a switch
    return Thing(
        **facts,
        registered=registered, used_since=today(used[-1]) if used else None,
        away=_since(spans(life), registered),
    )  # fmt: skip


def _since(away: Sequence[Span], registered: date) -> tuple[Span, ...]:
    """Nobody owes what was before the thing stood in the book."""
    return tuple(
        one if one.begin >= registered else replace(one, begin=registered)
        for one in away
        if one.end is None or one.end > registered
    )


def _lives(session: Session, only: Only) -> Mapping[str, list[Any]]:
    """The events of every thing, in order: those from before it came here, too."""
    event = EquipmentEvent.__table__
    columns = (
        event.c.equipment_id, event.c.from_state, event.c.to_state, event.c.at, event.c.noted_at,
    )  # fmt: skip
    query = select(*columns).order_by(event.c.equipment_id, event.c.number)
    found: dict[str, list[Any]] = defaultdict(list)
    for row in session.execute(_of(query, event.c.equipment_id, only)):
        found[row.equipment_id].append(row)
    return found


def _records(session: Session, column: Any, only: Only) -> Mapping[str, list[Done]]:
    """The records of every thing (or room), by its id."""
    query = select(
        column, CareRecord.kind, CareRecord.result, CareRecord.done_on, CareRecord.due_on,
        CareRecord.until,
    ).where(column.is_not(None), CareRecord.retired_at.is_(None))  # fmt: skip
    found: dict[str, list[Done]] = defaultdict(list)
    for key, *told in session.execute(_of(query, column, only)):
        found[key].append(Done(*told))
    return found


def _of(query: Select[Any], column: Any, only: Only) -> Select[Any]:
    return query if only is None else query.where(column.in_(only))


def _side(thing: Equipment | Room) -> str:
    return "room_id" if isinstance(thing, Room) else "equipment_id"


def _made_on(key: str) -> date:
    return today(made_at(key))
