"""What one SNMP cell says: text, a MAC, a number. Pure, and never fails on what a device sends."""

from collections.abc import Mapping
from math import isfinite

from netops.reading import Value

# Column OID without leading dot -> index suffix -> raw value; a scalar is a column with suffix "0".
Rows = Mapping[str, Mapping[str, Value]]

EMPTY: Mapping[str, Value] = {}


def text(value: Value) -> str:
    """Readable text of a DisplayString; Chinese devices send UTF-8 or, just as often, GB18030.

    NULs are dropped (old Windows agents append one, PostgreSQL refuses them).
    """
    if isinstance(value, bytes):
        try:
            decoded = value.decode()
        except UnicodeDecodeError:
            decoded = value.decode("gb18030", errors="replace")
    else:
        decoded = str(value)
    return decoded.replace("\x00", "").strip()


def mac(value: Value) -> str:
    """`aa:bb:cc:dd:ee:ff`, or "" when the cell is no address (loopbacks answer none or zeros)."""
    if isinstance(value, bytes) and len(value) == 6 and any(value):
        return value.hex(":")
    return ""


def number(value: Value) -> float | None:
    """A finite number, also out of text ("12", "0.53", "31%"); None for anything else."""
    try:
        found = float(text(value).removesuffix("%") if isinstance(value, bytes) else value)
    except (ValueError, OverflowError):
        return None
    return found if isfinite(found) else None


def order(suffix: str) -> tuple[int, ...]:
    """Sort key of an index suffix: by its numbers, as the device would walk."""
    return tuple(int(part) if part.isdecimal() else -1 for part in suffix.split("."))
