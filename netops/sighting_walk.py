"""One reading of a table on its way into the database: what it may change, and what is written.

A row that is told again is not written again but once an hour: what the last complete walk told is
known from `TableWalk.complete_at`. Walks come in any order and twice; one that began before the
last that was kept changes nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session

from inventory.db import in_turn
from inventory.device import Device
from inventory.sighting import ArpSighting, FdbSighting, TableWalk
from netops import fit
from netops.sighted import TableRead

_TURN = 4_100_017  # PostgreSQL advisory lock: two scans at once would each open the same rows
_SPARED = timedelta(hours=1)
_AHEAD = timedelta(minutes=10)  # a walk known to be that much later: our clock was set back since


class Kept(NamedTuple):
    """What became of one reading: rows opened, told again, and ended."""

    new: int = 0
    kept: int = 0
    ended: int = 0


@dataclass(slots=True)
class Walk:
    """One reading begun `at`; `before`: when the last complete one of this table was. What is to be
    written gathers in `new` (whole rows), `changed` and `ends` (values by row)."""

    session: Session
    device: Device
    read: TableRead
    at: datetime
    note: TableWalk
    before: datetime | None
    new: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    ends: list[dict[str, Any]] = field(default_factory=list)

    def last_told(self, row: Any) -> datetime:
        """When an open row was last told; never before it began, whatever our clock has done."""
        told: datetime = row.seen
        if self.before is not None and not getattr(row, "misses", 0):
            told = max(told, self.before)
        began: datetime = row.since
        return max(began, min(told, self.at))

    def spared(self, row: Any) -> bool:
        """Need its `seen` not be written? What a walk that broke off told must be: no later time
        of a complete one stands for it."""
        return self.read.complete and self.at - _SPARED < row.seen <= self.at

    def open(self, **facts: Any) -> None:
        """A row not told until now."""
        named = {"device_id": self.device.id, "centre_id": self.device.centre_id}
        self.new.append(named | {"since": self.at, "seen": self.at} | facts)

    def end(self, row: Any) -> None:
        """A row told no more ended when it was last told."""
        last = self.last_told(row)
        self.ends.append({"of": row.id, "put_seen": last, "put_until": last})

    def change(self, row: Any, **facts: Any) -> None:
        self.changed.append({"of": row.id} | {f"put_{name}": new for name, new in facts.items()})

    def write(self, cls: type[ArpSighting] | type[FdbSighting], told: int, why: str = "") -> Kept:
        """Everything in three statements, then how the walk went. `why`: what could not be kept."""
        connection = self.session.connection()
        if self.new:
            self.session.execute(insert(cls), self.new)
        for rows in (self.changed, self.ends):
            if rows:
                connection.execute(_setting(cls, rows[0]), rows)
        self.note.rows = told
        self.note.why = fit.text(self.read.why.reason if self.read.why else why)
        if self.read.complete:
            self.note.complete_at = self.at
        return Kept(len(self.new), told - len(self.new), len(self.ends))

    def leave(self, why: str) -> Kept:
        """Change nothing but how the walk went: what it told cannot be believed."""
        self.note.why = why
        return Kept()


def begin(session: Session, device: Device, read: TableRead, at: datetime) -> Walk | None:
    """Take a reading in hand; None when a later one, or this very one, has been kept already."""
    in_turn(session, _TURN)
    note = session.get(TableWalk, (device.id, read.table))
    if note is None:
        note = TableWalk(
            device_id=device.id, origin=read.table, centre_id=device.centre_id, attempt_at=at
        )
        session.add(note)
    elif note.attempt_at - _AHEAD <= at <= note.attempt_at:
        return None
    note.attempt_at = at
    return Walk(session, device, read, at, note, note.complete_at)


def _setting(cls: type[ArpSighting] | type[FdbSighting], row: dict[str, Any]) -> Any:
    table = cls.__table__
    names = [name.removeprefix("put_") for name in row if name != "of"]
    values = {name: bindparam(f"put_{name}", type_=table.c[name].type) for name in names}
    return update(cls).where(table.c.id == bindparam("of")).values(values)
