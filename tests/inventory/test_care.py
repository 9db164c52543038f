"""What is due when: plain dates; nothing is missed in silence, and nobody is late beforehand."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.act import EVERYTHING, Scope, system
from inventory.care import (
    Care,
    Done,
    Span,
    Thing,
    due,
    due_on_room,
    end_of,
    later,
    month_state,
    months_owed,
)
from inventory.care_rule import CareRule, rules
from inventory.caring import matters, record_care, spans
from inventory.centre import Centre
from inventory.db import Database
from inventory.equipment import Equipment
from inventory.grant import Grant, standing
from inventory.person import Person
from inventory.register import Rejected
from inventory.registers.room_reading import RoomReading, verdict
from inventory.role import Standing
from inventory.room import Room
from inventory.shanghai import today
from tests.inventory.conftest import Tree

D = date
NOW = D(2026, 11, 22)
CARE = Care(clean_days=90, life_years=6, battery_years=4)
STATES = {"done", "late", "missed", "due", "explained"}


@pytest.mark.parametrize(
    ("begin", "end", "months"),
    [
        (D(2026, 8, 3), None, (8, 9, 10, 11)),
        (D(2026, 8, 26), None, (9, 10, 11)),  # less than a week of August
        (D(2026, 8, 25), None, (8, 9, 10, 11)),
        (D(2026, 8, 3), D(2026, 10, 31), (8, 9)),  # it left in October
        (D(2026, 8, 3), D(2026, 11, 1), (8, 9, 10)),
        (D(2026, 11, 22), None, (11,)),  # registered today: nothing before
        (D(2026, 11, 2), D(2026, 11, 20), ()),
    ],
)
def test_which_months_are_owed(begin: date, end: date | None, months: tuple[int, ...]) -> None:
    away = (Span(begin, end, False),)
    assert tuple(month.month for month, _ in months_owed(away, D(2026, 11, 22))) == months


def test_a_missed_month_stays_missed_until_it_is_explained() -> None:
    october, november = D(2026, 10, 1), D(2026, 11, 1)
    now = D(2026, 11, 22)
    run = Done("power_on", "normal", D(2026, 11, 3))
    assert month_state(october, False, [run], now) == "missed"
    assert month_state(november, False, [run], now) == "done"
    assert month_state(november, False, [], now) == "due"
    why = Done("power_on", "not_done", D(2026, 11, 3), due_on=D(2026, 10, 31))
    assert month_state(october, False, [run, why], now) == "explained"
    made_up = Done("power_on", "abnormal", D(2026, 11, 3), due_on=D(2026, 10, 31))
    assert month_state(october, False, [made_up], now) == "late"
    assert month_state(october, True, [], now) == "done"  # it was in use that month
    assert month_state(october, False, [replace(run, kind="clean")], now) == "missed"


days = st.dates(D(2025, 1, 1), D(2026, 11, 22))


@settings(max_examples=25, deadline=None)
@given(
    moves=st.lists(
        st.tuples(days, st.sampled_from(("stock", "idle", "in_use", "repair"))), max_size=6
    ),
    told=st.lists(
        st.tuples(st.sampled_from(("normal", "abnormal", "not_done")), days, days), max_size=6
    ),
)
def test_each_month_put_away_is_one_of_five(moves: Any, told: Any) -> None:
    """Counted day by day, without the code under test."""
    now, was = D(2026, 11, 22), ""
    events = []
    for day, state in sorted(moves):
        at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
        events.append(_Event(was, state, at))
        was = state
    records = [Done("power_on", what, on, due_on=end_of(of)) for what, on, of in told]
    away = spans(events)
    owed = list(months_owed(away, now))
    assert len({month for month, _ in owed}) == len(owed)
    for month in _months():
        last_week = [end_of(month) - timedelta(days=n) for n in range(7)]
        stayed = month <= now and all(_put_away(events, day) for day in last_week)
        assert ((month, True) in owed or (month, False) in owed) == stayed, month
    counted = Counter(month_state(month, ran, records, now) for month, ran in owed)
    assert counted.total() == len(owed) and set(counted) <= STATES
    thing = Thing("switch", "stock", D(2025, 1, 1), away=away)
    listed = [one for one in due(thing, Care(), records, now) if one.kind == "power_on"]
    assert Counter(one.state for one in listed) == Counter(
        {state: n for state, n in counted.items() if state in ("missed", "due")}
    )


class _Event:
    def __init__(self, was: str, state: str, at: datetime) -> None:
        self.from_state, self.to_state, self.at = was, state, at


def _put_away(events: list[_Event], day: date) -> bool:
    """Through the whole of that day, or as far as is known; the day it comes counts already."""
    state = ""
    for one in events:
        if today(one.at) <= day:
            state = one.to_state
    return state in ("stock", "idle")


def _months() -> list[date]:
    return [D(2025 + n // 12, n % 12 + 1, 1) for n in range(23)]


def _due(thing: Thing, *records: Done, care: Care = CARE, now: date = NOW) -> Any:
    return {one.kind: (one.due_on, one.state) for one in due(thing, care, records, now)}


def test_periods_count_from_what_was_last_done() -> None:
    used = Thing("switch", "in_use", D(2026, 1, 1), used_since=D(2026, 8, 1))
    plain = replace(CARE, battery_years=None)
    assert _due(used, care=plain) == {"clean": (D(2026, 10, 30), "late")}
    clean = Done("clean", "normal", D(2026, 10, 20))
    assert _due(used, clean, care=plain) == {"clean": (D(2027, 1, 18), "soon")}
    reason = Done("clean", "not_done", D(2026, 11, 1), until=D(2026, 11, 30))
    assert _due(used, reason, care=plain) == {"clean": (D(2026, 11, 30), "due")}
    assert _due(replace(used, state="stock"), care=plain) == {}
    assert _due(used, care=replace(plain, clean_days=0)) == {}
    assert _due(replace(used, state="scrapped"), care=plain) == {}


def test_nobody_is_late_with_what_was_overdue_before_it_was_registered() -> None:
    old = Thing(
        "ups", "in_use", D(2026, 11, 20), started_on=D(2010, 1, 1), battery_on=D(2015, 1, 1),
        warranty_to=D(2013, 1, 1),
    )  # fmt: skip
    told = _due(old)
    grace = D(2026, 12, 20)
    assert told == {"clean": (D(2027, 2, 18), "soon"), "battery": (grace, "soon"),
                    "life": (grace, "soon")}  # fmt: skip
    assert _due(old, now=D(2026, 12, 21))["life"] == (grace, "late")
    kept = Done("life", "keep", D(2026, 12, 1), until=D(2027, 6, 1))
    assert _due(old, kept, now=D(2026, 12, 21))["life"] == (D(2027, 6, 1), "soon")
    changed = Done("battery", "normal", D(2026, 12, 1))
    assert _due(old, changed, now=D(2026, 12, 21))["battery"] == (D(2030, 12, 1), "soon")


def test_warranty_extinguisher_and_earth() -> None:
    new = Thing("extinguisher", "in_use", D(2026, 1, 1), warranty_to=D(2026, 12, 20))
    told = _due(new, care=Care())
    assert told == {
        "extinguisher": (D(2027, 1, 1), "soon"), "warranty": (D(2026, 12, 20), "due"),
    }  # fmt: skip
    seen = Done("warranty", "normal", D(2026, 11, 22), due_on=D(2026, 12, 20))
    assert "warranty" not in _due(new, seen, care=Care())
    assert _due(new, care=Care(), now=D(2026, 12, 21))["warranty"][1] == "late"
    (first,) = due_on_room(D(2026, 1, 1), Care(), [], D(2026, 11, 22))
    assert (first.due_on, first.state) == (D(2026, 1, 31), "late")
    measured = Done("earth", "normal", D(2026, 6, 1))
    (then,) = due_on_room(D(2026, 1, 1), Care(), [measured], D(2026, 11, 22))
    assert (then.due_on, then.state) == (D(2026, 12, 1), "soon")
    assert later(D(2024, 2, 29), 1) == D(2025, 2, 28) and later(D(2026, 11, 22), 0.5) == D(
        2027, 5, 22
    )


@pytest.fixture
def people(sqlite_database: Database, tree: Tree) -> dict[str, Standing]:
    place = {"centre_id": tree.lankao.id, "agreed_at": datetime.now(UTC)}
    with sqlite_database.transaction(system("建")) as session:
        tech = Person(login="t", name="王技", password_hash="-", centre_id=tree.lankao.id)
        look = Person(login="a", name="陈查", password_hash="-", centre_id=tree.lankao.id)
        session.add_all([tech, look, Grant(person_id=tech.id, role="technician", **place),
                         Grant(person_id=look.id, role="auditor", **place)])  # fmt: skip
        session.flush()
        return {"tech": standing(session, tech), "look": standing(session, look)}


@pytest.fixture
def tree(sqlite_database: Database) -> Tree:
    from tests.inventory.conftest import tree as grown

    made: Tree = grown.__wrapped__(sqlite_database)  # the same tree, on one engine
    return made


@dataclass(frozen=True)
class Yard:
    """A spare switch, a cabinet (no switch to turn on), a UPS in use and a machine room."""

    database: Database
    people: dict[str, Standing]
    spare: Equipment
    ups: Equipment
    hall: Room
    month: date  # the end of the next month: whatever day this test is run on

    def told(self, kind: str) -> list[tuple[str, date, str]]:
        """What is due of a kind, seen forty days after that month."""
        with self.database.view(EVERYTHING) as session:
            found = matters(session, self.month + timedelta(days=40))
        kept = [one for one in found if one.due.kind == kind]
        return [(one.label.split()[-1], one.due.due_on, one.due.state) for one in kept]

    def record(self, thing: Any, *given: Any, who: str = "tech", **more: Any) -> Any:
        with self.database.transaction(self.people[who].act("养护", "test")) as session:
            row = session.get_one(type(thing), thing.id)
            return record_care(session, row, *given, self.people[who], **more)


@pytest.fixture
def yard(sqlite_database: Database, tree: Tree, people: dict[str, Standing]) -> Yard:
    place = {"centre_id": tree.lankao.id}
    spare = Equipment(name="备用交换机", category="switch", **place)
    old = D(2020, 1, 1)
    ups = Equipment(name="UPS", category="ups", opening="in_use", battery_on=old, **place)
    hall = Room(name="机房", kind="machine", **place)
    with sqlite_database.transaction(system("建账")) as session:
        for row in (spare, ups, hall, Equipment(name="备用机柜", category="cabinet", **place)):
            session.add(row)
            session.flush()
    month = end_of(end_of(today()) + timedelta(days=1))
    return Yard(sqlite_database, people, spare, ups, hall, month)


def test_a_month_told_until_it_is_explained(yard: Yard) -> None:
    missed = ("备用交换机", yard.month, "missed")
    assert missed in yard.told("power_on")
    assert {name for name, _day, _state in yard.told("power_on")} == {"备用交换机"}
    yard.record(yard.spare, "power_on", "normal", "")
    assert missed in yard.told("power_on")  # this month's is not the next one's
    yard.record(yard.spare, "power_on", "not_done", "搬迁，电源未通", due_on=yard.month)
    assert missed not in yard.told("power_on")


def test_what_cannot_be_said_of_a_thing(yard: Yard) -> None:
    spare, ups, hall, month = yard.spare, yard.ups, yard.hall, yard.month
    yard.record(spare, "power_on", "normal", "")
    for said, field, more in (
        ((spare, "power_on", "normal", ""), "kind", {}),  # twice on one day
        ((spare, "power_on", "abnormal", ""), "note", {"due_on": month}),
        ((spare, "power_on", "normal", ""), "note", {"due_on": D(2020, 1, 31)}),  # made up for
        (
            (spare, "power_on", "normal", ""),
            "note",
            {"due_on": D(2020, 1, 31), "at": D(2020, 1, 5)},
        ),  # dated back into the month
        ((spare, "power_on", "normal", ""), "done_on", {"due_on": month}),  # ahead of its month
        ((ups, "clean", "not_done", "停电"), "until", {}),
        ((ups, "clean", "keep", ""), "result", {"until": month}),
        ((ups, "life", "normal", ""), "result", {}),
        ((ups, "earth", "normal", ""), "kind", {"value": 1.0}),
        ((hall, "earth", "normal", ""), "value", {}),
        ((hall, "earth", "normal", ""), "result", {"value": 50.0}),
        ((ups, "clean", "normal", ""), "done_on", {"at": month}),
    ):
        with pytest.raises(Rejected) as error:
            yard.record(*said, **more)
        assert field in [one.field for one in error.value.errors], said
    with pytest.raises(Rejected, match="没有填写台账的权限"):
        yard.record(ups, "clean", "normal", "", who="look")


def test_what_was_done_is_due_again_later(yard: Yard) -> None:
    now = today()
    assert yard.told("battery") and yard.told("earth")
    yard.record(yard.ups, "battery", "normal", "")
    yard.record(yard.hall, "earth", "normal", "", value=1.2)
    with yard.database.view(EVERYTHING) as session:
        assert session.get_one(Equipment, yard.ups.id).battery_on == now
    assert yard.told("battery") == [("UPS", later(now, 4), "soon")]
    assert [day for _name, day, _state in yard.told("earth")] == [now + timedelta(days=183)]


def test_the_nearest_rule_wins_field_by_field(
    sqlite_database: Database, tree: Tree, people: dict[str, Standing]
) -> None:
    with sqlite_database.transaction(system("定标准")) as session:
        for centre, category, facts in (
            (tree.province, "any", {"clean_days": 60, "earth_limit": 1.0}),
            (tree.kaifeng, "switch", {"clean_days": 30, "power_on": "no"}),
            (tree.lankao, "any", {"life_years": 9.0}),
            (tree.luoyang, "switch", {"clean_days": 7}),
        ):
            session.add(
                CareRule(centre_id=centre.id, category=category, reason="会议纪要", **facts)
            )
    with sqlite_database.view(Scope((session_path(sqlite_database, tree.lankao),))) as session:
        told = rules(session)
        one = told.of(tree.lankao.id, "switch")
        assert (one.clean_days, one.power_on, one.life_years) == (30, False, 9.0)
        assert told.of(tree.lankao.id, "router").clean_days == 60
        assert told.of(tree.lankao.id).earth_limit == 1.0
    with pytest.raises(Rejected), sqlite_database.transaction(system("定标准")) as session:
        session.add(CareRule(centre_id=tree.lankao.id, category="ups", reason="-", earth_limit=4.0))


def session_path(database: Database, centre: Centre) -> str:
    with database.view(EVERYTHING) as session:
        return session.get_one(Centre, centre.id).path


def test_a_reading_is_judged_by_the_norm(
    sqlite_database: Database, tree: Tree, people: dict[str, Standing]
) -> None:
    told = {(0, 45): "good", (40, 65): "good", (40.5, 50): "temperature", (-1, None): "temperature",
            (22, 44.9): "humidity", (None, 70): "humidity", (41, 90): "both"}  # fmt: skip
    assert {pair: verdict(*pair) for pair in told} == told
    with sqlite_database.transaction(system("记录")) as session:
        hall = Room(name="机房", kind="machine", centre_id=tree.lankao.id)
        session.add(hall)
        session.flush()
        told_now = {"centre_id": tree.lankao.id, "room_id": hall.id, "at": datetime.now(UTC)}
        hot = RoomReading(temperature=43.0, humidity=50.0, **told_now)
        session.add(hot)
        session.flush()
        assert (hot.verdict, hot.stage) == ("temperature", ("warning", "温度超限"))
        session.add(RoomReading(**told_now | {"at": datetime(2026, 1, 1, tzinfo=UTC)}))
        with pytest.raises(Rejected, match="至少填一项"):
            session.flush()
        session.rollback()
