"""Whoever is still in the machine room in the evening is told of, and told of once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from inventory.act import EVERYTHING, system
from inventory.centre import Centre
from inventory.db import Database
from inventory.notice import Notice, NoticeReceipt
from inventory.secret import Key
from inventory.shanghai import SHANGHAI
from inventory.visit import Visit
from netops.history import History
from playbooks.site import Site
from playbooks.visitors import remind
from tests.inventory.visitors import Room, room


def at(database: Database, folder: Path) -> tuple[Site, Room]:
    with database.transaction(system("建树")) as session:
        near = Centre(code="410225", name="兰考", tier="county")
        far = Centre(code="410300", name="洛阳", tier="city")
        session.add_all([near, far])
    key = Key.load(folder / "secret.key")
    site = Site(database, History(folder / "history"), key, folder, near.id)
    return site, room(database, folder, near, far)


def told(database: Database) -> list[tuple[str, str, str]]:
    with database.view(EVERYTHING) as session:
        rows = session.scalars(select(Notice).where(Notice.key.startswith("visit-")))
        return sorted((row.key.partition(":")[0], row.right, row.level) for row in rows)


def unread(database: Database) -> int:
    with database.view(EVERYTHING) as session:
        query = select(NoticeReceipt).join(Notice, Notice.id == NoticeReceipt.notice_id)
        open_ones = query.where(Notice.kind == "due", NoticeReceipt.read_at.is_(None))
        return len(session.scalars(open_ones).all())


def evening(visit: Visit, hour: int) -> datetime:
    """That hour of the day of the entry."""
    assert visit.entered_at is not None
    return visit.entered_at.astimezone(SHANGHAI).replace(hour=hour, minute=0, second=0)


def test_who_is_inside_in_the_evening_is_told_of_once_until_they_leave(
    sqlite_database: Database, tmp_path: Path
) -> None:
    site, door = at(sqlite_database, tmp_path)
    key, other = door.inside(), door.approved(visitor="李四")
    remind(site, evening(door.one(key), 20) - timedelta(seconds=1))
    assert told(sqlite_database) == []
    for minute in (0, 1, 59):
        remind(site, evening(door.one(key), 20) + timedelta(minutes=minute))
    assert told(sqlite_database) == [("visit-inside", "record", "warning")]
    assert unread(sqlite_database) > 0
    door.do("tech", "leave", key, "完")
    assert unread(sqlite_database) == 0
    remind(site, evening(door.one(key), 23))
    assert len(told(sqlite_database)) == 1
    assert door.one(other).state == "approved"


def test_after_a_day_the_leaders_are_told_too(sqlite_database: Database, tmp_path: Path) -> None:
    site, door = at(sqlite_database, tmp_path)
    door.inside()
    remind(site, datetime.now(UTC) + timedelta(hours=25))
    assert told(sqlite_database) == [
        ("visit-lead", "approve", "critical"), ("visit-overdue", "record", "critical"),
    ]  # fmt: skip
