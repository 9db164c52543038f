"""Random acts on visits, through the steps and straight at the rows: no step is passed by, and
nobody is ever inside without what their kind needs."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect, select
from sqlalchemy.exc import NoResultFound

from inventory.act import EVERYTHING, system
from inventory.approval import Approval
from inventory.audit import verify
from inventory.centre import Centre
from inventory.db import Database
from inventory.grant import Grant
from inventory.guard import Refused
from inventory.register import Rejected
from inventory.revision import Revision, correct, digest
from inventory.visit import Visit
from tests.inventory.visitors import Room, room

FIELDS = (
    *(("state", word) for word in ("draft", "asked", "approved", "inside", "left", "refused")),
    *((name, datetime(2026, 11, 20, tzinfo=UTC)) for name in ("entered_at", "left_at")),
    ("letter_no", None), ("letter_files", None), ("kind", "work"), ("escort_id", None),
    ("revised", 0), ("revised", 7),
)  # fmt: skip
AFTER = {
    "draft": {"draft", "asked", "approved", "cancelled"},
    "asked": {"draft", "asked", "approved", "refused", "cancelled"},
    "approved": {"draft", "asked", "approved", "inside", "cancelled"},
    "refused": {"draft", "asked", "refused", "cancelled"},
    "inside": {"inside", "left"}, "left": {"left"}, "cancelled": {"cancelled"},
}  # fmt: skip
ESCORTS = {"visit": {"leader", "manager"}, "operate": {"network_admin"}}


@pytest.fixture
def door(sqlite_database: Database, tmp_path: Path) -> Room:
    with sqlite_database.transaction(system("建树")) as session:
        near, far = Centre(code="1", name="兰考", tier="county"), Centre(
            code="2", name="洛阳", tier="city"
        )  # fmt: skip
        session.add_all([near, far])
    return room(sqlite_database, tmp_path, near, far)


NEXT = {"draft": "ask", "asked": "decide", "refused": "ask", "approved": "enter"}


def _act(dice: Random, state: str) -> tuple[str, str, dict[str, Any]]:
    """What people might try, often the next step: (act, who, what they give)."""
    what = NEXT.get(state, "leave")
    if dice.random() < 0.5:
        what = dice.choice(
            ("ask", "decide", "enter", "leave", "urgent", "cancel", "correct", "set")
        )
    who = dice.choice(
        ("lead", "lead", "tech") if what == "decide" else ("tech", "tech", "net", "lead", "far")
    )
    minutes = dice.choice((None, None, None, -90, -30, 30))
    at = datetime.now(UTC) + timedelta(minutes=minutes) if minutes else None
    given: dict[str, dict[str, Any]] = {
        "urgent": {"reason": "抢修"}, "decide": {"yes": dice.random() < 0.8},
        "enter": {"escort": dice.choice(("lead", "net", "lead", "net", "tech", "far")), "at": at},
        "leave": {"done": dice.choice(("", "完", "完")), "at": at},
        "correct": {"people": dice.randint(1, 5)}, "set": {"pair": dice.choice(FIELDS)},
    }  # fmt: skip
    return what, who, given.get(what, {})


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # acts are slow: shrinking takes minutes
)
@given(seed=st.integers(0, 2**32))
def test_no_step_is_passed_by(door: Room, seed: int) -> None:
    dice = Random(seed)  # not a secret; evenly spread, so that visits get far
    begin = dice.choice((door.visit, door.approved, door.inside))
    key = begin(dice.choice(("visit", "work", "operate")), visitor=f"张三{dice.random()}{seed}")
    for _ in range(12):
        before = door.one(key)
        what, who, told = _act(dice, before.state)
        try:
            _do(door, key, what, who, told)
        except (Rejected, Refused, NoResultFound, ValueError):
            assert _plain(door.one(key)) == _plain(before)  # all or nothing
            continue
        _check(door, before, door.one(key), what)
    with door.database.view(EVERYTHING) as session:
        assert verify(session) is None


def _do(door: Room, key: str, what: str, who: str, told: dict[str, Any]) -> None:
    if what == "decide":
        door.decide(key, told["yes"], who)
    elif what == "enter":
        door.do(who, "enter", key, door.people[told["escort"]].id, at=told["at"])
    elif what == "correct":
        with door.database.transaction(door.act(who)) as session:
            correct(session, session.get_one(Visit, key), told, "实际人数")
    elif what == "set":
        with door.database.transaction(door.act(who)) as session:
            setattr(session.get_one(Visit, key), *told["pair"])
    else:
        door.do(who, what, key, **told)


def _plain(visit: Visit) -> dict[str, Any]:
    return {column.key: getattr(visit, column.key) for column in inspect(Visit).column_attrs}


def _check(door: Room, before: Visit, after: Visit, what: str) -> None:
    assert after.state in AFTER[before.state]
    if what == "set":
        kept = ("state", "entered_at", "left_at", "entry_noted_at", "exit_noted_at", "revised")
        assert [getattr(after, n) for n in kept] == [getattr(before, n) for n in kept]
    assert bool(after.entered_at) == (after.state in ("inside", "left"))
    assert bool(after.left_at) == (after.state == "left")
    if after.revised and after.revised == before.revised:
        assert digest(after) == digest(before)  # fixed content stands still
    if (before.state, after.state) == ("approved", "inside"):
        _entered(door, after)


def _entered(door: Room, visit: Visit) -> None:
    """What the kind needs, looked up afresh and without the code under test."""
    with door.database.view(EVERYTHING) as session:
        fixed = session.scalars(select(Revision).where(Revision.thing_id == visit.id)
                                .order_by(Revision.number.desc())).first()  # fmt: skip
        assert fixed is not None
        consents = session.scalars(
            select(Approval).where(
                Approval.thing_id == visit.id, Approval.revision_id == fixed.id,
                Approval.state.in_(("approved", "emergency")),
            )
        ).all()  # fmt: skip
        roles = set(session.scalars(select(Grant.role).where(
            Grant.person_id == visit.escort_id, Grant.centre_id == visit.centre_id)))  # fmt: skip
    assert visit.entered_at is not None
    assert any(
        one.state == "emergency" or (one.decided_at and one.decided_at <= visit.entered_at)
        for one in consents
    )
    assert all(one.asked_by != one.decided_by for one in consents)
    assert ESCORTS.get(visit.kind, roles) & roles or visit.kind == "work"
    if visit.kind == "visit":
        assert visit.letter_no
        assert visit.letter_files
        assert all(one.state == "approved" for one in consents)
