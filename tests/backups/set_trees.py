"""Trees of files as a source has them, as sets give them back; and sets in small pieces."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Literal, cast

from backups.gathering import Item
from backups.pace import Pace
from backups.set_format import print_of
from backups.set_manifest import Manifest, SetFacts
from backups.set_parts import Cut
from backups.set_writing import SetWriter

KEY = bytes(range(1, 33))
AT = datetime(2026, 11, 1, 17, 0, 0, 250_000, tzinfo=UTC)
SMALL = Cut(part=3000, frame=1000)  # many frames and parts out of kilobytes
SET = "01JABCDEFGHJKMNPQRSTVWXYZ0"


def item(
    path: str, data: bytes = b"", kind: Literal["file", "folder", "link"] = "file", link: str = ""
) -> Item:
    """One entry, from memory."""
    return Item(path, len(data), AT, lambda: cast("BinaryIO", BytesIO(data)), kind, link, 0o640)


def facts(set_id: str = SET, number: str = "SJ-2026-0001") -> SetFacts:
    """What a set of a county is."""
    return SetFacts(
        set_id=set_id, number=number, source_id="01JSOURCE", source_name="办公库",
        centre_id="01JCENTRE", centre_name="兰考县", kind="documents", method="files",
        period="2026-11", taken_at=AT,
    )  # fmt: skip


def place(home: Path, set_id: str = SET) -> Path:
    """Where the set of `facts` lies in a home."""
    return home / "sets" / "01JCENTRE" / "01JSOURCE" / set_id


def write(
    home: Path,
    items: list[Item],
    step: Callable[[str], None] = lambda _step: None,
    told: SetFacts | None = None,
    pace: Pace | None = None,
) -> Manifest:
    """A set of these entries, in many parts."""
    told = told or facts()
    writer = SetWriter(place(home, told.set_id), KEY, print_of(KEY), SMALL, step)
    return writer.write(told, iter(items), pace or Pace())


def tree(folder: Path) -> dict[str, object]:
    """What lies in a folder: content of files, targets of links, None for folders."""
    return dict(_below(folder))


def _below(folder: Path) -> Iterator[tuple[str, object]]:
    for place in sorted(folder.rglob("*")):
        name = os.path.relpath(place, folder)
        if place.is_symlink():
            yield name, str(place.readlink())
        else:
            yield name, place.read_bytes() if place.is_file() else None
