"""Stock is the sum of its movements and never negative, whoever writes them and in what order."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from inventory import stock
from inventory.act import EVERYTHING, system
from inventory.db import Database
from inventory.equipment import Equipment
from inventory.grant import Grant, standing
from inventory.notice import Notice, NoticeReceipt
from inventory.paper_line import PaperLine
from inventory.part import Part
from inventory.person import Person
from inventory.register import Rejected
from inventory.role import Standing
from inventory.room import Room
from inventory.stock_book import lowest
from inventory.stock_levels import Fitted
from inventory.stock_movement import StockMovement
from tests.inventory.conftest import Tree

DAY = date(2026, 11, 22)


@dataclass(frozen=True)
class Paper:
    """What a scrapping gives the stock book: its number and its id."""

    id: str = "p" * 26
    number: str = "BF-2026-0001"
    title: str = "报废单"


@dataclass(frozen=True)
class Store:
    """Fans and serialised disks, two rooms and two servers of 兰考, and who keeps them."""

    database: Database
    who: Standing
    fan: Part
    disk: Part
    rooms: tuple[Room, Room]
    things: tuple[Equipment, Equipment]

    def do(self, what: Callable[..., Any], *given: Any, **facts: Any) -> Any:
        with self.database.transaction(self.who.act("出入库", "test")) as session:
            return what(session, *given, self.who, **facts)

    def put(self, part: Part, quantity: int, batch: str = "", **facts: Any) -> StockMovement:
        made = self.do(stock.receive, part, self.rooms[0], quantity, batch, **facts)
        assert isinstance(made, StockMovement)
        return made

    def paper(self, act: Callable[..., Any], part: Part, room: Room, number: int, batch: str):  # type: ignore[no-untyped-def]
        line = PaperLine(
            centre_id=part.centre_id, paper="Paper", paper_id=Paper().id, part_id=part.id,
            room_id=room.id, quantity=number, batch=batch,
        )  # fmt: skip
        with self.database.transaction(self.who.act("报废", "test")) as session:
            session.add(line)
            return act(session, line, Paper())

    def lying(self) -> dict[tuple[str, str, str], tuple[int, int]]:
        with self.database.view(EVERYTHING) as session:
            lots = stock.on_hand(session)
        return {(one.part.id, one.room_id, one.batch): (one.quantity, one.aside) for one in lots}


@pytest.fixture
def store(database: Database, tree: Tree) -> Store:
    place = {"centre_id": tree.lankao.id}
    with database.transaction(system("建库")) as session:
        person = Person(login="tech", name="王技", password_hash="-", **place)
        grant = Grant(person_id=person.id, role="technician", agreed_at=datetime.now(UTC), **place)
        fan = Part(name="风扇", model="FAN-1", minimum=1, **place)
        disk = Part(name="硬盘", model="4T", serialised=True, **place)
        rooms = Room(name="库房", kind="store", **place), Room(name="机房", kind="machine", **place)
        things = tuple(
            Equipment(name=f"服务器 {n}", category="server", opening="in_use", **place)
            for n in (1, 2)
        )
        session.add_all([person, grant, fan, disk, *rooms])
        for thing in things:
            session.add(thing)
            session.flush()
        who = standing(session, person)
    return Store(database, who, fan, disk, rooms, (things[0], things[1]))


def _attempt(store: Store, dice: Random) -> None:
    """One thing that somebody might try; what the rules refuse changes nothing."""
    part = dice.choice((store.fan, store.disk))
    room, other = dice.sample(store.rooms, 2)
    number = 1 if part.serialised and dice.random() < 0.9 else dice.randint(1, 4)
    batch = dice.choice(("A1", "A2") if part.serialised else ("", "甲批"))
    thing = dice.choice(store.things)
    at = datetime.now(UTC) - timedelta(days=dice.choice((0, 0, 0, 2, 40)))
    tried: dict[str, Callable[[], Any]] = {
        "receive": lambda: store.do(stock.receive, part, room, number, batch, at=at),
        "use": lambda: store.do(stock.use_part, None, thing, part, room, number, batch, at=at),
        "out": lambda: store.do(
            stock.take_out, thing, part, room, number, batch, at=at, original=dice.random() < 0.3
        ),
        "move": lambda: store.do(stock.shift, part, room, other, number, batch, at=at),
        "count": lambda: store.do(
            stock.adjust, part, room, dice.choice((number, -number)), batch, at=at, reason="盘点"
        ),
        "aside": lambda: store.paper(stock.set_aside, part, room, number, batch),
        "back": lambda: store.paper(stock.give_back, part, room, number, batch),
        "scrap": lambda: store.paper(stock.hand_in, part, room, number, batch),
    }
    before = store.lying()
    try:
        tried[dice.choice((*tried, "receive"))]()
    except Rejected:
        assert store.lying() == before


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(seed=st.integers(0, 2**32))
def test_stock_is_the_sum_of_its_movements(store: Store, seed: int) -> None:
    dice = Random(seed)
    for _ in range(18):
        _attempt(store, dice)
    with store.database.view(EVERYTHING) as session:
        lines = session.scalars(select(StockMovement)).all()
        months = stock.parts_month(session, None, DAY - timedelta(days=30), date(2100, 1, 1))
        inside = {thing.id: stock.fitted(session, thing.id) for thing in store.things}
    _adds_up(lines, store.lying())
    _each_serial_once(lines, store, inside)
    for one in months:
        assert one.opening + sum(one.came.values()) - sum(one.went.values()) == one.closing
        lots = {key: v for key, v in store.lying().items() if key[0] == one.part.id}
        assert one.closing == sum(good for good, _ in lots.values())
        assert one.aside_closing == sum(aside for _, aside in lots.values())


def _adds_up(lines: Any, lying: dict[tuple[str, str, str], tuple[int, int]]) -> None:
    """Counted afresh, line by line in time, without the code under test."""
    good: Counter[Any] = Counter()
    aside: Counter[Any] = Counter()
    order = sorted(lines, key=lambda one: (one.at, one.id))
    for one in order:
        here, there = (
            (one.part_id, room, one.batch) for room in (one.from_room_id, one.to_room_id)
        )
        taken = aside if one.kind in ("return", "scrap") else good
        given = aside if one.kind == "aside" else good
        if one.from_room_id:
            taken[here] -= one.quantity
        if one.to_room_id:
            given[there] += one.quantity
        assert min([*good.values(), *aside.values()]) >= 0  # at no moment of the past either
    keys = {key for key in (*good, *aside) if good[key] or aside[key]}
    assert lying == {key: (good[key], aside[key]) for key in keys}


def _each_serial_once(lines: Any, store: Store, inside: dict[str, list[Fitted]]) -> None:
    for serial in ("A1", "A2"):
        places = [
            key for key, (good, aside) in store.lying().items()
            if key[0] == store.disk.id and key[2] == serial and good + aside
        ]  # fmt: skip
        places += [
            (thing, "", "") for thing, parts in inside.items()
            for one in parts if (one.part.id, one.batch) == (store.disk.id, serial)
        ]  # fmt: skip
        assert len(places) <= 1
        with store.database.view(EVERYTHING) as session:
            last = stock.whereabouts(session, store.disk.id, serial)
        gone = (
            last is None or last.kind == "scrap" or (last.kind == "count" and not last.to_room_id)
        )
        assert gone == (not places)


def test_no_sql_takes_what_is_not_there(store: Store) -> None:
    store.put(store.fan, 2)
    store.put(store.disk, 1, "A1")
    values = {
        "id": "x" * 26, "centre": store.fan.centre_id, "fan": store.fan.id, "disk": store.disk.id,
        "room": store.rooms[0].id, "other": store.rooms[1].id, "thing": store.things[0].id,
        "at": datetime.now(UTC).replace(tzinfo=None),
    }  # fmt: skip
    insert = (
        "INSERT INTO stock_movement (id, revision, search, sort_key, centre_id, number, at, kind,"
        " part_id, quantity, batch, from_room_id, to_room_id, equipment_id, original, paper_no,"
        " reason, noted_by, noted_at, paper_class, paper_id)"
        " VALUES (:id, 1, '', '', :centre, 'KC-1',"
        " :at, '{kind}', :{part}, {n}, '{batch}', {rooms}, {thing}, false, '', '', '', :at, '', '')"
    )
    bad = (
        ("use", "fan", 3, "", ":room, NULL"), ("use", "fan", 1, "B", ":room, NULL"),
        ("use", "fan", 1, "", ":other, NULL"), ("use", "fan", -1, "", ":room, NULL"),
        ("use", "fan", 0, "", ":room, NULL"), ("move", "fan", 1, "", ":room, :room"),
        ("receive", "fan", 1, "", ":room, NULL"), ("scrap", "fan", 1, "", ":room, NULL"),
        ("return", "fan", 1, "", ":room, :room"), ("count", "fan", 1, "", ":room, :other"),
        ("take_out", "fan", 1, "", "NULL, :room"), ("gift", "fan", 1, "", "NULL, :room"),
        ("receive", "disk", 1, "A1", "NULL, :other"), ("receive", "disk", 2, "A2", "NULL, :room"),
        ("receive", "disk", 1, "", "NULL, :room"),
    )  # fmt: skip
    for kind, part, n, batch, rooms in bad:
        told = insert.format(kind=kind, part=part, n=n, batch=batch, rooms=rooms, thing=":thing")
        with pytest.raises(IntegrityError), store.database.engine.begin() as connection:
            connection.execute(text(told), values)
    good = insert.format(kind="use", part="fan", n=2, batch="", rooms=":room, NULL", thing=":thing")
    with store.database.engine.begin() as connection:
        connection.execute(text(good), values)  # it is the rule that refused, not the statement
    for statement in ("UPDATE stock_movement SET quantity = 9", "DELETE FROM stock_movement"):
        with pytest.raises(IntegrityError), store.database.engine.begin() as connection:
            connection.execute(text(statement))


def test_what_was_not_there_then_cannot_be_noted_later(store: Store) -> None:
    now = datetime.now(UTC)
    room, thing = store.rooms[0], store.things[0]
    store.put(store.fan, 2, at=now - timedelta(days=3))
    store.do(stock.use_part, None, thing, store.fan, room, 2, "", at=now - timedelta(days=2))
    store.put(store.fan, 5)
    for days in (4, 3):  # before it came; or what was needed a day later
        with pytest.raises(Rejected, match="只有 0 个") as told:
            store.do(
                stock.use_part, None, thing, store.fan, room, 1, "", at=now - timedelta(days=days)
            )
        assert [error.field for error in told.value.errors] == ["quantity"]
    changes = [(now, 3), (now + timedelta(hours=1), -2), (now + timedelta(hours=2), 4)]
    assert [lowest(changes, now + timedelta(hours=h)) for h in (-1, 0, 1, 2)] == [0, 1, 1, 5]


def test_a_disk_can_be_found_wherever_it_went(store: Store) -> None:
    store.put(store.disk, 1, "S1")
    room, (first, second) = store.rooms[0], store.things
    line = store.do(stock.use_part, None, first, store.disk, room, 1, "S1")
    with store.database.view(EVERYTHING) as session:
        (inside,) = stock.fitted(session, first.id)
        assert (inside.batch, inside.quantity, inside.since) == ("S1", 1, line.at)
    with pytest.raises(Rejected, match="已经在账上"):
        store.put(store.disk, 1, "S1")
    with pytest.raises(Rejected, match="原机自带"):
        store.do(stock.take_out, second, store.disk, room, 1, "S1")
    store.do(stock.take_out, second, store.disk, room, 1, "S0", original=True)
    store.do(stock.take_out, first, store.disk, room, 1, "S1")
    with store.database.view(EVERYTHING) as session:
        assert stock.fitted(session, first.id) == []
        last = stock.whereabouts(session, store.disk.id, "S1")
        assert last is not None and last.to_room_id == room.id
    with store.database.transaction(system("停用")) as session:
        part = session.get_one(Part, store.disk.id)
        part.turn(gone=True)
        with pytest.raises(Rejected, match="库里还有 2"):
            session.flush()
        session.rollback()


def test_too_little_is_told_once_and_settled(store: Store) -> None:
    def waiting() -> list[str]:
        with store.database.view(EVERYTHING) as session:
            unread = select(Notice.title).join(NoticeReceipt).where(NoticeReceipt.read_at.is_(None))
            return list(session.scalars(unread))

    store.put(store.fan, 2)
    store.do(stock.adjust, store.fan, store.rooms[0], -1, "", reason="盘点")
    assert waiting() == []  # one is the minimum: not below it
    store.do(stock.adjust, store.fan, store.rooms[0], -1, "", reason="盘点")
    assert waiting() == ["风扇只剩 0 个，最低库存 1 个"]
    store.put(store.fan, 2)
    assert waiting() == []
    fan = store.fan
    told = [(minimum, total) for minimum in (None, 0, 2) for total in (0, 1, 2)]
    found = [(m, t) for m, t in told if stock.low(Part(name=fan.name, centre_id="c", minimum=m), t)]
    assert found == [(0, 0), (2, 0), (2, 1)]
