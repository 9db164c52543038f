"""Cisco's forwarding tables: one instance of the BRIDGE-MIB for each VLAN.

It is asked for by a community of its own, `community@vlan` (Cisco, "SNMP Community String
Indexing"); by SNMPv3 it would take a context, which our SNMP library cannot send.
"""

from collections.abc import Iterable
from dataclasses import replace

from netops import table_mib
from netops.errors import WayBarred
from netops.reading import Target
from netops.sighted import FdbRow
from netops.snmp import Session
from netops.snmp_wire import Cells
from netops.table_rows import LAST_VLAN, arcs_of

VLAN_STATE = "1.3.6.1.4.1.9.9.46.1.3.1.1.2"  # vtpVlanState, by management domain and VLAN
VLAN_TYPE = "1.3.6.1.4.1.9.9.46.1.3.1.1.3"  # vtpVlanType
_OPERATIONAL, _ETHERNET = 1, 1


def read(target: Target, rows: list[FdbRow], most: int) -> None:
    """The rows of all VLANs into `rows`, which keep what came before a failure (DeviceError)."""
    auth = target.snmp
    if auth is None or auth.version != "v2c":
        raise WayBarred(
            f"{target.address} 用 SNMPv3 只能读到 VLAN 1 的 MAC 地址表：读其他 VLAN 要带 context，"
            "值守台还不能。请为这台设备登记 SSH 凭据，由命令行读取。"
        )
    for vlan in vlans(_walked(target, (VLAN_STATE, VLAN_TYPE), most)):
        asked = replace(target, snmp=replace(auth, community=f"{auth.community}@{vlan}"))
        rows += table_mib.flat(_walked(asked, table_mib.FLAT, most), vlan)


def vlans(columns: dict[str, Cells]) -> list[int]:
    """The VLANs in use, without those of token rings that every Cisco has (1002 to 1005)."""
    types = columns.get(VLAN_TYPE, {})
    found = {
        arcs[-1]
        for suffix, state in columns.get(VLAN_STATE, {}).items()
        if len(arcs := arcs_of(suffix)) == 2
        and state == _OPERATIONAL
        and types.get(suffix, _ETHERNET) == _ETHERNET
    }
    return sorted(vlan for vlan in found if 0 < vlan <= LAST_VLAN)


def _walked(target: Target, names: Iterable[str], most: int) -> dict[str, Cells]:
    session = Session(target)
    columns: dict[str, Cells] = {}
    for name in names:
        session.walked(name, columns.setdefault(name, {}), most)
    return columns
