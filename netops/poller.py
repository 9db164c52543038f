"""One visit to one device, from credential to `Poll`: what answered, and what it said."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Literal, TypeVar

from netops import icmp
from netops.errors import DeviceError, Unreachable
from netops.identity import CLOCKS, uptime
from netops.profile import Profile, profile_named
from netops.reading import Gauge, Identity, Poll, Port, Target
from netops.snmp import Session

Part = Literal["status", "ports", "gauges", "identity"]
E = TypeVar("E", bound=DeviceError)

PINGS, PING_WAIT = 2, 1.0  # tries, seconds


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class _Found:
    """What a visit has found out so far; the fields of `Poll` of the same names."""

    error: DeviceError | None = None
    answered: tuple[str, ...] = ()
    uptime: float | None = None
    identity: Identity | None = None
    ports: tuple[Port, ...] | None = None
    gauges: tuple[Gauge, ...] = ()
    partial: tuple[str, ...] = ()
    faults: tuple[DeviceError, ...] = ()


@dataclass(frozen=True, slots=True)
class _Visit:
    """A device that has told its clock: from here on a failure concerns one part only."""

    session: Session
    profile: Profile
    parts: Sequence[Part]
    indexes: Sequence[str] | None
    found: _Found


def poll(
    target: Target,
    parts: Sequence[Part],
    *,
    indexes: Sequence[str] | None = None,
    pinged: bool | None = None,
    now: Callable[[], datetime] = _now,
) -> Poll:
    """Visit a device once. A failure is a value: this never raises a `DeviceError`.

    "status" needs no asking for: sysUpTime where there is an SNMP credential, else ping.
    "ports" brings counters; together with "identity" also names. `indexes` (ifIndex, known from
    the last visit) spare walking the counters. `pinged` is the answer of a sweep that has asked
    already; None: ping here, if SNMP is mute.

    `error` None means it is up; parts that failed nevertheless are in `partial`, why in `faults`.
    """
    at, began = now(), monotonic()
    found = _Found()
    if target.snmp is not None:
        try:
            _by_snmp(target, parts, indexes, found)
        except DeviceError as error:
            found.error = _bare(error)
    if not found.answered or pinged:
        _by_ping(target, pinged, found)
    ms = (monotonic() - began) * 1000
    return Poll(
        target=target,
        at=at,
        ms=ms,
        error=found.error,
        answered=found.answered,
        uptime=found.uptime,
        identity=found.identity,
        ports=found.ports,
        gauges=found.gauges,
        partial=found.partial,
        faults=found.faults,
    )


def _by_ping(target: Target, pinged: bool | None, found: _Found) -> None:
    if pinged is None and target.ping and icmp.available():
        answers = icmp.ping([target.address], timeout=PING_WAIT, tries=PINGS)
        pinged = answers[target.address] is not None
    if pinged:
        found.answered = ("icmp", *found.answered)
    elif target.snmp is None:
        found.error = _unheard(target, pinged)


def _unheard(target: Target, pinged: bool | None) -> DeviceError:
    """Why a device that is judged by ping alone is not known to be up."""
    if pinged is False:
        return Unreachable(
            f"{target.address} 没有应答 ping（共 {PINGS} 次，每次等 {PING_WAIT:g} 秒）："
            "设备断电、线路中断，或设备被设成不应答 ping。"
        )
    if target.ping:
        return DeviceError(
            "本机没有发送 ping 的权限，又没有登记 SNMP 凭据，无法判断设备状态。"
            "请给程序 CAP_NET_RAW 权限，或为设备选择 SNMP 凭据。"
        )
    return DeviceError(
        "没有任何检测手段：既没有登记 SNMP 凭据，又不许 ping。请在设备资料中至少选择一种。"
    )


def _by_snmp(
    target: Target, parts: Sequence[Part], indexes: Sequence[str] | None, found: _Found
) -> None:
    session = Session(target)
    found.uptime = uptime(session.scalars(CLOCKS))
    found.answered = ("snmp",)
    visit = _Visit(session, profile_named(target.profile), parts, indexes, found)
    for part in parts:
        if part != "status":
            _try(visit, part)


def _try(visit: _Visit, part: Part) -> None:
    found = visit.found
    try:
        if any(isinstance(fault, Unreachable) for fault in found.faults):
            visit.session.scalars(CLOCKS)  # after a silence: is it still there at all?
        _READ[part](visit)
    except DeviceError as error:
        found.partial += (part,)
        found.faults += (_bare(error),)


def _identity(visit: _Visit) -> None:
    profile, part = visit.profile, ("identity",)
    rows = visit.session.scalars(profile.scalars(part))
    rows.update(visit.session.columns(profile.columns(part)))
    visit.found.identity = profile.identity(rows)


def _ports(visit: _Visit) -> None:
    """With the names when they are due: then the rows are walked, for there may be new ones."""
    named = "identity" in visit.parts
    columns = visit.profile.columns(("names", "ports") if named else ("ports",))
    rows = visit.session.columns(columns, None if named else visit.indexes)
    visit.found.ports = visit.profile.ports(rows)


def _gauges(visit: _Visit) -> None:
    profile, part = visit.profile, ("gauges",)
    rows = visit.session.scalars(profile.scalars(part))
    rows.update(visit.session.columns(profile.columns(part)))
    visit.found.gauges = profile.gauges(rows)


_READ: dict[Part, Callable[[_Visit], None]] = {
    "identity": _identity,
    "ports": _ports,
    "gauges": _gauges,
}


def _bare(error: E) -> E:
    """Without its traceback, whose frames would keep the socket open as long as the `Poll`."""
    error.__traceback__ = error.__context__ = None
    return error
