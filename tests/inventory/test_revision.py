"""Fixed content stands still: for the console, and for whoever opens the database without it."""

import json
import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from inventory.act import EVERYTHING, system
from inventory.audit import AuditRow, verify
from inventory.centre import Centre
from inventory.db import Database
from inventory.guard import Refused
from inventory.register import Rejected
from inventory.revision import Revision, content, correct, digest, fix, latest, revisions
from inventory.undertaking import Undertaking
from tests.inventory.conftest import Tree
from tests.inventory.signing import BODY, Actor, actor, text_of


@pytest.fixture
def author(database: Database, tree: Tree) -> Actor:
    return actor(database, tree.lankao, "wang", "王技", "technician")


@pytest.fixture
def fixed(database: Database, tree: Tree, author: Actor) -> Undertaking:
    row = text_of(tree.lankao)
    with database.transaction(author.act()) as session:
        session.add(row)
        fix(session, row, "发布")
    return row


def raw(database: Database, statement: str, **values: Any) -> None:
    """As somebody with a database shell would."""
    with database.engine.begin() as connection:
        connection.execute(text(statement), values)


def test_fixing_keeps_content_authors_and_hash(
    database: Database, fixed: Undertaking, author: Actor
) -> None:
    with database.view(EVERYTHING) as session:
        row, revision = (
            session.get_one(Undertaking, fixed.id),
            session.scalars(select(Revision)).one(),
        )
        assert (row.revised, revision.number, revision.replaces_id) == (1, 1, None)
        assert (revision.content, revision.digest) == (content(row), digest(row))
        assert (revision.writers, revision.by_name) == ({author.id: "王技"}, "王技")
        assert revision.told["starts"] == "2026-01-01"
        assert set(revision.told) == {"centre_id", "kind", "heading", "version", "body", "starts"}


def test_fixing_the_same_content_again_is_the_same_revision(
    database: Database, fixed: Undertaking, author: Actor
) -> None:
    with database.transaction(author.act()) as session:
        row = session.get_one(Undertaking, fixed.id)
        assert fix(session, row).number == 1
        assert len(revisions(session, row)) == 1


def test_a_draft_is_free(database: Database, tree: Tree, author: Actor) -> None:
    row = text_of(tree.lankao)
    with database.transaction(author.act()) as session:
        session.add(row)
    with database.transaction(author.act()) as session:
        session.get_one(Undertaking, row.id).body = BODY + "改"
    with database.transaction(author.act()) as session:
        session.delete(session.get_one(Undertaking, row.id))
    with database.view(EVERYTHING) as session:
        assert session.get(Undertaking, row.id) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [("body", BODY + "。"), ("heading", "别的"), ("starts", date(2027, 1, 1)), ("revised", 2),
     ("revised", 0)],
)  # fmt: skip
def test_fixed_content_is_not_changed_through_the_orm(
    database: Database, fixed: Undertaking, author: Actor, field: str, value: Any
) -> None:
    with pytest.raises(Rejected) as refused, database.transaction(author.act()) as session:
        setattr(session.get_one(Undertaking, fixed.id), field, value)
    assert "第 1 版已经固定" in str(refused.value)
    with database.view(EVERYTHING) as session:
        assert session.get_one(Undertaking, fixed.id).body == BODY


def test_what_is_not_sealed_stays_free(
    database: Database, fixed: Undertaking, author: Actor
) -> None:
    with database.transaction(author.act()) as session:
        session.get_one(Undertaking, fixed.id).turn(gone=True)
    with database.view(EVERYTHING) as session:
        assert session.get_one(Undertaking, fixed.id).retired_at is not None


def test_a_fixed_row_is_not_deleted_and_revisions_only_grow(
    database: Database, fixed: Undertaking, author: Actor
) -> None:
    for cls in (Undertaking, Revision):
        with pytest.raises(Refused), database.transaction(author.act()) as session:
            session.delete(session.scalars(select(cls)).one())
    with pytest.raises(Refused), database.transaction(author.act()) as session:
        session.scalars(select(Revision)).one().reason = "别的"


def test_a_correction_is_the_next_revision_and_names_the_old_one(
    database: Database, fixed: Undertaking, author: Actor, tree: Tree
) -> None:
    other = actor(database, tree.lankao, "li", "李四", "technician")
    with database.transaction(other.act("更正")) as session:
        row = session.get_one(Undertaking, fixed.id)
        made = correct(session, row, {"version": "二", "starts": date(2026, 6, 1)}, " 换新版 ")
        assert (made.number, made.reason, row.revised, row.version) == (2, "换新版", 2, "二")
    with database.view(EVERYTHING) as session:
        row = session.get_one(Undertaking, fixed.id)
        first, second = revisions(session, row)
        assert second.replaces_id == first.id
        assert (first.told["version"], second.told["version"]) == ("一", "二")
        assert second.writers == {author.id: "王技", other.id: "李四"}
        assert second.digest == digest(row)
        assert verify(session) is None


def test_whoever_wrote_a_field_that_still_stands_is_an_author(
    database: Database, fixed: Undertaking, tree: Tree
) -> None:
    other = actor(database, tree.lankao, "li", "李四", "technician")
    values = {"kind": "internet", "heading": "新", "version": "二", "body": BODY * 2,
              "starts": date(2026, 6, 1)}  # fmt: skip
    with database.transaction(other.act()) as session:
        correct(session, session.get_one(Undertaking, fixed.id), values, "全部重写")
    with database.view(EVERYTHING) as session:
        last = latest(session, session.get_one(Undertaking, fixed.id))
        assert last is not None
        assert set(last.writers.values()) == {"李四", "王技"}  # 王技 chose the centre


@pytest.mark.parametrize(
    ("values", "reason", "field"),
    [({"version": "二"}, "  ", "correction"), ({"body": "短"}, "改短", "body")],
)
def test_a_correction_needs_a_reason_and_keeps_the_rules(
    database: Database, fixed: Undertaking, author: Actor, values: dict[str, Any], reason: str,
    field: str,
) -> None:  # fmt: skip
    with pytest.raises(Rejected) as refused, database.transaction(author.act()) as session:
        correct(session, session.get_one(Undertaking, fixed.id), values, reason)
    assert [error.field for error in refused.value.errors] == [field]
    with database.view(EVERYTHING) as session:
        assert session.get_one(Undertaking, fixed.id).revised == 1
        assert session.query(Revision).count() == 1


def test_signed_content_does_not_move_to_another_centre(
    database: Database, fixed: Undertaking, tree: Tree, author: Actor
) -> None:
    with pytest.raises(Rejected) as refused, database.transaction(author.act()) as session:
        row = session.get_one(Undertaking, fixed.id)
        correct(session, row, {"centre_id": tree.luoyang.id}, "改单位")
    assert refused.value.errors[0].field == "centre_id"


def test_every_step_is_one_audit_row_each(
    database: Database, fixed: Undertaking, author: Actor
) -> None:
    with database.transaction(author.act()) as session:
        correct(session, session.get_one(Undertaking, fixed.id), {"version": "二"}, "新版")
    with database.view(EVERYTHING) as session:
        told = [
            (row.thing, row.change, sorted(json.loads(row.after)))
            for row in session.scalars(select(AuditRow).order_by(AuditRow.seq))
            if row.thing in ("Undertaking", "Revision")
        ]
    assert [(thing, change) for thing, change, _ in told] == [
        ("Undertaking", "insert"), ("Revision", "insert"), ("Undertaking", "update"),
        ("Revision", "insert"), ("Undertaking", "update"),
    ]  # fmt: skip
    assert (told[2][2], told[4][2]) == (["revised"], ["revised", "version"])


SQL = (
    "UPDATE undertaking SET body = 'x'",
    "UPDATE undertaking SET revised = 0",
    "UPDATE undertaking SET revised = 0, body = 'x'",
    "UPDATE undertaking SET revised = 2, body = 'x'",
    "UPDATE undertaking SET id = 'other'",
    "UPDATE undertaking SET centre_id = (SELECT id FROM centre WHERE name = '洛阳市')",
    "DELETE FROM undertaking",
    "UPDATE revision SET content = 'x'",
    "UPDATE revision SET digest = 'x'",
    "DELETE FROM revision",
)


@pytest.mark.parametrize("statement", SQL)
def test_sql_is_refused(database: Database, fixed: Undertaking, statement: str) -> None:
    with pytest.raises(DBAPIError) as refused:
        raw(database, statement)
    assert "fixed content" in str(refused.value) or "can only be added" in str(refused.value)
    with database.view(EVERYTHING) as session:
        row = session.get_one(Undertaking, fixed.id)
        assert (row.body, row.revised, row.centre_id) == (BODY, 1, fixed.centre_id)


def test_sql_may_change_a_draft_and_what_is_not_sealed(
    database: Database, fixed: Undertaking, tree: Tree, author: Actor
) -> None:
    """The triggers refuse because of what is sealed, not everything."""
    draft = text_of(tree.lankao, "草稿")
    with database.transaction(author.act()) as session:
        session.add(draft)
    raw(database, "UPDATE undertaking SET body = 'x' WHERE id = :id", id=draft.id)
    raw(database, "UPDATE undertaking SET search = 'x' WHERE id = :id", id=fixed.id)
    with database.view(EVERYTHING) as session:
        assert session.get_one(Undertaking, draft.id).body == "x"
        assert session.get_one(Undertaking, fixed.id).search == "x"
    raw(database, "DELETE FROM undertaking WHERE id = :id", id=draft.id)
    with database.view(EVERYTHING) as session:
        assert session.get(Undertaking, draft.id) is None


def test_a_row_born_fixed_is_refused(database: Database, fixed: Undertaking) -> None:
    columns = "kind, heading, version, body, starts, centre_id, revision, search, sort_key"
    with pytest.raises(DBAPIError, match="fixed content"):
        raw(
            database,
            f"INSERT INTO undertaking (id, revised, {columns})"
            f" SELECT 'new', 1, {columns} FROM undertaking",
        )


def test_emptying_the_table_is_refused(database: Database, fixed: Undertaking) -> None:
    if database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    for table in ("undertaking", "revision"):
        with pytest.raises(DBAPIError, match=r"fixed content|can only be added"):
            raw(database, f"TRUNCATE {table} CASCADE")


REPLACE = "kind, heading, version, body, starts, centre_id, revision, search, sort_key, revised"


@pytest.mark.parametrize("recursive", [False, True], ids=["a plain client", "as we connect"])
@pytest.mark.parametrize(
    "statement",
    [
        f"INSERT OR REPLACE INTO undertaking (id, {REPLACE}) SELECT id, kind, heading, version,"
        " 'x', starts, centre_id, revision, search, sort_key, 0 FROM undertaking WHERE revised = 1",
        f"INSERT OR REPLACE INTO undertaking (rowid, id, {REPLACE}) SELECT rowid, 'other', kind,"
        " heading, version, 'x', starts, centre_id, revision, search, sort_key, 0"
        " FROM undertaking WHERE revised = 1",
        "UPDATE OR REPLACE undertaking SET id = (SELECT id FROM undertaking WHERE revised = 1)"
        " WHERE revised = 0",
        "UPDATE OR REPLACE undertaking SET rowid ="
        " (SELECT rowid FROM undertaking WHERE revised = 1) WHERE revised = 0",
        "UPDATE OR REPLACE undertaking SET body = 'x' WHERE revised = 1",
        "UPDATE OR IGNORE undertaking SET body = 'x' WHERE revised = 1",
    ],
)
def test_sqlite_replace_is_refused(
    sqlite_database: Database, tmp_path: Path, statement: str, recursive: bool
) -> None:
    """A shell without our PRAGMAs must not get round the triggers either."""
    row_id = _one_fixed_one_draft(sqlite_database)
    shell = sqlite3.connect(tmp_path / "netops.db")
    shell.execute(f"PRAGMA recursive_triggers = {'ON' if recursive else 'OFF'}")
    with pytest.raises(sqlite3.IntegrityError, match="fixed content"):
        shell.execute(statement)
    shell.close()
    with sqlite_database.view(EVERYTHING) as session:
        assert session.get_one(Undertaking, row_id).body == BODY


def _one_fixed_one_draft(database: Database) -> str:
    with database.transaction(system("建")) as session:
        centre = Centre(code="410225", name="兰考县", tier="county")
        session.add(centre)
        session.flush()
        fixed, draft = text_of(centre), text_of(centre, "草稿")
        session.add_all([fixed, draft])
        fix(session, fixed)
    return fixed.id
