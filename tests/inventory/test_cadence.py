"""Twenty years of outages and of a clock that lies: no period is done twice, none is skipped, and
what nobody made up for is told once."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.backup_source import CADENCES
from inventory.cadence import (
    Due,
    Ran,
    believed,
    bounds,
    due,
    opens,
    period_of,
    periods,
    suspect,
)  # fmt: skip
from inventory.shanghai import SHANGHAI

_YEARS = {"daily": 5}  # else twenty: as many looks at least as there are periods
_STEP = {"daily": 1, "weekly": 3, "monthly": 9, "quarterly": 20, "yearly": 60}  # days between looks


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("cadence", "day", "period", "first", "last"),
    [
        ("daily", "2028-02-29", "2028-02-29", "2028-02-29", "2028-02-29"),
        ("weekly", "2027-01-03", "2026-W53", "2026-12-28", "2027-01-03"),
        ("weekly", "2024-12-30", "2025-W01", "2024-12-30", "2025-01-05"),
        ("monthly", "2028-02-29", "2028-02", "2028-02-01", "2028-02-29"),
        ("monthly", "2026-12-31", "2026-12", "2026-12-01", "2026-12-31"),
        ("quarterly", "2026-12-31", "2026Q4", "2026-10-01", "2026-12-31"),
        ("quarterly", "2026-04-01", "2026Q2", "2026-04-01", "2026-06-30"),
        ("yearly", "2026-06-01", "2026", "2026-01-01", "2026-12-31"),
    ],
)
def test_the_ends_of_periods(cadence: str, day: str, period: str, first: str, last: str) -> None:
    assert period_of(cadence, date.fromisoformat(day)) == period
    assert bounds(period) == (date.fromisoformat(first), date.fromisoformat(last))


def test_what_is_no_period_is_refused() -> None:
    for nonsense in ("", "2026-13", "2026-W54", "2026Q5", "2026-11-31", "26-11", "２０２６"):
        with pytest.raises(ValueError):
            bounds(nonsense)
    with pytest.raises(ValueError):
        period_of("hourly", date(2026, 1, 1))


def test_day_and_hour_are_those_of_china_and_a_short_month_has_its_last_day() -> None:
    assert opens("2027-02", 31, 23) == _at("2027-02-28T23:00")
    since = date(2027, 2, 1)
    almost, there = _at("2027-02-28T22:59:59"), _at("2027-02-28T23:00")
    assert due("monthly", 31, 23, since, (), almost.astimezone(UTC)).period is None
    assert due("monthly", 31, 23, since, (), there.astimezone(UTC)).period == "2027-02"
    assert due("monthly", 1, 0, since, (), _at("2027-01-31T23:59")) == Due()  # nothing owed before


def test_the_last_period_is_made_up_for_until_the_next_opens_older_ones_are_missed() -> None:
    since = date(2026, 7, 15)
    before, after = _at("2026-11-14T12:00"), _at("2026-11-15T01:00")
    done = {"2026-08"}
    assert due("monthly", 15, 1, since, done, before) == Due(
        "2026-10", True, ("2026-07", "2026-09")
    )
    missed = ("2026-07", "2026-09", "2026-10")
    assert due("monthly", 15, 1, since, done, after) == Due("2026-11", False, missed)
    assert due("monthly", 15, 1, since, {*done, "2026-10"}, before).period is None


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from(sorted(CADENCES)), st.integers(1, 92), st.integers(0, 23), st.data()
)  # fmt: skip
def test_twenty_years_of_outages(cadence: str, day: int, hour: int, data: st.DataObject) -> None:
    since = data.draw(st.dates(date(2020, 1, 1), date(2030, 1, 1)))
    gaps = data.draw(st.lists(st.integers(1, 24 * 400), max_size=40))
    now = datetime.combine(since, datetime.min.time(), SHANGHAI)
    end = now + timedelta(days=366 * _YEARS.get(cadence, 20))
    done: Counter[str] = Counter()
    told: Counter[str] = Counter()
    late: set[str] = set()
    while now < end:
        owed = due(cadence, day, hour, since, done, now)
        told.update(one for one in owed.missed if one not in told)
        if owed.period:
            assert owed.late == (bounds(owed.period)[1] < now.date())
            done[owed.period] += 1
            late.update([owed.period] if owed.late else [])
        hours = gaps.pop() if gaps and now.day % 3 == 0 else _STEP[cadence] * 24 + 5
        now += timedelta(hours=hours)
    last = bounds(period_of(cadence, now.date()))[0] - timedelta(days=1)
    final = due(cadence, day, hour, since, done, now)
    told.update(one for one in final.missed if one not in told)
    awaited = {final.period} if final.late else set()
    owing = set(periods(cadence, since, last)) - awaited
    assert set(done) & set(told) == set()
    assert owing <= set(done) | set(told)
    assert set(done.values()) | set(told.values()) <= {1}
    assert late <= set(done)


def _life(clock: list[tuple[str, bool]], day: int = 1) -> tuple[list[str], list[bool]]:
    """What was done, look by look, by a clock that says these times."""
    runs: list[tuple[Ran, str]] = []
    doubts = []
    for text, _real in clock:
        now = _at(text)
        told = [run for run, _period in runs]
        good = {runs[place][1] for place in believed(told, now)}
        doubts.append(suspect(told, now))
        owed = due("monthly", day, 1, date(2026, 9, 1), good, now)
        if owed.period:
            runs.append((Ran(len(runs) + 1, now), owed.period))
    return [period for _run, period in runs], doubts


@pytest.mark.parametrize(
    ("ahead", "again"),
    [
        ("2026-12-01T02:00", "2026-12"),
        ("2027-01-01T02:00", "2027-01"),
        ("2027-03-05T08:00", "2027-03"),
    ],
)  # fmt: skip
def test_a_clock_that_ran_ahead_over_the_end_skips_no_month(ahead: str, again: str) -> None:
    """Month, quarter and year end: what was done in its name is done again when it really comes."""
    clock = [("2026-09-02T02:00", True), ("2026-10-02T02:00", True), (ahead, False)]
    months = [f"{2026 + n // 12}-{n % 12 + 1:02d}" for n in range(10, 16)]
    clock += [(f"{month}-{day}T03:00", True) for month in months for day in ("02", "20")]
    done, doubts = _life(clock)
    assert Counter(done) == Counter(["2026-09", "2026-10", again, *months])
    assert doubts[:3] == [False] * 3
    assert doubts[3]
    assert not doubts[-1]


def test_a_clock_that_fell_back_doubles_nothing_and_takes_nothing_away() -> None:
    months = ("2026-09", "2026-10", "2026-11", "2026-12")
    clock = [(f"{month}-02T02:00", True) for month in months]
    for back in ("2026-10-31T23:59", "2026-09-30T12:00", "2000-01-01T00:00"):
        done, doubts = _life([*clock, (back, False), ("2026-12-20T02:00", True)])
        assert done == list(months)
        assert doubts[-2:] == [True, False]


def test_one_wrong_run_in_the_past_discredits_none_of_the_others() -> None:
    """The battery is dead, somebody starts a backup by hand in "2024", then the clock is set."""
    runs = [Ran(turn, _at(f"2026-{turn:02d}-02T02:00")) for turn in range(1, 10)]
    runs.append(Ran(10, _at("2024-05-05T00:00")))
    found = Ran(0, _at("2025-01-05T00:00"))  # brought back from a disc: no order is known
    now = _at("2026-10-01T00:00")
    assert believed([*runs, found], now) == {*range(9), 10}
    assert believed([*reversed(runs)], now) == set(range(1, 10))
