"""A patrol is answered line by line, signed once, and its findings stay until they are closed;
weeks and months are counted without a gap or a double."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from inventory.act import EVERYTHING
from inventory.centre import Centre
from inventory.db import Database
from inventory.log_draft import LogDraft
from inventory.patrol import Patrol
from inventory.patrol_due import coverage, due, period_of, periods, state_of
from inventory.patrol_item import CADENCES, PatrolItem, adopt, standard_items
from inventory.patrol_lists import Stood
from inventory.patrol_result import PatrolResult, results
from inventory.patrolling import Answers, checklist, put, start
from inventory.register import Rejected
from inventory.room import Room
from inventory.shanghai import today
from inventory.stepping import Taken, take
from tests.inventory.papers import House, house

DAYS = st.dates(date(2023, 12, 1), date(2028, 3, 31))


@pytest.fixture
def home(database: Database, tmp_path: Path) -> House:
    made = house(database, tmp_path)
    with database.transaction(made.act("tech")) as session:
        adopt(session, session.get_one(Centre, made.centre.id))
        session.add(Room(centre_id=made.centre.id, name="三楼机房", kind="machine"))
    return made


def hall(home: House) -> Room:
    found: Room = home.rows(select(Room).where(Room.kind == "machine"))[0]
    return found


def begin(home: House, kind: str = "weekly", who: str = "net") -> str:
    with home.database.transaction(home.act(who)) as session:
        room = session.get_one(Room, hall(home).id)
        return start(session, room, kind, home.people[who]).id


def answer(home: House, key: str, odd: str = "", note: str = "", who: str = "net") -> None:
    """Everything normal but the line with `odd` in its words."""
    with home.database.transaction(home.act(who)) as session:
        patrol = session.get_one(Patrol, key)
        told: Answers = {
            one.id: ("abnormal", note) if odd and odd in one.name else ("ok", "")
            for one in checklist(session, patrol)
        }
        put(session, patrol, told, home.people[who])


def close(home: House, key: str, done: str) -> None:
    with home.database.transaction(home.act("tech")) as session:
        row = session.get_one(PatrolResult, key)
        take(session, row, "close", Taken(home.people["tech"], {"done": done}))


def test_a_walk_from_the_list_to_its_last_finding(home: House) -> None:
    with home.database.transaction(home.act("tech")) as session:
        assert adopt(session, session.get_one(Centre, home.centre.id)) == 0  # once is enough
    key = begin(home)
    assert begin(home, who="tech") == key  # a second tap, or a colleague, goes on with it
    with pytest.raises(Rejected, match="还没有选结果"):
        home.do("net", Patrol, key, "finish")
    answer(home, key, "线缆", " ")
    with pytest.raises(Rejected, match="写明异常现象"):
        home.do("net", Patrol, key, "finish")
    answer(home, key, "线缆", "3 号口网线松动")
    home.do("net", Patrol, key, "finish")
    with pytest.raises(Rejected, match="不能“完成并签字”"):  # the second of a double submit
        home.do("net", Patrol, key, "finish")
    with pytest.raises(Rejected, match="已经签字"):
        answer(home, key)
    walk = home.one(Patrol, key)
    weekly = [one for one in standard_items()
              if (one["room_kind"], one["cadence"]) == ("machine", "weekly")]  # fmt: skip
    assert (walk.state, walk.by, walk.revised) == ("found", "net某", 1)
    assert walk.number.startswith("XJ-") and len(walk.told.splitlines()) == len(weekly)
    assert walk.summary == (
        f"正常 {len(weekly) - 1} 项，异常 1 项（设备连接线缆牢固完好：3 号口网线松动）"
    )
    (found,) = home.rows(select(PatrolResult).where(PatrolResult.state == "open"))
    with pytest.raises(Rejected):
        close(home, found.id, "")
    close(home, found.id, "已紧固")
    assert home.one(Patrol, key).state == "closed"
    drafts = home.rows(select(LogDraft).order_by(LogDraft.section))
    assert [(one.section, one.key) for one in drafts] == [
        ("patrol", f"Patrol:{key}:done"), ("solved", f"PatrolResult:{found.id}:closed"),
    ]  # fmt: skip
    assert "三楼机房每周巡检：正常" in drafts[0].text and drafts[1].text.endswith("已紧固")


def test_what_was_signed_stands(home: House) -> None:
    key = begin(home)
    answer(home, key)
    other = begin(home, "monthly")
    home.do("net", Patrol, key, "finish")
    assert home.one(Patrol, key).state == "closed"  # nothing found
    line = home.rows(select(PatrolResult))[0]
    with pytest.raises(Rejected), home.database.transaction(home.act("tech")) as session:
        session.get_one(PatrolResult, line.id).note = "后来想起"
    with pytest.raises(Rejected), home.database.transaction(home.act("tech")) as session:
        session.get_one(PatrolResult, line.id).turn(gone=True)
    for statement in (
        "UPDATE patrol_result SET result = 'na'", "DELETE FROM patrol_result",
        "UPDATE patrol SET told = '全部正常'",
        "UPDATE patrol SET state = 'closed' WHERE state = 'open'",
        "UPDATE patrol SET signed_at = NULL",
    ):  # fmt: skip
        with pytest.raises(IntegrityError), home.database.engine.begin() as connection:
            connection.execute(text(statement))
    with pytest.raises(Rejected), home.database.transaction(home.act("net")) as session:
        session.get_one(Patrol, other).at = datetime.now(UTC) - timedelta(days=1)
    home.do("net", Patrol, other, "cancel")
    assert begin(home, "monthly") != other
    with pytest.raises(Rejected, match="最近三天"):
        home.add(Patrol(centre_id=home.centre.id, room_id=hall(home).id,
                        at=datetime.now(UTC) - timedelta(days=4)), "net")  # fmt: skip


def test_rooms_fall_due_and_a_missed_week_stays_missed(home: House) -> None:
    now = today()
    with home.database.view(EVERYTHING) as session:
        centre = session.get_one(Centre, home.centre.id)
        fresh = due(session, centre, now)
        assert [(one.room.name, one.kind, one.missed, one.covered) for one in fresh] == [
            ("三楼机房", "weekly", 0, False), ("三楼机房", "monthly", 0, False),
        ] or now.day > 20  # near a month's end the month may come first  # fmt: skip
        weeks = {one.kind: one for one in due(session, centre, now + timedelta(days=21))}
        since = 3 if now.weekday() == 0 else 2  # the week of the founding counts when it is whole
        assert weeks["weekly"].missed == since and weeks["weekly"].late
    key = begin(home)
    answer(home, key)
    home.do("net", Patrol, key, "finish")
    with home.database.view(EVERYTHING) as session:
        (weekly,) = (one for one in due(session, centre, now) if one.kind == "weekly")
        assert (weekly.covered, weekly.last) == (True, now)
        assert weekly.next == period_of("weekly", now).last + timedelta(days=7)
        later = {one.kind: one for one in due(session, centre, now + timedelta(days=21))}
        assert later["weekly"].missed == 2  # walked this week; the two after it were not
        (week, _month) = coverage(session, centre, now, now + timedelta(days=6))
        assert [one.state for one in week.periods] == ["done"]


@settings(max_examples=20, deadline=None)
@given(DAYS, st.integers(0, 90), st.integers(1, 90), st.sampled_from(sorted(CADENCES)))
def test_every_day_lies_in_one_period_and_spans_share_none(
    first: date, left: int, right: int, kind: str
) -> None:
    """Over the ends of weeks, months and years (leap ones, too)."""
    middle, last = first + timedelta(days=left), first + timedelta(days=left + right)
    whole = list(periods(kind, first, last))
    assert whole == [
        *periods(kind, first, middle), *periods(kind, middle + timedelta(days=1), last)
    ]  # fmt: skip
    for one, following in pairwise(whole):
        assert following.first == one.last + timedelta(days=1)
    for one in whole:
        assert one.first <= one.last and first <= one.last <= last
        assert {period_of(kind, day) for day in (one.first, one.last)} == {one}
        assert (one.first.weekday(), one.last.weekday()) == (0, 6) or one.first.day == 1
        stands = [Stood(one.first, None)]
        walked = one.first + (one.last - one.first) // 2
        after = one.last + timedelta(days=1)
        assert state_of(one, stands, [(walked, walked)], after) == "done"
        assert state_of(one, stands, [(walked, after)], after) == "late"
        assert state_of(one, stands, [(after, after)], after) == "missed"
        assert state_of(one, stands, [], one.last) == "due"
        assert state_of(one, [Stood(one.first + timedelta(days=1), None)], [], after) == "none"
        assert state_of(one, [Stood(first, one.last)], [], after) == "none"


def test_a_unit_without_a_list_uses_the_one_above(home: House) -> None:
    """The technician of a township sees no row of the county, and is bound by its list."""
    with home.database.transaction(home.act("tech")) as session:
        town = Centre(code="410225100", name="城关镇", tier="township", parent_id=home.centre.id)
        session.add(town)
        session.flush()
        room = Room(centre_id=town.id, name="乡机房", kind="machine")
        session.add(room)
    with home.database.view(EVERYTHING) as session:
        found = {one.room.name for one in due(session, session.get_one(Centre, home.centre.id))}
    assert found == {"三楼机房", "乡机房"}
    home.add(PatrolItem(centre_id=town.id, name="门窗关好", cadence="weekly"), "tech")
    with home.database.transaction(home.act("tech")) as session:
        walk = start(session, session.get_one(Room, room.id), "weekly", home.people["tech"])
        assert [one.name for one in checklist(session, walk)] == ["门窗关好"]
        assert results(session, walk) == []
