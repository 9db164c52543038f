"""What is known already when a server's export comes in: the things that may be hosts, and the rows
in which this server's hosts stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.equipment import Equipment
from inventory.host_match import Identity, Known, host_name, identity
from inventory.lifecycle import ENDED
from inventory.protection import HostProtection


@dataclass(frozen=True, slots=True)
class From:
    """Where an export comes from: the server (a source word), the unit it belongs to, and when it
    was made, for rows that do not say when their host was seen."""

    source: str
    centre: Centre
    exported_at: datetime | None = None


def known_things(session: Session, centre: Centre) -> list[Known]:
    """Everything of this unit and below that may be a host: what is neither scrapped nor lost."""
    query = select(
        Equipment.id, Equipment.tag, Equipment.name, Equipment.hostname, Equipment.ip,
        Equipment.mac,
    ).join(Centre, Centre.id == Equipment.centre_id)  # fmt: skip
    here = query.where(Centre.path.startswith(centre.path), Equipment.retired_at.is_(None))
    alive = here.where(Equipment.state.not_in(ENDED)).order_by(Equipment.tag)
    return [
        Known(key, f"{tag} {name}", identity(host or "", mac or "", ip or "", tag))
        for key, tag, name, host, ip, mac in session.execute(alive)
    ]


class Held:
    """The living rows of one server, by their key, thing, cards and names."""

    def __init__(self, rows: Sequence[HostProtection]) -> None:
        self.by_id = {row.id: row for row in rows}
        self.by_key = {row.key: row for row in rows}
        self.by_thing = {row.equipment_id: row for row in rows if row.equipment_id}
        self._by_mark: dict[str, list[HostProtection]] = {}
        for row in rows:
            for mark in {f"name:{host_name(row.host)}", *cards_of(row.key)}:
                self._by_mark.setdefault(mark, []).append(row)

    def same(self, told: Identity) -> HostProtection | None:
        """The row in which this host stood until now: by its key, one of its cards, or, where one
        of the two tells no card, its name. None where several might be it."""
        if told.key in self.by_key:
            return self.by_key[told.key]
        by_card = {row.id for card in told.macs for row in self._by_mark.get(card, ())}
        named = self._by_mark.get(f"name:{told.name}", []) if told.name else []
        by_name = {row.id for row in named if not (told.macs and cards_of(row.key))}
        found = by_card or by_name
        return self.by_id[found.pop()] if len(found) == 1 else None


def cards_of(key: str) -> frozenset[str]:
    """The cards that a key is made of."""
    return frozenset(key.removeprefix("mac:").split(",")) if key.startswith("mac:") else frozenset()


def held_rows(session: Session, where: From) -> Held:
    """What this server has told until now."""
    query = select(HostProtection).where(
        HostProtection.server_id == where.centre.id, HostProtection.source == where.source,
        HostProtection.retired_at.is_(None),
    )  # fmt: skip
    return Held(session.scalars(query).all())
