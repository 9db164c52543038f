"""A county with many assets, for the benches of registers: rows as a centre would type them."""

import random
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy import insert, select

import inventory.schema  # noqa: F401  (maps every table)
from inventory import triggers
from inventory.act import system
from inventory.centre import Centre
from inventory.db import Database
from inventory.device import Device
from inventory.equipment import Equipment
from inventory.founding import found
from inventory.grant import Grant
from inventory.indexing import mend
from inventory.part import Part
from inventory.person import Person
from inventory.policy import Policy
from inventory.register import Register, fields
from inventory.staff import Staff
from inventory.text import search_text, zh_sort_key
from web import create_app
from web.settings import Settings

REGISTERS = (Equipment, Device, Staff, Part)
_PASSWORD = "County#2026"
_BATCH = 5000
_TOWNS = (
    "城关镇", "谷营镇", "东坝头镇", "红庙镇", "南彰镇", "考城镇", "小宋镇", "孟寨乡", "许河乡",
)  # fmt: skip
_THINGS = (
    "核心交换机", "接入交换机", "路由器", "防火墙", "不间断电源", "台式计算机", "激光打印机",
)  # fmt: skip
_MODELS = ("S5735-L24T4S-A1", "S5720-28X-PWR", "ThinkCentre-M720t", "LaserJet-M1136")
_NAMES = "王李张刘陈杨赵黄周吴", ("建国", "红霞", "志强", "海涛", "洋", "静", "敏", "伟", "秀英")


def founded(database: Database) -> list[str]:
    """A founded home with one administrator of the network; ids of the county and its units."""
    found(database, "410225", "admin", "管理员")
    with database.transaction(system("人员")) as session:
        county = session.scalars(select(Centre).where(Centre.code == "410225")).one()
        units = [Centre(code=f"410225{n:03}", name=name, tier="township", parent_id=county.id)
                 for n, name in enumerate(_TOWNS, 900)]  # fmt: skip
        now = datetime.now(UTC)
        hashed = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(_PASSWORD)
        person = Person(centre_id=county.id, login="net", name="李网", must_change=False)
        person.password_hash, person.password_set_at = hashed, now
        grant = {"centre_id": county.id, "person_id": person.id, "agreed_at": now}
        policy = Policy(centre_id=county.id, name="试验", small_centre=True, small_reason="试验用",
                        totp_required=False, in_force_at=now)  # fmt: skip
        session.add_all([*units, person, policy, Grant(role="network_admin", **grant)])
        return [county.id, *(unit.id for unit in units)]


def fill(database: Database, number: int, homes: Sequence[str]) -> None:
    """So many rows of each register; the index is told afterwards, as after a new schema."""
    with database.engine.begin() as connection:
        triggers.drop(connection)  # they want a paper for each thing
        for cls in REGISTERS:
            for batch in batched(plain(cls, number, homes)):
                connection.execute(insert(cls), batch)
        triggers.install(connection)
        mend(connection)


def batched(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch


def plain(
    cls: type[Register], number: int, homes: Sequence[str], first: int = 0
) -> Iterator[dict[str, Any]]:
    """Values of every column, the derived ones too, as the guard would have left them."""
    chance = random.Random(cls.__name__)
    for n in range(first, first + number):
        yield stored(cls(centre_id=homes[n % len(homes)], **facts(cls, n, chance)))


def stored(row: Register) -> dict[str, Any]:
    """The row's columns with what the guard would have added."""
    cls = type(row)
    told = [field.name for field in fields(cls) if field.entry.searched]
    row.revision = 1
    row.sort_key = zh_sort_key(str(getattr(row, cls.order) or ""))
    row.search = search_text(*(str(getattr(row, name) or "") for name in told))
    return {column.key: getattr(row, column.key) for column in cls.__table__.columns}


def facts(cls: type[Register], n: int, chance: random.Random) -> dict[str, Any]:
    """What a person would type of the n-th row."""
    thing, model = chance.choice(_THINGS), chance.choice(_MODELS)
    spread = f"{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"
    person = chance.choice(_NAMES[0]) + chance.choice(_NAMES[1])
    by_class: dict[type[Register], dict[str, Any]] = {
        Equipment: {
            "tag": f"410225-JH-{n:06}", "name": f"{chance.choice(_TOWNS)}{thing}",
            "category": "switch", "model": model, "serial": f"2102352ABC10K{n:07}",
            "rack": f"{chance.randint(1, 5)}楼机房", "ip": f"10.{spread}",
            "mac": "00:e0:fc:{:02x}:{:02x}:{:02x}".format(*map(int, spread.split("."))),
            "state": chance.choice(("stock", "in_use", "idle")),
        },
        Device: {"name": f"{chance.choice(_TOWNS)}{thing} {n}", "address": f"11.{spread}",
                 "kind": "switch"},
        Staff: {"name": f"{person}{n}", "code": f"410225-RY-{n:06}", "phone": f"139{n:08}"},
        Part: {"name": f"{thing}配件 {n}", "model": model},
    }  # fmt: skip
    return by_class[cls]


def logged_in(database: Database, home: Path) -> FlaskClient:
    """The console over the database, opened by the administrator of the network."""
    client = create_app(Settings(home=home), database).test_client()
    page = client.get("/login").text
    token = re.search(r'name="csrf-token" content="([^"]+)"', page)
    told = {"login": "net", "password": _PASSWORD, "csrf_token": token[1] if token else ""}
    answer = client.post("/login", data=told)
    if answer.status_code != 302:
        raise RuntimeError(f"login answered {answer.status_code}")
    return client
