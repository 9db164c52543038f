"""Values that live: the variation module snmpsim loads to turn a recording into a running device.

A recorded cell `…|70:live|counter 12500 0.3` is answered by `variate` below. snmpsim executes
this file by path (https://docs.lextudio.com/snmpsim/, "variation modules"), so it imports the
standard library only, and its folder holds no `__init__.py`, which snmpsim would execute too.

Every value is a pure function of the clock and of the moment the device booted: the modification
time of the file `boot` beside the recording. So counters survive a restart of the simulator,
agree in 32 and 64 bits, and start again from nothing when the device is rebooted.
"""

import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

# An office's day: (share of the mean load, period in seconds). The shares stay below 1, so that
# a counter never runs backwards.
WAVES = ((0.5, 86400.0), (0.22, 1500.0), (0.18, 400.0))
BUSIEST = 6.5 * 3600  # seconds after midnight UTC: half past two in Henan


def volume(moment: float, phase: float) -> float:
    """Seconds' worth of mean load carried up to `moment` (epoch seconds): the waves, summed up."""
    total = moment
    for share, period in WAVES:
        turn = 2 * math.pi / period
        total += share / turn * math.sin(turn * (moment - BUSIEST) + _lag(period, phase))
    return total


def _lag(period: float, phase: float) -> float:
    """Every port keeps its own short rhythm (`phase`, 0 to 1), all keep the same day."""
    return 0.0 if period == 86400.0 else 2 * math.pi * phase


def counter(now: float, boot: float, rate: float, phase: float) -> int:
    """Units counted since boot at `rate` units a second on average."""
    return int(rate * (volume(now, phase) - volume(boot, phase)))


def gauge(now: float, _boot: float, middle: float, swing: float, phase: float) -> int:
    """A reading that wanders around `middle` by at most `swing`."""
    turn = 2 * math.pi * (now / 600 + phase)
    return round(middle + swing * (0.7 * math.sin(turn) + 0.3 * math.sin(3.7 * turn)))


def ticks(now: float, boot: float) -> int:
    """sysUpTime: hundredths of a second since boot (RFC 3418)."""
    return int((now - boot) * 100)


def seconds(now: float, boot: float) -> int:
    """snmpEngineTime (RFC 3411)."""
    return int(now - boot)


KINDS: Mapping[str, Callable[..., int]] = {
    "counter": counter,
    "gauge": gauge,
    "ticks": ticks,
    "seconds": seconds,
}
WIDTHS = {"65": 1 << 32, "67": 1 << 32, "70": 1 << 64}  # BER tags of the types that wrap


def init(**_context: Any) -> None:
    """snmpsim asks for it; nothing to prepare."""


def shutdown(**_context: Any) -> None:
    """snmpsim asks for it; nothing to release."""


def variate(oid: Any, tag: str, value: str, **context: Any) -> tuple[Any, str, Any]:
    """One cell as snmpsim asks for it; a SET is refused, an inexact GET finds nothing."""
    if context["setFlag"] or not (context["nextFlag"] or context["exactMatch"]):
        return context["origOid"], tag, context["errorStatus"]
    kind, *numbers = value.split()
    boot = Path(context["dataFile"]).with_name("boot").stat().st_mtime
    found = KINDS[kind](time.time(), boot, *map(float, numbers))
    return oid, tag, found % WIDTHS[tag] if tag in WIDTHS else found
