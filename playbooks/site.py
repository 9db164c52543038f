"""Everything a duty needs to know of the place it works in."""

from dataclasses import dataclass
from pathlib import Path

from inventory.act import EVERYTHING
from inventory.db import Database
from inventory.home import home_fact
from inventory.secret import Key
from netops.history import History

KEPT_DAYS = 35  # of raw samples
SIGHTING_DAYS = 1100  # three years and a few days


@dataclass(frozen=True, slots=True)
class Site:
    """One console's own places: register, samples, key; and the centre it belongs to.

    `status_seconds`, `counter_seconds`, `identity_seconds` and `sighting_seconds` are the cycles;
    raw samples stay `kept_days`, who was seen where `sighting_days`; `syslog` is where copies of
    audit rows go ("" nowhere), `url` where people reach the console ("" not told). Messages of
    devices are received at `receive_at`: syslog on `syslog_port`, notifications on
    `trap_port` (0: not at all).
    """

    database: Database
    history: History
    key: Key
    home: Path
    centre_id: str
    status_seconds: int = 60
    counter_seconds: int = 300
    identity_seconds: int = 3600
    sighting_seconds: int = 300
    kept_days: int = KEPT_DAYS
    sighting_days: int = SIGHTING_DAYS
    syslog: str = ""
    url: str = ""
    syslog_port: int = 0
    trap_port: int = 0
    receive_at: str = "0.0.0.0"  # noqa: S104 - devices send from all over the network


def open_site(
    database: Database, home: Path, key_file: Path, *, status: int = 60, counters: int = 300
) -> Site:
    """The site founded in `home`; its database must be migrated."""
    with database.view(EVERYTHING) as session:
        centre = home_fact(session, "centre")
    return Site(
        database=database,
        history=History(home / "history"),
        key=Key.load(key_file),
        home=home,
        centre_id=centre,
        status_seconds=status,
        counter_seconds=counters,
    )
