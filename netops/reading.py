"""What is asked of a device and what it answered: frozen values, no database, no sockets."""

from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from typing import Literal, NamedTuple

from netops.errors import DeviceError

SnmpVersion = Literal["v2c", "v3"]
Value = int | float | str | bytes


@dataclass(frozen=True, slots=True)
class SnmpAuth:
    """How to speak SNMP to one device. RFC 3414 (USM), RFC 7860 (SHA-2), RFC 3826 (AES).

    `auth_protocol`: "", MD5, SHA, SHA-224, SHA-256, SHA-384 or SHA-512.
    `priv_protocol`: "", DES, AES, AES-192, AES-256 (Blumenthal) or AES-256-C (Cisco/Reeder).
    Secrets are kept out of `repr`; `credential` is the id of the row they come from.
    """

    version: SnmpVersion
    community: str = field(default="", repr=False)
    user: str = ""
    auth_protocol: str = ""
    auth_secret: str = field(default="", repr=False)
    priv_protocol: str = ""
    priv_secret: str = field(default="", repr=False)
    credential: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class SshAuth:
    """A login to a device's command line; `weak` permits old algorithms and telnet (opt-in)."""

    user: str
    password: str = field(default="", repr=False)
    enable: str = field(default="", repr=False)
    transport: Literal["ssh", "telnet"] = "ssh"
    weak: bool = False
    credential: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Target:
    """One device as the poller sees it.

    `timeout` is seconds for one request, `retries` further attempts after the first;
    `parts` names what this visit should read (see `netops.poller`).
    `ping` False: never judge this device by ICMP (a simulated device shares the console's host).
    `ends`: when this visit has to be over (`time.monotonic`), in however many sessions.
    """

    device: str
    address: str
    profile: str
    snmp: SnmpAuth | None = None
    snmp_port: int = 161
    ssh: SshAuth | None = None
    ssh_port: int = 22
    ping: bool = True
    timeout: float = 2.0
    retries: int = 1
    max_repetitions: int = 20
    bulk: bool = True
    ends: float = inf


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the device says it is: SNMPv2-MIB system group and ENTITY-MIB, as observed facts."""

    sys_name: str = ""
    sys_descr: str = ""
    sys_object_id: str = ""
    sys_location: str = ""
    uptime: float | None = None  # seconds since the agent started
    vendor: str = ""
    model: str = ""
    serial: str = ""
    version: str = ""


class Port(NamedTuple):
    """One row of the interface tables (IF-MIB, RFC 2863) at one moment.

    A tuple, because a sweep makes 24 of them a device and a frozen dataclass costs five times
    as much to make.

    Counters are the raw 64-bit values, or None where the device has none; `wide` tells
    whether octets came from the 64-bit columns. `speed` is bit/s; `mac` canonical or "".
    """

    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody asks a port for
    name: str
    descr: str = ""
    alias: str = ""
    type: int = 0
    mac: str = ""
    speed: int = 0
    admin_up: bool | None = None
    oper_up: bool | None = None
    wide: bool = True
    in_octets: int | None = None
    out_octets: int | None = None
    in_errors: int | None = None
    out_errors: int | None = None
    in_discards: int | None = None
    out_discards: int | None = None


@dataclass(frozen=True, slots=True)
class Gauge:
    """One sensor value: `metric` is the profile's name for it (cpu, memory, temperature,
    battery_charge …), `slot` tells several of a kind apart ("" when there is one)."""

    metric: str
    slot: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Poll:
    """One visit to one device. A failure is a value (`error`), never an exception.

    `at` is aware UTC; `ms` the wall time of the visit; `answered` tells which means answered
    ("icmp", "snmp", "ssh"); `partial` lists parts that failed although the device answered, and
    `faults`, in the same order, why.
    """

    target: Target
    at: datetime
    ms: float
    error: DeviceError | None = None
    answered: tuple[str, ...] = ()
    uptime: float | None = None
    identity: Identity | None = None
    ports: tuple[Port, ...] | None = None
    gauges: tuple[Gauge, ...] = ()
    partial: tuple[str, ...] = ()
    faults: tuple[DeviceError, ...] = ()
