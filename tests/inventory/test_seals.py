"""What gets past the guard and the triggers is found, and the row named."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, text

from inventory import triggers
from inventory.act import EVERYTHING
from inventory.approval import Approval, Rule, ask, decide, rule
from inventory.asked import RULES
from inventory.db import Database
from inventory.keys import new_key
from inventory.revision import correct, hash_of
from inventory.seals import Finding, verify
from inventory.undertaking import Undertaking
from tests.inventory.conftest import Tree
from tests.inventory.signing import actor, text_of


@pytest.fixture
def signed(database: Database, tree: Tree) -> Iterator[Undertaking]:
    """A text in its second revision, approved."""
    rule(Rule("trial", "试行事项", "approve", ask_right="record"))
    tech = actor(database, tree.lankao, "wang", "王技", "technician")
    leader = actor(database, tree.kaifeng, "sun", "孙领导", "leader")
    row = text_of(tree.lankao)
    with database.transaction(tech.act()) as session:
        session.add(row)
        ask(session, "trial", row, tech.standing, "第一次")
        correct(session, row, {"version": "二"}, "改")
        asked = ask(session, "trial", row, tech.standing, "第二次")
    with database.transaction(leader.act()) as session:
        found = session.get_one(Approval, asked.id)
        decide(session, found, leader.standing, leader.proof, found.digest, True)
    yield row
    RULES.pop("trial")


def found(database: Database) -> list[Finding]:
    with database.view(EVERYTHING) as session:
        return verify(session)


def tamper(database: Database, *statements: str) -> None:
    """As an intruder with the database file would: the triggers first."""
    with database.engine.begin() as connection:
        triggers.drop(connection)
        for statement in statements:
            connection.execute(text(statement), {"key": new_key()})


def test_nothing_is_found_where_nothing_happened(database: Database, signed: Undertaking) -> None:
    assert found(database) == []


def copied(table: str, columns: str, **changed: str) -> str:
    """One more row like the last one."""
    told = ", ".join(changed.get(name, f'"{name}"') for name in columns.split(", "))
    quoted = ", ".join(f'"{name}"' for name in columns.split(", "))
    return f'INSERT INTO "{table}" ({quoted}) SELECT {told} FROM "{table}"'


REVISION = (
    "id, centre_id, thing, thing_id, number, replaces_id, content, digest, reason, authors,"
    " by_id, by_name, at, revision"
)
SIGNATURE = (
    "id, centre_id, revision_id, thing, thing_id, number, digest, meaning, approval_id, round,"
    " signer_id, signer_name, roles, on_behalf, method, at, revision"
)
LAST = " WHERE number = 2"

TAMPERED = (
    ("UPDATE undertaking SET body = 'x'", "Undertaking", "内容与已固定的第 2 版不符"),
    ("UPDATE undertaking SET revised = 0", "Undertaking", "自称第 0 版"),
    ("UPDATE undertaking SET revised = 3", "Undertaking", "自称第 3 版"),
    ("DELETE FROM undertaking", "Undertaking", "已固定的记录不见了"),
    ("UPDATE revision SET content = 'x'" + LAST, "Undertaking", "内容与它的哈希不符"),
    ("UPDATE revision SET number = 5" + LAST, "Undertaking", "次序不对"),
    ("UPDATE revision SET replaces_id = NULL", "Undertaking", "次序不对"),
    ("UPDATE revision SET authors = '{}'", "Revision", "与写入时的审计记录不符"),
    ("UPDATE signature SET digest = 'x'", "Signature", "签字与所签的内容不符"),
    ("UPDATE signature SET signer_id = (SELECT id FROM person WHERE login = 'wang')", "Signature",
     "与写入时的审计记录不符"),
    ("DELETE FROM signature", "Signature", "已被删去"),
    ("DELETE FROM signature", "Approval", "却没有签字"),
    ("UPDATE approval SET state = 'approved' WHERE state = 'withdrawn'", "Approval", "却没有签字"),
    ("UPDATE approval SET digest = 'x' WHERE state = 'approved'", "Approval", "与所批的内容不符"),
    (copied("signature", SIGNATURE, id=":key", round="2"), "Signature", "绕过值守台写入"),
    (copied("revision", REVISION, id=":key", number="number + 1") + LAST, "Revision",
     "绕过值守台写入"),
)  # fmt: skip


@pytest.mark.parametrize(("statement", "thing", "cause"), TAMPERED)
def test_tampering_is_found_and_the_row_named(
    database: Database, signed: Undertaking, statement: str, thing: str, cause: str
) -> None:
    tamper(database, statement)
    told = found(database)
    assert [one.thing for one in told if one.thing == thing and cause in one.cause], told
    assert all(one.thing_id for one in told)


def test_content_and_hash_forged_together_still_differ_from_the_chain(
    database: Database, signed: Undertaking
) -> None:
    """Whoever edits the row, its revision and the hashes alike has not edited the audit."""
    with database.engine.begin() as connection:
        triggers.drop(connection)
        _forge(connection, lambda content: content.replace("承诺", "不承诺"))
    assert {one.thing for one in found(database)} >= {"Revision"}


def _forge(connection: Connection, change: Callable[[str], str]) -> None:
    content = change(
        connection.execute(text("SELECT content FROM revision WHERE number = 2")).scalar_one()
    )
    forged = {"content": content, "digest": hash_of(content)}
    for statement in (
        "UPDATE revision SET content = :content, digest = :digest WHERE number = 2",
        "UPDATE signature SET digest = :digest",
        "UPDATE approval SET digest = :digest WHERE state = 'approved'",
        "UPDATE undertaking SET body = replace(body, '承诺', '不承诺'),"
        " heading = replace(heading, '承诺', '不承诺')",
    ):
        wanted = {name: value for name, value in forged.items() if f":{name}" in statement}
        connection.execute(text(statement), wanted)


def test_the_triggers_are_watched_too(database: Database, signed: Undertaking) -> None:
    with database.engine.begin() as connection:
        assert triggers.missing(connection) == []
        triggers.drop(connection)
        gone = triggers.missing(connection)
    assert {"undertaking_sealed_update", "signature_kept_delete", "approval_sealed_update"} <= set(
        gone
    )
