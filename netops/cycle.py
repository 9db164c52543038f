"""One cycle on its way into the database: what the writers of `ingest` share."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from inventory.run import Event
from inventory.state import DeviceState
from netops.history import GaugeSample, PortSample, Visit


@dataclass(slots=True)
class Cycle:
    """An open transaction, the states it touches, and the samples gathered so far."""

    session: Session
    slot: int
    names: dict[str, str]
    states: dict[str, DeviceState]
    ports: list[PortSample] = field(default_factory=list)
    gauges: list[GaugeSample] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)

    def event(self, state: DeviceState, kind: str, at: datetime, text: str, **facts: Any) -> None:
        self.session.add(
            Event(
                centre_id=state.centre_id,
                device_id=state.device_id,
                kind=kind,
                at=at,
                text=text,
                facts=facts,
            )
        )
