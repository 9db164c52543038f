"""What command lines say of neighbours: real answers, and the forms vendors document.

The recordings are ntc-templates' test data (Apache-2.0), laid beside the project; the second
reader is what its authors wrote down by hand for each.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from netops.errors import Unreadable
from netops.sighted import ArpRow, FdbRow
from netops.table_text import arp_rows, fdb_rows

RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings" / "cli"
FAMILIES = {"cisco_ios": "ios", "hp_comware": "comware", "huawei_vrp": "vrp", "zte_zxros": "zxros"}
ARP = sorted(RECORDINGS.glob("*/*arp*/*.raw"))
FDB = sorted(RECORDINGS.glob("*/*mac-address*/*.raw"))
needs_recordings = pytest.mark.skipif(not ARP, reason="no recordings beside the project")


def _written(raw: Path) -> list[dict[str, Any]]:
    told = yaml.safe_load(raw.with_suffix(".yml").read_text("utf-8"))
    return list(told["parsed_sample"])


def _mac(told: str) -> str:
    digits = told.replace("-", "").replace(".", "").lower()
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def _sender(mac: str) -> bool:
    return int(mac[1], 16) % 2 == 0 and mac != "00:00:00:00:00:00"


def _joined(told: str | list[str]) -> str:
    return told if isinstance(told, str) else "".join(told)


@needs_recordings
@pytest.mark.parametrize("raw", ARP, ids=lambda raw: raw.stem)
def test_arp_answers_equal_what_a_person_wrote_down(raw: Path) -> None:
    family = FAMILIES[raw.parts[-3]]
    expected = {
        (
            row.get("ip_address") or row["address"],
            _mac(row["mac_address"]),
            _joined(row["interface"]),
        )
        for row in _written(raw)
    }
    found = arp_rows(family, raw.read_text("utf-8"))
    assert len(found) == len(expected)
    assert {(row.ip, row.mac, row.port) for row in found} == expected
    assert not any(row.static for row in found)  # none of these devices has one


@needs_recordings
@pytest.mark.parametrize("raw", FDB, ids=lambda raw: raw.stem)
def test_mac_address_answers_equal_what_a_person_wrote_down(raw: Path) -> None:
    family = FAMILIES[raw.parts[-3]]
    expected = set()
    for row in _written(raw):
        mac = _mac(row.get("destination_address") or row["mac_address"])
        port = _joined(row["destination_port" if "destination_port" in row else "interface"])
        if _sender(mac) and port not in ("", "-"):
            vlan = int(row["vlan_id"]) if row["vlan_id"].isdecimal() else 0
            own = port in ("Router", "Switch", "CPU") or port.startswith("Vl")
            expected.add((mac, vlan, port, own))
    found = fdb_rows(family, raw.read_text("utf-8"))
    assert {(row.mac, row.vlan, row.port, row.own) for row in found} == expected


HOST, PORT = "00:e0:fc:12:34:56", "GE1/0/8"

# One line a form, after the vendors' command references.
FORMS: Iterable[tuple[str, str, list[FdbRow]]] = (
    ("vrp", "00e0-fc12-3456 30          -      -      GE1/0/8         dynamic   0/-",
     [FdbRow(HOST, 0, PORT, 30)]),
    ("vrp", "00e0-fc12-3456 30/-        GE1/0/8         sticky", [FdbRow(HOST, 0, PORT, 30, True)]),
    ("vrp", "00e0-fc12-3456 -/HJ/-      GE1/0/8         dynamic", [FdbRow(HOST, 0, PORT)]),
    ("vrp", "00e0-fc12-3456 30/-        -               blackhole", []),
    ("vrp", "00e0-fc12-3456  30         Config static   GE1/0/8         NOAGED",
     [FdbRow(HOST, 0, PORT, 30, True)]),
    ("comware", "00e0-fc12-3456   30         Learned          GE1/0/8             Y",
     [FdbRow(HOST, 0, PORT, 30)]),
    ("comware", "00e0-fc12-3456 30       Config static  GE1/0/8       NOAGED",
     [FdbRow(HOST, 0, PORT, 30, True)]),
    ("comware", "00e0-fc12-3456 30       Security       GE1/0/8       NOAGED",
     [FdbRow(HOST, 0, PORT, 30, True)]),
    ("comware", "00e0-fc12-3456 30       Blackhole      N/A           N", []),
    ("rgos", "   30         00e0.fc12.3456       DYNAMIC  GigabitEthernet 1/8      1d 02:03:04",
     [FdbRow(HOST, 0, "GigabitEthernet 1/8", 30)]),
    ("rgos", "   30         00e0.fc12.3456       STATIC   AggregatePort 1",
     [FdbRow(HOST, 0, "AggregatePort 1", 30, True)]),
    ("zxros", "00e0.fc12.3456 30    gei-0/1/1/2        dynamic",
     [FdbRow(HOST, 0, "gei-0/1/1/2", 30)]),
    ("ios", "  30    00e0.fc12.3456    STATIC      Gi1/0/1,Gi1/0/2", []),
    ("ios", "  4095  00e0.fc12.3456    DYNAMIC     Gi1/0/1", []),
    ("ios", "  30    0100.5e00.0001    STATIC      Gi1/0/1", []),
)  # fmt: skip


@pytest.mark.parametrize(("family", "line", "rows"), FORMS, ids=[line[:24] for _, line, _ in FORMS])
def test_a_form_that_no_recording_shows(family: str, line: str, rows: list[FdbRow]) -> None:
    assert list(fdb_rows(family, f"MAC Address\n-----------\n{line}\n\n")) == rows


def test_entries_that_mean_nobody_or_were_set_by_a_person() -> None:
    comware = """\
  Type: S-Static   D-Dynamic   O-Openflow   R-Rule   M-Multiport  I-Invalid
IP address      MAC address    VLAN     Interface                Aging Type
10.1.1.5        00e0-fc12-3456 10       GE1/0/8                  N/A   S
10.1.1.6        00e0-fc12-3457 10       GE1/0/8                  12    I
10.1.1.7        0000-0000-0000 10       GE1/0/8                  12    D
"""
    assert arp_rows("comware", comware) == (ArpRow("10.1.1.5", HOST, 0, PORT, True),)
    vrp = "10.1.1.5   00e0-fc12-3456     S--    GE1/0/8\n10.1.1.6   Incomplete 1 D-0 GE1\n"
    assert arp_rows("vrp", vrp) == (ArpRow("10.1.1.5", HOST, 0, PORT, True),)
    rgos = "Internet  10.1.1.5  <static>  00e0.fc12.3456  arpa  VLAN 10\n"
    assert arp_rows("rgos", rgos) == (ArpRow("10.1.1.5", HOST, 0, "VLAN 10", True),)


def test_the_kernel_tells_in_json() -> None:
    neighbours = """[
{"dst":"10.1.1.5","dev":"lan0","lladdr":"00:e0:fc:12:34:56","state":["PERMANENT"]},
{"dst":"fe80::1%lan0","dev":"lan0","lladdr":"00:e0:fc:12:34:57","router":null,"state":["STALE"]},
{"dst":"10.1.1.6","dev":"lan0","state":["FAILED"]},
{"dst":"224.0.0.22","dev":"lan0","lladdr":"01:00:5e:00:00:16","state":["NOARP"]}]"""
    assert arp_rows("linux", neighbours) == (
        ArpRow("10.1.1.5", HOST, 0, "lan0", True),
        ArpRow("fe80::1", "00:e0:fc:12:34:57", 0, "lan0"),
    )
    bridge = """[
{"mac":"00:e0:fc:12:34:56","ifname":"p1","vlan":10,"flags":[],"master":"br0","state":""},
{"mac":"00:e0:fc:12:34:57","ifname":"p2","flags":[],"master":"br0","state":"static"},
{"mac":"02:00:00:00:00:01","ifname":"p1","flags":[],"master":"br0","state":"permanent"},
{"mac":"33:33:00:00:00:01","ifname":"p1","flags":["self"],"state":"permanent"}]"""
    assert fdb_rows("linux", bridge) == (
        FdbRow(HOST, 0, "p1", 10),
        FdbRow("00:e0:fc:12:34:57", 0, "p2", 0, True),
        FdbRow("02:00:00:00:00:01", 0, "p1", 0, own=True),
    )
    assert arp_rows("linux", "") == ()


@pytest.mark.parametrize(
    ("family", "text"),
    [
        ("vrp", "MAC Address    Learned-From\n00e0-fc12-3456 GE1/0/8\n"),
        ("linux", '[{"mac":"00:e0:fc:12:34:56","ifname":"p1"'),
        ("linux", '{"mac":"00:e0:fc:12:34:56"}'),
    ],
)
def test_an_answer_in_an_unknown_form_is_refused_not_taken_for_an_empty_table(
    family: str, text: str
) -> None:
    with pytest.raises(Unreadable):
        fdb_rows(family, text)
