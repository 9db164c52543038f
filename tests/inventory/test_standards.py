"""The minimum of equipment: each basis counts as its article says."""

from datetime import date
from typing import Any

import pytest

from inventory.act import EVERYTHING, system
from inventory.centre import Centre
from inventory.db import Database
from inventory.equipment import Equipment
from inventory.registers.establishment import Establishment
from inventory.room import Room
from inventory.standards import Bases, Finding, findings, needed, standards
from tests.inventory.conftest import Tree

NAMED = {one.id: one for one in standards()}


@pytest.mark.parametrize(
    ("standard", "bases", "need"),
    [
        ("c48", Bases(posts=23, dedicated=2), 25),
        ("c48", Bases(), None),
        ("c49a", Bases(sections=5), 5),
        ("c49e", Bases(staff=8), 4),
        ("c49e", Bases(staff=7, dedicated=1), 3),
        ("c50a", Bases(), 2),
        ("c63a", Bases(counties=9), 18),
        ("c63b", Bases(townships=16), 16),
    ],
)
def test_each_basis(standard: str, bases: Bases, need: int | None) -> None:
    assert needed(NAMED[standard], bases) == need


def test_a_county_is_judged_with_its_units(database: Database, tree: Tree) -> None:
    home: dict[str, Any] = {"centre_id": tree.lankao.id}
    with database.transaction(system("登记")) as session:
        town = Centre(code="410225100", name="城关镇", tier="township", parent_id=tree.lankao.id)
        rooms = {kind: Room(name=kind, kind=kind, **home) for kind in ("office", "machine")}
        classroom = Room(name="教室", kind="classroom", **home)
        session.add_all([town, *rooms.values(), classroom])
        session.add(Establishment(posts=3, dedicated=1, as_of=date(2026, 1, 1), **home))
        session.flush()
        places = [rooms["office"].id] * 2 + [rooms["machine"].id, classroom.id]
        session.add_all(
            Equipment(name="微机", category="desktop", room_id=room, **home) for room in places
        )
        session.add(Equipment(name="微机", category="desktop", centre_id=town.id, opening="in_use"))
    with database.view(EVERYTHING) as session:
        found = {(f.unit.name, f.standard.id): f for f in findings(session, tree.lankao.path)}
    assert _told(found["兰考县", "c48"]) == (4, 2, 2)
    assert _told(found["兰考县", "c63b"]) == (1, 1, 0)
    assert _told(found["兰考县", "c58"]) == (1, 0, 1)
    assert _told(found["城关镇", "c50a"]) == (2, 1, 1)
    assert found["兰考县", "c53f"].short == 0  # a camcorder as needed
    assert ("兰考县", "c63a") not in found


def _told(found: Finding) -> tuple[int | None, int, int]:
    return found.need, found.have, found.short
