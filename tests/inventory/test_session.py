"""Logins kept on the server: tokens hashed, time-outs, what ends them."""

from datetime import UTC, datetime, timedelta

import pytest

from inventory import session as logins
from inventory.act import EVERYTHING, Scope, system
from inventory.db import Database
from inventory.person import Person
from inventory.policy import Policy
from inventory.session import LoginSession
from tests.inventory.conftest import Tree

NOW = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
RULES = Policy(centre_id="", name="试验", idle_minutes=15, absolute_hours=8)


@pytest.fixture
def wang(database: Database, tree: Tree) -> Person:
    with database.transaction(system("建人")) as session:
        wang = Person(centre_id=tree.lankao.id, login="wang", name="王建国")
        wang.set_password("Kiln7#orbit-vat")
        session.add(wang)
    return wang


def begin(database: Database, person: Person, **facts: object) -> tuple[str, str]:
    """(token, id) of a login begun at NOW."""
    told = {"factor": "password", "begun_at": NOW, "seen_at": NOW} | facts
    row = LoginSession(person_id=person.id, centre_id=person.centre_id, **told)
    with database.observe() as session:
        token = logins.begin(session, row)
    return token, row.id


def kept(database: Database, login_id: str) -> LoginSession:
    with database.view(EVERYTHING) as session:
        return session.get_one(LoginSession, login_id)


def test_the_database_does_not_hold_the_token(database: Database, wang: Person) -> None:
    token, login_id = begin(database, wang, agent="x" * 900)
    assert token not in str(vars(kept(database, login_id)))
    with database.view(EVERYTHING) as session:
        found = logins.behind(session, token)
        assert found is not None and found.id == login_id
        assert logins.behind(session, token + "x") is None
        assert logins.behind(session, "") is None


@pytest.mark.parametrize(
    ("facts", "later", "why"),
    [
        ({}, timedelta(minutes=15), ""),
        ({}, timedelta(minutes=15, seconds=1), "idle"),
        ({"seen_at": NOW + timedelta(hours=8)}, timedelta(hours=8), ""),
        ({"seen_at": NOW + timedelta(hours=8)}, timedelta(hours=8, seconds=1), "absolute"),
        ({"factor": ""}, timedelta(minutes=5), ""),
        ({"factor": ""}, timedelta(minutes=5, seconds=1), "half"),
    ],
)
def test_a_login_runs_out(facts: dict[str, object], later: timedelta, why: str) -> None:
    told = {"factor": "password", "begun_at": NOW, "seen_at": NOW} | facts
    assert logins.over(LoginSession(**told), RULES, NOW + later) == why


def test_being_seen_is_written_once_a_minute(database: Database, wang: Person) -> None:
    _token, login_id = begin(database, wang)
    login = kept(database, login_id)
    assert not logins.seen_long_ago(login, NOW + timedelta(seconds=59))
    assert logins.seen_long_ago(login, NOW + timedelta(seconds=60))
    with database.observe() as session:
        logins.see(session, login_id, NOW + timedelta(seconds=60))
    assert kept(database, login_id).seen_at == NOW + timedelta(seconds=60)


def test_a_new_token_voids_the_old_one(database: Database, wang: Person) -> None:
    token, login_id = begin(database, wang)
    with database.observe() as session:
        fresh = logins.renew(session, login_id, "rights")
    with database.view(EVERYTHING) as session:
        assert logins.behind(session, token) is None
        found = logins.behind(session, fresh)
        assert found is not None and (found.id, found.rights) == (login_id, "rights")


def test_ending_keeps_the_first_reason_and_forgets_what_was_pending(
    database: Database, wang: Person
) -> None:
    _token, login_id = begin(database, wang, challenge="abc")
    with database.observe() as session:
        logins.end(session, [login_id], "idle", NOW)
        logins.end(session, [login_id], "revoked", NOW + timedelta(hours=1))
    login = kept(database, login_id)
    assert (login.ended, login.ended_at, login.challenge) == ("idle", NOW, "")


def test_all_of_a_person_but_one(database: Database, wang: Person) -> None:
    ids = [begin(database, wang)[1] for _ in range(3)]
    with database.observe() as session:
        logins.end_all(session, wang.id, "revoked", NOW, but=ids[1])
    assert [bool(kept(database, one).ended_at) for one in ids] == [True, False, True]


@pytest.mark.parametrize(("change", "why"), [("password", "password"), ("retired", "retired")])
def test_a_new_password_or_the_end_of_the_account_ends_every_login(
    database: Database, wang: Person, change: str, why: str
) -> None:
    login_id = begin(database, wang)[1]
    with database.transaction(system("改")) as session:
        person = session.get_one(Person, wang.id)
        person.set_password("Otter.Plum.48.Sky") if change == "password" else person.turn(gone=True)
    assert kept(database, login_id).ended == why


def test_another_change_of_the_person_ends_nothing(database: Database, wang: Person) -> None:
    login_id = begin(database, wang)[1]
    with database.transaction(system("改")) as session:
        session.get_one(Person, wang.id).name = "王建军"
    assert kept(database, login_id).ended_at is None


def test_logins_of_another_centre_are_not_seen(
    database: Database, tree: Tree, wang: Person
) -> None:
    login_id = begin(database, wang)[1]
    with database.view(Scope((tree.luoyang.path,))) as session:
        assert session.get(LoginSession, login_id) is None
    with database.view(Scope((tree.lankao.path,))) as session:
        assert session.get(LoginSession, login_id) is not None


def test_old_logins_are_dropped(database: Database, wang: Person) -> None:
    old, new = begin(database, wang)[1], begin(database, wang, seen_at=NOW + timedelta(days=2))[1]
    with database.observe() as session:
        logins.prune(session, NOW + timedelta(days=1))
    with database.view(EVERYTHING) as session:
        assert session.get(LoginSession, old) is None
        assert session.get(LoginSession, new) is not None
