"""What no recording shows: dead entries, crooked indexes, databases that are no VLAN."""

import pytest

from netops import table_mib as mib
from netops.reading import Value
from netops.sighted import ArpRow, FdbRow

MAC, RAW = "28:6e:d4:00:00:01", bytes.fromhex("286ed4000001")
HERE, ARCS = "7.10.1.1.5", "40.110.212.0.0.1"
LINK_LOCAL = "254.128.0.0.0.0.0.0.0.0.0.0.0.0.0.5"


@pytest.mark.parametrize(
    ("kind", "rows"),
    [
        (1, (ArpRow("10.1.1.5", MAC, 7),)),
        (2, ()),
        (3, (ArpRow("10.1.1.5", MAC, 7),)),
        (4, (ArpRow("10.1.1.5", MAC, 7, static=True),)),
    ],
)
def test_invalid_entries_are_left_out_and_static_ones_marked(
    kind: int, rows: tuple[ArpRow, ...]
) -> None:
    assert mib.arp_rows({mib.MEDIA_MAC: {HERE: RAW}, mib.MEDIA_TYPE: {HERE: kind}}) == rows


@pytest.mark.parametrize(
    "value",
    [b"", bytes(6), b"\xff" * 6, bytes.fromhex("01005e000001"), b"\x06" + RAW, RAW[:5], 5, "28"],
)
def test_what_is_no_address_of_one_sender(value: Value) -> None:
    assert mib.arp_rows({mib.MEDIA_MAC: {HERE: value}}) == ()


@pytest.mark.parametrize(
    "suffix",
    ["7.10.1.1", "7.10.1.1.5.6", "7.10.1.1.256", "7.224.0.0.5", "7.127.0.0.1", "7.0.0.0.0", "x.1"],
)
def test_an_index_that_is_none_or_names_no_host(suffix: str) -> None:
    assert mib.arp_rows({mib.MEDIA_MAC: {suffix: RAW}}) == ()


@pytest.mark.parametrize(
    ("place", "ip"),
    [
        ("1.4.10.1.1.5", "10.1.1.5"),
        (f"2.16.{LINK_LOCAL}", "fe80::5"),
        ("3.8.10.1.1.5.0.0.0.9", "10.1.1.5"),
        (f"4.20.{LINK_LOCAL}.0.0.0.9", "fe80::5"),
        ("1.10.1.1.5", ""),  # a Nexus leaves the length out
        ("1.5.10.1.1.5.6", ""),
        (f"2.15.{LINK_LOCAL}", ""),
        ("16.4.10.1.1.5", ""),
        ("2.16.255.2.0.0.0.0.0.0.0.0.0.0.0.0.0.1", ""),
    ],
)
def test_addresses_of_both_versions_with_and_without_a_zone(place: str, ip: str) -> None:
    found = mib.arp_rows({mib.PHYSICAL_MAC: {f"7.{place}": RAW}})
    assert found == ((ArpRow(ip, MAC, 7),) if ip else ())


@pytest.mark.parametrize(("state", "alive"), [(1, 1), (2, 1), (4, 1), (5, 0), (6, 1), (7, 0)])
def test_incomplete_neighbours_are_none(state: int, alive: int) -> None:
    suffix = "7.1.4.10.1.1.5"
    rows: dict[str, dict[str, Value]] = {
        mib.PHYSICAL_MAC: {suffix: RAW}, mib.PHYSICAL_STATE: {suffix: state},
    }  # fmt: skip
    assert len(mib.arp_rows(rows)) == alive


def test_what_both_tables_tell_stands_once_and_stays_static() -> None:
    rows: dict[str, dict[str, Value]] = {
        mib.MEDIA_MAC: {HERE: RAW}, mib.MEDIA_TYPE: {HERE: 4},
        mib.PHYSICAL_MAC: {"7.1.4.10.1.1.5": RAW}, mib.PHYSICAL_TYPE: {"7.1.4.10.1.1.5": 3},
    }  # fmt: skip
    assert mib.arp_rows(rows) == (ArpRow("10.1.1.5", MAC, 7, static=True),)


@pytest.mark.parametrize(
    ("database", "vlan"),
    [(117, 20), (118, 0), (30, 30), (20, 0), (131_072, 0), (0, 0)],
    ids=["mapped", "shared", "unnamed", "another's number", "no VLAN at all", "none"],
)
def test_a_database_is_not_its_number(database: int, vlan: int) -> None:
    rows: dict[str, dict[str, Value]] = {
        mib.BASE_PORT: {"5": 10105},
        mib.VLAN_FDB: {"0.20": 117, "0.21": 118, "0.22": 118},
        mib.VLAN_PORT: {f"{database}.{ARCS}": 5},
    }
    assert mib.by_vlan(rows) == (FdbRow(MAC, 10105, vlan=vlan),)


@pytest.mark.parametrize(
    ("status", "port", "rows"),
    [
        (1, 5, (FdbRow(MAC, 10105),)),
        (2, 5, ()),
        (3, 5, (FdbRow(MAC, 10105),)),
        (3, 0, ()),
        (3, 6, ()),
        (4, 0, (FdbRow(MAC, 0, own=True),)),
        (5, 5, (FdbRow(MAC, 10105, static=True),)),
    ],
)
def test_statuses_and_ports_nobody_knows(status: int, port: int, rows: tuple[FdbRow, ...]) -> None:
    told: dict[str, dict[str, Value]] = {
        mib.BASE_PORT: {"5": 10105, "6": 0}, mib.FLAT_PORT: {ARCS: port},
        mib.FLAT_STATUS: {ARCS: status},
    }  # fmt: skip
    assert mib.flat(told) == rows


def test_huaweis_index_names_a_virtual_switch_and_no_vlan_beyond_the_last() -> None:
    told: dict[str, Value] = {
        f"{ARCS}.20.1.48": 9, f"{ARCS}.4095.1.48": 9, f"{ARCS}.20.2.48": 9, f"{ARCS}.20": 9,
    }  # fmt: skip
    assert mib.huawei({mib.HUAWEI_PORT: told}) == (FdbRow(MAC, 9, vlan=20),)
    both = mib.joined([FdbRow(MAC, 9, vlan=20)], [FdbRow(MAC, 9), FdbRow(MAC, 8)])
    assert both == (FdbRow(MAC, 9, vlan=20), FdbRow(MAC, 8))
