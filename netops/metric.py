"""What a device's sensors say: from raw columns to `Gauge` values, by facts from a vendor file."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from netops.cells import EMPTY, Rows, number, order, text
from netops.reading import Gauge
from netops.vocabulary import State

PICKS = ("each", "max", "min", "mean", "sum", "first")


@dataclass(frozen=True, slots=True)
class Plain:
    """The metric is one column, times `scale`."""

    oid: str
    scale: float = 1.0

    @property
    def oids(self) -> tuple[str, ...]:
        return (self.oid,)

    def values(self, rows: Rows) -> Iterator[tuple[str, float]]:
        for suffix, cell in rows.get(column(self.oid), EMPTY).items():
            value = number(cell)
            if value is not None:
                yield suffix, value * self.scale


@dataclass(frozen=True, slots=True)
class Phases:
    """The metric is several columns of one row, each its own slot (a three-phase UPS)."""

    columns: Mapping[str, str]
    scale: float = 1.0

    @property
    def oids(self) -> tuple[str, ...]:
        return tuple(self.columns.values())

    def values(self, rows: Rows) -> Iterator[tuple[str, float]]:
        for phase, oid in self.columns.items():
            for _, value in Plain(oid, self.scale).values(rows):
                yield phase, value


@dataclass(frozen=True, slots=True)
class Share:
    """The metric is a percentage: the sum of `used`, or all that is not `free`, of `total`."""

    used: tuple[str, ...]
    free: tuple[str, ...]
    total: tuple[str, ...]

    @property
    def oids(self) -> tuple[str, ...]:
        return self.used + self.free + self.total

    def values(self, rows: Rows) -> Iterator[tuple[str, float]]:
        for suffix in rows.get(column(self.total[0]), EMPTY):
            total = _sum(rows, self.total, suffix)
            part = _sum(rows, self.used or self.free, suffix)
            if total and total > 0 and part is not None:
                yield suffix, 100 * (part if self.used else total - part) / total


@dataclass(frozen=True, slots=True)
class Metric:
    """One measured thing: where it is read, which rows count, how several become one.

    `label` is a column naming the rows ("" = the index itself), of which `label_part` picks
    the telling part; `where` (column, accepted values) leaves out rows of another kind;
    `count` is a scalar telling how many rows are real. Values outside `valid` are a device's
    way of saying "no sensor" (-1, 255, 65535, 0x7fffffff) and are not shown.
    """

    name: str
    title: str
    unit: str
    source: Plain | Share | Phases
    valid: tuple[float, float]
    pick: str = "each"
    label: str = ""
    label_part: re.Pattern[str] | None = None
    where: tuple[str, tuple[str, ...]] | None = None
    count: str = ""
    states: Mapping[int, State] = field(default_factory=dict)

    @property
    def oids(self) -> tuple[str, ...]:
        kind = self.where[0] if self.where else ""
        return (*self.source.oids, *(oid for oid in (self.label, kind, self.count) if oid))

    def gauges(self, rows: Rows) -> tuple[Gauge, ...]:
        """What this metric says, () when the device does not know."""
        low, high = self.valid
        found = [
            (suffix, value)
            for suffix, value in self.source.values(rows)
            if low <= value <= high and self._counts(rows, suffix)
        ]
        if not found:
            return ()
        if self.pick == "each":
            return self._each(rows, found)
        return (self._gauge("", _picked(self.pick, found)),)

    def _each(self, rows: Rows, found: list[tuple[str, float]]) -> tuple[Gauge, ...]:
        slots = [self._slot(rows, suffix) for suffix, _ in found]
        twice = Counter(slots)
        return tuple(
            self._gauge(f"{slot} ({suffix})" if twice[slot] > 1 else slot, value)
            for slot, (suffix, value) in zip(slots, found, strict=True)
        )

    def _slot(self, rows: Rows, suffix: str) -> str:
        if is_scalar(self.source.oids[0]):
            return ""
        # Some agents (EAST) append a scalar's ".0" to the rows of their tables.
        name = text(rows.get(self.label, EMPTY).get(suffix, b"")) or suffix.removesuffix(".0")
        part = self.label_part.search(name) if self.label_part else None
        return part.group() if part else name

    def _gauge(self, slot: str, value: float) -> Gauge:
        return Gauge(self.name, slot, round(value, 2), self.unit)

    def _counts(self, rows: Rows, suffix: str) -> bool:
        if self.where is not None:
            kind, accepted = self.where
            if text(rows.get(kind, EMPTY).get(suffix, b"")) not in accepted:
                return False
        if not self.count:
            return True
        real = number(rows.get(column(self.count), EMPTY).get("0", b""))
        return real is None or order(suffix)[0] <= real


def is_scalar(oid: str) -> bool:
    return oid.endswith(".0")


def column(oid: str) -> str:
    """The key of `Rows` an OID is found under: a scalar's without its ".0"."""
    return oid.removesuffix(".0")


def _sum(rows: Rows, oids: tuple[str, ...], suffix: str) -> float | None:
    parts = [number(rows.get(column(oid), EMPTY).get(suffix, b"")) for oid in oids]
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def _picked(pick: str, found: list[tuple[str, float]]) -> float:
    values = [value for _, value in found]
    match pick:
        case "max":
            return max(values)
        case "min":
            return min(values)
        case "sum":
            return sum(values)
        case "mean":
            return sum(values) / len(values)
    return min(found, key=lambda row: order(row[0]))[1]
