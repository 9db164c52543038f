"""Asked, decided by another, over content that stands still; an emergency is reviewed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError

from inventory import approval as approvals
from inventory.act import EVERYTHING
from inventory.approval import (
    Approval,
    Rule,
    ask,
    decide,
    emergency,
    review,
    rule,
    thing_of,
    withdraw,
)
from inventory.asked import RULES
from inventory.audit import verify
from inventory.db import Database
from inventory.inbox import remind, waiting
from inventory.notice import Notice
from inventory.proof import Proof
from inventory.register import Rejected
from inventory.revision import correct, digest
from inventory.role import Held, Standing
from inventory.seals import verify as seals
from inventory.signature import signatures
from inventory.undertaking import Undertaking
from tests.inventory.conftest import Tree
from tests.inventory.signing import Actor, actor, text_of

followed: list[str] = []
TRIAL = Rule(
    "trial", "试行事项", "approve", emergency=True, ask_right="record",
    approved=lambda _session, row: followed.append(f"approved {row.version}"),
    refused=lambda _session, row: followed.append(f"refused {row.version}"),
)  # fmt: skip
ALONE = Rule("alone", "一人可办", "approve", second=False, ask_right="record")


@pytest.fixture(autouse=True)
def rules() -> Iterator[None]:
    rule(TRIAL)
    rule(ALONE)
    followed.clear()
    yield
    for kind in ("trial", "alone"):
        RULES.pop(kind)


@pytest.fixture
def tech(database: Database, tree: Tree) -> Actor:
    return actor(database, tree.lankao, "wang", "王技", "technician")


@pytest.fixture
def leader(database: Database, tree: Tree) -> Actor:
    return actor(database, tree.kaifeng, "sun", "孙领导", "leader")


@pytest.fixture
def row(database: Database, tree: Tree, tech: Actor) -> Undertaking:
    made = text_of(tree.lankao)
    with database.transaction(tech.act()) as session:
        session.add(made)
    return made


@pytest.fixture
def asked(database: Database, row: Undertaking, tech: Actor) -> Approval:
    return asking(database, row, tech)


def asking(
    database: Database, row: Undertaking, who: Actor, kind: str = "trial", reason: str = "请批"
) -> Approval:
    with database.transaction(who.act("提出")) as session:
        return ask(session, kind, session.get_one(Undertaking, row.id), who.standing, reason)


def deciding(
    database: Database, one: Approval, who: Actor, yes: bool = True, **facts: Any
) -> Approval:
    with database.transaction(who.act("审批")) as session:
        found = session.get_one(Approval, one.id)
        seen = facts.pop("seen", digest(thing_of(session, found)))
        proof = facts.pop("proof", who.proof)
        return decide(session, found, who.standing, proof, seen, yes, **facts)


def fields(refused: pytest.ExceptionInfo[Rejected]) -> list[str]:
    return [error.field for error in refused.value.errors]


def state(database: Database, one: Approval) -> str:
    with database.view(EVERYTHING) as session:
        return session.get_one(Approval, one.id).state


def test_asked_approved_signed_and_followed(
    database: Database, asked: Approval, leader: Actor, tech: Actor
) -> None:
    done = deciding(database, asked, leader, remark="同意")
    assert (done.state, done.decided_name, done.remark) == ("approved", "孙领导", "同意")
    assert followed == ["approved 一"]
    with database.view(EVERYTHING) as session:
        row = thing_of(session, done)
        (signature,) = signatures(session, row)
        assert (signature.meaning, signature.signer_id, signature.method, signature.roles) == (
            "approve", leader.id, "password", "分管领导",
        )  # fmt: skip
        assert signature.digest == digest(row) == done.digest
        standing = approvals.approved(session, "trial", row)
        assert standing is not None
        assert standing.id == done.id
        assert [verify(session), seals(session)] == [None, []]
        told = [(n.kind, n.title) for n in session.scalars(select(Notice).order_by(Notice.made_at))]
    assert told == [
        ("approval", "请审批：试行事项“保密承诺书”"), ("decision", "已批准：试行事项“保密承诺书”"),
    ]  # fmt: skip


def test_a_refusal_says_why_and_leaves_no_signature(
    database: Database, asked: Approval, leader: Actor
) -> None:
    with pytest.raises(Rejected) as refused:
        deciding(database, asked, leader, yes=False, remark=" ")
    assert fields(refused) == ["remark"]
    assert deciding(database, asked, leader, yes=False, remark="不合规").state == "refused"
    assert followed == ["refused 一"]
    with database.view(EVERYTHING) as session:
        assert signatures(session, thing_of(session, asked)) == []
        assert approvals.approved(session, "trial", thing_of(session, asked)) is None


def test_nobody_decides_twice(database: Database, asked: Approval, leader: Actor) -> None:
    deciding(database, asked, leader)
    for yes in (True, False):
        with pytest.raises(Rejected) as refused:
            deciding(database, asked, leader, yes=yes, remark="再来")
        assert fields(refused) == ["state"]
    assert state(database, asked) == "approved"


def test_neither_the_asker_nor_an_author_decides(
    database: Database, tree: Tree, row: Undertaking, leader: Actor
) -> None:
    both = actor(database, tree.kaifeng, "zhou", "周主任", "manager")  # may ask and approve
    with database.transaction(both.act()) as session:
        session.get_one(Undertaking, row.id).version = "二"
    mine = asking(database, row, both)
    with pytest.raises(Rejected) as refused:
        deciding(database, mine, both)
    assert fields(refused) == ["right"]
    with database.transaction(both.act()) as session:
        withdraw(session, session.get_one(Approval, mine.id), both.standing)
    other = actor(database, tree.lankao, "wu", "吴技", "technician")
    with pytest.raises(Rejected, match="编写人"):  # asked by another: still one's own words
        deciding(database, asking(database, row, other), both)
    assert followed == []


def test_where_the_rule_lets_one_person_do_it(
    database: Database, tree: Tree, row: Undertaking
) -> None:
    both = actor(database, tree.kaifeng, "zhou", "周主任", "manager")
    assert deciding(database, asking(database, row, both, "alone"), both).state == "approved"


def test_a_delegate_does_not_decide_for_the_asker(
    database: Database, tree: Tree, row: Undertaking, tech: Actor
) -> None:
    both = actor(database, tree.kaifeng, "zhou", "周主任", "manager")
    mine = asking(database, row, both)
    elsewhere = Held("manager", tree.luoyang.path)  # of one's own, but not at this place
    lent = Held("manager", tree.kaifeng.path, "周主任", both.id)
    standing = Standing(tech.id, "王技", "wang", tree.lankao.id, "", False, (elsewhere, lent))
    with pytest.raises(Rejected) as refused:
        deciding(database, mine, Actor(tech.person, standing))
    assert fields(refused) == ["right"]


def test_a_delegated_decision_names_who_is_away(
    database: Database, asked: Approval, tree: Tree
) -> None:
    deputy = actor(database, tree.kaifeng, "zheng", "郑副", "network_admin")
    held = (*deputy.standing.held, Held("leader", tree.kaifeng.path, "孙领导"))
    standing = Standing(deputy.id, "郑副", "zheng", tree.kaifeng.id, "", False, held)
    done = deciding(database, asked, Actor(deputy.person, standing))
    assert (done.decided_name, done.on_behalf) == ("郑副", "孙领导")
    with database.view(EVERYTHING) as session:
        assert signatures(session, thing_of(session, done))[0].on_behalf == "孙领导"


@pytest.mark.parametrize("role", ["technician", "network_admin", "auditor", "system_admin"])
def test_it_takes_the_right_over_that_place(
    database: Database, asked: Approval, tree: Tree, role: str
) -> None:
    with pytest.raises(Rejected) as refused:
        deciding(database, asked, actor(database, tree.kaifeng, "x", "甲", role))
    assert fields(refused) == ["right"]


def test_a_leader_of_elsewhere_does_not_even_see_it(
    database: Database, asked: Approval, tree: Tree
) -> None:
    far = actor(database, tree.luoyang, "far", "远", "leader")
    with database.view(far.standing.scope) as session:
        assert session.get(Approval, asked.id) is None
        assert session.scalars(waiting(far.standing)).all() == []


def test_stale_foreign_and_blind_hands_are_refused(
    database: Database, asked: Approval, leader: Actor, tech: Actor
) -> None:
    old = Proof(leader.id, "password", datetime.now(UTC) - timedelta(minutes=6))
    early = Proof(leader.id, "password", datetime.now(UTC) + timedelta(minutes=6))
    for proof in (old, early, tech.proof):
        with pytest.raises(Rejected) as refused:
            deciding(database, asked, leader, proof=proof)
        assert fields(refused) == ["password"]
    with pytest.raises(Rejected) as refused:
        deciding(database, asked, leader, seen="0" * 64)
    assert fields(refused) == ["seen"]
    assert state(database, asked) == "asked"


def test_the_act_must_be_that_persons(
    database: Database, asked: Approval, leader: Actor, tech: Actor
) -> None:
    with (
        pytest.raises(ValueError, match="cannot sign"),
        database.transaction(tech.act()) as session,
    ):
        found = session.get_one(Approval, asked.id)
        decide(session, found, leader.standing, leader.proof, found.digest, True)


def test_corrected_content_must_be_asked_anew(
    database: Database, row: Undertaking, asked: Approval, leader: Actor, tech: Actor
) -> None:
    with database.transaction(tech.act()) as session:
        correct(session, session.get_one(Undertaking, row.id), {"version": "二"}, "改错字")
    with pytest.raises(Rejected) as refused:
        deciding(database, asked, leader)
    assert fields(refused) == ["seen"]
    again = asking(database, row, tech)
    assert [state(database, asked), state(database, again)] == ["withdrawn", "asked"]
    assert deciding(database, again, leader).state == "approved"
    assert followed == ["approved 二"]


def test_an_approval_holds_for_what_was_approved_only(
    database: Database, row: Undertaking, asked: Approval, leader: Actor, tech: Actor
) -> None:
    deciding(database, asked, leader)
    with database.transaction(tech.act()) as session:
        live = session.get_one(Undertaking, row.id)
        correct(session, live, {"version": "二"}, "换版")
        assert approvals.approved(session, "trial", live) is None


def test_the_same_is_not_asked_twice(
    database: Database, row: Undertaking, asked: Approval, tech: Actor, leader: Actor
) -> None:
    with pytest.raises(Rejected, match="待审批"):
        asking(database, row, tech)
    deciding(database, asked, leader)
    with pytest.raises(Rejected, match="已批准"):
        asking(database, row, tech)


def test_refused_content_may_be_asked_again(
    database: Database, row: Undertaking, asked: Approval, tech: Actor, leader: Actor
) -> None:
    deciding(database, asked, leader, yes=False, remark="先补材料")
    again = asking(database, row, tech)
    assert deciding(database, again, leader).state == "approved"


def test_asking_takes_the_right_to_do_it(
    database: Database, row: Undertaking, leader: Actor, tree: Tree
) -> None:
    with pytest.raises(Rejected) as refused:
        asking(database, row, leader)
    assert fields(refused) == ["right"]
    with database.transaction(leader.act()) as session:
        session.get_one(Undertaking, row.id).turn(gone=True)
    manager = actor(database, tree.kaifeng, "zhou", "周主任", "manager")
    with pytest.raises(Rejected, match="已停用"):
        asking(database, row, manager)


def test_only_the_asker_withdraws(
    database: Database, asked: Approval, leader: Actor, tech: Actor
) -> None:
    with pytest.raises(Rejected) as refused, database.transaction(leader.act()) as session:
        withdraw(session, session.get_one(Approval, asked.id), leader.standing)
    assert fields(refused) == ["state"]
    with database.transaction(tech.act()) as session:
        done = withdraw(session, session.get_one(Approval, asked.id), tech.standing)
    assert (done.state, done.decided_by) == ("withdrawn", tech.id)
    with pytest.raises(Rejected):
        deciding(database, asked, leader)


def urgently(
    database: Database, row: Undertaking, who: Actor, reason: str = "夜间抢修"
) -> Approval:
    with database.transaction(who.act("应急")) as session:
        live = session.get_one(Undertaking, row.id)
        return emergency(session, "trial", live, who.standing, who.proof, reason)


def test_one_person_alone_acts_at_once_and_is_reviewed_within_a_day(
    database: Database, row: Undertaking, tech: Actor, leader: Actor
) -> None:
    done = urgently(database, row, tech)
    assert followed == ["approved 一"]
    assert (done.state, done.open, done.overdue) == ("emergency", True, False)
    assert done.due_at is not None
    assert timedelta(hours=23, minutes=59) < done.due_at - done.asked_at <= timedelta(hours=24)
    with database.view(EVERYTHING) as session:
        standing = approvals.approved(session, "trial", thing_of(session, done))
        assert standing is not None
        assert [s.meaning for s in signatures(session, thing_of(session, done))] == ["fill"]
        assert session.scalars(waiting(leader.standing, "emergency")).all()
        assert not session.scalars(waiting(tech.standing, "emergency")).all()
    with database.transaction(leader.act("复核")) as session:
        found = session.get_one(Approval, done.id)
        review(session, found, leader.standing, leader.proof, good=True)
    with database.view(EVERYTHING) as session:
        found = session.get_one(Approval, done.id)
        assert (found.state, found.good) == ("reviewed", True)
        given = [s.meaning for s in signatures(session, thing_of(session, done))]
        assert given == ["fill", "review"]
        assert [verify(session), seals(session)] == [None, []]


def test_who_acted_does_not_review(database: Database, row: Undertaking, tree: Tree) -> None:
    both = actor(database, tree.kaifeng, "zhou", "周主任", "manager")
    done = urgently(database, row, both)
    with pytest.raises(Rejected) as refused, database.transaction(both.act()) as session:
        review(session, session.get_one(Approval, done.id), both.standing, both.proof, good=True)
    assert fields(refused) == ["right"]


def test_a_disowned_emergency_no_longer_stands_and_says_why(
    database: Database, row: Undertaking, tech: Actor, leader: Actor
) -> None:
    done = urgently(database, row, tech)
    with pytest.raises(Rejected) as refused, database.transaction(leader.act()) as session:
        found = session.get_one(Approval, done.id)
        review(session, found, leader.standing, leader.proof, good=False)
    assert fields(refused) == ["remark"]
    with database.transaction(leader.act()) as session:
        found = session.get_one(Approval, done.id)
        review(session, found, leader.standing, leader.proof, good=False, remark="不该动")
        assert approvals.approved(session, "trial", thing_of(session, found)) is None
        told = session.scalars(select(Notice).where(Notice.person_id == tech.id)).one()
    assert (told.title, told.level) == ("应急复核：不认可：试行事项“保密承诺书”", "warning")


def test_an_emergency_may_be_reviewed_after_the_content_was_corrected(
    database: Database, row: Undertaking, tech: Actor, leader: Actor
) -> None:
    done = urgently(database, row, tech)
    with database.transaction(tech.act()) as session:
        correct(session, session.get_one(Undertaking, row.id), {"version": "二"}, "天亮后补全")
    with database.transaction(leader.act()) as session:
        found = session.get_one(Approval, done.id)
        review(session, found, leader.standing, leader.proof, good=True)
    with database.view(EVERYTHING) as session:
        assert seals(session) == []


def test_an_emergency_overtakes_what_was_asked_and_is_not_repeated(
    database: Database, row: Undertaking, asked: Approval, tech: Actor
) -> None:
    urgently(database, row, tech)
    assert state(database, asked) == "withdrawn"
    with pytest.raises(Rejected, match="不必再办"):
        urgently(database, row, tech)


@pytest.mark.parametrize(("kind", "reason"), [("trial", " "), ("alone", "急")])
def test_an_emergency_needs_a_reason_and_a_rule_that_knows_it(
    database: Database, row: Undertaking, tech: Actor, kind: str, reason: str
) -> None:
    with pytest.raises(Rejected), database.transaction(tech.act()) as session:
        live = session.get_one(Undertaking, row.id)
        emergency(session, kind, live, tech.standing, tech.proof, reason)
    with database.view(EVERYTHING) as session:
        assert session.query(Approval).count() == 0


def test_an_overdue_review_is_told_once_while_unread(
    database: Database, row: Undertaking, tech: Actor, leader: Actor
) -> None:
    done = urgently(database, row, tech)
    assert done.due_at is not None
    for at, late in (
        (done.due_at - timedelta(minutes=1), 0),
        (done.due_at + timedelta(minutes=1), 1),
    ):
        with database.observe() as session:
            assert [remind(session, at), remind(session, at)] == [late, late]
    with database.view(EVERYTHING) as session:
        told = session.scalars(select(Notice).where(Notice.level == "critical")).all()
    assert [one.title for one in told] == ["应急复核已逾期：试行事项“保密承诺书”"]


def test_two_leaders_at_once(
    database: Database, asked: Approval, leader: Actor, tree: Tree
) -> None:
    """The second finds it decided, whichever read it first."""
    other = actor(database, tree.kaifeng, "qian", "钱领导", "leader")
    with database.view(EVERYTHING) as session:
        stale = session.get_one(Approval, asked.id)
        seen = stale.digest
    deciding(database, asked, leader)
    with (
        pytest.raises((Rejected, StaleDataError)),
        database.transaction(other.act()) as session,
    ):
        found = session.merge(stale, load=False)
        decide(session, found, other.standing, other.proof, seen, True)
    assert state(database, asked) == "approved"


def test_no_state_but_by_a_step(database: Database, asked: Approval, leader: Actor) -> None:
    for step in ("emergency", "reviewed", "nonsense"):
        with (
            pytest.raises((Rejected, KeyError)),
            database.transaction(leader.act()) as session,
        ):
            session.get_one(Approval, asked.id).state = step
    with pytest.raises((Rejected, DBAPIError)), database.transaction(leader.act()) as session:
        session.get_one(Approval, asked.id).state = "approved"  # a step, but nobody signed
    with pytest.raises(DBAPIError), database.transaction(leader.act()) as session:
        session.delete(session.get_one(Approval, asked.id))
    assert state(database, asked) == "asked"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE approval SET state = 'approved'",
        "UPDATE approval SET state = 'emergency'",
        "UPDATE approval SET asked_by = (SELECT max(id) FROM person)",
        "UPDATE approval SET reason = 'x'",
        "UPDATE approval SET remark = 'x'",
        "UPDATE approval SET digest = 'x'",
        "DELETE FROM approval",
    ],
)
def test_sql_does_not_decide(
    database: Database, asked: Approval, leader: Actor, statement: str
) -> None:
    with pytest.raises(DBAPIError, match="no such step"), database.engine.begin() as connection:
        connection.execute(text(statement))
    assert state(database, asked) == "asked"


def test_a_closed_approval_is_closed_for_sql_too(
    database: Database, asked: Approval, leader: Actor
) -> None:
    deciding(database, asked, leader)
    for statement in ("state = 'asked'", "state = 'refused'", "decided_name = 'x'", "remark = 'x'"):
        with pytest.raises(DBAPIError, match="no such step"), database.engine.begin() as connection:
            connection.execute(text(f"UPDATE approval SET {statement}"))


def test_kinds_are_declared_once() -> None:
    with pytest.raises(ValueError, match="two rules"):
        rule(Rule("trial", "另一个", "approve"))


def test_content_of_another_centre_cannot_be_asked_for(
    database: Database, row: Undertaking, tree: Tree
) -> None:
    far = actor(database, tree.luoyang, "far", "远", "technician")
    with database.view(far.standing.scope) as session:
        assert session.get(Undertaking, row.id) is None
    wide = replace(far.act(), scope=EVERYTHING)  # even where the code forgot to narrow
    with pytest.raises(Rejected) as refused, database.transaction(wide) as session:
        ask(session, "trial", session.get_one(Undertaking, row.id), far.standing, "越权")
    assert fields(refused) == ["right"]
