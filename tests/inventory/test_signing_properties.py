"""Whatever people do in whatever order: signed content stands, steps are legal, the chain tells."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from dataclasses import replace as changed
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING
from inventory.approval import Approval, Rule, ask, decide, emergency, review, rule, withdraw
from inventory.asked import RULES, STEPS
from inventory.audit import AuditRow, verify
from inventory.db import Database
from inventory.guard import Refused
from inventory.register import Rejected
from inventory.revision import Revision, correct, digest, fix
from inventory.seals import verify as seals
from inventory.signature import Signature, sign
from inventory.undertaking import Undertaking
from tests.inventory.conftest import Tree
from tests.inventory.signing import BODY, Actor, actor, text_of

TELLING = {"revision", "search", "sort_key"}  # bookkeeping that audit rows leave out


@dataclass
class World:
    """One text and the people around it; `seen` remembers what each signature was given over."""

    database: Database
    people: list[Actor]
    row_id: str
    seen: dict[str, str] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def people(database: Database, tree: Tree) -> Iterator[list[Actor]]:
    rule(Rule("trial", "试行事项", "approve", emergency=True, ask_right="record"))
    yield [
        actor(database, tree.lankao, "wang", "王技", "technician"),
        actor(database, tree.lankao, "li", "李网", "network_admin"),
        actor(database, tree.kaifeng, "zhou", "周主任", "manager"),
        actor(database, tree.kaifeng, "sun", "孙领导", "leader"),
        actor(database, tree.luoyang, "far", "远领导", "leader", "technician"),
    ]
    RULES.pop("trial")


Deed = Callable[[Session, Actor, Undertaking, Any], Any]


def newest(session: Session, row: Undertaking) -> Approval:
    query = select(Approval).where(Approval.thing_id == row.id)
    found = session.scalars(query.order_by(Approval.asked_at.desc())).first()
    if found is None:
        raise Rejected(())  # nobody has asked yet
    return found


def write(_session: Session, _who: Actor, row: Undertaking, more: int) -> None:
    row.body = BODY * (more + 1)


def amend(session: Session, _who: Actor, row: Undertaking, more: int) -> Any:
    return correct(
        session, row, {"body": BODY * (more + 1), "starts": date(2026, 1, 1 + more)}, "改"
    )


def put_down(session: Session, who: Actor, row: Undertaking, more: int) -> Any:
    return sign(session, row, "accept", who.standing, who.proof, seen_by(row, more))


def seen_by(row: Undertaking, more: int) -> str:
    """Mostly what stands there; now and then a page that was opened long ago."""
    return "0" * 64 if more == 3 else digest(row)


DEEDS: dict[str, Deed] = {
    "write": write,
    "correct": amend,
    "fix": lambda s, _who, row, _n: fix(s, row),
    "retire": lambda _s, _who, row, n: row.turn(gone=n % 2 == 0),
    "unfix": lambda _s, _who, row, n: setattr(row, "revised", n),
    "delete": lambda s, _who, row, n: s.delete(row) if n else None,
    "sign": put_down,
    "ask": lambda s, who, row, _n: ask(s, "trial", row, who.standing, "请批"),
    "approve": lambda s, who, row, n: decide(
        s, newest(s, row), who.standing, who.proof, seen_by(row, n), True
    ),
    "refuse": lambda s, who, row, n: decide(
        s, newest(s, row), who.standing, who.proof, seen_by(row, n), False, remark="不行"
    ),
    "withdraw": lambda s, who, row, _n: withdraw(s, newest(s, row), who.standing),
    "emergency": lambda s, who, row, _n: emergency(s, "trial", row, who.standing, who.proof, "急"),
    "review": lambda s, who, row, n: review(
        s, newest(s, row), who.standing, who.proof, n % 2 == 0, "看过"
    ),
    "jump": lambda s, _who, row, n: setattr(newest(s, row), "state", list(STEPS)[1 + n % 2]),
}  # fmt: skip
STEP = st.tuples(st.sampled_from(sorted(DEEDS)), st.integers(0, 4), st.integers(0, 3))


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=3, max_size=14))
def test_any_sequence(
    database: Database, tree: Tree, people: list[Actor], steps: list[tuple[str, int, int]]
) -> None:
    row = text_of(tree.lankao, f"承诺书 {count(database)}")
    with database.transaction(people[0].act()) as session:
        session.add(row)
    world = World(database, people, row.id)
    for name, who, more in steps:
        before = count(database)
        done = attempt(world, name, people[who], more)
        assert done or count(database) == before, f"{name} was refused and left something"
        check_states(world)
        check_signatures(world)
    check_told(world)
    with database.view(EVERYTHING) as session:
        assert verify(session) is None
        assert seals(session) == []


def attempt(world: World, name: str, who: Actor, more: int) -> bool:
    """Do it as that person, in a scope wide enough that only the rules themselves refuse."""
    act = changed(who.act(name), scope=EVERYTHING)
    try:
        with world.database.transaction(act) as session:
            row = session.get(Undertaking, world.row_id)
            if row is None:
                return True
            DEEDS[name](session, who, row, more)
    except (Rejected, Refused):
        return False
    return True


def count(database: Database) -> int:
    with database.view(EVERYTHING) as session:
        return session.scalar(select(func.count()).select_from(AuditRow)) or 0


def check_states(world: World) -> None:
    with world.database.view(EVERYTHING) as session:
        for one in session.scalars(select(Approval).where(Approval.thing_id == world.row_id)):
            was = world.states.get(one.id, "")
            assert one.state == was or one.state in STEPS[was], f"{was} → {one.state}"
            assert one.decided_by != one.asked_by or one.state == "withdrawn"
            world.states[one.id] = one.state


def check_signatures(world: World) -> None:
    """What was signed reads today as it read then."""
    with world.database.view(EVERYTHING) as session:
        query = select(Signature, Revision.content).join(Revision)
        for one, content in session.execute(query.where(Signature.thing_id == world.row_id)):
            assert world.seen.setdefault(one.id, content) == content
        known = select(Signature.id).where(Signature.thing_id == world.row_id)
        assert set(world.seen) == set(session.scalars(known))


def check_told(world: World) -> None:
    """The audit rows, played one after the other, give exactly the rows that are there."""
    with world.database.view(EVERYTHING) as session:
        classes: tuple[type[Any], ...] = (Undertaking, Revision, Signature, Approval)
        for cls in classes:
            played = play(session, cls.__name__)
            live = {row.id: plain(row) for row in session.scalars(select(cls))}
            assert played == live


def play(session: Session, thing: str) -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    query = select(AuditRow).where(AuditRow.thing == thing).order_by(AuditRow.seq)
    for told in session.scalars(query):
        before, after = json.loads(told.before), json.loads(told.after)
        if told.change == "delete":
            del rows[told.thing_id]
            continue
        assert (told.change == "insert") == (told.thing_id not in rows), "one insert for each row"
        now = rows.setdefault(told.thing_id, {})
        assert {name: now.get(name) for name in before} == before, "nothing changed in between"
        now.update(after)
    return rows


def plain(row: Any) -> dict[str, Any]:
    values = {column.key: getattr(row, column.key) for column in row.__table__.columns}
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in values.items()
        if name not in TELLING
    }
