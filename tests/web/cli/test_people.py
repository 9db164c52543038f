"""Whoever holds the box lets people in again, and the trail says so."""

import json
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from inventory import attempt
from inventory.act import EVERYTHING, system
from inventory.audit import AuditRow
from inventory.db import open_database
from inventory.home import home_fact
from inventory.person import Person
from inventory.policy import Policy, policy
from tests.console import netops


def test_nobody_is_locked_out_for_good(tmp_path: Path) -> None:
    home = {"NETOPS_HOME": str(tmp_path)}
    assert netops("init", "--centre", "410225", **home).returncode == 0
    database = open_database(f"sqlite:///{tmp_path}/netops.db")
    with database.observe() as session:
        admin = session.scalars(select(Person).where(Person.login == "admin")).one()
        attempt.failed(session, attempt.person_key(admin.id), 1, 15, datetime.now(UTC))
    assert netops("person", "unlock", "admin", **home).stdout == "已解除锁定\n"
    assert netops("person", "unlock", "admin", **home).stdout == "没有锁定，也没有失败记录\n"
    assert netops("person", "unlock", "--address", "x", **home).returncode == 2
    once = json.loads(netops("person", "reset-password", "admin", "--json", **home).stdout)["once"]
    with database.view(EVERYTHING) as session:
        again = session.get_one(Person, admin.id)
        assert again.must_change and again.password_is(once.rpartition("：")[2])
        acts = [(row.act, row.origin.split()[0]) for row in session.scalars(select(AuditRow))]
    assert acts[-2:] == [("解除登录锁定", "cli"), ("重设口令", "cli")]
    assert netops("person", "any-address", **home).stdout == "没有管理地址限制\n"
    with database.transaction(system("拟", "cli")) as session:
        centre, now = home_fact(session, "centre"), datetime.now(UTC)
        wrong = {"admin_addresses": "10.9.0.0/24", "password_length": 15}
        session.add(Policy(centre_id=centre, name="填错", in_force_at=now, **wrong))
    assert netops("person", "any-address", **home).stdout.startswith("已取消")
    with database.view(EVERYTHING) as session:
        assert (policy(session).networks, policy(session).password_length) == ((), 15)
    assert json.loads(netops("person", "sessions", "admin", "--json", **home).stdout) == []
    database.close()
