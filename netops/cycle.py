"""One cycle on its way into the database: what the writers of `ingest` share."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from inventory.run import Event
from netops.history import GaugeSample, PortSample, Visit


class Known(NamedTuple):
    """What ingest must know of a device. A tuple, not a row: a province polls 12,000 a minute."""

    id: str
    name: str
    centre_id: str
    parent_id: str | None
    hours: str
    watched: bool  # neither paused nor retired


@dataclass(slots=True)
class Seen:
    """A device's latest state while a cycle works on it; `states.save` writes it back."""

    device: Known
    state: str = "unknown"
    since: datetime | None = None
    why: str = ""
    detail: str = ""
    misses: int = 0
    last_poll_at: datetime | None = None
    last_ok_at: datetime | None = None
    counters_at: datetime | None = None
    identity_at: datetime | None = None
    booted_at: datetime | None = None
    answered: str = ""
    ms: float | None = None
    cpu: float | None = None
    memory: float | None = None
    temperature: float | None = None


@dataclass(slots=True)
class Cycle:
    """An open transaction, the states it touches, and the samples gathered so far."""

    session: Session
    slot: int
    seen: dict[str, Seen]
    ports: list[PortSample] = field(default_factory=list)
    gauges: list[GaugeSample] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)

    def event(self, seen: Seen, kind: str, at: datetime, text: str, **facts: Any) -> None:
        self.session.add(
            Event(
                centre_id=seen.device.centre_id,
                device_id=seen.device.id,
                kind=kind,
                at=at,
                text=text,
                facts=facts,
            )
        )

    def bulk(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Many rows by the driver: the ORM costs twenty times as much. `?` marks a parameter."""
        connection = self.session.connection()
        if connection.dialect.name == "postgresql":
            statement = statement.replace("?", "%s")
        if rows:
            connection.exec_driver_sql(statement, list(rows))
