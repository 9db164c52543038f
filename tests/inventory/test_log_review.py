"""Every calendar day's records are read and signed for by the next working day, holidays or not."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from inventory.act import EVERYTHING
from inventory.db import Database
from inventory.device import Device
from inventory.log_review import LogReview
from inventory.log_review_days import (
    Day,
    Read,
    coverage,
    judged,
    reading_centres,
    sources,
    uncovered,
)
from inventory.register import Rejected
from inventory.revision import correct
from inventory.shanghai import today
from inventory.workdays import CalendarDay, span, workdays
from tests.inventory.papers import House, house

LONG_AGO = date(2020, 1, 1)
FRIDAY = date(2026, 9, 25)


@pytest.fixture
def home(database: Database, tmp_path: Path) -> House:
    return house(database, tmp_path)


def review(home: House, first: date, last: date, who: str = "net", **facts: str) -> str:
    row = LogReview(
        centre_id=home.centre.id, from_day=first, to_day=last, sources="应用服务器\n防火墙", **facts
    )
    return home.add(row, who)


def shown(days: list[Day]) -> str:
    """One letter a day: r read, l late, m missing, w waiting, - nobody's."""
    return "".join(map(_letter, days))


def _letter(one: Day) -> str:
    told = {"l": one.late, "r": one.review, "m": one.missing, "w": one.waiting}
    return next((letter for letter, true in told.items() if true), "-")


def test_a_long_week_end_ends_on_the_first_working_day_after_it(home: House) -> None:
    """Wed 30 Sep works; 1–7 Oct are off, Sat 10 Oct works instead of one of them."""
    rows = [(day, "holiday") for day in span(date(2026, 10, 1), date(2026, 10, 7))]
    with home.database.transaction(home.act("tech")) as session:
        for day, kind in (*rows, (date(2026, 10, 10), "makeup")):
            session.add(CalendarDay(centre_id=home.centre.id, day=day, kind=kind, name="国庆节"))
    with home.database.view(EVERYTHING) as session:
        working = workdays(session, date(2026, 9, 29), date(2026, 11, 1))
    days = list(span(date(2026, 9, 29), date(2026, 10, 11)))
    back = date(2026, 10, 8)

    def told(now: date, *reads: Read) -> str:
        return shown([judged(day, working, reads, LONG_AGO, now) for day in days])

    assert judged(date(2026, 9, 30), working, (), LONG_AGO, back).deadline == back
    assert judged(date(2026, 10, 9), working, (), LONG_AGO, back).deadline == date(2026, 10, 10)
    assert judged(date(2026, 10, 10), working, (), LONG_AGO, back).deadline == date(2026, 10, 12)
    whole = Read("a", date(2026, 9, 30), date(2026, 10, 7), back)
    assert told(back, whole) == "mrrrrrrrr----"
    assert told(back) == "mwwwwwwww----"
    late = Read("b", date(2026, 9, 30), date(2026, 10, 8), back + timedelta(days=1))
    assert told(date(2026, 10, 12), late) == "mllllllllrmww"
    assert told(date(2026, 10, 12), late, whole) == "mrrrrrrrrrmww"  # the first signature counts


def test_a_review_is_registered_signed_and_stands(home: House) -> None:
    day = today()
    for first, last, why in (
        (day, day + timedelta(days=1), "还没有到这一天"),
        (day, day - timedelta(days=1), "应不晚于"),
        (day - timedelta(days=31), day, "一次最多"),
        (day - timedelta(days=365), day - timedelta(days=365), "年份是否写错"),
    ):  # fmt: skip
        with pytest.raises(Rejected, match=why):
            review(home, first, last)
    with pytest.raises(Rejected, match="有异常时必须填写"):
        review(home, day, day, result="abnormal", findings="登录失败")
    key = review(home, day - timedelta(days=2), day)
    with home.database.view(EVERYTHING) as session:
        assert shown(coverage(session, home.centre.id, day, day)) == "-"  # a draft reads nothing
    with pytest.raises(IntegrityError), home.database.engine.begin() as connection:
        connection.execute(text("UPDATE log_review SET state = 'signed'"))
    home.do("net", LogReview, key, "sign")
    other = review(home, day - timedelta(days=2), day, "tech")  # another pair of eyes
    home.do("tech", LogReview, other, "sign")
    with home.database.view(EVERYTHING) as session:
        (covered,) = coverage(session, home.centre.id, day, day)
        assert covered.review == key and not covered.late
    again = review(home, day - timedelta(days=2), day)
    with pytest.raises(Rejected, match="已有一条同样的"):
        home.do("net", LogReview, again, "sign")
    with pytest.raises(Rejected), home.database.transaction(home.act("net")) as session:
        session.get_one(LogReview, key).from_day = day - timedelta(days=9)
    with pytest.raises(Rejected), home.database.transaction(home.act("net")) as session:
        session.get_one(LogReview, key).turn(gone=True)


def test_other_words_want_another_signature_and_keep_its_time(home: House) -> None:
    key = review(home, today(), today())
    home.do("net", LogReview, key, "sign")
    first_hand = home.one(LogReview, key).signed_at
    with home.database.transaction(home.act("net")) as session:
        odd = {"result": "abnormal", "findings": "多次登录失败", "handled": "已改口令"}
        correct(session, session.get_one(LogReview, key), odd, "漏写了一条")
    assert home.one(LogReview, key).state == "draft"  # other words want another signature
    home.do("net", LogReview, key, "sign")
    signed = home.one(LogReview, key)
    assert (signed.state, signed.revised, signed.signed_at) == ("signed", 2, first_hand)


def test_whose_records_there_are_and_which_wait(home: House) -> None:
    with home.database.transaction(home.act("net")) as session:
        for number, kind in enumerate(("server", "firewall", "switch"), 1):
            session.add(Device(centre_id=home.centre.id, name=kind, kind=kind,
                               address=f"10.9.0.{number}"))  # fmt: skip
    now = today() + timedelta(days=10)
    with home.database.view(EVERYTHING) as session:
        assert [one.name for one in sources(session, home.centre)] == ["server", "firewall"]
        assert list(reading_centres(session)) == [home.centre.id]
        days = uncovered(session, home.centre.id, now)
    assert [one.day for one in days] == list(span(today(), now - timedelta(days=1)))
    assert days[0].missing and days[-1].waiting


@settings(max_examples=20, deadline=None)
@given(
    st.dates(date(2024, 1, 1), date(2027, 12, 31)), st.sets(st.integers(0, 59), min_size=5),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9), st.integers(0, 9)), max_size=6),
)  # fmt: skip
def test_no_day_is_read_and_missing_at_once(
    first: date, working: set[int], spans: list[tuple[int, int, int]]
) -> None:
    """Whatever the calendar and whoever signs when: green only by the first working day after."""
    days = [first + timedelta(days=n) for n in sorted(working)]
    reads = [
        Read(str(n), first + timedelta(days=a), first + timedelta(days=a + b),
             first + timedelta(days=a + b + c))
        for n, (a, b, c) in enumerate(spans)
    ]  # fmt: skip
    now = first + timedelta(days=45)
    for day in span(first, now):
        one = judged(day, days, reads, first, now)
        signed = [r.signed for r in reads if r.first <= day <= r.last]
        after = [w for w in days if w > day]
        assert one.deadline > day and (not after or one.deadline == after[0])
        assert bool(one.review) == bool(signed)
        assert one.late == (bool(signed) and min(signed) > one.deadline)
        assert one.missing == (not signed and day < now and now > one.deadline)
        assert not (one.missing and (one.review or one.waiting))


def test_signed_at_is_of_shanghai() -> None:
    """23:30 UTC on Friday is Saturday in China: signed after the deadline of Thursday."""
    signed = today(datetime.fromisoformat("2026-09-25T23:30:00+00:00"))
    read = Read("a", date(2026, 9, 24), date(2026, 9, 24), signed)
    assert judged(date(2026, 9, 24), [FRIDAY], [read], LONG_AGO, signed).late
