"""The table of addresses a simulated device binds: it has an end, and takes an address once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from netops.simulator.cli_config import Configuration


@dataclass(frozen=True, slots=True)
class Table:
    """Lines of the forms `lines` (regular expressions with `ip`, `mac`, perhaps `port`, `vlan`)
    are its entries: at most `most`, else the device says `full`; an address once, else `twice`."""

    lines: Sequence[str]
    most: int
    full: str
    twice: str

    def entry(self, line: str) -> re.Match[str] | None:
        return next(filter(None, (re.fullmatch(one, line) for one in self.lines)), None)


def rows(table: Table | None, told: Configuration) -> list[dict[str, str]]:
    """The entries of a configuration, wherever they stand."""
    found = []
    for header in ("", *told.headers("interface")) if table else ():
        for line in told.lines(header):
            match = table.entry(line) if table else None
            if match:
                row = {key: value or "" for key, value in match.groupdict().items()}
                port = row.get("port") or header.removeprefix("interface ")
                found.append({"vlan": "", **row, "port": port})
    return found


def refusal(table: Table | None, told: Configuration, line: str, room: int) -> str:
    """What the device says when it does not take this line, "" when it does; `room` as `most`."""
    match = table.entry(line) if table else None
    if table is None or match is None:
        return ""
    there = rows(table, told)
    if any(row["ip"] == match["ip"] for row in there):
        return table.twice
    return table.full if len(there) >= (room or table.most) else ""
