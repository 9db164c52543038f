"""One simulated device with a command line: what it is, what it runs, what it would boot with."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from netops.simulator.cli_config import Configuration
from netops.simulator.cli_dialect import Dialect, dialect_named, template
from netops.simulator.cli_table import refusal
from netops.simulator.cli_terminal import Terminal
from netops.simulator.cli_view import first_facts, shown_facts

_UPTIME = timedelta(days=23, hours=10, minutes=59)


@dataclass(frozen=True, slots=True)
class Host:
    """A machine the device has heard: one ARP row (on the VLAN's gateway) and one MAC row."""

    ip: str
    mac: str
    port: str
    vlan: int


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(kw_only=True)
class Cli:
    """The state of one simulated device; sessions change it, tests and the demo look at it.

    `dialect` names a file in `dialects/`. `address` is the management address with its prefix
    length, `routes` are prefixes reached through the first address of that network. `ports`,
    `model` and `version` default to the dialect's. `enable` "": a login is privileged at once
    (only dialects with an enable mode care). `tries` wrong passwords end one connection.
    `legacy` offers only what old devices offer: group14-sha1 and CBC ciphers. `telnet` serves
    telnet instead of SSH, `encoding` is what its texts are written in. `port` 0 takes any free
    port. `now` is the device's clock, `started` its last boot (23 days ago unless told).
    `syslog` is the UDP port on loopback that hears what it says of itself, 0 for none.
    `terminal` makes the screen of one session; a test gives one that misbehaves. `room` is how
    many addresses it binds (0: what its dialect says). Lines that `deaf` matches (a regular
    expression) are taken without a word and forgotten; so is what waits for a deaf "commit".

    `logins` and `refused` count passwords taken and turned down, `boots` restarts, `told`
    messages sent.
    """

    name: str
    dialect: str
    password: str = field(repr=False)
    user: str = "netadmin"
    enable: str = field(default="", repr=False)
    address: str = "192.0.2.2/24"
    model: str = ""
    version: str = ""
    serial: str = ""
    mac: str = "02:00:5e:00:53:01"
    ports: Sequence[str] = ()
    vlans: Sequence[int] = (10, 20)
    routes: Sequence[str] = ()
    hosts: Sequence[Host] = ()
    community: str = field(default="simulated-ro", repr=False)
    port: int = 0
    tries: int = 3
    legacy: bool = False
    telnet: bool = False
    encoding: str = "utf-8"
    syslog: int = 0
    terminal: type[Terminal] = Terminal
    room: int = 0
    deaf: str = ""
    now: Callable[[], datetime] = field(default=_now, repr=False)
    started: datetime | None = None
    logins: int = field(default=0, init=False)
    refused: int = field(default=0, init=False)
    boots: int = field(default=0, init=False)
    told: int = field(default=0, init=False)
    fires: datetime | None = field(default=None, init=False)  # when its undo timer does
    trial: Configuration | None = field(default=None, init=False)  # what a trial falls back to

    def __post_init__(self) -> None:
        self.vendor: Dialect = dialect_named(self.dialect)
        self.booted = self.changed = self.written = self.started or self.now() - _UPTIME
        text = template(self.vendor.configuration).render(first_facts(self))
        vendor = self.vendor
        self.running = Configuration(text, vendor.separator, vendor.tail, vendor.margin)
        self.saved = self.running.copy()
        self.edited = self.running.copy() if vendor.commits else self.running

    @property
    def dirty(self) -> bool:
        """True when a reboot would lose changes."""
        return self.running.text() != self.saved.text()

    def touch(self) -> None:
        """Somebody changed the running configuration: a new name takes effect at once."""
        self.changed = self.now()
        for line in self.running.lines():
            word, _, value = line.partition(" ")
            if word == self.vendor.rename:
                self.name = value

    @property
    def uncommitted(self) -> bool:
        """True when something was typed that has not taken effect yet."""
        return self.vendor.commits and self.edited.text() != self.running.text()

    def commit(self) -> None:
        """What was typed takes effect."""
        if self.ignores("commit"):
            self.drop_edits()
        self.running = self.edited.copy()
        self.touch()

    def drop_edits(self) -> None:
        """What was typed and not committed is forgotten."""
        self.edited = self.running.copy() if self.vendor.commits else self.running

    def arm(self, after: timedelta, *, trial: bool = False) -> None:
        """Restart after this time; `trial`: commit, and fall back to what was before instead."""
        self.fires = self.now() + after
        if trial:
            self.trial = self.trial or self.running.copy()
            self.commit()

    def disarm(self) -> None:
        self.fires = self.trial = None

    def fall_back(self) -> None:
        """A trial is given up."""
        self.running = self.trial or self.running
        self.drop_edits()
        self.touch()
        self.disarm()

    def tick(self) -> None:
        """Whatever has come due by now happens."""
        if self.fires is None or self.now() < self.fires:
            return
        if self.trial is not None:
            self.fall_back()
        else:
            self.disarm()
            self.reboot()

    def ignores(self, line: str) -> bool:
        return bool(self.deaf) and re.search(self.deaf, line) is not None

    def turned_down(self, line: str) -> str:
        """What it says when its table does not take this line, "" when it does."""
        return refusal(self.vendor.table, self.edited, line, self.room)

    def typed(self, line: str) -> None:
        """A line of the configuration, with the section it stands in: it may set our password."""
        found = re.search(self.vendor.password, line) if self.vendor.password else None
        if found and found["user"] == self.user:
            self.password = found["secret"]

    def save(self) -> None:
        self.saved = self.running.copy()
        self.written = self.now()

    def reboot(self) -> None:
        """Start again from the saved configuration; open sessions end."""
        self.running = self.saved.copy()
        self.drop_edits()
        self.touch()
        self.booted = self.now()
        self.boots += 1

    def show(self, text: str) -> str:
        """Fill a dialect's template with this device's facts of this moment."""
        return template(text).render(shown_facts(self))
