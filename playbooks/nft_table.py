"""Bindings as nftables text: one table of our own, replaced as a whole and at once. Pure.

Whatever else the switch filters stands in other tables and is not touched. A frame is judged
before the bridge learns from it, so a forged address moves nobody's traffic.
"""

import re
from collections.abc import Collection, Iterable, Sequence

from netops.binding_text import Unwritable
from netops.enforced import Entry

TABLE = "bridge netops_bind"
# A bound card at another port; who is who in ARP and IP; then what a machine without an address
# must be able to ask (RFC 5227, RFC 2131); other protocols of a known card. A tag on an access
# port would hide what the frame carries. What is dropped is counted, and told to NFLOG group 5:
# the kernel's own log shows nothing of a namespace.
_GUARD = """\
	chain netops_guard {
		ether saddr @cards iifname . ether saddr != @stations goto netops_refuse
		ether type arp iifname . ether saddr . arp saddr ip @bindings \
iifname . arp saddr ether . arp saddr ip @bindings accept
		ether type ip iifname . ether saddr . ip saddr @bindings accept
		ether type arp arp operation request arp saddr ip 0.0.0.0 accept
		ether type ip ip saddr 0.0.0.0 udp sport 68 udp dport 67 accept
		ether type != { ip, arp, 8021q, 8021ad } iifname . ether saddr @stations accept
		goto netops_refuse
	}

	chain netops_refuse {
		counter log prefix "netops-bind " group 5 drop
	}

"""
_NAME = re.compile(r"[\w.:@-]{1,15}")  # of an interface, as far as nft can quote it
_GONE = f"table {TABLE}\ndelete table {TABLE}\n"
_OURS = re.compile(rf"(?ms)^table {TABLE} \{{\n.*?^\}}\n")
_LISTED = re.compile(r"(?ms)^\tchain netops_guard \{.*(?=^\tchain ports)")
_ENDS = "# ruleset ends\n"


def script(entries: Iterable[Entry], ports: Collection[str]) -> str:
    """The file for `nft -f` after which exactly these are bound, and checked at `ports`; with
    neither, the table is gone. Raises Unwritable for an entry without a port, for a port of no
    plain name, or for IPv6."""
    if not all(map(_NAME.fullmatch, ports)):
        raise Unwritable("port")
    return _GONE + _table(entries, ports, _GUARD)


def as_it_was(running: str) -> str:
    """The file that puts our table back to what a configuration says of it."""
    return _GONE + "".join(_OURS.findall(running))


def forecast(running: str, held: Sequence[Entry], ports: Collection[str]) -> str:
    """A configuration with our table as it will be, as far as nft tells it as it was told."""
    told = _LISTED.search(running)
    table = _table(held, ports, told[0] if told else _GUARD)
    return _OURS.sub("", running).replace(_ENDS, table + _ENDS, 1)


def _table(entries: Iterable[Entry], ports: Collection[str], guard: str) -> str:
    held = sorted({_written(one) for one in entries})
    if not held and not ports:
        return ""
    jumps = (f'\t\tiifname "{port}" jump netops_guard\n' for port in sorted(ports))
    return "".join(
        (
            f"table {TABLE} {{\n",
            _set("bindings", "ifname . ether_addr . ipv4_addr", (" . ".join(one) for one in held)),
            _set("stations", "ifname . ether_addr", (" . ".join(one[:2]) for one in held)),
            _set("cards", "ether_addr", (mac for _port, mac, _ip in held)),
            guard,
            "\tchain ports {\n\t\ttype filter hook prerouting priority -250; policy accept;\n",
            *jumps,
            "\t}\n}\n",
        )
    )


def _written(entry: Entry) -> tuple[str, str, str]:
    if not _NAME.fullmatch(entry.port):
        raise Unwritable("port")
    if ":" in entry.ip:
        raise Unwritable("ip")
    return f'"{entry.port}"', entry.mac, entry.ip


def _set(name: str, kind: str, found: Iterable[str]) -> str:
    each = ",\n\t\t\t     ".join(dict.fromkeys(found))
    filled = f"\t\telements = {{ {each} }}\n" if each else ""
    return f"\tset {name} {{\n\t\ttype {kind}\n{filled}\t}}\n\n"
