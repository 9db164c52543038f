"""A MariaDB or MySQL server as its programs are told of it: all settings in one option file of mode
0600, the machine's own ones left out, so that neither a password nor a stray default gets in."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from backups.counting import MARIADB_SETTINGS, Ask
from backups.dumping import Tool, program
from backups.gathering import Order
from backups.pace import Pace

PACKAGE = "mariadb-client"
_CONNECT = 15  # seconds to reach it
_COUNTING = 6 * 3600.0  # seconds: a big table is counted without a word
_PACKET = "1G"  # the longest row its programs take


def options(order: Order) -> str:
    """The option file. A host that is an absolute path is the server's socket."""
    way = (
        ("socket", order.host)
        if order.host.startswith("/")
        else ("host", order.host or "127.0.0.1")
    )
    told = {
        way[0]: way[1], "port": str(order.port or 3306), "user": order.user,
        "password": order.password, "default-character-set": "utf8mb4",
        "max-allowed-packet": _PACKET,
    }  # fmt: skip
    lines = (f"{name}={_quoted(value)}" for name, value in told.items() if value)
    return "\n".join(("[client]", *lines, "[mariadb]", f"connect-timeout={_CONNECT}", ""))


def tool(order: Order, name: str, *words: str, given: str = "") -> Tool:
    """mariadb-dump or mariadb with these words; the option file must be the first of them."""
    place = program(order, name, PACKAGE)

    def line(file: str) -> list[str]:
        return [place, f"--defaults-file={file}", *words]

    return Tool(order, line, options(order), given.encode())


def version_of(order: Order, pace: Pace) -> str:
    """What mariadb-dump says of itself."""
    place = program(order, "mariadb-dump", PACKAGE)
    return Tool(order, lambda _: [place, "--version"]).told(pace).strip()


def asking(order: Order, database: str, pace: Pace) -> Ask:
    """Asks all statements in one session of the mariadb client; "" for no database."""

    def ask(statements: Iterable[str]) -> Iterator[tuple[str, ...]]:
        script = ";\n".join((*MARIADB_SETTINGS, *statements)) + ";\n"
        chosen = (f"--database={database}",) if database else ()
        words = ("--batch", "--skip-column-names", "--quick", *chosen)
        asked = replace(tool(order, "mariadb", *words, given=script), silence=_COUNTING)
        for line in asked.told(pace).splitlines():
            yield tuple(line.split("\t"))

    return ask


def _quoted(value: str) -> str:
    """A value of an option file: quoted, so that "#" and blanks are part of it."""
    told = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{told}"'
