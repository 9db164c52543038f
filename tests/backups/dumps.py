"""Dumping as a run does it, for tests: an order, a work folder, something done in the middle."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from backups.counting import COUNTS, Counts
from backups.gathering import Order, gather
from backups.pace import Pace


def order_of(tmp_path: Path, method: str, **further: Any) -> Order:
    """An order with an empty work folder of its own."""
    work = tmp_path / "work"
    work.mkdir(mode=0o700, exist_ok=True)
    first = Order("s1", "卫生院门诊", "software", method, "local", work)
    return replace(first, **further)


def dumped(order: Order, into: Path, pace: Pace | None = None) -> tuple[list[Path], list[str]]:
    """What a set would be made of, written below `into`, and the warnings. Nothing is left in the
    work folder."""
    kept = []
    with gather(order, pace or Pace()) as gathered:
        for item in gathered.items:
            place = into / item.path
            place.parent.mkdir(parents=True, exist_ok=True)
            with item.open() as file:
                place.write_bytes(file.read())
            assert place.stat().st_size == item.size
            kept.append(place)
        warnings = list(gathered.warnings)
    assert list(order.work.iterdir()) == []
    return kept, warnings


def counts_of(dump: Path) -> Counts:
    """What the dump says it holds."""
    return Counts.parse(dump.with_name(dump.name + COUNTS).read_text())


def amid(act: Callable[[], object]) -> Pace:
    """A pace at which `act` is done once, as soon as the first bytes of a dump have come."""
    beats = itertools.count(step=10)
    acted = []

    def tell(done: int) -> None:
        if done and not acted:
            acted.append(done)
            act()

    return Pace(tell=tell, clock=lambda: float(next(beats)))
