"""The demo county's book of equipment: what its devices are, and what else stands in its rooms."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.act import Act
from inventory.booking import category_of
from inventory.category import categories
from inventory.centre import Centre
from inventory.db import Database
from inventory.deployment import deploy
from inventory.device import Device
from inventory.equipment import Equipment
from inventory.home import home_fact
from inventory.person import Person
from inventory.registers.budget import BudgetItem
from inventory.room import Room
from inventory.shanghai import SHANGHAI, today
from inventory.staff import Staff
from netops.simulator import county

_STAFF = (  # name, job, the account that signs for them
    ("演示·网络管理员", "network_admin", "net"), ("演示·信息技术员", "technician", "tech"),
    ("演示·分管领导", "leader", "leader"), ("演示·中心主任", "manager", "manager"),
    ("孙晓燕", "operator", ""), ("马建国", "operator", ""), ("赵国强", "operator", ""),
)  # fmt: skip
_ROOMS = (
    ("县中心三楼机房", "machine"),
    ("县中心三楼配电间", "power"),
    ("县中心一楼库房", "store"),
    ("县中心二楼办公室", "office"),
    ("县中心四楼教室", "classroom"),
)
_BUDGET = (
    ("网络设备更新", 2024, "purchase", 860_000.0), ("办公终端购置", 2025, "purchase", 240_000.0),
    ("机房运行维护", 2026, "repair", 120_000.0),
)  # fmt: skip
_COSTS = {"router": 18_600.0, "switch": 9_800.0, "firewall": 46_000.0, "server": 38_500.0,
          "ups": 27_400.0, "wireless": 21_000.0}  # fmt: skip
# Category, name, vendor, model, how many, opening state, room, months since bought, price.
_OTHERS: tuple[tuple[str, str, str, str, int, str, str, int, float], ...] = (
    ("desktop", "台式计算机", "联想", "启天 M450", 6, "in_use", "县中心二楼办公室", 14, 5200),
    ("monitor", "显示器", "冠捷", "24E1H", 3, "in_use", "县中心二楼办公室", 14, 890),
    ("laptop", "便携式计算机", "华为", "MateBook B5", 2, "in_use", "县中心二楼办公室", 8, 6800),
    ("printer", "激光打印机", "奔图", "P3305DN", 2, "in_use", "县中心二楼办公室", 26, 1650),
    ("copier", "复印一体机", "京瓷", "M4125", 1, "in_use", "县中心二楼办公室", 38, 14_800),
    ("projector", "数字投影仪", "爱普生", "CB-X51", 1, "in_use", "县中心四楼教室", 50, 4300),
    ("battery", "UPS 电池组", "理士", "DJM12-100", 2, "in_use", "县中心三楼配电间", 41, 9600),
    ("air_conditioner", "精密空调", "艾默生", "DME12", 1, "in_use", "县中心三楼机房", 62, 36_000),
    ("extinguisher", "七氟丙烷灭火器", "龙成", "MSWZ/6", 4, "in_use", "县中心三楼机房", 20, 620),
    ("cabinet", "网络机柜", "图腾", "G3.6042", 2, "in_use", "县中心三楼机房", 62, 2900),
    ("switch", "接入交换机", "华为", "S5735-L24T4S", 2, "stock", "县中心一楼库房", 5, 4100),
    ("desktop", "台式计算机", "联想", "启天 M428", 2, "idle", "县中心一楼库房", 66, 4600),
    ("fax", "传真机", "松下", "KX-FP719", 1, "idle", "县中心一楼库房", 100, 980),
)  # fmt: skip


@dataclass
class _Book:
    """What the rows of one act have in common."""

    session: Session
    centre: Centre
    staff: list[Staff]
    rooms: dict[tuple[str, str], Room] = field(default_factory=dict)
    budget: list[BudgetItem] = field(default_factory=list)

    def room(self, centre_id: str, name: str, kind: str = "machine") -> Room:
        """The room of that name, made when it is new."""
        if (centre_id, name) not in self.rooms:
            made = Room(centre_id=centre_id, name=name, kind=kind)
            self.session.add(made)
            self.rooms[centre_id, name] = made
        return self.rooms[centre_id, name]

    def thing(self, number: int, months: int, **facts: Any) -> Equipment:
        """One row: bought so many months ago out of that year's money."""
        bought = _before(months)
        known = categories()[facts["category"]]
        plain = {
            "centre_id": self.centre.id, "bought_on": bought, "started_on": bought,
            "warranty_to": bought.replace(year=bought.year + 3), "supplier": "县采购中心",
            "has_storage": known.storage, "powered": known.powered, "fixed_asset": True,
            "finance_no": f"YS{bought.year}{number:05}", "opening": "in_use",
            "keeper_id": self.staff[number % len(self.staff)].id,
            "budget_id": self.budget[number % len(self.budget)].id,
            "battery_on": bought if facts["category"] in ("ups", "battery") else None,
        }  # fmt: skip
        made = Equipment(**(plain | facts))
        self.session.add(made)
        self.session.flush()  # the next one's number follows this one's
        return made


def write_equipment(database: Database, home: Path, act: Act) -> None:
    """The devices, each in service, and some thirty things more; staff, rooms, money."""
    told = county.identities(home)
    with database.transaction(act) as session:
        book = _begin(session)
        devices = session.scalars(select(Device).order_by(Device.sort_key)).all()
        for number, device in enumerate(devices, 1):
            _device(book, number, device, told.get(device.name))
        for number, facts in enumerate(_others(book), 100):
            book.thing(number, **facts)


def _begin(session: Session) -> _Book:
    centre = session.get_one(Centre, home_fact(session, "centre"))
    accounts = {one.login: one.id for one in session.scalars(select(Person))}
    staff = [
        Staff(centre_id=centre.id, name=name, job=job, person_id=accounts.get(login))
        for name, job, login in _STAFF
    ]
    money = [
        BudgetItem(centre_id=centre.id, name=name, year=year, kind=kind, amount=amount)
        for name, year, kind, amount in _BUDGET
    ]
    session.add_all([*staff, *money])
    session.flush()
    book = _Book(session, centre, staff[:2] + staff[4:], budget=money)
    for name, kind in _ROOMS:
        book.room(centre.id, name, kind)
    session.flush()
    return book


def _device(book: _Book, number: int, device: Device, told: Any) -> None:
    """The box behind one monitored device: bought a while ago, put into service then."""
    months = 6 + number * 5 % 58
    words = (device.location or "").split(" ", 1)
    room = book.room(device.centre_id, words[0] or "机房")
    facts = {name: getattr(told, name, "") or None for name in ("vendor", "model", "serial")}
    category = category_of(device.kind)
    thing = book.thing(
        number, months, centre_id=device.centre_id, name=device.name, category=category,
        room_id=room.id, rack=words[1] if len(words) > 1 else None, ip=device.address,
        no_serial=None if facts["serial"] else "设备不报告序列号", cost=_COSTS.get(category),
        **facts,
    )  # fmt: skip
    deploy(book.session, thing, device, at=datetime.combine(_before(months), time(9), SHANGHAI))


def _others(book: _Book) -> Iterator[Mapping[str, Any]]:
    for category, name, vendor, model, count, opening, room, months, cost in _OTHERS:
        for number in range(1, count + 1):
            yield {
                "months": months, "category": category, "name": name, "vendor": vendor,
                "model": model, "serial": f"DEMO{category[:2].upper()}{months:03}{number:02}",
                "opening": opening, "cost": float(cost),
                "room_id": book.room(book.centre.id, room).id,
                **({} if opening == "in_use" else {"keeper_id": None}),
            }  # fmt: skip


def _before(months: int) -> date:
    return (
        (datetime.combine(today(), time(), UTC) - timedelta(days=30 * months))
        .date()
        .replace(day=12)
    )
