"""What a simulated device says of itself by syslog, as its vendor writes it: who came, what was
typed, that the configuration changed, that it was saved. Only where a receiver was named."""

import socket
from contextlib import suppress
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from netops.simulator.cli_dialect import template

if TYPE_CHECKING:
    from netops.simulator.cli import Cli

_CHINA = ZoneInfo("Asia/Shanghai")


class Witness:
    """Watches one session of a device; `source` is where its user sits."""

    def __init__(self, cli: "Cli", source: str) -> None:
        self._cli = cli
        self._source = source
        self._changed, self._written = cli.changed, cli.written

    def came(self) -> None:
        self._tell("login")

    def typed(self, command: str) -> None:
        self._tell("command", command.strip())

    def stands(self, *, configuring: bool) -> None:
        """After each line: a change is told once its author has left the configuration view."""
        if self._cli.changed != self._changed and not configuring:
            self._changed = self._cli.changed
            self._tell("changed")
        if self._cli.written != self._written:
            self._written = self._cli.written
            self._tell("saved")

    def left(self) -> None:
        self.stands(configuring=False)
        self._tell("logout")

    def _tell(self, event: str, command: str = "") -> None:
        cli = self._cli
        form = cli.vendor.tells.get(event, "")
        if not (cli.syslog and form):
            return
        cli.told += 1
        text = template(form).render(
            now=cli.now().astimezone(_CHINA), name=cli.name, user=cli.user, source=self._source,
            command=command, n=cli.told,
        )  # fmt: skip
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way, suppress(OSError):
            way.sendto(text.encode(cli.encoding), ("127.0.0.1", cli.syslog))
