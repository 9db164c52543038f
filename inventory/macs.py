"""What a MAC address tells by itself: a router pair's, one made up, one of many. Pure.

All take the canonical form, aa:bb:cc:dd:ee:ff (`inventory.text.mac`).
"""

# VRRP for IPv4 and IPv6 (RFC 9568 §7.3), HSRP version 1, version 2, version 2 for IPv6, GLBP
# (Cisco, "First Hop Redundancy Protocols Configuration Guide"). Half octets count.
_VIRTUAL = (
    "00:00:5e:00:01:", "00:00:5e:00:02:", "00:00:0c:07:ac:", "00:00:0c:9f:f", "00:05:73:a0:0",
    "00:07:b4:",
)  # fmt: skip
_NOBODY = "00:00:00:00:00:00"


def virtual(mac: str) -> bool:
    """Does it belong to a group of routers (VRRP, HSRP, GLBP)? Never to an end device."""
    return mac.startswith(_VIRTUAL)


def group(mac: str) -> bool:
    """Is it the address of many: broadcast or multicast (IEEE 802, the I/G bit)?"""
    return bool(int(mac[:2], 16) & 1)


def random(mac: str) -> bool:
    """Is it locally administered (IEEE 802, the U/L bit)? Telephones and notebooks make up such
    addresses and change them; virtual machines have them too."""
    return int(mac[:2], 16) & 3 == 2


def single(mac: str) -> bool:
    """Can it be one sender's address at all: neither zero nor of many?"""
    return mac != _NOBODY and not group(mac)
