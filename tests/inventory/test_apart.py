"""Three administrators are three persons, whoever writes the table."""

from datetime import UTC, date, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from inventory import triggers
from inventory.act import EVERYTHING, system
from inventory.db import Database
from inventory.grant import Grant, standing
from inventory.keys import new_key
from inventory.person import Person
from inventory.register import Rejected
from tests.inventory.conftest import Tree
from tests.patience import PATIENCE

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
BOOK: Any = Grant.__table__


@pytest.fixture
def wang(database: Database, tree: Tree) -> str:
    with database.transaction(system("试验")) as session:
        person = Person(centre_id=tree.lankao.id, login="wang", name="王")
        session.add(person)
    return person.id


def seat(tree: Tree, person: str, role: str, **facts: Any) -> dict[str, Any]:
    whole = {
        "id": new_key(), "centre_id": tree.lankao.id, "person_id": person, "role": role,
        "agreed_at": NOW, "search": "", "sort_key": "", "revision": 1, "revised": 0,
    }  # fmt: skip
    return whole | facts


def written(database: Database, *rows: dict[str, Any]) -> None:
    """By raw SQL: past the session, its guard and every check."""
    with database.engine.begin() as connection:
        for row in rows:
            connection.execute(insert(BOOK).values(**row))


def roles(database: Database, person: str, at: datetime = NOW) -> tuple[str, ...]:
    with database.view(EVERYTHING) as session:
        return standing(session, session.get_one(Person, person), at).roles


def test_the_rules_stand_in_a_new_home(database: Database) -> None:
    with database.engine.begin() as connection:
        assert triggers.missing(connection) == []
        triggers.drop(connection)
        gone = {name for name in triggers.missing(connection) if name.startswith("grant_")}
    apart = {"grant_apart_insert", "grant_apart_update"}
    assert gone >= apart | {"grant_ended", "grant_lapses_insert", "grant_lapses_update"}


def test_the_form_refuses_two_of_the_three(database: Database, tree: Tree, wang: str) -> None:
    with pytest.raises(Rejected) as refused, database.transaction(system("试验")) as session:
        for role in ("system_admin", "audit_admin"):
            session.add(Grant(centre_id=tree.lankao.id, person_id=wang, role=role))
    assert "三员分立" in str(refused.value)


def test_raw_sql_is_refused_too(database: Database, tree: Tree, wang: str) -> None:
    first = seat(tree, wang, "system_admin")
    written(database, first, seat(tree, wang, "system_admin"), seat(tree, wang, "technician"))
    with pytest.raises(IntegrityError, match="one of the three"):
        written(database, seat(tree, wang, "security_admin", centre_id=tree.luoyang.id))
    other = seat(tree, wang, "auditor")
    written(database, other)
    with pytest.raises(IntegrityError), database.engine.begin() as connection:
        connection.execute(update(BOOK).where(BOOK.c.id == other["id"]).values(role="audit_admin"))


def test_one_seat_after_another(database: Database, tree: Tree, wang: str) -> None:
    today = date(2026, 11, 22)
    written(
        database,
        seat(tree, wang, "system_admin", ends=today),
        seat(tree, wang, "audit_admin", starts=today + timedelta(days=1)),
        seat(tree, wang, "security_admin", retired_at=NOW),
    )
    with pytest.raises(IntegrityError):
        written(database, seat(tree, wang, "security_admin", starts=today, ends=today))


def test_a_seat_for_the_night_sets_the_own_one_aside(
    database: Database, tree: Tree, wang: str
) -> None:
    until = NOW + timedelta(hours=8)
    written(
        database,
        seat(tree, wang, "system_admin"),
        seat(tree, wang, "security_admin", lapses_at=until),
    )
    assert roles(database, wang) == ("security_admin",)
    assert roles(database, wang, until) == ("system_admin",)
    with pytest.raises(IntegrityError, match="eight hours"):
        written(database, seat(tree, wang, "audit_admin", lapses_at=NOW + timedelta(hours=9)))


def test_what_ended_stays_so(database: Database, tree: Tree, wang: str) -> None:
    old, asked = (
        seat(tree, wang, "technician", retired_at=NOW, agreed_at=at) for at in (NOW, None)
    )
    written(database, old, asked)
    with database.engine.begin() as connection:
        connection.execute(update(BOOK).where(BOOK.c.id == asked["id"]).values(retired_at=None))
    back = update(BOOK).where(BOOK.c.id == old["id"]).values(retired_at=None)
    with (
        pytest.raises(IntegrityError, match="does not come back"),
        database.engine.begin() as connection,
    ):
        connection.execute(back)
    with pytest.raises(Rejected), database.transaction(system("试验")) as session:
        session.get_one(Grant, old["id"]).turn(gone=False)


def test_of_two_at_once_one_is_refused(database: Database, tree: Tree, wang: str) -> None:
    """The second waits for the first and sees it, on PostgreSQL by an advisory lock."""
    refused: list[str] = []

    def second() -> None:
        try:
            written(database, seat(tree, wang, "audit_admin"))
        except IntegrityError as error:
            refused.append(str(error.orig))

    with database.engine.execution_options(sqlite_begin="IMMEDIATE").begin() as connection:
        connection.execute(insert(BOOK).values(**seat(tree, wang, "system_admin")))
        other = Thread(target=second)
        other.start()
        other.join(1)
        assert other.is_alive()
    other.join(PATIENCE)
    assert len(refused) == 1
    with database.view(EVERYTHING) as session:
        assert list(session.scalars(select(Grant.role))) == ["system_admin"]


def test_a_retired_person_holds_nothing(database: Database, tree: Tree, wang: str) -> None:
    written(database, seat(tree, wang, "technician"))
    assert roles(database, wang) == ("technician",)
    left = update(Person.__table__).where(Person.id == wang).values(retired_at=NOW)  # type: ignore[arg-type]
    with database.engine.begin() as connection:
        connection.execute(left)
    assert roles(database, wang) == ()
