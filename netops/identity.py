"""Who a device says it is: the system group (RFC 3418) and ENTITY-MIB (RFC 6933)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from netops.cells import EMPTY, Rows, number, order, text
from netops.metric import column

SYS_DESCR = "1.3.6.1.2.1.1.1"
SYS_OBJECT_ID = "1.3.6.1.2.1.1.2"
SYS_UPTIME = "1.3.6.1.2.1.1.3"
SYS_NAME = "1.3.6.1.2.1.1.5"
SYS_LOCATION = "1.3.6.1.2.1.1.6"
ENGINE_TIME = "1.3.6.1.6.3.10.2.1.3"
ENTITY_CLASS = "1.3.6.1.2.1.47.1.1.1.1.5"

CLOCKS = (f"{SYS_UPTIME}.0", f"{ENGINE_TIME}.0")
SYSTEM = tuple(f"{oid}.0" for oid in (SYS_DESCR, SYS_OBJECT_ID, SYS_NAME, SYS_LOCATION))

_CHASSIS = 3  # PhysicalClass


@dataclass(frozen=True, slots=True)
class Source:
    """One place where a fact may stand: an OID, perhaps only the part a pattern picks out.

    `chassis` True: a column of entPhysicalTable, of which only the chassis rows count
    (a stack's first member speaks for it).
    """

    oid: str
    pattern: re.Pattern[str] | None = None
    chassis: bool = False

    def found(self, rows: Rows) -> str:
        """The first non-empty answer in index order, or ""."""
        cells = rows.get(column(self.oid), EMPTY)
        kinds = rows.get(ENTITY_CLASS, EMPTY)
        for suffix in sorted(cells, key=order):
            if not self.chassis or kinds.get(suffix) == _CHASSIS:
                answer = self._part(text(cells[suffix]))
                if answer:
                    return answer
        return ""

    def _part(self, answer: str) -> str:
        if self.pattern is None:
            return answer
        match = self.pattern.search(answer)
        return match.group(1).strip() if match and match.group(1) else ""


def first(sources: Iterable[Source], rows: Rows) -> str:
    """What the first source that knows says, or ""."""
    return next((answer for source in sources if (answer := source.found(rows))), "")


def oids(sources: Sequence[Source]) -> tuple[str, ...]:
    """Everything to be read for these sources, the chassis marks included."""
    needs = [source.oid for source in sources]
    return (*needs, ENTITY_CLASS) if any(source.chassis for source in sources) else tuple(needs)


def scalar(rows: Rows, oid: str) -> str:
    return text(rows.get(oid, EMPTY).get("0", b""))


def uptime(rows: Rows) -> float | None:
    """Seconds since the agent started.

    sysUpTime wraps after 497 days; snmpEngineTime (RFC 3411) does not, so the larger holds.
    """
    ticks = number(rows.get(SYS_UPTIME, EMPTY).get("0", b""))
    seconds = number(rows.get(ENGINE_TIME, EMPTY).get("0", b""))
    known = [*([] if ticks is None else [ticks / 100]), *([] if seconds is None else [seconds])]
    return max(known, default=None)
