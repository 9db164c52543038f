"""What makes a recording this one device, alive: its name, its ports' labels, moving counters.

Names, addresses and serial numbers of the recorded device are replaced by ones that say "demo";
counters, clocks and sensors become cells for `variation/live.py`. Everything is derived from the
plan alone, so that two starts build the same county.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import inf

from netops import identity, ifmib
from netops.metric import Metric, Share
from netops.profile import Profile
from netops.simulator.plan import Device, Plan
from netops.simulator.recordings import Cell, Cells, Oid, column, oid

SYS_CONTACT = "1.3.6.1.2.1.1.4.0"
SYSTEM = "1.3.6.1.2.1.1."
SERIAL = "1.3.6.1.2.1.47.1.1.1.1.11"  # entPhysicalSerialNum
HOST_UPTIME = "1.3.6.1.2.1.25.1.1.0"  # hrSystemUptime
LABEL = "模拟设备 SIMULATED"
TICKS, COUNTER32, COUNTER64 = "67", "65", "70"
NUMBERS = ("2", "66")  # INTEGER, Gauge32

MEGABIT = 125_000  # bytes
UPWARD = 0.28  # what an office sends for what it receives
BUSIEST = 0.6  # of a port's speed, that the mean may reach
IDLE = 0.4  # of the ports in use, that carry hardly anything

# By how much of its value a sensor wanders; what is not named here stays as recorded.
SWINGS = {
    "cpu": 0.35, "memory": 0.03, "temperature": 0.04, "load": 0.2, "sessions": 0.15,
    "input_voltage": 0.01, "output_voltage": 0.005, "battery_temperature": 0.03, "humidity": 0.03,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Link:
    """What one port carries: bytes a second in and out on average, and whose rhythm."""

    received: float
    sent: float
    rhythm: str
    alias: str = ""


def overlay(
    cells: Cells, device: Device, county: Plan, profile: Profile, indexes: Sequence[int]
) -> Cells:
    """The cells of a living device out of the trimmed cells of a recording, whose ports
    `indexes` lists in the order in which they are cabled."""
    wide = profile.counters != "32"
    found = (
        cells
        | _system(cells, device)
        | _hardware(cells, device, indexes)
        | _serials(cells, device, profile)
    )
    for index, link in zip(indexes, _links(device, county, len(indexes)), strict=False):
        found |= _port(cells, index, link, wide)
    return found | _sensors(cells, device, profile)


def chance(*words: object) -> float:
    """A number from 0 to 1 that these words always give."""
    digest = sha256("\0".join(map(str, words)).encode()).digest()
    return int.from_bytes(digest[:4]) / (1 << 32)


def octets(value: str) -> Cell:
    """A text as a cell, in UTF-8 as today's devices send it."""
    return "4x", value.encode().hex()


def _system(cells: Mapping[Oid, Cell], device: Device) -> Cells:
    place = {f"{identity.SYS_LOCATION}.0": octets(f"{device.place or device.name}（{LABEL}）")}
    texts = {
        SYS_CONTACT: octets(LABEL),
        f"{identity.SYS_NAME}.0": octets(device.tag),
        f"{identity.SYS_UPTIME}.0": (f"{TICKS}:live", "ticks"),
        **({} if device.recorded_place else place),
    }
    if oid(HOST_UPTIME) in cells:
        texts[HOST_UPTIME] = f"{TICKS}:live", "ticks"
    if oid(f"{identity.ENGINE_TIME}.0") in cells:
        texts[f"{identity.ENGINE_TIME}.0"] = "2:live", "seconds"
    return {oid(name): cell for name, cell in texts.items()}


def mac(device: Device, place: int) -> str:
    """A MAC address that no real device has: locally administered. Twelve hex digits."""
    return f"02de{int(chance('mac', device.tag) * (1 << 24)):06x}{place % 256:02x}"


def _hardware(cells: Mapping[Oid, Cell], device: Device, indexes: Sequence[int]) -> Cells:
    recorded = column(cells, ifmib.MAC)
    return {
        (*oid(ifmib.MAC), index): ("4x", mac(device, place))
        for place, index in enumerate(indexes)
        if recorded.get(index, ("", ""))[1]
    }


def _serials(cells: Mapping[Oid, Cell], device: Device, profile: Profile) -> Cells:
    """Serial numbers that no real device has, wherever the profile looks for them."""
    places = {SERIAL, *(source.oid for source in profile.sources.get("serial", ()))}
    starts = [oid(place.removesuffix(".0")) for place in places if not place.startswith(SYSTEM)]
    told = sorted(
        key
        for key, (tag, value) in cells.items()
        if tag.startswith("4") and value.strip() and under(key, starts)
    )
    name = f"DEMO{device.tag}".replace("-", "").upper()
    return {key: octets(f"{name}{number:02}") for number, key in enumerate(told, 1)}


def under(key: Oid, starts: Iterable[Oid]) -> bool:
    """Whether an instance belongs to one of these columns or scalars."""
    return any(key[: len(start)] == start for start in starts)


def _links(device: Device, county: Plan, count: int) -> Iterator[Link]:
    """One link per port: the uplink, the devices below, then the office's own."""
    above = device.parent or "市中心专线"
    mean = device.traffic * MEGABIT
    yield Link(mean, mean * UPWARD, device.name, f"上联 {above}")
    below = county.below(device.name)[: count - 1]
    for child in below:
        carried = child.traffic * MEGABIT
        yield Link(carried * UPWARD, carried, child.name, f"下联 {child.name}")
    for place in range(len(below) + 1, count):
        share = max(chance(device.tag, place) - IDLE, 0) ** 2 * 0.4
        yield Link(mean * share * UPWARD, mean * share, f"{device.tag}/{place}")


def _port(cells: Mapping[Oid, Cell], index: int, link: Link, wide: bool) -> Cells:
    """One port: in use when something is cabled to it, else as it was recorded."""
    used = bool(link.alias) or _number(cells, ifmib.OPER, index) == 1
    ceiling = _speed(cells, index) / 8 * BUSIEST * used
    flows = (
        (ifmib.IN_OCTETS, ifmib.HC_IN_OCTETS, min(link.received, ceiling)),
        (ifmib.OUT_OCTETS, ifmib.HC_OUT_OCTETS, min(link.sent, ceiling)),
    )
    row = _faults(index, link, used)
    for narrow_column, wide_column, rate in flows:
        value = f"counter {rate:.1f} {chance(link.rhythm):.3f}"
        recorded = cells.get((*oid(narrow_column), index), (COUNTER32, ""))
        row[narrow_column] = f"{recorded[0]}:live", value  # some send 64 bits even here
        if wide:
            row[wide_column] = f"{COUNTER64}:live", value
    if link.alias:
        row |= {ifmib.OPER: ("2", "1"), ifmib.ADMIN: ("2", "1")}
        row |= {ifmib.ALIAS: octets(link.alias)} if wide else {}
    return {(*oid(name), index): cell for name, cell in row.items()}


def _faults(index: int, link: Link, used: bool) -> dict[str, Cell]:
    """A discard now and then; on a few ports of the county a bad cable."""
    bad = chance("cable", link.rhythm, index)
    rates = {
        ifmib.IN_ERRORS: 0.05 if bad > 0.99 else 0,
        ifmib.OUT_ERRORS: 0,
        ifmib.IN_DISCARDS: bad**8 * 0.0005,
        ifmib.OUT_DISCARDS: bad**8 * 0.001,
    }
    return {
        name: (f"{COUNTER32}:live", f"counter {rate * used:.6f} {bad:.3f}")
        for name, rate in rates.items()
    }


def _speed(cells: Mapping[Oid, Cell], index: int) -> int:
    """Bit/s; a port that does not say counts as Fast Ethernet."""
    fast = _number(cells, ifmib.HIGH_SPEED, index) * 1_000_000
    return fast or _number(cells, ifmib.SPEED, index) or 100_000_000


def _number(cells: Mapping[Oid, Cell], name: str, index: int) -> int:
    value = cells.get((*oid(name), index), ("", ""))[1]
    return int(value) if value.isdecimal() else 0


def _sensors(cells: Mapping[Oid, Cell], device: Device, profile: Profile) -> Cells:
    """Processors, memories and thermometers that wander a little around what was recorded."""
    found: Cells = {}
    for metric in (metric for ways in profile.metrics for metric in ways if metric.name in SWINGS):
        starts, swing, top = _varied(metric), SWINGS[metric.name], _top(metric)
        for key, (tag, value) in cells.items():
            if tag in NUMBERS and under(key, starts) and 0 < int(value) <= top:
                middle = min(int(value), top / (1 + swing))
                phase = chance(device.tag, key)
                found[key] = f"{tag}:live", f"gauge {middle:.2f} {middle * swing:.2f} {phase:.3f}"
    return found


def _varied(metric: Metric) -> list[Oid]:
    """Of a share it is what is used (or free) that moves, not the total."""
    source = metric.source
    names = (source.used or source.free) if isinstance(source, Share) else source.oids
    return [oid(name.removesuffix(".0")) for name in names]


def _top(metric: Metric) -> float:
    """The largest plausible value as the device would send it; above it means "no sensor"."""
    return inf if isinstance(metric.source, Share) else metric.valid[1] / metric.source.scale
