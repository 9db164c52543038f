"""What a device's tables tell of its neighbours: frozen values, no database, no sockets."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from netops.errors import DeviceError

Table = Literal["arp", "fdb", "lease"]


class ArpRow(NamedTuple):
    """An address and the MAC that answers for it (RFC 4293, RFC 4861), both canonical; `index`
    the ifIndex it was heard at, 0 when not told; `port` its name where only that is told."""

    ip: str
    mac: str
    index: int = 0  # type: ignore[assignment]
    port: str = ""
    static: bool = False


class FdbRow(NamedTuple):
    """A MAC learned at a port (RFC 4188, RFC 4363): ifIndex, or its name where only that is told;
    `vlan` 0 when not told; `own` when it is the switch's own address."""

    mac: str
    index: int = 0  # type: ignore[assignment]
    port: str = ""
    vlan: int = 0
    static: bool = False
    own: bool = False


@dataclass(frozen=True, slots=True)
class TableRead:
    """One table of one device as read now. Only a `complete` one says what is not there; `why`
    it is not, and the rows read until then."""

    table: Table
    rows: tuple[ArpRow, ...] | tuple[FdbRow, ...]
    complete: bool
    why: DeviceError | None = None
