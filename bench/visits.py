"""What every client of the poll bench reads: the same cells of the same devices."""

from collections.abc import Iterable
from dataclasses import dataclass

from netops.reading import SnmpAuth

MAX_REPETITIONS = 25
GET_ROOM = 32  # instances in one GET, as many as fit a 1,400-byte answer
WARM_UP = "127.0.0.2"  # a device of the fleet that is never measured


@dataclass(frozen=True, slots=True)
class Visits:
    """What is to be read from each of the addresses: the same for every client.

    `port_columns` have a row for each of the `indexes`, which a poller knows from the visit
    before; how many rows `other_columns` have is not known beforehand. `cells` is how many
    values a complete answer of one device holds.
    """

    addresses: tuple[str, ...]
    port: int
    auth: SnmpAuth
    scalars: tuple[str, ...]
    port_columns: tuple[str, ...]
    other_columns: tuple[str, ...]
    indexes: tuple[str, ...]
    cells: int

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, for clients that walk."""
        return self.port_columns + self.other_columns


def complete(visits: Visits, cells: Iterable[int]) -> int:
    """The number of devices; RuntimeError unless all of them were read in full."""
    read = list(cells)
    if read != [visits.cells] * len(visits.addresses):
        raise RuntimeError(f"wanted {visits.cells} cells of each device, got {sorted(set(read))}")
    return len(read)
