"""The audit chain is written with each change and each act, and anybody can recompute it."""

import hashlib
import json
from datetime import datetime

import pytest
from sqlalchemy import insert, select

from inventory import audit
from inventory.act import EVERYTHING, Act, system
from inventory.audit import AuditRow, head, verify
from inventory.chain import BEFORE_FIRST, has_sm3
from inventory.db import Database
from inventory.device import Device
from inventory.guard import Refused
from tests.inventory.conftest import Tree


def newest(database: Database) -> AuditRow:
    with database.view(EVERYTHING) as session:
        found = session.scalars(select(AuditRow).order_by(AuditRow.seq.desc())).first()
        assert found is not None
        return found


def test_a_row_tells_who_as_what_from_where_why_and_what(database: Database, tree: Tree) -> None:
    act = Act("改名", "p1", "张三", "网络管理员", "page 10.1.2.3", EVERYTHING, "设备换了位置")
    with database.transaction(act) as session:
        session.get_one(Device, tree.core.id).name = "兰考县核心"
    row = newest(database)
    told = [
        row.actor, row.actor_name, row.role, row.origin, row.reason, row.act, row.thing,
        row.thing_id, row.centre_id, row.change,
    ]  # fmt: skip
    assert told == [
        "p1", "张三", "网络管理员", "page 10.1.2.3", "设备换了位置", "改名", "Device",
        tree.core.id, tree.lankao.id, "update",
    ]  # fmt: skip


def test_both_hashes_are_those_anybody_can_recompute(database: Database, tree: Tree) -> None:
    row = newest(database)
    told = [
        row.seq, row.at.isoformat(), row.actor, row.actor_name, row.role, row.origin, row.reason,
        row.act, row.centre_id, row.thing, row.thing_id, row.change, row.before, row.after,
    ]  # fmt: skip
    plain = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    content = (row.prev_hash + plain).encode()
    assert has_sm3(), "Debian's OpenSSL has SM3"
    assert row.sm3 == hashlib.new("sm3", content).hexdigest()
    assert row.row_hash == hashlib.sha256(content + row.sm3.encode()).hexdigest()


def test_rows_written_before_sm3_came_still_hold(database: Database) -> None:
    """As the first release wrote them: SHA-256 over previous hash and content, nothing else."""
    told = [
        1, "2026-11-01T00:00:00+00:00", "system", "值守台", "system", "cli", "", "旧记录", None,
        "Centre", "c1", "insert", "{}", '{"name":"河南省"}',
    ]  # fmt: skip
    content = BEFORE_FIRST + json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    names = [
        "seq", "at", "actor", "actor_name", "role", "origin", "reason", "act", "centre_id",
        "thing", "thing_id", "change", "before", "after",
    ]  # fmt: skip
    values = dict(zip(names, told, strict=True)) | {
        "at": datetime.fromisoformat("2026-11-01T00:00:00+00:00"), "prev_hash": BEFORE_FIRST,
        "row_hash": hashlib.sha256(content.encode()).hexdigest(), "sm3": "",
    }  # fmt: skip
    with database.engine.begin() as connection:
        connection.execute(insert(AuditRow).values(values))
    with database.transaction(system("新记录")) as session:
        audit.note(session, system("新记录"), "Person", "p1", None, {"结果": "成功"})
    with database.view(EVERYTHING) as session:
        assert (head(session)[0], verify(session)) == (2, None)


def test_an_act_that_changes_no_row_is_chained_too(database: Database, tree: Tree) -> None:
    act = tree.act(tree.lankao, "导出设备")
    with database.transaction(act) as session:
        audit.note(session, act, "Device", "", tree.lankao.id, {"rows": 7, "kind": "xlsx"})
    row = newest(database)
    assert (row.act, row.change, row.before, row.actor_name) == ("导出设备", "event", "{}", "张三")
    assert json.loads(row.after) == {"kind": "xlsx", "rows": 7}
    with database.view(EVERYTHING) as session:
        assert verify(session) is None


def test_a_view_notes_nothing(database: Database, tree: Tree) -> None:
    with database.view(EVERYTHING) as session, pytest.raises(Refused):
        audit.note(session, system("看"), "Device", "", None, {})
        session.flush()


def test_what_is_undone_to_a_savepoint_leaves_the_chain_whole(
    database: Database, tree: Tree
) -> None:
    act = tree.act(tree.lankao)
    with database.transaction(act) as session:
        device = session.get_one(Device, tree.core.id)
        device.name = "第一次"
        session.flush()
        trial = session.begin_nested()
        device.name = "试一试"
        session.flush()
        trial.rollback()
        device.note = "第二次"
    with database.view(EVERYTHING) as session:
        assert verify(session) is None
        told = session.scalars(select(AuditRow.after).order_by(AuditRow.seq.desc()).limit(2)).all()
    assert [json.loads(each) for each in told] == [{"note": "第二次"}, {"name": "第一次"}]
