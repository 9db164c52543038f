"""A stock-take: what is expected stands still, each scan is told at once, rooms are put right,
nothing missing goes without a word, and two people sign."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from inventory.act import EVERYTHING, system
from inventory.db import Database
from inventory.equipment import Equipment
from inventory.register import Rejected
from inventory.revision import digest
from inventory.room import Room
from inventory.stepping import Taken, take
from inventory.stock_scanning import scan
from inventory.stock_tally import counts, everything, missing
from inventory.stocktake import StockItem, StockTake
from inventory.stocktaking import decide
from tests.inventory.conftest import Tree
from tests.inventory.signing import Actor, actor


@dataclass
class Count:
    """A store of 兰考 with five things, two rooms, and a stranger's thing in 洛阳."""

    database: Database
    people: dict[str, Actor]
    rooms: dict[str, str]
    key: str

    def step(self, who: str, name: str, **given: Any) -> None:
        hand = self.people[who]
        with self.database.transaction(hand.act()) as session:
            row = session.get_one(StockTake, self.key)
            take(session, row, name, Taken(hand.standing, given, hand.proof, digest(row)))

    def scan(self, *codes: str, room: str = "", who: str = "tech") -> list[tuple[str, str]]:
        hand = self.people[who]
        with self.database.transaction(hand.act()) as session:
            row = session.get_one(StockTake, self.key)
            done = scan(session, row, codes, hand.standing, self.rooms.get(room, ""))
            return [(one.outcome, one.told) for one in done]

    def decide(self, **told: tuple[str, str]) -> int:
        hand = self.people["tech"]
        with self.database.transaction(hand.act()) as session:
            row = session.get_one(StockTake, self.key)
            ids = {thing.tag: item.id for item, thing in missing(session, row)}
            given = {ids[tag]: one for tag, one in told.items()}
            return decide(session, row, given, hand.standing)


@pytest.fixture
def count(database: Database, tree: Tree) -> Count:
    people = {
        "tech": actor(database, tree.lankao, "tech", "王技", "technician"),
        "net": actor(database, tree.lankao, "net", "李网", "network_admin"),
        "lead": actor(database, tree.lankao, "lead", "郑局", "leader"),
        "audit": actor(database, tree.lankao, "audit", "赵审", "auditor"),
    }
    with database.transaction(system("建账")) as session:
        rooms = {
            name: Room(centre_id=tree.lankao.id, name=name, kind="store") for name in ("甲", "乙")
        }
        session.add_all(rooms.values())
        session.flush()
        for number in range(1, 6):
            session.add(
                Equipment(
                    centre_id=tree.lankao.id, name="显示器", category="monitor", tag=f"T{number}",
                    serial=f"SN-{number}", room_id=rooms["甲"].id,
                    mac="00:e0:fc:00:00:05" if number == 5 else None,
                )
            )  # fmt: skip
        session.add(
            Equipment(
                centre_id=tree.lankao.id, name="交换机", category="switch", tag="T9",
                room_id=rooms["乙"].id,
            )
        )  # fmt: skip
        session.add(
            Equipment(centre_id=tree.luoyang.id, name="打印机", category="printer", tag="L1")
        )
        row = StockTake(centre_id=tree.lankao.id, name="年度盘点", rooms="甲")
        session.add(row)
    return Count(database, people, {k: room.id for k, room in rooms.items()}, row.id)


def test_from_the_first_scan_to_the_second_signature(count: Count) -> None:
    with pytest.raises(Rejected, match="没有在盘点"):
        count.scan("T1")
    count.step("tech", "begin")
    with count.database.transaction(system("后到")) as session:  # later than the beginning
        like = session.scalars(select(Equipment).where(Equipment.tag == "T1")).one()
        session.add(
            Equipment(centre_id=like.centre_id, name="新到", category="other", tag="T6",
                      room_id=count.rooms["甲"])
        )  # fmt: skip
    _scanned(count)
    count.step("net", "pause")
    with pytest.raises(Rejected, match="没有在盘点"):
        count.scan("T3")
    count.step("net", "finish")
    with pytest.raises(Rejected, match="还有 2 件"):
        count.step("tech", "close")
    with pytest.raises(Rejected, match="T4 显示器：请写明"):
        count.decide(T3=("found", ""), T4=("lost", " "))
    assert count.decide(T3=("found", ""), T4=("elsewhere", "借给会议室")) == 2
    count.step("tech", "close")
    _closed(count)
    _signed(count)


def _scanned(count: Count) -> None:
    """Two people, two rooms; every notation of a code; each scan told at once."""
    told = count.scan("https://ops.example/a/T1", "sn-2", "", "T1", "T6", "T9", "ZZZ", room="甲")
    assert [outcome for outcome, _ in told] == [
        "seen", "seen", "again", "extra", "extra", "unknown",
    ]  # fmt: skip
    assert count.scan("ｌ１") == [("foreign", "登记在洛阳市")]  # of another city: its unit only
    assert count.scan("Ｔ１\u200b") == [("again", "T1 显示器")]  # through a Chinese keyboard
    with pytest.raises(Rejected, match="一次最多 2000 行，现有 2001 行"):
        count.scan(*["T1"] * 2001)
    assert count.scan("00-E0-FC-00-00-05", "T5", room="乙", who="net") == [
        ("seen", "T5 显示器"), ("again", "T5 显示器"),
    ]  # fmt: skip
    with count.database.view(EVERYTHING) as session:
        sums = counts(session, session.get_one(StockTake, count.key))
        assert (sums.expected, sums.seen, sums.missing) == (5, 3, 2)
        assert (sums.extra, sums.foreign, sums.unknown, sums.again) == (2, 1, 1, 3)


def _closed(count: Count) -> None:
    """Rooms are put right, and the result tells every difference."""
    with count.database.view(EVERYTHING) as session:
        where = {one.tag: one.room_id for one in session.scalars(select(Equipment))}
        assert where["T5"] == count.rooms["乙"]  # put right: it was scanned there
        assert where["T9"] == count.rooms["甲"] and where["T4"] == count.rooms["甲"]
        result = session.get_one(StockTake, count.key).result or ""
    for line in (
        "应盘 5 件，盘到 3 件，未盘到 2 件（已处理 2 件）", "未盘到：T4 显示器 — 在别处 借给会议室",
        "位置更正：T5 显示器：甲 → 乙", "登记在别的单位：ｌ１ 登记在洛阳市", "没有登记：ZZZ",
    ):  # fmt: skip
        assert line in result


def _signed(count: Count) -> None:
    """By one who took part and one who did not; sent back once, it is signed anew."""
    with pytest.raises(Rejected, match="您在这个单位不能“签字”"):
        count.step("lead", "sign")
    count.step("tech", "sign")
    with pytest.raises(Rejected, match="没有填写台账、审阅签字的权限"):
        count.step("audit", "return", remark="看着不对")
    count.step("lead", "return", remark="T4 再找")
    count.step("tech", "close")
    count.step("net", "sign")
    count.step("lead", "review")
    with count.database.view(EVERYTHING) as session:
        row = session.get_one(StockTake, count.key)
        assert row.state == "done"
        moved = [one for one in everything(session, row) if one.moved]
        assert {one.thing.tag for one in moved} >= {"T5"}


def test_what_is_expected_and_scanned_stands_still(count: Count) -> None:
    count.step("tech", "begin")
    count.scan("T1")
    with count.database.engine.begin() as connection, pytest.raises(IntegrityError):
        connection.execute(text("DELETE FROM stock_scan"))
    with (
        pytest.raises(Rejected, match="不能再改"),
        count.database.transaction(system("改")) as session,
    ):
        session.get_one(StockTake, count.key).rooms = None
    with count.database.view(EVERYTHING) as session:
        assert len(session.scalars(select(StockItem)).all()) == 5
