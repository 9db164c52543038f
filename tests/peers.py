"""What every server needs that a test starts: a port nobody else takes, and an end."""

import itertools
import os
import random
import socket

# A server started behind these words ends with the process that started it, also when that one is
# killed: what is left of a broken run would slow down the next.
BOUND = ("setpriv", "--pdeathsig", "KILL")

# Below the ports that outgoing connections are given (Linux: from 32768): one of those could take
# the port in the seconds until the server listens.
# Those that share the work each have ports of their own.
_LOW, _SHARE, _SHARES = 12_000, 2_000, 10
_OURS = _LOW + _SHARE * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % _SHARES)
_next = itertools.count(random.SystemRandom().randrange(_SHARE))


def free_port() -> int:
    """A port of 127.0.0.1, free for TCP and UDP; no other call in this process gets it soon."""
    return next(port for port in map(_within, _next) if _free(port))


def _within(number: int) -> int:
    return _OURS + number % _SHARE


def _free(port: int) -> bool:
    kinds = (socket.SOCK_STREAM, socket.SOCK_DGRAM)
    return all(_takes(kind, port) for kind in kinds)


def _takes(kind: int, port: int) -> bool:
    with socket.socket(type=kind) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
