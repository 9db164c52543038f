"""What serves as what: one at a time, ended with service, told of, compared with the network."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from inventory.act import EVERYTHING, system
from inventory.booking import book, category_of
from inventory.db import Database
from inventory.deployment import Deployment, deploy, served, serving, withdraw
from inventory.device import Device
from inventory.difference_seen import fresh
from inventory.differences import differences, watched
from inventory.equipment import Equipment
from inventory.moving import move
from inventory.notice import Notice
from inventory.register import Rejected
from inventory.room import Room
from inventory.state import DeviceState
from tests.inventory.conftest import Tree

NOW = datetime.now(UTC)


@dataclass
class Handover:
    """A paper of that name: `move` asks for no more."""

    id: str = "paper"
    number: str = "JJ-2026-0001"
    title: str = "交接单"


def things(database: Database, tree: Tree, *facts: dict[str, Any]) -> list[str]:
    plain = {"centre_id": tree.lankao.id, "name": "交换机", "category": "switch"}
    with database.transaction(system("建账")) as session:
        rows = [Equipment(**(plain | {"opening": "in_use"} | one)) for one in facts]
        for row in rows:
            session.add(row)
            session.flush()
    return [row.id for row in rows]


def put(database: Database, thing: str, device: Device, at: datetime | None = None) -> None:
    with database.transaction(system("投用")) as session:
        here = session.get_one(Equipment, thing)
        deploy(session, here, session.get_one(Device, device.id), at=at)


def told(database: Database) -> list[str]:
    with database.view(EVERYTHING) as session:
        return [one.title for one in session.scalars(select(Notice).order_by(Notice.made_at))]


def tell_of(database: Database, device: Device, **facts: str) -> None:
    with database.observe() as session:
        session.merge(DeviceState(device_id=device.id, centre_id=device.centre_id, **facts))


def test_a_box_out_of_service_serves_no_longer_and_who_watches_is_told(
    database: Database, tree: Tree
) -> None:
    (box,) = things(database, tree, {})
    put(database, box, tree.core)
    with database.transaction(system("退库")) as session:
        thing = session.get_one(Equipment, box)
        move(session, thing, "idle", Handover(), at=NOW - timedelta(days=9))  # dated before it
    with database.view(EVERYTHING) as session:
        assert serving(session, thing=box) is None
        (ended,) = served(session, device=tree.core.id)
        assert ended.until == ended.since  # never less than no time
        assert not session.get_one(Device, tree.core.id).paused
    (title,) = told(database)
    assert "兰考核心" in title and "JJ-2026-0001" in title
    with pytest.raises(Rejected, match="请先办理领用交接"):
        put(database, box, tree.core)


def test_a_swap_keeps_the_history_and_a_move_within_service_ends_nothing(
    database: Database, tree: Tree
) -> None:
    old, new = things(database, tree, {}, {})
    put(database, old, tree.core, NOW - timedelta(days=30))
    with database.transaction(system("换保管人")) as session:
        move(session, session.get_one(Equipment, old), "in_use", Handover())
    put(database, new, tree.core, NOW)
    with database.view(EVERYTHING) as session:
        assert [one.equipment_id for one in served(session, device=tree.core.id)] == [new, old]
        assert served(session, thing=old)[0].until == NOW
    assert told(database) == []
    with database.transaction(system("撤下")) as session:
        assert withdraw(session, session.get_one(Equipment, new)) is not None
        assert withdraw(session, session.get_one(Equipment, old)) is None


def test_one_thing_one_device_in_the_database_too(database: Database, tree: Tree) -> None:
    one, two = things(database, tree, {}, {})
    put(database, one, tree.core)
    with pytest.raises(IntegrityError), database.transaction(system("绕过")) as session:
        session.add(
            Deployment(
                centre_id=tree.lankao.id, equipment_id=two, device_id=tree.core.id, since=NOW
            )
        )  # fmt: skip


def test_book_and_network_are_compared_both_ways(database: Database, tree: Tree) -> None:
    serials = ({"serial": " dup-1"}, {"serial": "DUP-1"}, {"serial": "", "category": "printer"})
    first, _second, _printer = things(database, tree, *serials)
    tell_of(database, tree.core, vendor="华为", model="Quidway S5720-28P", serial="DUP-1")
    put(database, first, tree.core)
    with database.view(tree.act(tree.lankao).scope) as session:
        found = {(one.kind, one.about) for one in differences(session)}
        kinds = [kind for kind, _about in found]
        assert sorted(kinds) == ["duplicate", "model", "unused"]  # told and booked serials agree
    with database.transaction(system("改")) as session:
        session.get_one(Equipment, first).model = "s5720 28p"
    tell_of(database, tree.core, model="Quidway S5720-28P", serial="OTHER")
    with database.view(EVERYTHING) as session:
        now = {one.kind: one for one in differences(session)}
        assert (now["serial"].told, now["serial"].booked.strip()) == ("OTHER", "dup-1")
        assert now["unbooked"].about == "洛阳核心" and "model" not in now


def test_a_new_difference_is_new_once_and_again_when_it_comes_back(
    database: Database, tree: Tree
) -> None:
    with database.observe() as session:
        found = differences(session)
        assert {one.about for one in fresh(session, found, NOW)} == {"兰考核心", "洛阳核心"}
        session.flush()
        assert fresh(session, found, NOW) == []
        assert fresh(session, found[:1], NOW) == []
        session.flush()
        assert len(fresh(session, found, NOW)) == 1


def test_a_device_is_written_into_the_book_as_it_tells(database: Database, tree: Tree) -> None:
    tell_of(database, tree.core, vendor="H3C", model="S5130", serial="S" * 80, sys_name="LK")
    with database.transaction(system("建账")) as session:
        session.add(Room(centre_id=tree.lankao.id, name="机房"))
        session.get_one(Device, tree.core.id).location = "机房"
        session.flush()
        thing = book(session, session.get_one(Device, tree.core.id))
    assert (thing.vendor, thing.model, thing.category) == ("H3C", "S5130", "switch")
    assert thing.state == "in_use" and thing.room_id and thing.no_serial is None
    with database.transaction(system("建账")) as session:
        silent = book(session, session.get_one(Device, tree.far.id))
    assert silent.no_serial and silent.serial is None
    assert category_of("other") == "other" and "voice_gateway" not in watched()


def test_an_end_before_the_beginning_is_refused(database: Database, tree: Tree) -> None:
    (box,) = things(database, tree, {})
    put(database, box, tree.core)
    with pytest.raises(Rejected, match="早于"), database.transaction(system("改")) as session:
        open_one = serving(session, thing=box)
        assert open_one is not None
        open_one.until = open_one.since - timedelta(seconds=1)
    with database.engine.connect() as connection:
        until = connection.execute(text("SELECT until FROM deployment")).scalar_one()
    assert until is None
