"""netmiko as its own documentation uses it: connect, send the command, disconnect."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import netmiko

from bench.boxes import PASSWORD, Box, Boxes
from bench.measure import Work
from netops.profile import profile_named


def client(boxes: Boxes) -> Work:
    """Reads each device's running configuration; counts those that came whole."""
    return lambda: whole(boxes, _read)


def whole(boxes: Boxes, read: Callable[[Box], str]) -> int:
    """Read every box with as many sessions as there may be; how many ended as they should."""

    def right(box: Box) -> bool:
        try:
            return read(box).rstrip().endswith(box.text)
        except Exception as error:  # noqa: BLE001  (a failed read is one that got lost)
            print(f"{box.name}: {type(error).__name__}: {error}")
            return False

    with ThreadPoolExecutor(boxes.sessions) as pool:
        return sum(pool.map(right, boxes.each))


def _read(box: Box) -> str:
    profile = profile_named(box.profile)
    with netmiko.ConnectHandler(
        device_type=profile.ssh.netmiko, host="127.0.0.1", port=box.port,
        username=box.user, password=PASSWORD, conn_timeout=60, banner_timeout=60, auth_timeout=60,
    ) as connection:  # fmt: skip
        return str(connection.send_command(profile.config.running[0], read_timeout=120))
