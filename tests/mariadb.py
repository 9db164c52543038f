"""A private MariaDB server for the tests: own data folder, own socket, gone afterwards."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.lab import need_programs
from tests.patience import PATIENCE, until
from tests.peers import BOUND

_SPACE = "--innodb-data-file-path=ibdata1:8M:autoextend"
# What is lost when the machine falls over is lost anyway.
_HASTY = (
    "--skip-networking", _SPACE, "--innodb-flush-log-at-trx-commit=0",
    "--innodb-buffer-pool-size=16M", "--innodb-log-file-size=8M", "--sync-frm=OFF",
    "--skip-log-bin", "--performance-schema=OFF", "--character-set-server=utf8mb4",
)  # fmt: skip


@dataclass
class Server:
    home: Path
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def socket(self) -> str:
        return f"{self.home}/socket"

    def sql(self, statements: str, database: str = "") -> str:
        """What the administrator is answered, lines of values with tabs between them."""
        line = ["mariadb", "--no-defaults", "-uroot", f"--socket={self.socket}", "-NB"]
        line.append("--default-character-set=utf8mb4")
        chosen = [f"--database={database}"] if database else []
        done = subprocess.run(
            [*line, *chosen], input=statements, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        """Up when this returns, also after a kill."""
        log = self.home / "log"
        log.unlink(missing_ok=True)
        line = [
            *BOUND, "mariadbd", "--no-defaults", *_user(), f"--datadir={self.home}/data",
            f"--socket={self.socket}", f"--pid-file={self.home}/pid", *_HASTY,
        ]  # fmt: skip
        path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
        with log.open("wb") as told:
            self.process = process = subprocess.Popen(
                line, stdout=told, stderr=told, env=os.environ | {"PATH": path}
            )
        until(lambda: process.poll() is not None or b"ready for conn" in log.read_bytes())
        assert process.poll() is None, log.read_text()

    def kill(self) -> None:
        """As a power cut would."""
        if self.process:
            self.process.kill()
            self.process.wait(PATIENCE)


@contextmanager
def mariadbd() -> Iterator[Server]:
    """A running server without a network; its root needs no password."""
    need_programs("mariadbd", "mariadb-install-db", "mariadb", "mariadb-dump")
    with tempfile.TemporaryDirectory(prefix="netops-maria-") as home:
        Path(home).chmod(0o777)  # the server must not be root
        made = [
            "mariadb-install-db", "--no-defaults", *_user(), f"--datadir={home}/data", _SPACE,
            "--skip-test-db", "--auth-root-authentication-method=normal",
        ]  # fmt: skip
        subprocess.run(made, check=True, capture_output=True)
        server = Server(Path(home))
        server.start()
        try:
            yield server
        finally:
            server.kill()


def _user() -> list[str]:
    return ["--user=nobody"] if os.geteuid() == 0 else []
