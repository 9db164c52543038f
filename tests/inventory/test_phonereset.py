"""A lost phone: one asks, a second agrees, then the phone counts no more."""

from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import select

from inventory import factor, recovery
from inventory import session as logins
from inventory.act import EVERYTHING, system
from inventory.approval import decide
from inventory.asked import Approval
from inventory.consent import propose
from inventory.db import Database
from inventory.grant import Grant, standing
from inventory.person import Person
from inventory.phonereset import PhoneReset
from inventory.proof import Proof
from inventory.register import Rejected
from inventory.role import Standing
from inventory.secret import Key
from inventory.session import LoginSession
from tests.inventory.conftest import Tree

NOW = datetime.now(UTC)
SECRET = pyotp.random_base32()


@pytest.fixture
def people(database: Database, tree: Tree, tmp_path: Path) -> dict[str, Standing]:
    """wang has lost the phone; sun keeps the accounts; zhou is the second pair of eyes."""
    key = Key.load(tmp_path / "key")
    roles = {"wang": "technician", "sun": "system_admin", "zhou": "security_admin"}
    with database.transaction(system("建人")) as session:
        rows = {login: Person(centre_id=tree.lankao.id, login=login, name=login) for login in roles}
        session.add_all(rows.values())
        for login, role in roles.items():
            given = {"person_id": rows[login].id, "role": role, "agreed_at": NOW}
            session.add(Grant(centre_id=tree.lankao.id, **given))
        session.flush()
        code, past = pyotp.TOTP(SECRET).at(NOW), NOW
        assert factor.enrol(session, rows["wang"], SECRET, code, key, past) == ""
        recovery.issue(session, rows["wang"].id)
        told = {"person_id": rows["wang"].id, "centre_id": tree.lankao.id, "factor": "totp"}
        logins.begin(session, LoginSession(begun_at=NOW, seen_at=NOW, **told))
    with database.view(EVERYTHING) as session:
        return {login: standing(session, row) for login, row in rows.items()}


def asked(database: Database, tree: Tree, people: dict[str, Standing]) -> Approval:
    act = people["sun"].act("申请重置动态码", "test", "手机丢失")
    with database.transaction(act) as session:
        row = PhoneReset(
            centre_id=tree.lankao.id, person_id=people["wang"].id, reason="手机丢失，已当面核对"
        )
        session.add(row)
        found = propose(session, row)
    assert found is not None
    return found


def agree(database: Database, found: Approval, who: Standing, *, yes: bool = True) -> None:
    proof = Proof(who.id, "password", datetime.now(UTC))
    with database.transaction(who.act("批准", "test")) as session:
        row = session.get_one(Approval, found.id)
        decide(session, row, who, proof, row.digest, yes, remark="" if yes else "身份没有核对")


def state(database: Database, people: dict[str, Standing]) -> tuple[bool, int, str]:
    with database.view(EVERYTHING) as session:
        wang = session.get_one(Person, people["wang"].id)
        ended = session.scalars(select(LoginSession.ended)).one()
        return wang.totp_secret is not None, recovery.left(session, wang.id), ended


def test_nothing_happens_before_a_second_agrees(
    database: Database, tree: Tree, people: dict[str, Standing]
) -> None:
    found = asked(database, tree, people)
    assert (found.kind, found.state) == ("totp_reset", "asked")
    assert state(database, people) == (True, 10, "")
    with pytest.raises(Rejected):
        agree(database, found, people["sun"])
    assert state(database, people) == (True, 10, "")
    agree(database, found, people["zhou"])
    assert state(database, people) == (False, 0, "factor")


def test_refused_it_stays(database: Database, tree: Tree, people: dict[str, Standing]) -> None:
    agree(database, asked(database, tree, people), people["zhou"], yes=False)
    assert state(database, people) == (True, 10, "")


def test_only_whoever_has_a_phone_is_reset(
    database: Database, tree: Tree, people: dict[str, Standing]
) -> None:
    with pytest.raises(Rejected, match="没有绑定动态码"):
        asked(database, tree, people | {"wang": people["zhou"]})
