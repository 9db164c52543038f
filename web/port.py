"""Where the console listens: the port asked for, or the next free one while nobody asked."""

import errno
import os
import socket

from inventory.os_words import cause_of

_UDP = socket.SOCK_DGRAM
_NEXT = 50  # ports tried from the default on


class NoPort(RuntimeError):
    """Why the console cannot listen, and what to do, in one line."""


def free_port(host: str, wanted: int) -> int:
    """`wanted` when NETOPS_PORT asked for it, else the first free one from there. Raises NoPort."""
    asked = bool(os.environ.get("NETOPS_PORT"))
    for port in range(wanted, wanted + 1 if asked else min(wanted + _NEXT, 65536)):
        refused = _refused(host, port)
        if refused is None:
            return port
        if refused.errno != errno.EADDRINUSE:
            raise NoPort(_told(host, port, refused)) from refused
    raise NoPort(f"端口 {wanted} 已被占用：关闭占用它的程序，或用 NETOPS_PORT 换一个端口")


def any_port() -> int:
    """A port of this machine that nobody listens on, neither by UDP nor by TCP."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as taken, socket.socket(type=_UDP) as other:
            port = int(taken.getsockname()[1])
            try:
                other.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def answers(host: str, port: int) -> bool:
    """Does somebody accept connections there?"""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def _refused(host: str, port: int) -> OSError | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        return error
    return None


def _told(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EACCES:
        return f"无权监听端口 {port}：用 NETOPS_PORT 换一个 1024 以上的端口"
    return f"不能在 {host} 监听（{cause_of(error)}）：NETOPS_HOST 应为本机的地址"
