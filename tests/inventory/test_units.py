"""Units of a centre: a county keeps its own row and what hangs below it, and nothing above."""

import pytest

from inventory.act import EVERYTHING
from inventory.centre import Centre
from inventory.db import Database
from inventory.guard import OutOfScope
from inventory.register import Rejected
from tests.inventory.conftest import Tree


def test_a_county_changes_its_own_row_without_seeing_the_city(
    database: Database, tree: Tree
) -> None:
    with database.transaction(tree.act(tree.lankao)) as session:
        session.get_one(Centre, tree.lankao.id).head_count = 14
    with database.view(EVERYTHING) as session:
        lankao = session.get_one(Centre, tree.lankao.id)
        assert (lankao.head_count, lankao.path) == (14, tree.lankao.path)


def test_a_county_adds_a_township_below_itself(database: Database, tree: Tree) -> None:
    with database.transaction(tree.act(tree.lankao)) as session:
        town = Centre(code="410225-01", name="考城镇", tier="township", parent_id=tree.lankao.id)
        session.add(town)
    with database.view(EVERYTHING) as session:
        assert session.get_one(Centre, town.id).path == f"{tree.lankao.path}{town.id}/"


@pytest.mark.parametrize("above", ["luoyang", "kaifeng"])
def test_a_county_hangs_nothing_below_another_centre(
    database: Database, tree: Tree, above: str
) -> None:
    parent: Centre = getattr(tree, above)
    with (
        pytest.raises((Rejected, OutOfScope)),
        database.transaction(tree.act(tree.lankao)) as session,
    ):
        session.add(Centre(code="9", name="越权", tier="township", parent_id=parent.id))
    with (
        pytest.raises((Rejected, OutOfScope)),
        database.transaction(tree.act(tree.lankao)) as session,
    ):
        session.get_one(Centre, tree.lankao.id).parent_id = tree.luoyang.id


def test_nobody_but_the_whole_province_plants_a_second_root(database: Database, tree: Tree) -> None:
    with pytest.raises(OutOfScope), database.transaction(tree.act(tree.lankao)) as session:
        session.add(Centre(code="9", name="另一省", tier="province"))
    with pytest.raises(OutOfScope), database.transaction(tree.act(tree.lankao)) as session:
        session.get_one(Centre, tree.lankao.id).parent_id = None
