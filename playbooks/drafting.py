"""Drafts of the duty log from what the worker saw: devices that went down or started anew, and
care that was noted thing by thing. Told again and again without doubling: a draft follows its day
while it is open, and what happens after somebody has decided becomes the next one."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING
from inventory.care_record import CareRecord
from inventory.device import Device
from inventory.drafted import Drafted
from inventory.equipment import Equipment
from inventory.happenings import Happening, boots, cared, outages
from inventory.log_draft import LogDraft, draft
from inventory.run import Event
from inventory.shanghai import SHANGHAI, today
from playbooks.site import Site

_BACK = timedelta(days=1)  # what happened while the box was off, or just before midnight
_KINDS = {"up": "up", "down": "down", "unknown": "down"}  # behind a dead parent is no news of it

Items = Sequence[tuple[datetime, Any]]


@dataclass(frozen=True, slots=True)
class Heap:
    """What belongs together: `key` names the subject and the day, `items` are (when, what) in order
    of time, `tell` puts any tail of them into words."""

    key: str
    centre_id: str
    link: str
    items: Items
    tell: Callable[[Items], Iterator[Drafted]]


@dataclass(frozen=True, slots=True)
class Told:
    """One draft of a heap that is there already."""

    state: str
    upto: datetime


def look(site: Site, now: datetime) -> None:
    """Bring the drafts of yesterday and today up to what is known by now."""
    first = today(now) - _BACK
    begin = datetime.combine(first, time(), SHANGHAI)
    with site.database.view(EVERYTHING) as session:
        known = _known(session, first)
        heaps = [*_devices(session, begin, now), *_care(session, begin, now)]
    fresh = [one for one in heaps if _news(one, known.get(one.key, ()))]
    if fresh:
        with site.database.observe() as session:
            for heap in fresh:
                _tell(session, heap, known.get(heap.key, ()))


def _known(session: Session, first: date) -> Mapping[str, list[Told]]:
    query = select(LogDraft.key, LogDraft.state, LogDraft.upto).where(
        LogDraft.day >= first, LogDraft.upto.is_not(None)
    )
    found: dict[str, list[Told]] = defaultdict(list)
    for key, state, upto in session.execute(query):
        if upto is not None:
            found[key.rsplit(":", 2)[0]].append(Told(state, upto))
    return found


def _news(heap: Heap, known: Iterable[Told]) -> bool:
    return heap.items[-1][0] > max((one.upto for one in known), default=heap.items[0][0] - _BACK)


def _tell(session: Session, heap: Heap, known: Iterable[Told]) -> None:
    """What has been decided stays; the rest of the day is told in drafts of the next number."""
    decided = [one.upto for one in known if one.state in ("entered", "dismissed")]
    rest = [one for one in heap.items if not decided or one[0] > max(decided)]
    for one in heap.tell(rest):
        key = f"{heap.key}:{len(decided)}:{one.part}"
        made = draft(session, key, heap.centre_id, one, link=heap.link)
        if made is not None:
            made.upto = rest[-1][0]


def _devices(session: Session, begin: datetime, now: datetime) -> Iterator[Heap]:
    """Outages and restarts, one heap for each of a device and a day."""
    query = (
        select(Event, Device.name, Device.centre_id)
        .join(Device, Device.id == Event.device_id)
        .where(Event.kind.in_(("state", "boot")), Event.at >= begin, Event.at <= now)
        .order_by(Event.at, Event.id)
    )
    heaps: dict[tuple[str, str, date, str, str], list[tuple[datetime, Any]]] = defaultdict(list)
    for event, name, centre_id in session.execute(query):
        what = _happening(event)
        if what is not None:
            where = (event.device_id or "", event.kind, today(event.at), name, centre_id)
            heaps[where].append((event.at, what))
    for (device, kind, day, name, centre_id), items in heaps.items():
        tell = partial(outages if kind == "state" else boots, name, device)
        yield Heap(f"{device}:{kind}:{day:%Y%m%d}", centre_id, f"/devices/{device}", items, tell)


def _happening(event: Event) -> Happening | None:
    kind = "boot" if event.kind == "boot" else _KINDS.get(event.facts.get("after", ""))
    why = event.text.partition("：")[2] if kind == "down" else ""
    return Happening(event.at, kind, why.partition("。")[0]) if kind else None


def _care(session: Session, begin: datetime, now: datetime) -> Iterator[Heap]:
    """Power-on runs, cleanings and the like, one heap for each kind, centre and day."""
    query = (
        select(CareRecord, Equipment.name)
        .outerjoin(Equipment, Equipment.id == CareRecord.equipment_id)
        .where(CareRecord.noted_at >= begin, CareRecord.noted_at <= now)
        .where(CareRecord.retired_at.is_(None))
        .order_by(CareRecord.noted_at, CareRecord.id)
    )
    heaps: dict[tuple[str, str, date], list[tuple[datetime, Any]]] = defaultdict(list)
    for row, name in session.execute(query):
        told = (row.result, name or "", row.note)
        heaps[row.centre_id, row.kind, today(row.noted_at)].append((row.noted_at, told))
    for (centre_id, kind, day), items in heaps.items():
        key = f"{centre_id}:{kind}:{day:%Y%m%d}"
        link = f"/r/care-records?kind={kind}"
        yield Heap(key, centre_id, link, items, partial(cared, kind))
