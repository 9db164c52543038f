"""Finding devices: one address at a time, with the credentials a person chose to try."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from netops import cells, icmp, snmp
from netops.errors import AuthRejected, DeviceError
from netops.profile import propose
from netops.reading import SnmpAuth, Target

LARGEST = 4096  # addresses in one search; a county has a handful of /24
_DESCR, _OBJECT_ID, _NAME = (f"1.3.6.1.2.1.1.{n}" for n in (1, 2, 5))


@dataclass(frozen=True, slots=True)
class Way:
    """One credential to try: its id (told back), how to speak, on which port."""

    credential: str
    auth: SnmpAuth
    port: int = 161


@dataclass(frozen=True, slots=True)
class Found:
    """A device that answered. `credential` is "" when it answered ping only; `why` says what
    was refused."""

    address: str
    credential: str = ""
    port: int = 161
    profile: str = "generic"
    kind: str = "other"
    sys_name: str = ""
    sys_descr: str = ""
    sys_object_id: str = ""
    why: str = ""


def addresses(text: str) -> list[str]:
    """The addresses of "10.1.1.0/24", "10.1.1.10-10.1.1.40", "10.1.1.10-40" or a list of these.

    Raises ValueError with a Chinese cause, also above 4,096 addresses.
    """
    found: dict[str, None] = {}
    for part in text.replace("，", ",").replace(",", " ").split():
        for address in _part(part):
            found[address] = None
            if len(found) > LARGEST:
                raise ValueError(f"一次最多查找 {LARGEST} 个地址，请缩小范围")
    if not found:
        raise ValueError("请填写地址范围，例如 10.41.2.0/24")
    return list(found)


def probe(address: str, ways: Sequence[Way], *, ping: bool = True) -> Found | None:
    """Ask one address: the first credential that is answered wins; None when nobody is there."""
    refused = ""
    for way in ways:
        target = Target("", address, "generic", way.auth, way.port, timeout=1.0, retries=0)
        try:
            rows = snmp.read(target, [f"{oid}.0" for oid in (_DESCR, _OBJECT_ID, _NAME)], ())
        except AuthRejected as error:
            refused = error.reason
        except DeviceError:
            continue
        else:
            return _found(address, way, rows)
    if refused or (ping and icmp.ping([address]).get(address) is not None):
        return Found(address, why=refused or "能 ping 通，所选 SNMP 凭据都没有应答")
    return None


def _found(address: str, way: Way, rows: cells.Rows) -> Found:
    descr, object_id, name = (
        cells.text(rows.get(oid, {}).get("0", "")) for oid in (_DESCR, _OBJECT_ID, _NAME)
    )
    profile = propose(object_id.lstrip("."), descr)
    return Found(
        address, way.credential, way.port, profile.name, profile.kind, name, descr,
        object_id.lstrip("."),
    )  # fmt: skip


def _part(part: str) -> Sequence[str]:
    try:
        if "-" not in part:
            network = ipaddress.ip_network(part, strict=False)
            if network.num_addresses > LARGEST:
                raise ValueError
            return [str(a) for a in network.hosts()] or [str(network.network_address)]
        first, last = part.split("-", 1)
        begin = ipaddress.ip_address(first)
        end = ipaddress.ip_address(last if "." in last or ":" in last else _sibling(first, last))
    except ValueError:
        raise ValueError(f"“{part}”不是地址或范围，或超过 {LARGEST} 个地址") from None
    if end.version != begin.version or not 0 <= int(end) - int(begin) < LARGEST:
        raise ValueError(f"“{part}”的终止地址在起始地址之前，或超过 {LARGEST} 个地址")
    return [str(begin + n) for n in range(int(end) - int(begin) + 1)]


def _sibling(address: str, last: str) -> str:
    return f"{address.rsplit('.', 1)[0]}.{last}"
