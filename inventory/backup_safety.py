"""How safe a backup is: which verified copies of it count (Article 142; duties E5–E7)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.backup_copy import BackupCopy
from inventory.backup_place import BackupPlace
from inventory.backup_set import BackupSet
from inventory.medium import Medium

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Safety:
    """Where a verified copy of one set lies: our own folder, the second host of 双机备份, a
    registered medium that is neither lost nor out of use, a disc."""

    own: bool = False
    host: bool = False
    medium: bool = False
    disc: bool = False

    @property
    def twice(self) -> bool:
        """Two verified copies on two hosts (E5)."""
        return self.own and self.host

    @property
    def anywhere(self) -> bool:
        return self.own or self.host or self.medium or self.disc


def safe(session: Session, row: BackupSet) -> Safety:
    """How safe one set is."""
    return safe_all(session, [row.id])[row.id]


def safe_all(session: Session, set_ids: Collection[str]) -> Mapping[str, Safety]:
    """How safe each of these sets (ids) is, in a bounded number of queries. A spare path is no
    second host, and a copy at a place that was given up does not count."""
    counting = _counting(session)
    found: dict[str, set[str]] = defaultdict(set)
    ids = list(set_ids)
    for at in range(0, len(ids), _AT_ONCE):
        query = select(BackupCopy.set_id, BackupCopy.place, BackupCopy.place_id).where(
            BackupCopy.set_id.in_(ids[at : at + _AT_ONCE]), BackupCopy.state == "verified"
        )
        for set_id, place, place_id in session.execute(query):
            if place not in counting or place_id in counting[place]:
                found[set_id].add(place)
    return {key: Safety(**dict.fromkeys(found[key], True)) for key in ids}


def _counting(session: Session) -> Mapping[str, Collection[str]]:
    hosts = select(BackupPlace.id).where(
        BackupPlace.purpose == "host", BackupPlace.retired_at.is_(None)
    )
    media = select(Medium.id).where(Medium.state.in_(("in", "out")))
    return {"host": set(session.scalars(hosts)), "medium": set(session.scalars(media))}
