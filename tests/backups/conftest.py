"""A county with one switch on both engines, and its shelf."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from backups.configs import Cause, Kept, Shelf
from inventory.act import EVERYTHING, system
from inventory.centre import Centre
from inventory.config_snapshot import ConfigSnapshot
from inventory.config_state import ConfigState
from inventory.db import Database
from inventory.device import Device
from inventory.home import HomeFact
from inventory.secret import Key
from netops.config_read import ConfigRead

NOW = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
PASSWORD = "Lankao@Secret-77"
FIRST = f"""!Software Version V200R019C00
#
sysname LK-CORE
#
aaa
 local-user ops password cipher {PASSWORD}
#
interface GigabitEthernet0/0/1
 description 政务外网
 port link-type trunk
#
return
"""


def grown(text: str, n: int) -> str:
    """The same configuration with so many more lines, told from `n`."""
    return text.replace("return\n", f"vlan {n}\n description 第{n}次\n#\nreturn\n")


@dataclass(frozen=True)
class Stack:
    """One county's shelf, and its devices by id."""

    database: Database
    home: Path
    key: Key
    county: Centre
    other: Centre
    switch: str
    far: str

    def shelf(self, step: Callable[[str], None] = lambda _step: None) -> Shelf:
        return Shelf(self.database, self.key, self.home, step)

    def keep(
        self, text: str, minutes: int = 0, *, saved: str | None = None, device: str = "",
        author: str = "", origin: str = "sweep",
    ) -> Kept:  # fmt: skip
        """Keep a configuration as if it had been read so many minutes after NOW."""
        cause = Cause(origin, author=author, evidence="试验")
        at = NOW + timedelta(minutes=minutes)
        return self.shelf().keep(device or self.switch, read(text, saved), cause, at)

    def rows(self, device: str = "") -> list[ConfigSnapshot]:
        """The catalogue of one device, oldest first."""
        query = select(ConfigSnapshot).where(ConfigSnapshot.device_id == (device or self.switch))
        with self.database.view(EVERYTHING) as session:
            found = list(session.scalars(query.order_by(ConfigSnapshot.taken_at)))
            session.expunge_all()
        return found

    def state(self, device: str = "") -> ConfigState:
        with self.database.view(EVERYTHING) as session:
            return session.get_one(ConfigState, device or self.switch)


def read(text: str, saved: str | None = None) -> ConfigRead:
    return ConfigRead(raw=text.encode(), text=text, saved=saved, name="LK-CORE")


@pytest.fixture
def stack(database: Database, tmp_path: Path) -> Stack:
    return stacked(database, tmp_path)


def stacked(database: Database, home: Path) -> Stack:
    key = Key.load(home / "secret.key")
    with database.transaction(system("建县")) as session:
        city = Centre(code="410200", name="开封市", tier="city")
        session.add(city)
        lankao = Centre(code="410225", name="兰考县", tier="county", parent_id=city.id)
        tongxu = Centre(code="410222", name="通许县", tier="county", parent_id=city.id)
        session.add_all([lankao, tongxu, HomeFact(name="centre", value=lankao.id)])
        session.flush()
        boxes = [
            Device(
                centre_id=lankao.id, name=name, address=f"10.41.2.{n}", kind="switch",
                profile="huawei_vrp", v2c=True,
            )
            for n, name in enumerate(("核心交换机", "程控交换机"), 1)
        ]  # fmt: skip
        session.add_all(boxes)
    return Stack(database, home, key, lankao, tongxu, boxes[0].id, boxes[1].id)
