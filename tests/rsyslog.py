"""A real rsyslogd on a port of its own, and what it understood."""

import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.patience import ANSWER, PATIENCE, until
from tests.peers import BOUND


@dataclass
class Rsyslog:
    """A real rsyslogd that writes what it understood, a message a line."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        config = self.folder / "rsyslog.conf"
        config.write_text(
            f'global(workDirectory="{self.folder}" maxMessageSize="64k")\n'
            + 'module(load="imudp")\nmodule(load="imtcp")\n'
            + f'input(type="imudp" address="127.0.0.1" port="{self.port}")\n'
            + f'input(type="imtcp" address="127.0.0.1" port="{self.port}")\n'
            + 'template(name="told" type="string" string="%pri%|%protocol-version%|%timereported'
            + ':::date-rfc3339%|%hostname%|%app-name%|%msgid%|%structured-data%|%msg%\\n")\n'
            + f'action(type="omfile" file="{self.folder}/told" template="told")\n'
        )
        program = shutil.which("rsyslogd", path="/usr/sbin:/usr/bin") or "rsyslogd"
        call = [*BOUND, program, "-n", "-f", str(config), "-i", str(self.folder / "pid")]
        self.process = subprocess.Popen(call, stderr=subprocess.DEVNULL)
        until(self.listens)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(PATIENCE)

    def listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), ANSWER).close()
        except OSError:
            return False
        return True

    def lines(self, count: int) -> list[str]:
        """What it wrote, once there are `count` lines."""
        until(lambda: len(self._written()) >= count)
        return self._written()

    def _written(self) -> list[str]:
        told = self.folder / "told"
        return told.read_text("utf-8").splitlines() if told.exists() else []
