"""What is due when on things and rooms: plain dates in, plain dates out (duties A2, A3, A13, A24,
B3; Articles 24, 96, 101, 134–137). The norm says "regularly" and, for power, "every month"; the
periods themselves are ours, and a centre may change them (`inventory.care_rule`).
"""

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from inventory.lifecycle import AT_HAND

KINDS: Mapping[str, str] = {
    "power_on": "每月通电", "clean": "清洁保养", "battery": "更换电池", "life": "使用年限",
    "warranty": "保修到期", "earth": "接地电阻", "extinguisher": "灭火器检查",
}  # fmt: skip
RESULTS: Mapping[str, str] = {
    "normal": "正常", "abnormal": "异常", "not_done": "未做", "keep": "继续使用",
    "replace": "更换", "scrap": "报废",
}  # fmt: skip
DECISIONS = ("keep", "replace", "scrap")  # what may be said of a thing past its life
DONE = ("normal", "abnormal")
LEAST = timedelta(days=6)  # put away for the last seven days of a month: that month is owed (o)
START = timedelta(days=30)  # nobody is late with what was overdue before it was registered (o)


@dataclass(frozen=True, slots=True)
class Care:
    """What one centre asks for one category. None, or 0: not asked. Years, days, and ohms."""

    clean_days: int | None = None
    life_years: float | None = None
    battery_years: float | None = None
    power_on: bool = True
    warranty_days: int = 30
    extinguisher_days: int | None = 365
    earth_days: int | None = 183
    earth_limit: float = 4.0


@dataclass(frozen=True, slots=True)
class Span:
    """Put away from `begin` until `end` (the day it left; None: still); `ran` when it came there
    from use, so that it was under power in that month."""

    begin: date
    end: date | None
    ran: bool


@dataclass(frozen=True, slots=True)
class Done:
    """One record: what was done when, for what was due when; `until` is what it puts off to."""

    kind: str
    result: str
    done_on: date
    due_on: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Thing:
    """What has to be known of a thing. `used_since` is when it last went into use."""

    category: str
    state: str
    registered: date
    powered: bool = True
    started_on: date | None = None
    bought_on: date | None = None
    warranty_to: date | None = None
    battery_on: date | None = None
    used_since: date | None = None
    away: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to do. `state`: "missed" a month that is over, "late", "due" by the end of this
    month (or within its notice), "soon" later."""

    kind: str
    due_on: date
    state: str

    @property
    def open(self) -> bool:
        return self.state != "soon"


def months_owed(away: Sequence[Span], today: date) -> Iterator[tuple[date, bool]]:
    """The first days of the months in which a thing was put away for good (Article 137): it lay
    there through the last seven days, or lies there now; True when it ran in that month before."""
    for span in away:
        month = span.begin.replace(day=1)
        while month <= (span.end or today):
            last = end_of(month)
            stays = span.end is None or span.end > last
            if stays and span.begin <= last - LEAST and month <= today:
                yield month, span.ran and span.begin >= month
            month = last + timedelta(days=1)


def month_state(month: date, ran: bool, records: Sequence[Done], today: date) -> str:
    """How it stands with one owed month: "done", "late" (made up for afterwards), "explained",
    "missed" or "due". A record of the next month never covers it."""
    if ran:
        return "done"
    mine = [one for one in records if one.kind == "power_on" and _month(one) == month]
    did = [one for one in mine if one.result in DONE]
    if any(one.done_on <= end_of(month) for one in did):
        return "done"
    if did:
        return "late"
    if any(one.result == "not_done" for one in mine):
        return "explained"
    return "missed" if end_of(month) < today else "due"


def due(thing: Thing, care: Care, records: Sequence[Done], today: date) -> Iterator[Due]:
    """Everything that is or will be due on one thing."""
    yield from _power(thing, care, records, today)
    if thing.state not in AT_HAND:
        return
    for kind, when in _dates(thing, care, records):
        yield Due(kind, when, _state(when, today))
    yield from _warranty(thing, care, records, today)


def due_on_room(
    registered: date, care: Care, records: Sequence[Done], today: date
) -> Iterator[Due]:
    """The earth of a room with machines or power (Articles 59 and 101): the first measurement
    within thirty days of its registration, then every `earth_days`."""
    if care.earth_days:
        last = _last("earth", records)
        plain = last + timedelta(days=care.earth_days) if last else registered + START
        when = _put_off("earth", records, plain)
        yield Due("earth", when, _state(when, today))


def _power(thing: Thing, care: Care, records: Sequence[Done], today: date) -> Iterator[Due]:
    if not (thing.powered and care.power_on):
        return
    for month, ran in months_owed(thing.away, today):
        state = month_state(month, ran, records, today)
        if state in ("missed", "due"):
            yield Due("power_on", end_of(month), state)


def _dates(thing: Thing, care: Care, records: Sequence[Done]) -> Iterator[tuple[str, date]]:
    if thing.state == "in_use" and care.clean_days:
        since = max(thing.used_since or thing.registered, thing.registered)
        base = max(_last("clean", records) or since, since)
        yield "clean", _put_off("clean", records, base + timedelta(days=care.clean_days))
    begun = thing.started_on or thing.bought_on
    if care.battery_years:
        first = thing.battery_on or begun or thing.registered
        last = max(first, _last("battery", records) or first)
        plain = max(later(last, care.battery_years), _grace(thing, "battery", records))
        yield "battery", _put_off("battery", records, plain)
    if care.life_years and begun:
        plain = max(later(begun, care.life_years), _grace(thing, "life", records))
        yield "life", _put_off("life", records, plain)
    if thing.category == "extinguisher" and care.extinguisher_days:
        last = _last("extinguisher", records) or begun or thing.registered
        plain = last + timedelta(days=care.extinguisher_days)
        when = max(plain, _grace(thing, "extinguisher", records))
        yield "extinguisher", _put_off("extinguisher", records, when)


def _warranty(thing: Thing, care: Care, records: Sequence[Done], today: date) -> Iterator[Due]:
    """Told before it ends; what had ended before the thing was registered is nobody's matter."""
    end = thing.warranty_to
    if end is None or end < thing.registered:
        return
    if any(one.kind == "warranty" and one.due_on == end for one in records):
        return
    opens = end - timedelta(days=care.warranty_days)
    yield Due("warranty", end, "late" if end < today else "due" if opens <= today else "soon")


def _grace(thing: Thing, kind: str, records: Sequence[Done]) -> date:
    return date.min if _last(kind, records) else thing.registered + START


def _last(kind: str, records: Sequence[Done]) -> date | None:
    if not records:  # asked four times of every thing; most have none
        return None
    days = [one.done_on for one in records if one.kind == kind and one.result in DONE]
    return max(days, default=None)


def _put_off(kind: str, records: Sequence[Done], plain: date) -> date:
    """The day that the latest reason or decision names, when nothing was done since."""
    if not records:
        return plain
    told = [one for one in records if one.kind == kind and one.until and one.result not in DONE]
    last = max(told, key=lambda one: one.done_on, default=None)
    done = _last(kind, records)
    if last is None or last.until is None or (done is not None and done >= last.done_on):
        return plain
    return last.until


def _state(when: date, today: date) -> str:
    return "late" if when < today else "due" if when <= end_of(today) else "soon"


def _month(record: Done) -> date:
    return first_of(record.due_on or record.done_on)


@lru_cache(4096)
def first_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


@lru_cache(4096)  # asked for every month of every thing
def end_of(day: date) -> date:
    """The last day of its month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


@lru_cache(4096)  # a lot is bought on one day
def later(day: date, years: float) -> date:
    """So many years later, to the month; the last day where that month is shorter."""
    months = day.year * 12 + day.month - 1 + round(years * 12)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
