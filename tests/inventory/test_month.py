"""The county manager's month: opening + in − out = closing whatever was done, and what closes is
what is there."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from inventory.act import EVERYTHING, system
from inventory.db import Database
from inventory.equipment import Equipment
from inventory.lifecycle import BEGINS, MOVES, STATES
from inventory.month import Month, Told, bounds, count
from inventory.month_book import month, unsigned
from inventory.moving import move
from tests.inventory.conftest import Tree

OURS, THEIRS = "ours", "theirs"
BEGIN = datetime(2026, 8, 1, tzinfo=UTC)
MONTHS = [date(2026, n, 1) for n in range(7, 13)]


def balanced(told: Month) -> bool:
    """opening + in − out = closing, in every place."""
    places = {*told.opening, *told.ins, *told.outs, *told.closing}
    return all(
        told.opening[one] + told.ins[one] - told.outs[one] == told.closing[one] for one in places
    )


@st.composite
def lives(draw: st.DrawFn) -> list[Told]:
    """Up to six things, each moved along the listed transitions, at times that may even be told
    out of order, some handed over to another centre and back."""
    told: list[Told] = []
    for thing in range(draw(st.integers(1, 6))):
        state, home = "", draw(st.sampled_from((OURS, THEIRS)))
        for number in range(1, draw(st.integers(2, 8))):
            ways = sorted(new for old, new in MOVES if old == state) if state else list(BEGINS)
            if not ways:
                break
            new, to = draw(st.sampled_from(ways)), draw(st.sampled_from((OURS, THEIRS)))
            after = timedelta(hours=draw(st.integers(0, 24 * 120)))
            told.append(
                Told(
                    str(thing), number, draw(st.sampled_from(("switch", "ups"))) if not state
                    else told[-1].category, state, new, home, to if state else home,
                    BEGIN + after, BEGIN + after,
                )
            )  # fmt: skip
            state, home = new, told[-1].home
    return draw(st.permutations(told))


@settings(max_examples=25, deadline=None)
@given(lives())
def test_opening_and_what_came_less_what_went_is_closing(told: list[Told]) -> None:
    months = [count(told, {OURS}, first) for first in MONTHS]
    assert all(balanced(one) for one in months)
    for opening, came, went, closing in (one.kept(kind) for one in months for kind in ("", "ups")):
        assert opening + came - went == closing
    for before, after in pairwise(months):
        assert +before.closing == +after.opening
    last = {one.thing_id: one for one in sorted(told, key=lambda one: one.number)}.values()
    here = Counter((one.category, one.to_state) for one in last if one.home == OURS)
    assert +months[-1].closing == here and sum(months[0].opening.values()) == 0


def test_a_month_is_one_of_the_chinese_calendar() -> None:
    begin, end = bounds(date(2026, 12, 1))
    assert begin == datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert end == datetime(2026, 12, 31, 16, tzinfo=UTC)
    late = Told("t", 1, "ups", "", "stock", OURS, OURS, begin - timedelta(seconds=1), begin)
    assert count([late], {OURS}, date(2026, 12, 1)).opening[("ups", "stock")] == 1
    assert count([late], {OURS}, date(2026, 11, 1)).ins[("ups", "stock")] == 1


@dataclass
class Handover:
    """Any paper of that name: `move` asks for no more."""

    id: str = "paper"
    number: str = "JJ-2026-0001"
    title: str = "交接单"


@dataclass
class Scrapping(Handover):
    title: str = "报废单"


@dataclass
class Loss(Handover):
    title: str = "遗失报告"


def _thing(database: Database, centre: str, **facts: Any) -> str:
    with database.transaction(system("建账")) as session:
        thing = Equipment(centre_id=centre, name="交换机", category="switch", **facts)
        session.add(thing)
    return thing.id


def _move(database: Database, thing: str, to: str, paper: Handover, **facts: Any) -> None:
    with database.transaction(system("办理")) as session:
        move(session, session.get_one(Equipment, thing), to, paper, **facts)


def test_the_month_closes_with_what_is_there(database: Database, tree: Tree) -> None:
    now, here = datetime.now(UTC), {tree.lankao.id}
    first = (now + timedelta(hours=8)).date().replace(day=1)
    for number in range(4):
        _thing(database, tree.lankao.id, opening=BEGINS[number % 3])
    old, gone = (_thing(database, tree.lankao.id, opening="in_use") for _ in range(2))
    wrong = _thing(database, tree.lankao.id)
    _move(database, old, "scrapping", Scrapping())
    _move(database, gone, "in_use", Handover(), keeping={"centre_id": tree.luoyang.id})
    with database.transaction(system("记错了")) as session:
        session.get_one(Equipment, wrong).turn(gone=True)
    with database.view(tree.act(tree.lankao).scope) as session:
        told = month(session, here, first)
        living = select(Equipment.state).where(Equipment.retired_at.is_(None))
        there = Counter(session.scalars(living))
        assert session.get(Equipment, gone) is None  # out of sight, and counted out all the same
    assert balanced(told) and not told.opening
    states = Counter({state: told.total(told.closing, state=state) for state in STATES})
    assert +states == there == Counter(stock=2, in_use=1, idle=1, scrapping=1)
    left = [one for one in told.movements if one.entered is None]
    assert [(one.told.thing_id, one.told.paper_no) for one in left] == [(gone, "JJ-2026-0001")]
    assert [one.told.thing_id for one in told.standing if one.told.to_state == "scrapping"] == [old]
    with database.view(EVERYTHING) as session:
        assert len(unsigned(session, here)) == 1  # in use, and nobody signed for it
        assert month(session, here, first, "ups").movements == []


def test_what_is_told_late_does_not_count_before_what_it_follows(
    database: Database, tree: Tree
) -> None:
    now, here = datetime.now(UTC), {tree.lankao.id}
    after = bounds((now + timedelta(hours=8)).date().replace(day=1))[1]
    thing = _thing(database, tree.lankao.id, opening="in_use")
    _move(database, thing, "idle", Handover(), at=after + timedelta(days=3))
    _move(database, thing, "lost", Loss(), at=now)  # told after it, dated before it
    with database.view(EVERYTHING) as session:
        this = month(session, here, (now + timedelta(hours=8)).date().replace(day=1))
        then = month(session, here, (after + timedelta(hours=8)).date())
    assert balanced(this) and balanced(then) and +this.closing == +then.opening
    assert +this.closing == Counter({("switch", "in_use"): 1})


def test_a_unit_put_right_in_the_book_is_put_right_in_the_month(
    database: Database, tree: Tree
) -> None:
    first = (datetime.now(UTC) + timedelta(hours=8)).date().replace(day=1)
    thing = _thing(database, tree.lankao.id, opening="in_use")
    with database.transaction(system("单位填错")) as session:
        session.get_one(Equipment, thing).centre_id = tree.luoyang.id
    places = ({tree.lankao.id}, {tree.luoyang.id})
    with database.view(EVERYTHING) as session:
        told = [month(session, here, first) for here in places]
    assert [one.total(one.closing) for one in told] == [0, 1]
    _move(database, thing, "idle", Handover())
    with database.view(EVERYTHING) as session:
        told = [month(session, here, first) for here in places]
    assert all(balanced(one) for one in told)
    assert [one.total(one.closing) for one in told] == [0, 1]
