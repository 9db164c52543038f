"""A person at a terminal: types into a simulated device over real SSH and reads the screen."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko

from netops.simulator.cli import Cli
from netops.simulator.cli_server import serving
from netops.ssh_screen import last_line, settled
from tests.patience import PATIENCE

PASSWORD = "simulated-only"


def device(name: str, dialect: str, **more: object) -> Cli:
    return Cli(name=name, dialect=dialect, password=PASSWORD, **more)  # type: ignore[arg-type]


class Keyboard:
    """One open shell."""

    def __init__(self, client: paramiko.SSHClient) -> None:
        self._channel = client.invoke_shell(term="vt100", width=200)
        self._channel.settimeout(PATIENCE)

    def read(self, *endings: str) -> str:
        """The screen, once the line the device waits in ends with one of `endings`."""
        heard = ""
        while not last_line(heard).endswith(endings):
            heard += self._channel.recv(65536).decode()
        return settled(heard)

    def press(self, keys: str) -> None:
        self._channel.sendall(keys.encode())

    def type(self, line: str, *endings: str) -> str:
        """Type one line; what the device shows after its echo, without the new prompt."""
        self.press(f"{line}\n")
        screen = self.read(*endings)
        return "\n".join(screen.split("\n")[1:-1])

    def gone(self) -> bool:
        """Wait until the device ends the session."""
        while self._channel.recv(65536):
            pass
        return self._channel.closed or self._channel.eof_received


def client(cli: Cli, password: str = PASSWORD) -> paramiko.SSHClient:
    opened = paramiko.SSHClient()
    opened.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    opened.connect(
        "127.0.0.1", cli.port, cli.user, password, allow_agent=False, look_for_keys=False
    )
    return opened


@contextmanager
def at(cli: Cli, keys: Path) -> Iterator[Keyboard]:
    """Serve one device and sit down at it, its first prompt on the screen."""
    with serving([cli], keys=keys), client(cli) as opened:
        keyboard = Keyboard(opened)
        keyboard.read(prompt(cli))
        yield keyboard


def prompt(cli: Cli) -> str:
    """The prompt of the first view, as a person knows it."""
    shapes = {"<": f"<{cli.name}>", "#": f"{cli.name}#", "$": f"{cli.user}@{cli.name}:~$ "}
    sign = "<" if cli.vendor.undo == "undo" else "#" if cli.vendor.undo else "$"
    return shapes[sign]
