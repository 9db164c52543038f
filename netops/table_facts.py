"""`tables:` of a vendor file: how its devices tell who is connected to them."""

from dataclasses import dataclass

from netops.facts import Facts

FAMILIES = ("", "vrp", "comware", "ios", "rgos", "zxros", "linux")
ARP_WAYS = ("snmp", "shell")
SNOOPING_WAYS = ("", "huawei", "h3c", "cisco")
FDB_WAYS = ("dot1q", "dot1d", "huawei", "vlans", "shell")


@dataclass(frozen=True, slots=True)
class Tables:
    """The ways to read each table, in the order in which they are tried.

    "snmp": the tables of the IP-MIB; "dot1q", "dot1d": those of the Q-BRIDGE-MIB and the
    BRIDGE-MIB; "huawei": the latter with the VLANs of HUAWEI-L2MAM-MIB; "vlans": the latter once
    for each VLAN (Cisco); "shell": the command lines `arp_lines`, `fdb_lines`, of which the first
    that the device accepts counts, their answers in the grammar `family`. `leases`: command lines
    that show lease files, and "# leases end" below one that is there. `snooping`: the MIB in which
    a switch tells what it overheard of DHCP (see `table_snooping`).
    """

    family: str = ""
    arp: tuple[str, ...] = ("snmp",)
    fdb: tuple[str, ...] = ("dot1q", "dot1d")
    arp_lines: tuple[str, ...] = ()
    fdb_lines: tuple[str, ...] = ()
    leases: tuple[str, ...] = ()
    snooping: str = ""


def tables(facts: Facts) -> Tables:
    """`tables:` of a vendor file; absent, the standard MIBs are asked."""
    section = Tables(
        family=facts.choice("family", FAMILIES, ""),
        arp=_ways(facts, "arp", ARP_WAYS) or ("snmp",),
        fdb=_ways(facts, "fdb", FDB_WAYS) or ("dot1q", "dot1d"),
        arp_lines=facts.texts("arp_lines"),
        fdb_lines=facts.texts("fdb_lines"),
        leases=facts.texts("leases"),
        snooping=facts.choice("snooping", SNOOPING_WAYS, ""),
    )
    for ways, lines, key in (
        (section.arp, section.arp_lines, "arp_lines"),
        (section.fdb, section.fdb_lines, "fdb_lines"),
    ):
        if ("shell" in ways) != bool(lines) or (lines and not section.family):
            raise facts.wrong(key, "shell、命令行与 family 应当一起写明")
    facts.end()
    return section


def _ways(facts: Facts, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
    ways = facts.texts(key)
    if not set(ways) <= set(known):
        raise facts.wrong(key, f"只能是：{'、'.join(known)}")
    return ways
