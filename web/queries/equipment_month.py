"""The county manager's month as the page, the paper and the sheet tell it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from inventory import month_book
from inventory.category import labels
from inventory.centre import Centre
from inventory.equipment import Equipment
from inventory.handing_loans import overdue
from inventory.lifecycle import ENDED, STATES
from inventory.month import Month, Movement, Place, bounds
from inventory.register import field_of
from inventory.shanghai import today
from inventory.stock_levels import PartMonth, parts_month
from web.queries.equipment import paper_url
from web.queries.visits import days_of, month_of
from web.registers.names import names

MOST = 200  # movements on the page; the sheet has all
_WAITING = ("scrapping", "approved")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the count: what was there, came, went, is there; `url` is the list of it."""

    label: str
    opening: int
    came: int
    went: int
    closing: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One category: its line, and how many are in each state at the end."""

    line: Line
    states: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """One movement in words; `late` when it was noted down after the month had ended."""

    movement: Movement
    tag: str
    name: str
    left: str
    entered: str
    url: str
    late: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A thing that waits to be scrapped: since when, for how many days, whether too long."""

    thing_id: str
    tag: str
    name: str
    state: str
    since: datetime
    days: int
    long: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    centre: Centre
    first: date
    category: str = ""

    @property
    def closed(self) -> bool:
        """Is the month over?"""
        return bounds(self.first)[1] <= datetime.now(UTC)


def asked(session: Session, month: str, centre_id: str, category: str, home: str) -> Asked:
    """The month, centre and category of an address; this month, `home` and all of them when it
    does not say."""
    centre = session.get(Centre, centre_id) or session.get_one(Centre, home)
    return Asked(centre, month_of(month, today()), category if category in labels() else "")


def facts(session: Session, ask: Asked) -> Mapping[str, Any]:
    """Everything the month tells."""
    here = month_book.units(session, ask.centre)
    told = month_book.month(session, here, ask.first, ask.category)
    unsigned = [
        one for one in month_book.unsigned(session, here) if ask.category in ("", one.category)
    ]
    late = [one for one in overdue(session, datetime.now(UTC)) if one.centre_id in here]
    keeper = field_of(Equipment, "keeper_id")
    return {
        "ask": ask, "month": told, "lines": lines(told, ask), "kept": _kept(told, ask),
        "kinds": kinds(told, ask), "moved": moved(session, told), "waiting": waiting(session, told),
        "unsigned": unsigned, "late": late, "parts_told": _parts(session, ask),
        "names": names(session, [(keeper, one.keeper_id) for one in unsigned]),
        "days": days_of(ask.first), "categories": labels(), "STATES_OF": STATES,
    }  # fmt: skip


def lines(told: Month, ask: Asked) -> tuple[Line, ...]:
    """One line for each state."""
    return tuple(
        Line(
            label, told.total(told.opening, state=word), told.total(told.ins, state=word),
            told.total(told.outs, state=word), told.total(told.closing, state=word),
            listed(ask, state=word, category=ask.category),
        )
        for word, label in STATES.items()
    )  # fmt: skip


def _kept(told: Month, ask: Asked, category: str = "") -> Line:
    label = labels().get(category, "在册合计")
    held = ",".join(word for word in STATES if word not in ENDED)
    url = listed(ask, state=held, category=category or ask.category)
    return Line(label, *told.kept(category), url)


def kinds(told: Month, ask: Asked) -> tuple[Kind, ...]:
    """One line for each category, in the order of lists."""
    return tuple(
        Kind(
            _kept(told, ask, kind),
            tuple(
                (told.total(told.closing, kind, word), listed(ask, state=word, category=kind))
                for word in STATES
            ),
        )
        for kind in labels() if kind in told.categories
    )  # fmt: skip


def listed(ask: Asked, **filters: str) -> str:
    """The list as it is now; of a month that is over it is not the same, so there is none."""
    if ask.closed:
        return ""
    wanted: dict[str, Any] = {name: value for name, value in filters.items() if value}
    return url_for("registers.index", slug="equipment", centre_id=ask.centre.id, **wanted)


def moved(session: Session, told: Month) -> tuple[Moved, ...]:
    """Every movement of the month with its paper."""
    end = bounds(told.first)[1]
    called = month_book.things(session, {one.told.thing_id for one in told.movements})
    return tuple(
        Moved(
            one, *called.get(one.told.thing_id, ("", "")), _place(one.left), _place(one.entered),
            paper_url(one.told.paper, one.told.paper_id), one.told.noted_at >= end,
        )
        for one in told.movements
    )  # fmt: skip


def _place(place: Place | None) -> str:
    return STATES[place[1]] if place else ""


def waiting(session: Session, told: Month) -> tuple[Waiting, ...]:
    """What waits for approval or for being handed over, the longest first."""
    until = min(bounds(told.first)[1], datetime.now(UTC))
    rows = [one for one in told.standing if one.told.to_state in _WAITING]
    called = month_book.things(session, {one.told.thing_id for one in rows})
    found = (
        Waiting(
            one.told.thing_id, *called.get(one.told.thing_id, ("", "")), one.told.to_state,
            one.since, (until - one.since).days, until - one.since > month_book.LONG,
        )
        for one in rows
    )  # fmt: skip
    return tuple(sorted(found, key=lambda one: one.since))


def _parts(session: Session, ask: Asked) -> list[PartMonth]:
    return parts_month(session, ask.centre, ask.first, days_of(ask.first)[1] - timedelta(days=1))
