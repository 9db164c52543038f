"""The life of a thing: it begins with an event, moves on papers only, and no SQL moves it else."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from inventory.act import EVERYTHING, system
from inventory.db import Database
from inventory.equipment import Equipment
from inventory.keys import new_key
from inventory.lifecycle import MOVES, STATES, allowed
from inventory.moving import events
from inventory.register import Rejected
from tests.inventory.conftest import Tree

Make = Callable[..., Equipment]


@pytest.fixture
def make(database: Database, tree: Tree) -> Make:
    def one(**facts: Any) -> Equipment:
        with database.transaction(system("建账")) as session:
            thing = Equipment(
                **({"centre_id": tree.lankao.id, "name": "交换机", "category": "switch"} | facts)
            )
            session.add(thing)
        return thing

    return one


def test_a_thing_gets_its_number_and_its_first_event(database: Database, make: Make) -> None:
    first, second, named = make(), make(opening="in_use"), make(tag="豫A-7")
    assert first.tag.endswith("-SW-0001") and second.tag.endswith("-SW-0002")
    assert (first.state, second.state, named.tag) == ("stock", "in_use", "豫A-7")
    with database.view(EVERYTHING) as session:
        told = events(session, second)
        assert [(one.number, one.from_state, one.to_state) for one in told] == [(1, "", "in_use")]


@pytest.mark.parametrize("change", [{"state": "idle"}, {"steps": 2}, {"opening": "idle"}])
def test_no_form_moves_a_state(database: Database, make: Make, change: dict[str, Any]) -> None:
    thing = make()
    with (
        pytest.raises(Rejected, match="不能直接填写"),
        database.transaction(system("改")) as session,
    ):
        row = session.get_one(Equipment, thing.id)
        for name, value in change.items():
            setattr(row, name, value)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE equipment SET state = 'scrapped'",
        "UPDATE equipment SET state = 'repair', steps = 2",
        "UPDATE equipment SET steps = 2",
        "DELETE FROM equipment",
        "UPDATE equipment_event SET to_state = 'lost'",
        "DELETE FROM equipment_event",
    ],
)
def test_no_sql_moves_a_state(database: Database, make: Make, statement: str) -> None:
    make()
    with pytest.raises(IntegrityError), database.engine.begin() as connection:
        connection.execute(text(statement))


def test_what_has_ended_stays_ended() -> None:
    assert not any(old == "scrapped" for old, _new in MOVES)
    assert {old for old, _new in MOVES} | {new for _old, new in MOVES} == set(STATES)
    assert allowed("approved", "scrapped", "Scrapping")
    assert not allowed("in_use", "scrapped", "Scrapping")
    assert not allowed("in_use", "repair", "Handover")


def test_only_a_slip_of_the_last_days_is_taken_off_the_book(database: Database, make: Make) -> None:
    """A thing long in the book cannot vanish from it by a tick: it goes on a paper."""
    fresh, old = make(), make(id="0" * 10 + new_key()[10:])  # its time, of long ago
    with database.transaction(system("停用")) as session:
        session.get_one(Equipment, fresh.id).turn(gone=True)
    with (
        pytest.raises(Rejected, match="登记已超过 7 天"),
        database.transaction(system("停用")) as session,
    ):
        session.get_one(Equipment, old.id).turn(gone=True)
