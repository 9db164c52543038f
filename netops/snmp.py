"""Reading scalars and tables from an SNMP agent (v2c and v3), in few PDUs. The hot path."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from netops import snmp_faults as faults
from netops.cells import Rows
from netops.errors import Unreachable, Unreadable
from netops.reading import Target, Value
from netops.snmp_wire import CLOCK, Batch, Cells, Cursor, Wire

ROOM = 32  # instances in one GET: with ifName among them, more overflow a 1,400-byte answer
MOST_ROWS = 60_000  # in one column


@dataclass(frozen=True, slots=True)
class Walk:
    """Full OIDs and values below one OID, in the agent's order; `cut` when there were more."""

    rows: tuple[tuple[str, Value], ...]
    cut: bool


def read(
    target: Target,
    scalars: Sequence[str],
    columns: Sequence[str],
    *,
    indexes: Sequence[str] | None = None,
) -> Rows:
    """One visit: column OID -> index suffix -> value; what the agent lacks is absent.

    `scalars` are instances ("1.3.6.1.2.1.1.1.0" is found as column "1.3.6.1.2.1.1.1", suffix
    "0"); sysUpTime is always among them. With `indexes`, the suffixes known from the last visit,
    columns are read by packed GETs, which halves PDUs and CPU; without, they are walked.
    Raises a `DeviceError`.
    """
    session = Session(target)
    rows = session.scalars([CLOCK, *scalars])
    rows.update(session.columns(columns, indexes))
    return rows


def walk(target: Target, root: str, *, limit: int = 5000) -> Walk:
    """Everything below `root`, at most `limit` values, for a person who looks around.

    A root that is itself an instance gives its one value, as snmpwalk does.
    Raises a `DeviceError`.
    """
    root = root.strip().strip(".")
    session = Session(target)
    found = session.below(root, limit) or session.instance(root)
    return Walk(tuple(found.items())[:limit], cut=len(found) > limit)


class Session:
    """One visit to one agent.

    After the first time-out of a GETBULK the visit goes on by GETNEXT, and after a tooBig with
    fewer instances in one GET. Every method raises a `DeviceError`.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._wire = Wire(target)
        self._bulk = target.bulk
        self._room = ROOM

    def scalars(self, instances: Sequence[str]) -> dict[str, Cells]:
        """The instances that exist, by packed GETs."""
        rows: dict[str, Cells] = {}
        asked = list(dict.fromkeys(instances))
        for oid, value in _present(asked, self._get(asked)).items():
            column, _, suffix = oid.rpartition(".")
            rows.setdefault(column, {})[suffix] = value
        return rows

    def columns(
        self, columns: Sequence[str], indexes: Sequence[str] | None = None
    ) -> dict[str, Cells]:
        """The columns that have rows; by packed GETs of `indexes` where these are known."""
        if indexes and columns:
            try:
                return self._known(columns, indexes)
            except Unreachable:
                pass  # some old agents drop a large GET in silence, but can be walked
        found = {column: self._column(column) for column in columns}
        return {column: cells for column, cells in found.items() if cells}

    def walked(self, column: str, cells: Cells, most: int) -> None:
        """Walk one column into `cells`, which keep what came before a failure.

        Returning means that nothing is missing: an error-status in the middle (genErr), which
        looks like an end, raises Garbled, and more than `most` rows Unreadable.
        """
        cursor = self._fill(column, most, cells)
        if len(cells) > most:
            raise faults.overlong(self._target, column, most)
        if cursor is not None and not self._wire.ended(cursor):
            raise faults.broken_off(self._target, column)

    def below(self, root: str, limit: int) -> Cells:
        """Full OID -> value below `root`; at least one more than `limit` when there are more."""
        return {f"{root}.{suffix}": value for suffix, value in self._gather(root, limit).items()}

    def instance(self, oid: str) -> Cells:
        """Full OID -> value of one instance, or nothing."""
        return _present([oid], self._get([oid]))

    # -- by GET ---------------------------------------------------------------------------------

    def _get(self, oids: list[str]) -> list[Value | None]:
        """The value of each, None where there is none."""
        values: list[Value | None] = []
        while len(values) < len(oids):
            chunk = oids[len(values) : len(values) + self._room]
            answer = self._together(chunk)
            if answer is None:
                self._room = len(chunk) // 2
                continue
            values.extend(map(answer.get, chunk))
            if len(chunk) == 1 and not answer:
                self._room = ROOM  # this one alone spoiled the GETs it was part of
        return values

    def _together(self, chunk: list[str]) -> Cells | None:
        """Those of `chunk` that exist; None when they cannot be had in one answer."""
        try:
            answer = self._wire.get(chunk)
            if answer or len(chunk) == 1:
                return answer
            # With the clock among them, only an error-status leaves an answer empty.
            return {} if self._wire.get([*chunk, CLOCK]) else None
        except Unreadable:
            if len(chunk) == 1:
                raise
            return None  # an answer over gufo's buffer of 4 kB arrives truncated

    def _known(self, columns: Sequence[str], indexes: Sequence[str]) -> dict[str, Cells]:
        values = self._get(_instances(tuple(columns), tuple(indexes)))
        rows = {}
        for place, column in enumerate(columns):
            cells = _present(indexes, values[place :: len(columns)])
            if cells:
                rows[column] = cells
        return rows

    # -- by walking -----------------------------------------------------------------------------

    def _column(self, column: str) -> Cells:
        cells = self._gather(column, MOST_ROWS)
        if len(cells) > MOST_ROWS:
            raise faults.overlong(self._target, column, MOST_ROWS)
        return cells

    def _gather(self, root: str, most: int) -> Cells:
        cells: Cells = {}
        self._fill(root, most, cells)
        return cells

    def _fill(self, root: str, most: int, cells: Cells) -> Cursor | None:
        """The cursor, where only an empty answer says that this was the end."""
        cut = len(root) + 1
        cursor = self._wire.cursor(root)
        while len(cells) <= most:
            batch = self._more(cursor)
            if not batch:
                return cursor
            before = len(cells)
            cells.update([(oid[cut:], value) for oid, value in filter(None, batch)])
            if batch[-1] is None:
                break
            if len(cells) == before:
                raise faults.looping(self._target, root)
        return None

    def _more(self, cursor: Cursor) -> Batch:
        """The next answer of a walk; empty after the last."""
        if self._bulk:
            try:
                batch = self._wire.bulk(cursor)
                if batch:
                    return batch
            except Unreachable:
                self._bulk = False
            except Unreadable:
                pass
        # An empty GETBULK answer may be the end of the MIB or a hidden error-status, a truncated
        # one may just be over 4 kB: one GETNEXT from the same place tells.
        return self._wire.next(cursor)


@lru_cache(maxsize=512)
def _instances(columns: tuple[str, ...], indexes: tuple[str, ...]) -> list[str]:
    """The OIDs of a table's cells, not to be changed: composing them anew each cycle, for each
    switch of the same make, would be a twentieth of the cost of reading them.

    Row by row, so that a column the device lacks does not leave whole answers empty.
    """
    return [f"{column}.{index}" for index in indexes for column in columns]


def _present(keys: Sequence[str], values: Sequence[Value | None]) -> Cells:
    cells = dict(zip(keys, values, strict=True))
    if None in cells.values():
        return {key: value for key, value in cells.items() if value is not None}
    return cast("Cells", cells)
