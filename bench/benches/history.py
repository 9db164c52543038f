"""Keeping configurations: what one change costs, and what two years of daily changes come to.

A change is kept whole (vault, history, catalogue with its audit row) in turns with the least that
tells a history at all: the file written and committed by plain `git add` and `git commit`. Growth
is that of one device's history with a change a day, packed, against its texts as they are.
"""

import random
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from backups.configs import Cause, Shelf
from backups.textgit import Note, TextRepo
from bench.assets import founded
from inventory.act import system
from inventory.db import Database, open_database
from inventory.device import Device
from inventory.keys import new_key
from inventory.migrations import migrate
from inventory.secret import Key
from netops.config_read import ConfigRead

title = "keeping a changed configuration, against plain git; growth over two years of daily changes"

_BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
_PORTS = 48


def run(rounds: int, keeps: int = 100, devices: int = 20, days: int = 730) -> Mapping[str, float]:
    """ms of a keep (changed, unchanged), its ratio to plain git, bytes a change adds."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        database = open_database(f"sqlite:///{home}/netops.db")
        migrate(database.engine)
        boxes = list(_devices(database, founded(database)[0], devices))
        told = _kept(Shelf(database, Key.load(home / "secret.key"), home), boxes, rounds * keeps)
        told |= _grown(home, days)
        database.close()
    return told


def text(rng: random.Random, ports: int, change: int) -> str:
    """A switch of so many ports, in VRP's words; `change` moves one port and adds one line."""
    moved = rng.randrange(ports)
    lines = ["sysname LK-CORE", "#"]
    for port in range(ports):
        vlan = change % 4000 + 2 if port == moved else port + 100
        lines += [
            f"interface GigabitEthernet0/0/{port}", f" description 办公室{port}",
            " port link-type access", f" port default vlan {vlan}", " stp edged-port enable", "#",
        ]  # fmt: skip
    routes = (f"ip route-static 10.{n % 250}.0.0 255.255.0.0 10.41.2.1" for n in range(change))
    return "\n".join([*lines, *routes, "#", "return", ""])


def _kept(shelf: Shelf, boxes: list[str], keeps: int) -> dict[str, float]:
    rng, plain = random.Random(6), _plain(shelf.home / "plain")
    ours: list[float] = []
    theirs: list[float] = []
    same: list[float] = []
    for n in range(keeps):
        config = text(rng, _PORTS, n % 100)
        read = ConfigRead(config.encode(), config, None, "LK-CORE")
        at, box = _BEGIN + timedelta(minutes=n), boxes[n % len(boxes)]
        ours.append(_timed(lambda: shelf.keep(box, read, Cause("sweep"), at)))  # noqa: B023
        theirs.append(_timed(lambda: plain(box, config)))  # noqa: B023
        same.append(_timed(lambda: shelf.keep(box, read, Cause("sweep"), at)))  # noqa: B023
    return {
        "keep_ms": median(ours), "keep_ms_95": sorted(ours)[len(ours) * 95 // 100],
        "unchanged_ms": median(same), "keep_vs_plain_git": median(ours) / median(theirs),
    }  # fmt: skip


def _devices(database: Database, centre: str, number: int) -> Iterator[str]:
    with database.transaction(system("设备")) as session:
        for n in range(number):
            box = Device(
                id=new_key(), centre_id=centre, name=f"交换机{n}", address=f"10.41.2.{n + 1}",
                kind="switch", profile="huawei_vrp", v2c=True,
            )  # fmt: skip
            session.add(box)
            yield box.id


def _plain(folder: Path) -> Callable[[str, str], None]:
    def git(*words: str) -> None:
        who = ("-c", "user.name=x", "-c", "user.email=x@x", "-c", "core.fsync=all")
        subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)

    folder.mkdir()
    git("init", "--quiet")

    def keep(name: str, config: str) -> None:
        (folder / f"{name}.txt").write_text(config, "utf-8")
        git("add", f"{name}.txt")
        git("commit", "--quiet", "--allow-empty", "-m", name)

    return keep


def _grown(home: Path, days: int) -> dict[str, float]:
    """One device's history of a change a day, every route added staying there."""
    repo, rng, told = TextRepo(home / "grown", "410225"), random.Random(6), 0
    with repo.alone() as writer:
        for day in range(days):
            config = text(rng, _PORTS, day)
            told += len(config.encode())
            writer.commit("device", config, Note("张三", _BEGIN + timedelta(days=day), f"{day}\n"))
        loose = _size(repo.git.folder)
        writer.git.run("gc", "--quiet")
    packed = _size(repo.git.folder)
    return {
        "loose_kb_per_change": loose / days / 1000, "packed_kb_per_change": packed / days / 1000,
        "packed_mb": packed / 1e6, "packed_vs_texts": packed / told,
    }  # fmt: skip


def _size(folder: Path) -> int:
    return sum(place.stat().st_size for place in folder.rglob("*") if place.is_file())


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - begun)
