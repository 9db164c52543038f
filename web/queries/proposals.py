"""What a search for devices found, against what is registered already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.batches import batches
from inventory.credential import Credential
from inventory.device import Device
from inventory.run import JobRun


@dataclass(frozen=True, slots=True)
class Proposal:
    """A device that answered. `number` is its place in the job's outcome; `known` the name it is
    registered under ("…" outside the scope), "" when it is new; `v2c`: it answered in clear."""

    number: int
    address: str
    port: int
    credential: str
    profile: str
    kind: str
    sys_name: str
    sys_descr: str
    why: str
    known: str
    v2c: bool

    @property
    def name(self) -> str:
        """What to call it unless a person knows better."""
        return self.sys_name or self.address


def proposals(session: Session, run: JobRun) -> list[Proposal]:
    """Everything found, by address; registered since the search counts as registered."""
    found: Sequence[Mapping[str, Any]] = run.outcome.get("found", ())
    known = _known(session, [one["address"] for one in found])
    kept = Proposal.__dataclass_fields__.keys() - {"number", "known", "v2c"}
    clear = set(session.scalars(select(Credential.id).where(Credential.kind == "v2c")))
    return [
        Proposal(
            number=number,
            v2c=one["credential"] in clear,
            known=known.get((one["address"], one["port"])) or ("…" if one.get("known") else ""),
            **{name: one[name] for name in kept},
        )
        for number, one in enumerate(found)
    ]


def credentials(session: Session) -> Sequence[Credential]:
    """The SNMP credentials a person may try."""
    query = select(Credential).where(Credential.kind.in_(("v2c", "v3")))
    return session.scalars(
        query.where(Credential.retired_at.is_(None)).order_by(Credential.name)
    ).all()


def _known(session: Session, addresses: Sequence[str]) -> dict[tuple[str, int], str]:
    found: dict[tuple[str, int], str] = {}
    for batch in batches(addresses):
        query = select(Device.address, Device.snmp_port, Device.name)
        alive = query.where(Device.address.in_(batch), Device.retired_at.is_(None))
        found |= {(row.address, row.snmp_port): row.name for row in session.execute(alive)}
    return found
