"""A machine whose files or databases are backed up, or that keeps copies: how to log in to it."""

from dataclasses import dataclass, field
from typing import Protocol


class KnownHosts(Protocol):
    """Remembers one host key for each address and port, written as in OpenSSH's known_hosts:
    key type, blank, base64."""

    def expected(self, host: str, port: int) -> str | None: ...

    def learn(self, host: str, port: int, key: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Remote:
    """One SSH login, frozen when the work began. `device` is the id of the register's row, `known`
    what verifies its host key, `weak` its opt-in to outgrown algorithms. `patience`: seconds that a
    connection may take and that an open one may be silent before it counts as dead."""

    device: str
    address: str
    port: int = 22
    user: str = ""
    password: str = field(default="", repr=False)
    weak: bool = False
    known: KnownHosts | None = field(default=None, repr=False, compare=False)
    patience: float = 60.0

    @property
    def place(self) -> str:
        """How messages name it."""
        return f"{self.address}:{self.port}"
