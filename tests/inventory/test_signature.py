"""A signature: this person, this meaning, this content, with the password still warm."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from inventory.acknowledged import accepted, applying, bound, unsigned
from inventory.act import EVERYTHING
from inventory.audit import AuditRow, verify
from inventory.db import Database
from inventory.guard import Refused
from inventory.proof import Proof
from inventory.register import Rejected
from inventory.revision import correct, digest, fix, latest
from inventory.seals import verify as seals
from inventory.shanghai import today
from inventory.signature import Signature, sign, signatures
from inventory.undertaking import Undertaking
from tests.inventory.conftest import Tree
from tests.inventory.signing import BODY, Actor, actor, text_of


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
        fix(session, made, "发布")
    return made


LOG = {
    "meanings": ("fill", "review", "approve", "hand", "take"),
    "apart": frozenset({"review", "approve"}),
}


def signing(
    database: Database, row: Undertaking, who: Actor, meaning: str = "accept",
    proof: Proof | None = None, seen: str = "",
) -> Signature:  # fmt: skip
    """Sign as a person would; a meaning other than "accept" takes the row as a day of a log."""
    act = replace(who.act("签字"), scope=EVERYTHING)
    with database.transaction(act) as session:
        live = session.get_one(Undertaking, row.id)
        for name, value in LOG.items() if meaning != "accept" else ():
            setattr(live, name, value)  # what a class says of its rows is data
        return sign(session, live, meaning, who.standing, proof or who.proof, seen or digest(live))


def fields(refused: pytest.ExceptionInfo[Rejected]) -> list[str]:
    return [error.field for error in refused.value.errors]


def count(database: Database) -> int:
    with database.view(EVERYTHING) as session:
        return session.query(Signature).count()


def test_a_signature_tells_who_what_how_and_over_what(
    database: Database, row: Undertaking, leader: Actor
) -> None:
    made = signing(database, row, leader, "review", Proof(leader.id, "totp", datetime.now(UTC)))
    with database.view(EVERYTHING) as session:
        live = session.get_one(Undertaking, row.id)
        revision = latest(session, live)
        assert revision is not None
        (found,) = signatures(session, live)
        assert (found.id, found.revision_id, found.digest) == (
            made.id, revision.id, digest(live),
        )  # fmt: skip
        assert (found.meaning_label, found.method_label, found.number) == (
            "审核", "口令和动态码", 1,
        )  # fmt: skip
        assert (found.signer_name, found.roles, found.on_behalf) == ("孙领导", "分管领导", "")
        told = session.query(AuditRow).where(AuditRow.thing == "Signature").one()
        assert (told.thing_id, told.actor, told.change) == (made.id, leader.id, "insert")
        assert [verify(session), seals(session)] == [None, []]


def test_what_was_shown_is_what_is_signed(
    database: Database, row: Undertaking, tech: Actor, leader: Actor
) -> None:
    with database.transaction(tech.act()) as session:
        live = session.get_one(Undertaking, row.id)
        shown = digest(live)
        correct(session, live, {"version": "二"}, "改错字")
    with pytest.raises(Rejected) as refused:
        signing(database, row, leader, "review", seen=shown)
    assert fields(refused) == ["seen"]
    assert count(database) == 0


@pytest.mark.parametrize(
    ("whose", "minutes"), [("own", 6), ("own", -1), ("other", 0)], ids=["stale", "early", "foreign"]
)
def test_a_proof_is_fresh_and_ones_own(
    database: Database, row: Undertaking, tech: Actor, leader: Actor, whose: str, minutes: int
) -> None:
    person = leader.id if whose == "own" else tech.id
    proof = Proof(person, "password", datetime.now(UTC) - timedelta(minutes=minutes))
    with pytest.raises(Rejected) as refused:
        signing(database, row, leader, "review", proof)
    assert fields(refused) == ["password"]
    assert count(database) == 0


def test_an_author_may_fill_but_not_review_or_approve(
    database: Database, row: Undertaking, tree: Tree
) -> None:
    manager = actor(database, tree.kaifeng, "zhou", "周主任", "manager")
    with database.transaction(manager.act()) as session:
        correct(session, session.get_one(Undertaking, row.id), {"version": "二"}, "主任改")
    assert signing(database, row, manager, "fill").number == 2
    for meaning in ("review", "approve"):
        with pytest.raises(Rejected) as refused:
            signing(database, row, manager, meaning)
        assert fields(refused) == ["meaning"]


def test_the_author_of_an_earlier_revision_counts_while_the_words_stand(
    database: Database, row: Undertaking, tree: Tree, tech: Actor
) -> None:
    manager = actor(database, tree.kaifeng, "zhou", "周主任", "manager")
    with database.transaction(manager.act()) as session:
        correct(session, session.get_one(Undertaking, row.id), {"version": "二"}, "主任改")
    with database.transaction(tech.act()) as session:
        correct(session, session.get_one(Undertaking, row.id), {"body": BODY * 2}, "技术员改")
    with pytest.raises(Rejected, match="编写人"):
        signing(database, row, manager, "review")
    with database.transaction(tech.act()) as session:
        correct(session, session.get_one(Undertaking, row.id), {"version": "三"}, "再改")
    assert signing(database, row, manager, "review").number == 4


def test_nothing_is_reviewed_before_somebody_has_fixed_it(
    database: Database, tree: Tree, tech: Actor, leader: Actor
) -> None:
    draft = text_of(tree.lankao, "草稿")
    with database.transaction(tech.act()) as session:
        session.add(draft)
    with pytest.raises(Rejected, match="先填报"):
        signing(database, draft, leader, "review")
    assert signing(database, draft, tech, "fill").number == 1
    assert signing(database, draft, leader, "review").number == 1


@pytest.mark.parametrize(
    ("role", "meaning"),
    [("technician", "review"), ("technician", "approve"), ("auditor", "review"),
     ("leader", "fill"), ("audit_admin", "fill"), ("system_admin", "approve")],
)  # fmt: skip
def test_each_meaning_takes_its_right(
    database: Database, row: Undertaking, tree: Tree, role: str, meaning: str
) -> None:
    with pytest.raises(Rejected) as refused:
        signing(database, row, actor(database, tree.kaifeng, "x", "甲", role), meaning)
    assert "right" in fields(refused)


def test_a_right_elsewhere_is_none_here(database: Database, row: Undertaking, tree: Tree) -> None:
    with pytest.raises(Rejected) as refused:
        signing(database, row, actor(database, tree.luoyang, "far", "远", "leader"), "review")
    assert fields(refused) == ["right"]


def test_a_class_says_how_its_rows_are_signed(
    database: Database, row: Undertaking, leader: Actor
) -> None:
    with pytest.raises(Rejected) as refused, database.transaction(leader.act()) as session:
        live = session.get_one(Undertaking, row.id)
        sign(session, live, "review", leader.standing, leader.proof, digest(live))
    assert "不能签“审核”" in str(refused.value)


def test_nobody_signs_twice_but_each_meaning_and_revision_is_its_own(
    database: Database, row: Undertaking, tech: Actor
) -> None:
    signing(database, row, tech, "fill")
    with pytest.raises(Rejected, match="已经签过"):
        signing(database, row, tech, "fill")
    signing(database, row, tech, "hand")
    with database.transaction(tech.act()) as session:
        correct(session, session.get_one(Undertaking, row.id), {"version": "二"}, "改")
    signing(database, row, tech, "fill")
    assert count(database) == 3


def test_signatures_stay_on_the_revision_they_were_given_on(
    database: Database, row: Undertaking, tech: Actor, leader: Actor
) -> None:
    signing(database, row, leader, "review")
    with database.transaction(tech.act()) as session:
        live = session.get_one(Undertaking, row.id)
        correct(session, live, {"version": "二"}, "改")
        (old,) = signatures(session, live)
        assert (old.number, live.revised) == (1, 2)
        assert old.digest != digest(live)


def test_a_signature_is_neither_changed_nor_deleted(
    database: Database, row: Undertaking, tech: Actor
) -> None:
    made = signing(database, row, tech)
    for change in ("change", "delete"):
        with pytest.raises(Refused), database.transaction(tech.act()) as session:
            found = session.get_one(Signature, made.id)
            if change == "delete":
                session.delete(found)
            else:
                found.signer_name = "别人"
    statements = (
        "UPDATE signature SET signer_name = 'x'", "DELETE FROM signature",
        "UPDATE signature SET digest = 'x'",
    )  # fmt: skip
    for statement in statements:
        with pytest.raises(DBAPIError), database.engine.begin() as connection:
            connection.execute(text(statement))
    assert count(database) == 1


# Undertakings


def test_everybody_below_accepts_and_again_when_it_runs_out(
    database: Database, tree: Tree, tech: Actor
) -> None:
    boss = actor(database, tree.kaifeng, "sec", "安管", "security_admin")
    city = text_of(tree.kaifeng, "全市承诺书")
    with database.transaction(boss.act()) as session:
        session.add(city)
        fix(session, city, "发布")
    now = datetime.now(UTC)
    with database.view(EVERYTHING) as session:
        assert [one.heading for one in applying(session, tree.lankao.id)] == ["全市承诺书"]
        assert applying(session, tree.luoyang.id) == []
        assert len(unsigned(session, tech.id, tree.lankao.id)) == 1
        assert {one.name for one in bound(session, city)} == {"王技", "安管"}
    signing(database, city, tech)
    with database.view(EVERYTHING) as session:
        live = session.get_one(Undertaking, city.id)
        assert set(accepted(session, live)) == {tech.id}
        assert unsigned(session, tech.id, tree.lankao.id) == []
        assert len(unsigned(session, boss.id, tree.kaifeng.id)) == 1
        later = now + timedelta(days=364)
        assert unsigned(session, tech.id, tree.lankao.id, later) == []
        later = now + timedelta(days=366)
        assert len(unsigned(session, tech.id, tree.lankao.id, later)) == 1


def test_a_new_version_asks_everybody_anew(
    database: Database, row: Undertaking, tech: Actor
) -> None:
    signing(database, row, tech)
    with database.transaction(tech.act()) as session:
        correct(session, session.get_one(Undertaking, row.id), {"version": "二"}, "换版")
    with database.view(EVERYTHING) as session:
        assert len(unsigned(session, tech.id, row.centre_id)) == 1
    signing(database, row, tech)
    with database.view(EVERYTHING) as session:
        assert unsigned(session, tech.id, row.centre_id) == []
        assert seals(session) == []


def test_drafts_and_texts_of_tomorrow_bind_nobody(
    database: Database, tree: Tree, tech: Actor
) -> None:
    draft, tomorrow = text_of(tree.lankao, "草稿"), text_of(tree.lankao, "明年")
    tomorrow.starts = today() + timedelta(days=2)
    with database.transaction(tech.act()) as session:
        session.add_all([draft, tomorrow])
        fix(session, tomorrow)
    with database.view(EVERYTHING) as session:
        assert applying(session, tree.lankao.id) == []
        in_three_days = datetime.now(UTC) + timedelta(days=3)
        assert [one.heading for one in applying(session, tree.lankao.id, in_three_days)] == ["明年"]
