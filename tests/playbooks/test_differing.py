"""Who keeps the book is told of differences once, and not of those somebody has explained."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from inventory.act import EVERYTHING, system
from inventory.centre import Centre
from inventory.db import Database
from inventory.device import Device
from inventory.difference_note import DifferenceNote
from inventory.notice import Notice
from inventory.secret import Key
from inventory.shanghai import today
from netops.history import History
from playbooks.differing import look
from playbooks.site import Site


def test_new_differences_are_told_once(sqlite_database: Database, tmp_path: Path) -> None:
    database, now = sqlite_database, datetime.now(UTC)
    with database.transaction(system("建县")) as session:
        centre = Centre(code="410225", name="兰考", tier="county")
        session.add(centre)
        session.flush()
        rows = [
            Device(centre_id=centre.id, name=f"交换机 {n}", address=f"10.0.0.{n}", kind="switch")
            for n in (1, 2)
        ]
        session.add_all(rows)
        session.flush()
        session.add(
            DifferenceNote(
                centre_id=centre.id, key=f"unbooked:{rows[0].id}", about="交换机 1",
                kind="unbooked", reason="借来的", until=today() + timedelta(days=7),
            )
        )  # fmt: skip
    key = Key.load(tmp_path / "secret.key")
    site = Site(database, History(tmp_path / "history"), key, tmp_path, centre.id)
    assert [look(site, now), look(site, now)] == [1, 0]
    assert look(site, now + timedelta(days=8)) == 1  # the explanation has ended
    with database.view(EVERYTHING) as session:
        told = session.scalars(select(Notice).order_by(Notice.made_at)).all()
    assert [one.title for one in told] == [
        "台账与发现的设备新增 1 处差异：交换机 2", "台账与发现的设备新增 1 处差异：交换机 1",
    ]  # fmt: skip
