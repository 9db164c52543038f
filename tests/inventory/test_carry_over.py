"""What a home of the first release brings into the second."""

import pytest
from sqlalchemy import select

from inventory.act import EVERYTHING, system
from inventory.db import Database
from inventory.founding import reopen
from inventory.grant import Grant, standing
from inventory.home import HomeFact
from inventory.migrations.carry_over import grants
from inventory.person import Person
from tests.inventory.conftest import Tree


def old_home(database: Database, tree: Tree, kind: str, *roles: str) -> None:
    """Grants as the first release wrote them: nobody had agreed to anything."""
    with database.observe() as session:
        session.add(HomeFact(name="kind", value=kind))
    with database.transaction(system("旧版")) as session:
        for role in roles:
            person = Person(centre_id=tree.lankao.id, login=role, name=role)
            session.add(person)
            session.add(Grant(centre_id=tree.lankao.id, person_id=person.id, role=role))
    with database.engine.begin() as connection:
        grants(connection)
    reopen(database)
    reopen(database)  # web and worker each start it


def roles_of(database: Database, login: str) -> tuple[str, ...]:
    with database.view(EVERYTHING) as session:
        return standing(
            session, session.scalars(select(Person).where(Person.login == login)).one()
        ).roles


def test_a_real_home_keeps_its_people_and_may_be_set_up(database: Database, tree: Tree) -> None:
    old_home(database, tree, "real", "system_admin", "network_admin")
    assert roles_of(database, "system_admin") == ("founder", "system_admin")
    assert roles_of(database, "network_admin") == ("network_admin",)


@pytest.mark.parametrize(
    ("kind", "roles"),
    [("demo", ("system_admin",)), ("real", ("system_admin", "security_admin"))],
)
def test_a_demo_and_a_separated_home_need_none(
    database: Database, tree: Tree, kind: str, roles: tuple[str, ...]
) -> None:
    old_home(database, tree, kind, *roles)
    assert roles_of(database, "system_admin") == ("system_admin",)
