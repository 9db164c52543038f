"""A home is founded once: the Henan tree, its centre, its first administrator."""

import pytest
from sqlalchemy import select

from inventory.act import EVERYTHING
from inventory.audit import verify
from inventory.centre import Centre
from inventory.db import Database
from inventory.founding import found, founded
from inventory.grant import standing
from inventory.home import home_fact
from inventory.password import About, first_password, weaknesses
from inventory.person import Person
from inventory.register import Rejected
from inventory.role import can


def test_founding_a_real_centre(database: Database) -> None:
    assert founded(database) == ""
    password = found(database, "410225", "admin", "张三")
    assert founded(database) == "real"
    with database.view(EVERYTHING) as session:
        centre = session.scalars(select(Centre).where(Centre.code == "410225")).one()
        assert centre.name == "兰考县信息中心"
        assert home_fact(session, "centre") == centre.id
        admin = session.scalars(select(Person)).one()
        assert (admin.login, admin.must_change) == ("admin", True)
        assert admin.password_is(password)
        assert not admin.password_is(password + "x")
        who = standing(session, admin)
        assert who.scope.paths == (centre.path,)
        assert who.roles == ("founder",)
        assert can(who, "setup", centre)
        assert not can(who, "accounts", centre)
        counts = {t: session.query(Centre).where(Centre.tier == t).count() for t in
                  ("province", "city", "county")}  # fmt: skip
        assert counts == {"province": 1, "city": 18, "county": 156}
        assert verify(session) is None
        assert centre.path.startswith(
            session.scalars(select(Centre.path).where(Centre.code == "410200")).one()
        )


def test_a_second_founding_is_refused(database: Database) -> None:
    found(database, "410225", "admin", "张三")
    with pytest.raises(Rejected, match="已经启用"):
        found(database, "410225", "admin2", "李四")
    with database.view(EVERYTHING) as session:
        assert session.query(Person).count() == 1


def test_an_unknown_code_founds_nothing(database: Database) -> None:
    with pytest.raises(Rejected, match="999999"):
        found(database, "999999", "admin", "张三")
    assert founded(database) == ""
    with database.view(EVERYTHING) as session:
        assert session.query(Centre).count() == 0


def test_first_passwords_obey_article_118_and_differ() -> None:
    passwords = {first_password() for _ in range(200)}
    assert len(passwords) == 200
    assert [weaknesses(one, About(), classes=4) for one in passwords] == [()] * 200
    assert all(len(password) == 14 for password in passwords)
