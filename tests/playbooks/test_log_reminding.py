"""In the morning the log tells who owes yesterday's signature, and what no leader has read."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import select

from inventory.act import EVERYTHING
from inventory.db import Database
from inventory.notice import Notice, NoticeReceipt
from inventory.secret import Key
from inventory.shanghai import SHANGHAI, today
from inventory.shift_handing import drafted
from inventory.shift_handover import ShiftHandover
from netops.history import History
from playbooks.log_reminding import remind
from playbooks.site import Site
from tests.inventory.papers import House, house
from tests.inventory.test_log import submitted


def told(home: House) -> Counter[str]:
    with home.database.view(EVERYTHING) as session:
        keys = session.scalars(select(Notice.key).where(Notice.key != "")).all()
    return Counter(key.partition(":")[0] for key in keys)


def read_all(home: House) -> None:
    with home.database.observe() as session:
        for one in session.scalars(select(NoticeReceipt)):
            one.read_at = datetime.now(UTC)


def test_each_morning_once(sqlite_database: Database, tmp_path: Path) -> None:
    home = house(sqlite_database, tmp_path)
    key = Key.load(tmp_path / "secret.key")
    site = Site(sqlite_database, History(tmp_path / "history"), key, tmp_path, home.centre.id)
    submitted(home)
    with home.database.transaction(home.act("tech")) as session:
        row = drafted(session, home.centre.id, today(), "day", home.people["tech"].id)
    home.do("tech", ShiftHandover, row.id, "hand", taker_id=home.people["net"].id)
    remind(site, datetime.now(UTC))
    assert not {"shift-late", "log-unread"} & set(told(home))
    wednesday = today() + timedelta(days=8 + (2 - today().weekday() - 8) % 7)
    dawn = datetime.combine(wednesday, time(7, 59), SHANGHAI)
    remind(site, dawn)
    assert told(home)["shift-late"] == 1 and "log-unsigned" not in told(home)
    for minutes in (1, 10, 300):
        remind(site, dawn + timedelta(minutes=minutes))
        read_all(home)
    now = told(home)
    assert (now["log-unsigned"], now["log-unread"], now["shift-late"]) == (3, 1, 1)
    with home.database.view(EVERYTHING) as session:
        people = session.scalars(
            select(Notice.person_id).where(Notice.key.startswith("log-unsigned:"))
        )
        assert set(people) == {home.people[login].id for login in ("tech", "net", "far")}
