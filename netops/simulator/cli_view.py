"""What a simulated device can say about itself: the facts its dialect's templates are filled with.

Rows are plain mappings because only templates read them.
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from ipaddress import IPv4Interface, IPv4Network
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from netops.simulator.cli_dialect import LABEL
from netops.simulator.cli_table import rows

if TYPE_CHECKING:
    from netops.simulator.cli import Cli, Host

_CHINA = ZoneInfo("Asia/Shanghai")
_AGE = 12  # minutes left in every learned row: nobody waits for ageing in a lab
_Row = dict[str, Any]


def first_facts(cli: "Cli") -> _Row:
    """What the first configuration is made of; none of it changes afterwards."""
    interface = IPv4Interface(cli.address)
    network = interface.network
    given = {key: value for key in ("model", "version") if (value := getattr(cli, key))}
    return {
        **cli.vendor.facts,
        **given,
        "label": LABEL,
        "name": cli.name,
        "user": cli.user,
        "enable": bool(cli.enable),
        "serial": cli.serial or f"SIM{_digest(cli.name).hex()[:12].upper()}",
        "mac": _spelled(cli, cli.mac),
        "mac_plain": cli.mac,
        "address": str(interface.ip),
        "mask": str(network.netmask),
        "prefix": network.prefixlen,
        "gateway": str(network.network_address + 1),
        "physical": _physical(cli),
        "vlans": cli.vlans,
        "routes": [IPv4Network(route) for route in cli.routes],
        "community": cli.community,
        "scrambled": partial(_scrambled, cli.name),
    }


def shown_facts(cli: "Cli") -> _Row:
    """Everything a `display` template may show now."""
    return first_facts(cli) | {
        "running": cli.running.text(),
        "saved": cli.saved.text(),
        "now": cli.now().astimezone(_CHINA),
        "started": cli.booted.astimezone(_CHINA),
        "changed": cli.changed.astimezone(_CHINA),
        "written": cli.written.astimezone(_CHINA),
        "up": _spans(cli.now() - cli.booted),
        "ports": [_port_row(cli, header) for header in cli.running.headers("interface")],
        "arp": _arp_rows(cli),
        "macs": [_host_row(cli, host, host.port) for host in cli.hosts],
        "bound": [{**row, "short": _short(cli, row["port"])} for row in _bound(cli)],
    }


def _physical(cli: "Cli") -> Sequence[str]:
    ports: Sequence[str] = cli.ports or cli.vendor.facts["ports"]
    return ports


def _digest(seed: str) -> bytes:
    return hashlib.sha512(seed.encode()).digest()


def _scrambled(name: str, seed: str, length: int) -> str:
    """What stands where a real device shows a cipher: a stable text that hides nothing."""
    return base64.b64encode(_digest(f"{name}/{seed}") * 2, b"./").decode()[:length]


def _spelled(cli: "Cli", mac: str) -> str:
    """A MAC address the way this vendor writes it."""
    separator, group = cli.vendor.mac
    return separator.join(re.findall("." * group, mac.replace(":", "")))


def _port_row(cli: "Cli", header: str) -> _Row:
    name = header.removeprefix("interface ")
    lines = cli.running.lines(header)
    physical = _physical(cli)
    cabled = name in physical[:2] or any(host.port == name for host in cli.hosts)
    access = _after(lines, "port default vlan", "port access vlan", "switchport access vlan")
    return {
        "name": name,
        "short": _short(cli, name),
        "description": _after(lines, "description"),
        "address": _after(lines, "ip address").split(" ")[0],
        "vlan": access or 1,
        "shutdown": "shutdown" in lines,
        "up": "shutdown" not in lines and (cabled or name not in physical),
        "routed": name not in physical or bool(_after(lines, "ip address")),
    }


def _arp_rows(cli: "Cli") -> list[_Row]:
    """Learned rows, and the static ones of the running configuration in their place."""
    static = {row["ip"]: row for row in _static_rows(cli)}
    management = cli.vendor.facts["management"]
    learned = [_host_row(cli, host, f"{management}{host.vlan}") for host in cli.hosts]
    rows = [*static.values(), *(row for row in learned if row["ip"] not in static)]
    return sorted(rows, key=lambda row: str(row["ip"]))


def _bound(cli: "Cli") -> list[dict[str, str]]:
    return rows(cli.vendor.table, cli.running)


def _static_rows(cli: "Cli") -> list[_Row]:
    if not cli.vendor.static_arp:
        return []
    found = (re.match(cli.vendor.static_arp, line) for line in cli.running.lines())
    interface = f"{cli.vendor.facts['management']}{cli.vlans[0]}"
    facts = {"interface": interface, "short": interface, "vlan": cli.vlans[0], "age": 0}
    return [match.groupdict() | facts | {"static": True} for match in found if match]


def _host_row(cli: "Cli", host: "Host", interface: str) -> _Row:
    return {
        "ip": host.ip,
        "mac": _spelled(cli, host.mac),
        "interface": interface,
        "short": _short(cli, interface),
        "vlan": host.vlan,
        "age": _AGE,
        "static": False,
    }


def _short(cli: "Cli", name: str) -> str:
    pairs: Mapping[str, str] = cli.vendor.facts["short"]
    full = next((full for full in pairs if name.startswith(full)), "")
    return name.replace(full, pairs[full], 1) if full else name


def _after(lines: Sequence[str], *keys: str) -> str:
    """What follows the first line that begins with one of `keys`."""
    found = (line[len(key) + 1 :] for key in keys for line in lines if line.startswith(f"{key} "))
    return next(found, "")


def _spans(since: timedelta) -> dict[str, int]:
    total = int(since.total_seconds())
    minutes, seconds = divmod(total, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return {
        "total_seconds": total,
        "total_days": days,
        "weeks": days // 7,
        "days": days % 7,
        "hours": hours,
        "minutes": minutes,
        "seconds": seconds,
    }
