"""Notifications as they arrive: SNMPv1 and v2c traps, v3 traps and informs; all by pysnmp.

pysnmp decodes and checks; sockets and time are those of whoever calls. A v3 trap names the engine
it comes from (RFC 3414, 1.5.1): its user is made known to that engine with the credential of the
device at that address, so that only its own secret is taken. An inform is answered.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from pysnmp.carrier.asyncio.dgram import udp
from pysnmp.carrier.base import AbstractTransportDispatcher
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.entity.rfc3413.ntfrcv import NotificationReceiver
from pysnmp.error import PySnmpError
from pysnmp.proto import rfc1902
from pysnmp.proto.api import v2c

from netops.reading import SnmpAuth
from netops.usm_header import engine_and_user

_AUTH = {
    "": config.USM_AUTH_NONE,
    "MD5": config.USM_AUTH_HMAC96_MD5,
    "SHA": config.USM_AUTH_HMAC96_SHA,
    "SHA-224": config.USM_AUTH_HMAC128_SHA224,
    "SHA-256": config.USM_AUTH_HMAC192_SHA256,
    "SHA-384": config.USM_AUTH_HMAC256_SHA384,
    "SHA-512": config.USM_AUTH_HMAC384_SHA512,
}
_PRIV = {
    "": config.USM_PRIV_NONE,
    "DES": config.USM_PRIV_CBC56_DES,
    "AES": config.USM_PRIV_CFB128_AES,
    "AES-192": config.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "AES-256": config.USM_PRIV_CFB256_AES_BLUMENTHAL,
    "AES-192-C": config.USM_PRIV_CFB192_AES,
    "AES-256-C": config.USM_PRIV_CFB256_AES,
}
_TRAP_OID = "1.3.6.1.6.3.1.1.4.1.0"  # snmpTrapOID.0 (RFC 3418)
_COMMUNITY = "1.3.6.1.6.3.18.1.4.0"  # snmpTrapCommunity.0, added to v1 traps: a secret
_USERS = 16  # of engines at one address: a stack has a few, an attacker makes up a million
_LONGEST = 300  # characters of one variable
_2020 = 1577836800
_DOMAIN = (*config.SNMP_UDP_DOMAIN, 1)
Reply = Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class Trapped:
    """One notification: its OID, its variables as texts by OID with instance; `confirmed` for an
    inform."""

    oid: str
    values: Mapping[str, str]
    confirmed: bool


class Traps:
    """Understands notifications of the devices whose ways in are known.

    `ways` are the SNMP credentials by address, `name` what this console is to be known by (informs
    are for one engine, and its id must stay).
    """

    def __init__(self, name: str, ways: Mapping[str, Sequence[SnmpAuth]]) -> None:
        self._ways = ways
        self._known: dict[str, set[tuple[bytes, str]]] = defaultdict(set)
        self._heard: list[Trapped] = []
        self._levels: dict[str, int] = {}
        self._engine = _engine(name)
        self._dispatcher = _Dispatcher()
        self._engine.register_transport_dispatcher(self._dispatcher)
        _Receiver(self._engine, self._told, self._level)
        self._admit()

    def read(self, octets: bytes, address: str, reply: Reply) -> Trapped | None:
        """What a datagram from an address says, answered if it asks for that. None for what is no
        notification, or not from somebody whose secret is known."""
        self._introduce(octets, address)
        self._heard.clear()
        self._dispatcher.reply = reply
        try:
            self._engine.message_dispatcher.receive_message(
                self._engine, _DOMAIN, udp.UdpTransportAddress((address, 0)), octets
            )
        except Exception:  # noqa: BLE001  (a stranger's octets, and pysnmp raises what it likes)
            return None
        return self._heard[0] if self._heard else None

    def tick(self) -> None:
        """Let what is known of engines grow old; to be called now and then."""
        self._dispatcher.handle_timer_tick(time.time())

    def _admit(self) -> None:
        """Communities, and users for informs, which name our own engine."""
        every = dict.fromkeys(way for ways in self._ways.values() for way in ways)
        for number, way in enumerate(every):
            if way.version == "v2c":
                config.add_v1_system(self._engine, f"way{number}", way.community)
            elif way.user not in self._levels:
                self._add(way, None)

    def _introduce(self, octets: bytes, address: str) -> None:
        """Make the sender's user known to the engine its datagram names."""
        engine, user = found = engine_and_user(octets)
        ways = [way for way in self._ways.get(address, ()) if way.user == user]
        own = engine == bytes(self._engine.snmpEngineID)
        if not user or not ways or own or not 5 <= len(engine) <= 32:
            return
        known = self._known[address]
        if found not in known and len(known) < _USERS:
            self._add(ways[0], rfc1902.OctetString(engine))
            known.add(found)

    def _add(self, way: SnmpAuth, engine: Any) -> None:
        level = 1 + bool(way.auth_protocol) + bool(way.priv_protocol)
        self._levels[way.user] = max(level, self._levels.get(way.user, 1))
        auth, priv = _AUTH.get(way.auth_protocol), _PRIV.get(way.priv_protocol)
        if auth is None or priv is None:
            return
        master = _master_keys(way)
        try:
            config.add_v3_user(
                self._engine, way.user, auth, master[0], priv, master[1], engine,
                authKeyType=config.USM_KEY_TYPE_MASTER, privKeyType=config.USM_KEY_TYPE_MASTER,
            )  # fmt: skip
        except PySnmpError:
            return  # an incomplete credential: its notifications are not understood

    def _level(self, user: str) -> int:
        return self._levels.get(user, 1)

    def _told(self, confirmed: bool, pairs: Sequence[tuple[Any, Any]]) -> None:
        values = {str(oid): _text(value) for oid, value in pairs if str(oid) != _COMMUNITY}
        self._heard.append(Trapped(values.pop(_TRAP_OID, ""), values, confirmed))


class _Receiver(NotificationReceiver):  # type: ignore[misc]  # pysnmp has no types
    """pysnmp's, which does not tell informs from traps, nor look whether a sender of its own
    engine (RFC 3414, 3.2.5 leaves that to others) has signed and ciphered as its user must."""

    def __init__(
        self,
        engine: Any,
        told: Callable[[bool, Sequence[tuple[Any, Any]]], None],
        level: Callable[[str], int],
    ) -> None:
        super().__init__(engine, self._pass_on)
        self._tell = told
        self._level = level
        self._confirmed = False

    def process_pdu(self, *words: Any) -> None:
        model, user, level, pdu = int(words[2]), str(words[3]), int(words[4]), words[8]
        if model == 3 and level < self._level(user):
            return
        self._confirmed = pdu.tagSet == v2c.InformRequestPDU.tagSet
        super().process_pdu(*words)

    def _pass_on(self, *words: Any) -> None:
        self._tell(self._confirmed, words[4])


class _Dispatcher(AbstractTransportDispatcher):  # type: ignore[misc]
    """Answers go out the way the question came in."""

    def __init__(self) -> None:
        super().__init__()
        self.reply: Reply = lambda _octets: None

    def send_message(self, octets: bytes, *_where: Any) -> None:
        self.reply(octets)


def _engine(name: str) -> Any:
    """An engine whose id stays and whose boots only grow, with nothing kept on disk (RFC 3411, 5:
    a private number and eight octets of our own; RFC 5612 for the number)."""
    engine = SnmpEngine()
    symbols = engine.get_mib_builder().import_symbols
    (ident,) = symbols("__SNMP-FRAMEWORK-MIB", "snmpEngineID")
    (boots,) = symbols("__SNMP-FRAMEWORK-MIB", "snmpEngineBoots")
    own = bytes.fromhex("80007ed905") + sha256(name.encode()).digest()[:8]
    ident.syntax = ident.syntax.clone(own)
    boots.syntax = boots.syntax.clone(int(time.time()) - _2020)
    engine.snmpEngineID = ident.syntax
    return engine


@lru_cache(maxsize=1000)
def _master_keys(way: SnmpAuth) -> tuple[Any, Any]:
    """Master keys of a user (RFC 3414, 2.6), not yet of any engine; kept in memory only."""
    auth, priv = _AUTH[way.auth_protocol], _PRIV[way.priv_protocol]
    keys = None, None
    if way.auth_protocol:
        keys = config.AUTH_SERVICES[auth].hash_passphrase(way.auth_secret.encode()), None
    if way.priv_protocol:
        cipher = config.PRIV_SERVICES[priv].hash_passphrase(auth, way.priv_secret.encode())
        keys = keys[0], cipher
    return keys


def _text(value: Any) -> str:
    """A variable for people and rules: texts as texts, octets that are none in hex."""
    if isinstance(value, rfc1902.IpAddress):
        return str(value.prettyPrint())
    if isinstance(value, rfc1902.OctetString):
        return _read(bytes(value))[:_LONGEST]
    return str(value.prettyPrint())[:_LONGEST]


def _read(octets: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            text = octets.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.isprintable():
            return text
    return octets.hex()
