"""What a device's configuration holds people to: frozen values, no database, no sockets."""

from dataclasses import dataclass
from typing import NamedTuple


class Entry(NamedTuple):
    """One address bound to one MAC, both canonical; `port` "" at every port, `vlan` None in every
    VLAN; `line` as it stands in the configuration, for people."""

    ip: str
    mac: str
    port: str = ""
    vlan: int | None = None
    line: str = ""


@dataclass(frozen=True, slots=True)
class Enforced:
    """Entries, and where they are checked: port (or "vlan 10") → "ip", "arp" or "ip arp";
    `trusted` ports are exempt. Entries that no port checks hold nobody to anything."""

    entries: tuple[Entry, ...]
    checks: dict[str, str]
    trusted: frozenset[str]
