"""Small backups to burn, and the order to burn them: real sets, kilobytes each."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

from backups.disc_making import Making
from backups.disc_plan import Load, Sources
from backups.disc_tags import About
from backups.gathering import Item
from backups.pace import Pace
from backups.set_manifest import SetFacts
from backups.set_writing import write_set

KEY = bytes(range(32))
AT = datetime(2026, 11, 3, 2, tzinfo=UTC)
ABOUT = About(
    "GP-2026-0001", "2026Q4", "兰考县信息中心", "410225_2026Q4", date(2027, 1, 4),
    {"缺少的备份": "防火墙日志：2026-10 没有已核对的备份", "缺少原因": "设备返修"},
    ("630dcd2966c43366",),
)  # fmt: skip


def noise(size: int, seed: int) -> bytes:
    """Bytes that no packer makes smaller, the same each time."""
    return random.Random(seed).randbytes(size)


def load(home: Path, number: int, kind: str, files: dict[str, bytes], plain: bool) -> Load:
    """A real set of these files."""
    name = f"来源{number}"
    set_id = f"01SET{number:04d}"
    facts = SetFacts(
        set_id, f"SJ-2026-{number:04d}", f"01SRC{number:04d}", name, "01CENTRE", "兰考县信息中心",
        kind, "files", "2026-11", AT,
    )  # fmt: skip

    def items() -> Iterator[Item]:
        for path, data in files.items():
            yield Item(path, len(data), AT, lambda data=data: BytesIO(data))  # type: ignore[misc]
        yield Item("=current", 0, AT, BytesIO, "link", "/etc/passwd")

    folder = home / "sets" / set_id
    told = write_set(folder, facts, KEY, ABOUT.print_ids[0], items(), Pace())
    return Load(
        set_id, facts.number, name, kind, facts.period, folder, told.size, KEY if plain else None
    )


def making(home: Path, loads: list[Load], capacity: int) -> Making:
    """An order over these sets and one device's configuration."""
    folder = home / "discs" / "01DISCSET"
    configs = folder / "configs"
    (configs / "兰考县信息中心").mkdir(parents=True, exist_ok=True)
    (configs / "兰考县信息中心" / "核心交换机.txt").write_text("sysname LK-CORE\nreturn\n")
    sources = Sources(tuple(loads), folder / "work", configs)
    return Making(folder, ABOUT, sources, capacity, spare=0)
