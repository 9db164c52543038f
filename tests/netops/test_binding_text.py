"""What configurations bind: read as vendors write it, and written so that it reads the same."""

from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netops.binding_text import (
    Unwritable,
    enforced,
    missing,
    paths,
    ports_of,
    same,
    shows,
    spelled,
    typed,
)
from netops.enforced import Entry
from netops.profile import profile_named, profiles

PORTS = {
    "huawei_vrp": "GigabitEthernet0/0/{}", "huawei_cloudengine": "10GE1/0/{}",
    "h3c_comware": "GigabitEthernet1/0/{}", "ruijie_os": "GigabitEthernet 0/{}",
    "zte_zxros": "gei-0/1/1/{}", "cisco_ios": "GigabitEthernet1/0/{}",
    "huawei_usg": "", "h3c_secpath": "",
}  # fmt: skip
MACS = st.integers(1, 2**40).map(
    lambda n: ":".join(f"{n:012x}"[at : at + 2] for at in range(0, 12, 2))
)
ADDRESSES = st.integers(1, 2**32 - 2).map(lambda n: str(ip_address(n)))
MAC = "00:e0:fc:12:34:56"


def read(profile: str, text: str) -> list[tuple[str, str, str, int | None]]:
    return [one[:4] for one in enforced(profile_named(profile), text).entries]


def test_every_vendor_that_binds_by_typing_is_tried_here() -> None:
    typing = {name for name, one in profiles().items() if one.binding.grammar == "lines"}
    assert typing == set(PORTS)


@given(
    name=st.sampled_from(sorted(PORTS)),
    rows=st.lists(
        st.tuples(ADDRESSES, MACS, st.integers(1, 24), st.integers(1, 4094)),
        min_size=1, max_size=6, unique_by=lambda row: row[0],
    ),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_what_is_written_reads_as_it_was_meant(
    name: str, rows: list[tuple[str, str, int, int]]
) -> None:
    profile, port = profile_named(name), PORTS[name]
    at_port = profile.binding.at == "port"
    wanted = [
        Entry(ip, mac, port.format(n) if at_port else "", vlan if at_port else None)
        for ip, mac, n, vlan in rows
    ]
    lines = [path for one in wanted for path in paths(profile.binding, profile.binding.entry, one)]
    said = "\n".join(
        "\n".join(f"{' ' * depth}{line}" for depth, line in enumerate(path)) for path in lines
    )
    found = enforced(profile, f"hostname x\n{said}\n#\n").entries
    assert {one[:4] for one in found} == {one[:4] for one in wanted}
    assert missing(wanted, found) == []
    assert missing([wanted[0]._replace(mac="00:00:5e:00:53:ff")], found) != []


def test_several_addresses_and_ranges_on_one_line_are_entries_each() -> None:
    text = (
        "user-bind static ip-address 10.1.1.2 10.1.1.5 to 10.1.1.7 mac-address 00e0-fc12-3456"
        " interface GigabitEthernet0/0/3 vlan 10\n"
        "user-bind static ip-address 10.1.1.9 mac-address 00E0-FC12-3456\n"
        "user-bind static ip-address 10.1.1.10 interface GigabitEthernet0/0/3\n"
        "user-bind static ip-address 10.0.0.0 to 10.255.255.255 mac-address 0000-1111-2222\n"
    )
    found = read("huawei_vrp", text)
    port = "GigabitEthernet0/0/3"
    assert found[:4] == [(f"10.1.1.{n}", MAC, port, 10) for n in (2, 5, 6, 7)]
    assert found[4] == ("10.1.1.9", MAC, "", None)
    assert len(found) == 5 + 1024  # bounded; an entry without a MAC binds no address to one


HUAWEI = """!Software Version V200R011
#
vlan 20
 arp anti-attack check user-bind enable
#
interface GigabitEthernet0/0/3
 port default vlan 10
 ip source check user-bind enable
 arp anti-attack check user-bind enable
#
interface GigabitEthernet0/0/24
 port link-type trunk
 dhcp snooping trusted
#
user-bind static ip-address 10.1.1.2 mac-address 00e0-fc12-3456 interface GE0/0/3 vlan 10
#
return
"""
H3C = """#
 version 7.1.070
#
vlan 10
 arp detection enable
#
interface GigabitEthernet1/0/3
 port access vlan 10
 ip verify source ip-address mac-address
 ip source binding ip-address 10.1.1.2 mac-address 00e0-fc12-3456 vlan 10
#
interface GigabitEthernet1/0/24
 arp detection trust
#
 ip source binding ip-address 10.1.1.4 mac-address 00e0-fc12-3456
#
return
"""
RUIJIE = """hostname core
!
address-bind uplink AggregatePort 8
address-bind 192.168.5.5 00e0.fc12.3456
address-bind install
!
interface GigabitEthernet 0/3
 switchport access vlan 10
 switchport port-security
 switchport port-security binding 00e0.fc12.3456 vlan 10 10.1.1.2
 switchport port-security binding 00e0.fc12.3456 10.1.1.3
 arp-check
!
end
"""
CISCO = """hostname sw
!
arp access-list NETOPS-V10
 permit ip host 10.1.1.2 mac host 00e0.fc12.3456
ip source binding 00E0.FC12.3456 vlan 10 10.1.1.2 interface Gi1/0/3
ip arp inspection vlan 10,20-21
!
interface GigabitEthernet1/0/3
 ip verify source
!
interface GigabitEthernet1/0/24
 ip arp inspection trust
!
end
"""


@pytest.mark.parametrize(
    ("name", "text", "entries", "checks", "trusted"),
    [
        (
            "huawei_vrp", HUAWEI, [("10.1.1.2", MAC, "GigabitEthernet0/0/3", 10)],
            {"GigabitEthernet0/0/3": "ip arp", "vlan 20": "arp"}, {"GigabitEthernet0/0/24"},
        ),
        (
            "h3c_comware", H3C,
            [("10.1.1.2", MAC, "GigabitEthernet1/0/3", 10), ("10.1.1.4", MAC, "", None)],
            {"GigabitEthernet1/0/3": "ip", "vlan 10": "arp"}, {"GigabitEthernet1/0/24"},
        ),
        (
            "ruijie_os", RUIJIE,
            [
                ("192.168.5.5", MAC, "", None), ("10.1.1.2", MAC, "GigabitEthernet 0/3", 10),
                ("10.1.1.3", MAC, "GigabitEthernet 0/3", None),
            ],
            {"*": "ip", "GigabitEthernet 0/3": "ip arp"}, {"AggregatePort 8"},
        ),
        (
            "cisco_ios", CISCO, [("10.1.1.2", MAC, "GigabitEthernet1/0/3", 10)],
            {
                "GigabitEthernet1/0/3": "ip", "vlan 10": "arp", "vlan 20": "arp", "vlan 21": "arp",
            },
            {"GigabitEthernet1/0/24"},
        ),
    ],
)  # fmt: skip
def test_a_configuration_tells_its_entries_and_where_they_are_checked(
    name: str,
    text: str,
    entries: list[tuple[str, str, str, int | None]],
    checks: dict[str, str],
    trusted: set[str],
) -> None:
    found = enforced(profile_named(name), text)
    assert [one[:4] for one in found.entries] == entries
    assert (found.checks, set(found.trusted)) == (checks, trusted)
    assert all(one.line in " ".join(text.split()) for one in found.entries)


def test_old_forms_are_recognised_although_nobody_types_them_any_more() -> None:
    quidway = "am user-bind mac-addr 00e0-fc12-3456 ip-addr 10.1.1.2 interface Ethernet0/3\n"
    assert read("huawei_vrp", quidway) == [("10.1.1.2", MAC, "Ethernet0/3", None)]
    within = (
        "interface Ethernet0/3\n user-bind static ip-address 10.1.1.2 mac-address 00e0-fc12-3456\n"
    )
    assert read("huawei_vrp", within) == [("10.1.1.2", MAC, "Ethernet0/3", None)]
    comware5 = (
        "interface Ethernet1/0/3\n"
        " user-bind ip-address 10.1.1.2 mac-address 00e0-fc12-3456 vlan 10\n"
    )
    assert read("h3c_comware", comware5) == [("10.1.1.2", MAC, "Ethernet1/0/3", 10)]
    assert enforced(profile_named("generic"), HUAWEI).entries == ()


def test_the_notation_is_the_vendor_s_and_any_is_read() -> None:
    assert spelled(MAC, "xxxx-xxxx-xxxx") == "00e0-fc12-3456"
    assert spelled(MAC, "xxxx.xxxx.xxxx") == "00e0.fc12.3456"
    assert spelled(MAC, "xx:xx:xx:xx:xx:xx") == MAC
    wrong = "user-bind static ip-address 10.1.1.2 mac-address 00-E0-FC-12-34-56\n"
    assert read("huawei_vrp", wrong) == [("10.1.1.2", MAC, "", None)]


def test_what_an_entry_lacks_is_named_and_sections_are_entered_once() -> None:
    cisco, vrp = profile_named("cisco_ios").binding, profile_named("huawei_vrp").binding
    with pytest.raises(Unwritable, match="vlan"):
        paths(cisco, cisco.entry, Entry("10.1.1.2", MAC, "Gi1/0/3"))
    entry = Entry("10.1.1.2", MAC, "GigabitEthernet0/0/3", 10)
    assert typed(paths(vrp, vrp.check, entry), "quit") == [
        "interface GigabitEthernet0/0/3", "ip source check user-bind enable",
        "arp anti-attack check user-bind enable", "quit",
    ]  # fmt: skip
    assert ports_of(profile_named("huawei_vrp"), HUAWEI)["GigabitEthernet0/0/24"] == (
        "port link-type trunk", "dhcp snooping trusted",
    )  # fmt: skip
    assert same(entry, entry._replace(port="GE0/0/3", vlan=None))
    assert not same(entry, entry._replace(port="GE0/0/4"))
    assert not same(entry, entry._replace(vlan=11))


@pytest.mark.parametrize(
    "row",
    [
        "10.1.1.2        00e0-fc12-3456  10  /--  /--    GE0/0/3",
        "10.1.1.2        00e0-fc12-3456 GE1/0/3                  N/A  Static",
        "00:E0:FC:12:34:56   10.1.1.2         infinite    static     1    GigabitEthernet1/0/9",
        "10   00e0.fc12.3456 10.1.1.2        Configured Gi0/3           -",
    ],
)
def test_an_entry_is_found_in_what_the_device_displays(row: str) -> None:
    text = f"Total: 1\n{row}\n10.1.1.20 0000-0000-0001 10\n"
    assert shows(text, Entry("10.1.1.2", MAC))
    assert not shows(text, Entry("10.1.1.20", MAC))
    assert not shows(text, Entry("10.1.1.2", "00:e0:fc:12:34:57"))


WORDS = [
    "user-bind", "static", "ip-address", "10.1.1.1", "to", "10.1.1.0", "::1", "mac-address",
    "00e0-fc12-3456", "interface", "GE0/0/1", "vlan", "99999", "9,1-3", "address-bind",
    "install", "uplink", "ip", "verify", "source", "binding", "#", "!", "é", "\x00",
]  # fmt: skip


@given(
    name=st.sampled_from(sorted(PORTS)),
    lines=st.lists(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), max_size=8),
)
@settings(max_examples=60, deadline=None)
def test_whatever_stands_there_nothing_breaks(name: str, lines: list[str]) -> None:
    found = enforced(profile_named(name), "\n".join(lines))
    assert all(one.ip and one.mac for one in found.entries)
