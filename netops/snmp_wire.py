"""One UDP conversation with one SNMP agent, PDU by PDU: retries, the v3 handshake, refusals.

gufo's session class hands out varbinds one by one through a Python iterator and hides which
answer ended a walk. The compiled sockets below it (`_fast`: typed, version pinned) answer one
PDU at a time; that costs a third less, and a loop or a cut is seen.
"""

import os
from collections.abc import Callable
from time import monotonic
from typing import TypeVar, cast

from gufo.snmp import SnmpAuthError, SnmpError, User
from gufo.snmp._fast import GetIter, SnmpV2cClientSocket, SnmpV3ClientSocket
from gufo.snmp.utils import format_sock_addr

from netops import snmp_faults as faults
from netops.errors import AuthRejected, DeviceError, Unreachable
from netops.reading import SnmpAuth, Target, Value
from netops.snmp_keys import user_of

T = TypeVar("T")
Cells = dict[str, Value]
Cursor = GetIter
Batch = list[tuple[str, Value] | None]  # one answer of a walk; None marks the end of the column

CLOCK = "1.3.6.1.2.1.1.3.0"  # sysUpTime.0, which every agent has
PATIENCE = 240.0  # seconds for one visit, inside the five minutes of a counter cycle


class Wire:
    """A socket to one agent. Opening it sends nothing for v2c; for v3 it shakes hands.

    Every method raises a `DeviceError`. An answer with an error-status (tooBig, genErr) looks
    like an empty one: gufo keeps the status from us. Not for sharing between threads.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._deadline = monotonic() + PATIENCE
        self._socket = self._open(target, target.snmp)

    def get(self, instances: list[str]) -> Cells:
        """Those of the instances that exist, by one GET."""
        return cast("Cells", self._ask(self._socket.get_many, instances))

    def cursor(self, root: str) -> Cursor:
        """Where a walk below `root` begins."""
        try:
            return Cursor(root, self._target.max_repetitions)
        except ValueError as error:
            raise faults.no_oid(root) from error

    def bulk(self, cursor: Cursor) -> Batch:
        """The next answer of a walk by GETBULK; empty when the agent has no more."""
        try:
            return cast("Batch", self._ask(self._socket.get_bulk, cursor))
        except StopAsyncIteration:
            return []

    def next(self, cursor: Cursor) -> Batch:
        """The next row of a walk by GETNEXT; empty when the agent has no more."""
        try:
            return cast("Batch", [self._ask(self._socket.get_next, cursor)])
        except StopAsyncIteration:
            return []

    def ended(self, cursor: Cursor) -> bool:
        """Whether an empty answer to `next` was the end, not an error-status such as genErr.

        gufo shows both alike, so one more answer is read raw. What is encrypted cannot be: there
        the agent is only asked whether it is still alive.
        """
        if isinstance(self._socket, SnmpV2cClientSocket):
            return faults.status(self._ask(self._raw_next, cursor)) == 0
        return bool(self.get([CLOCK]))

    def _raw_next(self, cursor: Cursor) -> bytes:
        self._socket.send_get_next(cursor)
        return os.read(self._socket.get_fd(), 65_535)

    def _ask(self, request: Callable[..., T], *arguments: object) -> T:
        """One request with its retries."""
        if monotonic() > self._deadline:
            raise faults.slow(self._target, PATIENCE)
        if monotonic() > self._target.ends:
            raise faults.late(self._target)
        for _ in range(self._target.retries + 1):
            try:
                return request(*arguments)
            except BlockingIOError:
                continue
            except (SnmpError, OSError) as error:
                raise self._fault(error) from None
            except BaseException as error:
                # Some malformed packets make gufo's Rust core index past an end. No Exception!
                if type(error).__name__ == "PanicException":
                    raise faults.garbage(self._target, str(error)) from None
                raise
        raise faults.silence(self._target)

    def _fault(self, error: SnmpError | OSError) -> DeviceError:
        if isinstance(error, SnmpAuthError):
            return self._rejection()
        if isinstance(error, OSError):
            return faults.unsendable(self._target, error)
        return faults.garbage(self._target, str(error))

    def _open(
        self, target: Target, auth: SnmpAuth | None
    ) -> SnmpV2cClientSocket | SnmpV3ClientSocket:
        if auth is None:
            raise AuthRejected("这台设备没有登记 SNMP 凭据，请在设备资料中选择一个。")
        place = format_sock_addr(target.address, target.snmp_port)
        wait = max(1, int(target.timeout * 1000)) * 1_000_000  # ns; 0 would mean not to wait at all
        try:
            if auth.version == "v2c":
                return SnmpV2cClientSocket(place, auth.community, 0, 0, 0, wait)
            socket = SnmpV3ClientSocket(place, b"", "", 0, b"", 0, b"", 0, 0, 0, wait)
        except OSError as error:
            raise faults.unsendable(target, error) from None
        self._socket = socket
        self._shake_hands(socket, user_of(auth))
        return socket

    # -- SNMPv3 ---------------------------------------------------------------------------------

    def _shake_hands(self, socket: SnmpV3ClientSocket, who: User) -> None:
        """Learn the engine ID, then its boots and time (RFC 3414 §4)."""
        self._ask(socket.refresh)
        _use(socket, who)
        if not who.require_auth():
            return
        try:
            self._ask(socket.refresh)
        except Unreachable as error:
            raise self._why_silent(socket, who, error) from None

    def _why_silent(self, socket: SnmpV3ClientSocket, who: User, error: Unreachable) -> DeviceError:
        """It told its engine ID and then fell silent: is it only encryption it cannot read?"""
        if who.priv_key is None:
            return error
        _use(socket, User(who.name, auth_key=who.auth_key))
        answer = _raw(socket)
        if not answer:
            return error
        return faults.reported(self._target, answer) or faults.undeciphered(self._target)

    def _rejection(self) -> DeviceError:
        """Why the agent refused: asked once more and read raw, because gufo drops the reason."""
        if not isinstance(self._socket, SnmpV3ClientSocket):
            return faults.not_permitted(self._target)
        answer = _raw(self._socket)
        if not answer:
            return faults.silence(self._target)
        return faults.reported(self._target, answer) or faults.not_permitted(self._target)


def _raw(socket: SnmpV3ClientSocket) -> bytes:
    """The bytes that answer a GET; b"" when none come."""
    try:
        socket.send_get(CLOCK)
        return os.read(socket.get_fd(), 65_535)
    except OSError:
        return b""


def _use(socket: SnmpV3ClientSocket, who: User) -> None:
    socket.set_keys(
        who.name, who.get_auth_alg(), who.get_auth_key(), who.get_priv_alg(), who.get_priv_key()
    )
