"""Ten years of one centre's duty log, written past the rules: as a bench finds it, signed."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select

from bench.assets import batched, stored
from inventory import triggers
from inventory.db import Database
from inventory.indexing import mend
from inventory.keys import new_key
from inventory.log_day import LogDay
from inventory.log_entry import LogEntry
from inventory.log_sections import SECTIONS
from inventory.log_share import LogShare
from inventory.person import Person
from inventory.shanghai import SHANGHAI

_SATURDAY = 5
_THINGS = (
    "核心交换机",
    "UPS",
    "精密空调",
    "防火墙",
    "备份服务器",
    "三楼接入交换机",
    "城关镇路由器",
)
_SAYINGS = (
    "开机正常",
    "关机正常",
    "风扇异响，已清灰",
    "告警已确认",
    "无法登录，重启后恢复",
    "备份完成",
    "恢复演练通过",
    "上报人口数据",
    "温度 23.5℃，湿度 45%",
    "日志检查无异常",
    "巡检无异常",
    "更换电池",
    "端口频繁断开，更换跳线",
)


def keep(database: Database, centre_id: str, last: date, years: int, entries: int) -> list[date]:
    """So many entries, spread over the working days of `years` up to `last`; those days."""
    days = [
        day
        for n in range(years * 365, -1, -1)
        if (day := last - timedelta(days=n)).weekday() < _SATURDAY
    ]
    with database.engine.begin() as connection:
        triggers.drop(connection)
        authors = connection.execute(select(Person.id, Person.name)).all()
        sheets = {day: new_key() for day in days}
        _plant(connection, LogDay, _sheets(sheets, centre_id, len(authors)))
        _plant(connection, LogShare, _shares(sheets, centre_id, authors))
        _plant(connection, LogEntry, _entries(sheets, centre_id, authors, entries))
        triggers.install(connection)
        mend(connection)
    return days


def _plant(connection: Connection, cls: type[Any], rows: Iterator[dict[str, Any]]) -> None:
    for batch in batched(rows):
        connection.execute(insert(cls), batch)


def _sheets(sheets: dict[date, str], centre_id: str, people: int) -> Iterator[dict[str, Any]]:
    for day, key in sheets.items():
        at = _at(day, 18)
        yield stored(LogDay(
            id=key, centre_id=centre_id, day=day, state="signed", people=f"{people} 人",
            submitted_at=at, reviewed_at=at + timedelta(days=1), remark="已阅",
        ))  # fmt: skip


def _shares(sheets: dict[date, str], centre_id: str, authors: Any) -> Iterator[dict[str, Any]]:
    for day, key in sheets.items():
        for person_id, name in authors:
            yield stored(LogShare(
                centre_id=centre_id, day_id=key, author_id=person_id, author=name,
                state="signed", signed_at=_at(day, 17),
            ))  # fmt: skip


def _entries(
    sheets: dict[date, str], centre_id: str, authors: Any, number: int
) -> Iterator[dict[str, Any]]:
    chance, days = random.Random("log"), list(sheets)
    for n in range(number):
        day, turn = days[n % len(days)], n // len(days) + 1
        person_id, name = chance.choice(authors)
        at = _at(day, 8) + timedelta(minutes=chance.randrange(600))
        yield stored(LogEntry(
            centre_id=centre_id, day_id=sheets[day], author_id=person_id, author=name,
            number=f"{day:%Y%m%d}-{turn:03}", section=chance.choice(list(SECTIONS)),
            text=f"{chance.choice(_THINGS)}{chance.choice(_SAYINGS)}", occurred_at=at,
            recorded_at=at + timedelta(minutes=5),
        ))  # fmt: skip


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI).astimezone(UTC)
