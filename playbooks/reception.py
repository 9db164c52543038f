"""How the receivers stand, told by the worker for the pages: doors, counts, unknown senders."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from inventory.home import HomeFact, home_fact
from netops.doors import Door

FACT = "receivers"
STRANGERS = 200  # addresses remembered; whoever sends from more is counted among `others`
_SHOWN = 20


@dataclass(slots=True)
class Stranger:
    """A sender that is no device of the register, or no single one: what it calls itself."""

    address: str
    host: str
    count: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Reception:
    """Since the worker's start: `received` messages, `understood` of them, `unknown` from
    strangers; `dropped`, `limited` and `refused` as in `netops.listener`."""

    at: datetime
    since: datetime
    doors: Sequence[Door]
    counts: Mapping[str, int]
    strangers: Sequence[Stranger] = field(default=())

    def count(self, name: str) -> int:
        return self.counts.get(name, 0)


class Strangers:
    """Who sends and is not known, bounded."""

    def __init__(self) -> None:
        self._found: dict[str, Stranger] = {}

    def note(self, address: str, host: str, at: datetime) -> None:
        known = self._found.get(address)
        if known is not None:
            known.count, known.at, known.host = known.count + 1, at, host or known.host
        elif len(self._found) < STRANGERS:
            self._found[address] = Stranger(address, host[:80], 1, at)

    def worst(self, known: Callable[[str, str], object]) -> list[Stranger]:
        """Whoever sent most; not those that have become devices since."""
        found = [one for one in self._found.values() if not known(one.address, one.host)]
        return sorted(found, key=lambda one: -one.count)[:_SHOWN]


def tell(session: Session, now: Reception) -> None:
    """Write it down for `reception`."""
    text = json.dumps(asdict(now), default=datetime.isoformat, ensure_ascii=False)
    session.merge(HomeFact(name=FACT, value=text))


def reception(session: Session) -> Reception | None:
    """The worker's last word about its receivers; None when it never listened."""
    text = home_fact(session, FACT)
    if not text:
        return None
    told = json.loads(text)
    return Reception(
        at=datetime.fromisoformat(told["at"]),
        since=datetime.fromisoformat(told["since"]),
        doors=tuple(Door(**door) for door in told["doors"]),
        counts=told["counts"],
        strangers=tuple(
            Stranger(**{**one, "at": datetime.fromisoformat(one["at"])})
            for one in told["strangers"]
        ),
    )
