"""A removable medium is named once, by a file on it, before anything is copied to it."""

from datetime import UTC, datetime
from pathlib import Path

from backups.label import Label, write_label
from backups.spots import apart, plugged
from inventory.act import EVERYTHING, Act
from inventory.db import Database
from inventory.medium import Medium
from inventory.stepping import moving


def label_medium(database: Database, home: Path, medium_id: str, path: str, act: Act) -> None:
    """Name the medium that is plugged in at `path` (absolute). What lies on it stays.

    Raises PlaceError: another medium's, no folder, a disk of our own, lost or out of use.
    """
    with database.view(EVERYTHING) as session:
        medium = session.get_one(Medium, medium_id)
        spot = plugged(session, medium, path)
        label = Label(medium.id, medium.number)
    apart(spot)
    write_label(Path(spot.root), label, home)
    with database.transaction(act) as session:
        medium = session.get_one(Medium, medium_id)
        with moving(session, medium):
            medium.labelled_at = datetime.now(UTC)
