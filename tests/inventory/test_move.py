"""A device that moves to another centre takes what it told with it: no leak, no blank page."""

from datetime import UTC, datetime

from sqlalchemy import select

from inventory.act import EVERYTHING, Scope, system
from inventory.centre import Centre
from inventory.db import Database
from inventory.device import Device
from inventory.hostkey import HostKey
from inventory.interface import Interface
from inventory.run import Event
from inventory.state import DeviceState, Gauge

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
TOLD = (DeviceState, Interface, Gauge, Event, HostKey)


def test_what_a_device_told_is_seen_where_it_now_belongs(database: Database) -> None:
    with database.transaction(system("建")) as session:
        before = Centre(code="410225", name="兰考县信息中心", tier="county")
        after = Centre(code="410221", name="杞县信息中心", tier="county")
        session.add_all([before, after])
        session.flush()
        device = Device(centre_id=before.id, name="核心", address="10.41.2.1", kind="switch")
        session.add(device)
    own = {"device_id": device.id, "centre_id": before.id}
    with database.observe() as session:
        session.add(DeviceState(**own))
        session.add(Interface(**own, if_index=1, name="GE1", seen_at=NOW))
        session.add(Gauge(**own, metric="cpu", value=1.0, at=NOW))
        session.add(Event(**own, kind="state", at=NOW, text="核心 中断"))
    with database.transaction(system("首次登录")) as session:
        session.add(HostKey(**own, key="ssh-ed25519 AAAA", fingerprint="SHA256:x"))
    with database.transaction(system("调拨")) as session:
        session.get_one(Device, device.id).centre_id = after.id
    for centre, seen in ((before, 0), (after, 1), (None, 1)):
        scope = EVERYTHING if centre is None else Scope((centre.path,))
        with database.view(scope) as session:
            told = [len(session.scalars(select(kind)).all()) for kind in TOLD]
        assert told == [seen] * len(TOLD), centre
