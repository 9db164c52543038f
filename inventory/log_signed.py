"""Who has signed which day and who has not (duty C1): a month of one centre, person by day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.log_day import LogDay
from inventory.log_share import LogShare
from inventory.on_duty import on_duty_days
from inventory.shanghai import SHANGHAI, today
from inventory.shifts import SHIFTS

# The worst last: a person of two shifts is shown by the worse one.
MARKS: Mapping[str, str] = {
    "off": "", "signed": "已签", "blank": "签无", "late": "迟签", "due": "待签", "missing": "未签",
}  # fmt: skip
GRACE = timedelta(hours=12)  # ours: a day is signed by noon of the next, a night by its midnight


@dataclass(frozen=True, slots=True)
class Line:
    """One person's month: day → a key of MARKS; days off are left out."""

    id: str
    name: str
    days: Mapping[date, str]


def signed_days(
    session: Session, centre_id: str, first: date, last: date, now: datetime | None = None
) -> list[Line]:
    """Everybody who was on duty there or wrote on a sheet from `first` to `last`, by name."""
    at = now or datetime.now(UTC)
    names: dict[str, str] = {}
    days: dict[str, dict[date, str]] = {}
    for key, name, day, mark in _marks(session, centre_id, (first, min(last, today(at))), at):
        names[key] = name
        mine = days.setdefault(key, {})
        mine[day] = max(mine.get(day, "off"), mark, key=list(MARKS).index)
    return sorted(
        (Line(key, name, days[key]) for key, name in names.items()), key=lambda one: one.name
    )


def unsigned(session: Session, centre_id: str, day: date, now: datetime) -> Mapping[str, str]:
    """Person id → name of whoever owes a signature for that day, due by now or not."""
    told = signed_days(session, centre_id, day, day, now)
    return {one.id: one.name for one in told if one.days.get(day) in ("due", "missing")}


def mark(share: LogShare | None, day: date, shift: str, now: datetime) -> str:
    """Pure: how it stands with one person's part of one sheet that is wanted of them."""
    until = datetime.combine(day + timedelta(days=1), time(), SHANGHAI) + GRACE
    until += GRACE if shift == "night" else timedelta(0)
    if share is None or share.state != "signed" or share.signed_at is None:
        return "missing" if now > until else "due"
    if share.signed_at > until:
        return "late"
    return "blank" if share.blank else "signed"


def _marks(
    session: Session, centre_id: str, days: tuple[date, date], now: datetime
) -> Iterator[tuple[str, str, date, str]]:
    """(person, name, day, mark) for each shift."""
    for shift in SHIFTS:
        shares = _shares(session, centre_id, days, shift)
        for day, people in on_duty_days(session, centre_id, *days, shift).items():
            wrote = {key: one.author for (at, key), one in shares.items() if at == day}
            for key, name in (people | wrote).items():
                yield key, name, day, mark(shares.get((day, key)), day, shift, now)


def _shares(
    session: Session, centre_id: str, days: tuple[date, date], shift: str
) -> Mapping[tuple[date, str], LogShare]:
    query = (
        select(LogDay.day, LogShare)
        .join(LogDay, LogDay.id == LogShare.day_id)
        .where(LogDay.centre_id == centre_id, LogDay.shift == shift, LogDay.day.between(*days))
    )
    return {(day, one.author_id): one for day, one in session.execute(query)}
