"""Sockets of the receivers: on the well-known port, or on a spare one where that is not ours."""

import errno
import socket
from collections.abc import Sequence
from dataclasses import dataclass

SPARE = {"syslog": 5514, "trap": 1162}  # 514 and 162 belong to root
_KINDS: dict[str, Sequence[socket.SocketKind]] = {
    "syslog": (socket.SOCK_DGRAM, socket.SOCK_STREAM),
    "trap": (socket.SOCK_DGRAM,),
}
_BUFFER = 8 * 1024 * 1024  # octets: a burst waits here while the last is decoded
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - devices send from all over the network
_BACKLOG = 64


@dataclass(frozen=True, slots=True)
class Door:
    """One receiver: the port wanted, the port it has (0: none), and why not the one wanted."""

    kind: str
    wanted: int
    port: int
    why: str = ""


def closed(kind: str) -> Door:
    """A receiver that was switched off."""
    return Door(kind, 0, 0)


def open_doors(kind: str, host: str, wanted: int) -> tuple[Door, list[socket.socket]]:
    """Sockets of one receiver on the wanted port, else on the spare one, else none at all."""
    why = ""
    for port in dict.fromkeys((wanted, SPARE[kind])):
        try:
            opened = _bound(kind, host, port)
        except OSError as error:
            why = why or _told(error)
            continue
        return Door(kind, wanted, port, why), opened
    return Door(kind, wanted, 0, why), []


def _bound(kind: str, host: str, port: int) -> list[socket.socket]:
    """All of them or none: half a receiver would look like a whole one."""
    opened: list[socket.socket] = []
    try:
        for way in _KINDS[kind]:
            opened.append(_socket(way, host))
            _bind(opened[-1], way, host, port)
    except OSError:
        for one in opened:
            one.close()
        raise
    return opened


def _socket(way: socket.SocketKind, host: str) -> socket.socket:
    both = host == _EVERYWHERE and socket.has_dualstack_ipv6()
    six = both or ":" in host
    one = socket.socket(socket.AF_INET6 if six else socket.AF_INET, way)
    if both:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    return one


def _bind(one: socket.socket, way: socket.SocketKind, host: str, port: int) -> None:
    if way == socket.SOCK_STREAM:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
    one.bind(("::" if one.family == socket.AF_INET6 and host == _EVERYWHERE else host, port))
    one.setblocking(False)
    if way == socket.SOCK_STREAM:
        one.listen(_BACKLOG)


def _told(error: OSError) -> str:
    if error.errno in (errno.EACCES, errno.EPERM):
        return "无权监听"
    return "已被其他程序占用" if error.errno == errno.EADDRINUSE else "不能监听"
