"""A month of the duty log of one centre: every day of the calendar, everything written, signed,
given back, corrected and handed over (Article 71: what counts is what the database says)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from inventory import log_month_rows as rows
from inventory.centre import Centre
from inventory.error_record import KINDS as ERRORS
from inventory.error_record import ErrorRecord
from inventory.log_addenda import addenda
from inventory.log_day import LogDay
from inventory.log_entry import LogEntry
from inventory.log_month_parts import (
    Addendum,
    Day,
    Handed,
    Line,
    Month,
    Part,
    Returned,
    Sheet,
    Signed,
)
from inventory.log_sections import SECTIONS
from inventory.log_share import LogShare
from inventory.on_duty import on_duty_days
from inventory.revision import digest
from inventory.shanghai import month_after, today
from inventory.shift_handover import STATES as HANDED
from inventory.shift_handover import ShiftHandover
from inventory.shifts import SHIFTS
from inventory.workdays import provisional, span, workdays

_ORDER = list(SECTIONS)


@dataclass(frozen=True, slots=True)
class _Found:
    """What was read of the month, by the id of what it hangs on."""

    sheets: Sequence[LogDay]
    entries: Mapping[str, list[LogEntry]]
    shares: Mapping[str, list[LogShare]]
    signed: Mapping[str, tuple[Signed, ...]]
    returned: Mapping[str, tuple[Returned, ...]]
    errors: Mapping[str, Sequence[ErrorRecord]]
    things: Mapping[str, str]


def month_of_log(session: Session, centre: Centre, first: date, now: date | None = None) -> Month:
    """The month that begins on `first`, as of the day `now` (today); within the session's scope."""
    now, last = now or today(), end_of(first)
    oldest = rows.oldest(session, centre.id)
    found = _read(session, centre.id, first, last)
    told = kinds(session, first, last)
    left = rows.dismissed(session, centre.id, first, last)
    handed = _handed(session, centre.id, first, last)
    lacking = _lacking(session, centre.id, found, (first, last), now)
    days = tuple(
        Day(
            day, *told[day], day > now,
            tuple(_sheet(one, found) for one in found.sheets if one.day == day),
            lacking.get(day, {}), left.get(day, 0), handed.get(day, ()),
            oldest is None or day < oldest,
        )
        for day in span(first, last)
    )  # fmt: skip
    return Month(centre.id, centre.name, first, provisional(session, first.year), days)


def end_of(first: date) -> date:
    """The last day of the month."""
    return date.fromordinal(month_after(first).toordinal() - 1)


def _read(session: Session, centre_id: str, first: date, last: date) -> _Found:
    sheets = rows.sheets(session, centre_id, first, last)
    ids = [one.id for one in sheets]
    entries, shares = rows.entries(session, ids), rows.shares(session, ids)
    errors = addenda(session, ids)
    signable = [*sheets, *_all(shares), *_all(errors)]
    return _Found(
        sheets, entries, shares, rows.signed(session, signable), rows.returned(session, ids),
        errors, rows.things(session, _all(entries)),
    )  # fmt: skip


def _all(found: Mapping[str, Sequence[Any]]) -> list[Any]:
    return [one for told in found.values() for one in told]


def _sheet(row: LogDay, found: _Found) -> Sheet:
    told = found.entries.get(row.id, [])
    living = sorted(
        (one for one in told if one.retired_at is None), key=lambda one: _ORDER.index(one.section)
    )
    parts = found.shares.get(row.id, [])
    return Sheet(
        row.id, row.shift, row.state, row.unsigned or "", row.remark or "", digest(row),
        tuple(_line(one, found) for one in living), len(told) - len(living),
        tuple(_part(one, living, found) for one in parts), found.signed.get(row.id, ()),
        found.returned.get(row.id, ()), tuple(_addenda(row.id, found)),
    )  # fmt: skip


def _line(row: LogEntry, found: _Found) -> Line:
    named = [found.things.get(key or "", "") for key in (row.equipment_id, row.device_id)]
    return Line(
        row.number, row.section, row.occurred_at, row.recorded_at or row.occurred_at,
        row.late_entry, row.text, "、".join(filter(None, named)), row.author,
        tuple(_addenda(row.id, found)),
    )  # fmt: skip


def _part(row: LogShare, living: Sequence[LogEntry], found: _Found) -> Part:
    number = sum(one.author_id == row.author_id for one in living)
    return Part(row.author, number, row.blank, row.state == "signed", found.signed.get(row.id, ()))


def _addenda(key: str, found: _Found) -> Iterator[Addendum]:
    for row in found.errors.get(key, ()):
        yield Addendum(
            row.number, ERRORS[row.kind], row.what, row.right, row.found_by, row.filled_at,
            row.state == "closed", found.signed.get(row.id, ()),
        )  # fmt: skip


def _handed(
    session: Session, centre_id: str, first: date, last: date
) -> Mapping[date, tuple[Handed, ...]]:
    papers = rows.handed(session, centre_id, first, last)
    names = rows.people(session, (key for one in papers for key in (one.giver_id, one.taker_id)))
    signed = rows.signed(session, papers)
    found: dict[date, tuple[Handed, ...]] = {}
    for one in papers:
        told = _one_handed(one, names, signed.get(one.id, ()))
        found[one.day] = (*found.get(one.day, ()), told)
    return found


def _one_handed(
    row: ShiftHandover, names: Mapping[str | None, str], signed: tuple[Signed, ...]
) -> Handed:
    giver, taker = names.get(row.giver_id, ""), names.get(row.taker_id, "")
    return Handed(row.number, row.shift, giver, taker, HANDED[row.state], signed)


def kinds(session: Session, first: date, last: date) -> Mapping[date, tuple[str, str]]:
    """Day → a key of KINDS, and the holiday's name."""
    told, working = rows.holidays(session, first, last), set(workdays(session, first, last))
    plain = {day: "workday" if day in working else "rest" for day in span(first, last)}
    return {day: told.get(day, (kind, "")) for day, kind in plain.items()}


def _lacking(
    session: Session, centre_id: str, found: _Found, reach: tuple[date, date], now: date
) -> Mapping[date, Mapping[str, tuple[str, ...]]]:
    """Day gone by → shift → the names of whoever was on duty and has not signed."""
    done = {
        (sheet.day, sheet.shift, one.author_id)
        for sheet in found.sheets
        for one in found.shares.get(sheet.id, ())
        if one.state == "signed"
    }
    missing: dict[date, dict[str, tuple[str, ...]]] = {}
    for shift in SHIFTS:
        for day, people in on_duty_days(session, centre_id, *reach, shift).items():
            names = [name for key, name in people.items() if (day, shift, key) not in done]
            if names and day < now:
                missing.setdefault(day, {})[shift] = tuple(names)
    return missing
