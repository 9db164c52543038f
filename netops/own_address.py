"""The address of this console as a device sees it."""

import socket


def own_address(towards: str) -> str:
    """By which of our addresses packets to `towards` go; "" when there is no way. Nothing is
    sent: connecting a datagram socket only asks the routing table."""
    family = socket.AF_INET6 if ":" in towards else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as way:
            way.connect((towards, 9))
            return str(way.getsockname()[0])
    except OSError:
        return ""
