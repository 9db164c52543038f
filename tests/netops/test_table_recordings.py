"""Every neighbour table of every recording decodes to the rows of a second, independent reader.

The second reader works on the text of the recording (PyPI `snmpsim-data`): patterns over lines,
`ipaddress`, strings of hex digits. Recordings are walks in order, so reading stops behind the
tables; the largest is a quarter of a gigabyte.
"""

import bz2
import re
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.resources import files
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

import pytest

from netops import table_mib
from netops.sighted import ArpRow, FdbRow

DATA = Path(str(files("snmpsim_data"))) / "data"
RECORDINGS = sorted(DATA.rglob("*.snmprec*"))
LINE = re.compile(
    rb"^(1\.3\.6\.1\.(?:2\.1\.(?:4\.(?:22|35)|17\.[147])|4\.1\.2011\.5\.25\.42\.2\.1\.3)"
    rb"\.[\d.]+)\|(2|66|4x?)\|(.*)$",
    re.MULTILINE,
)
BEHIND, BEHIND_HUAWEI = (1, 3, 6, 1, 2, 1, 18), (1, 3, 6, 1, 4, 1, 2011, 5, 25, 42, 2, 1, 4)
TABLES = "1.3.6.1.2.1."

Cells = dict[str, int | bytes]


def cells(recording: Path) -> Cells:
    """OID → value of the neighbour tables; what a line says that is no hex is no value."""
    return {oid.decode(): value for oid, tag, told in _lines(recording)
            if (value := _value(tag, told)) is not None}  # fmt: skip


def _value(tag: bytes, told: bytes) -> int | bytes | None:
    if tag in (b"2", b"66"):
        return int(told)
    if tag == b"4":
        return told
    return bytes.fromhex(told.decode()) if len(told) % 2 == 0 else None


def _lines(recording: Path) -> Iterator[tuple[bytes, bytes, bytes]]:
    behind = BEHIND_HUAWEI if "huawei" in recording.name else BEHIND
    opened = bz2.open if recording.suffix == ".bz2" else open
    rest, last = b"", b""
    with opened(recording, "rb") as stream:
        while part := stream.read(1 << 20):
            whole, _, rest = (rest + part).rpartition(b"\n")
            yield from LINE.findall(whole)
            last = whole.rpartition(b"\n")[2].partition(b"|")[0]
            if re.fullmatch(rb"[\d.]+", last) and tuple(map(int, last.split(b"."))) > behind:
                return
    yield from LINE.findall(rest)


def columns(told: Cells) -> dict[str, dict[str, int | bytes]]:
    """The same in the shape the console's SNMP reader gives."""
    names = (*table_mib.ARP, *table_mib.VLANS, *table_mib.FLAT, table_mib.HUAWEI_PORT)
    found: dict[str, dict[str, int | bytes]] = {}
    for oid, value in told.items():
        for name in names:
            if oid.startswith(f"{name}."):
                found.setdefault(name, {})[oid[len(name) + 1 :]] = value
    return found


# -- the second reader ------------------------------------------------------------------------


def sender(digits: str) -> str:
    if len(digits) != 12 or set(digits) == {"0"} or digits[1] in "13579bdf":
        return ""
    return ":".join(re.findall("..", digits))


def host(octets: str) -> str:
    numbers = [int(number) for number in octets.split(".")]
    if max(numbers) > 255 or len(numbers) not in (4, 16):
        return ""
    address = ip_address(bytes(numbers))
    if isinstance(address, IPv6Address):
        useless = address.is_multicast or address.is_loopback or int(address) == 0
    else:
        useless = not IPv4Address("1.0.0.0") <= address < IPv4Address("224.0.0.0")
    return "" if useless or address.is_loopback else str(address)


def arp_truth(told: Cells) -> set[ArpRow]:
    answers: dict[tuple[str, str, int], bool] = {}
    for oid, value in told.items():
        if not isinstance(value, bytes):
            continue
        if found := re.fullmatch(r"1\.3\.6\.1\.2\.1\.4\.22\.1\.2\.(\d+)\.(\d+(?:\.\d+){3})", oid):
            index, octets, dead = found[1], found[2], False
            kind = told.get(f"{TABLES}4.22.1.4.{index}.{octets}")
        elif found := re.fullmatch(
            r"1\.3\.6\.1\.2\.1\.4\.35\.1\.4\.((\d+)\.(1\.4|2\.16|3\.8|4\.20)\.([\d.]+))", oid
        ):
            index, parts = found[2], found[4].split(".")
            kind = told.get(f"{TABLES}4.35.1.6.{found[1]}")
            wrong = len(parts) != int(found[3].split(".")[1])
            dead = wrong or told.get(f"{TABLES}4.35.1.7.{found[1]}") in (5, 7)
            octets = ".".join(parts[:4] if found[3][0] in "13" else parts[:16])
        else:
            continue
        ip, mac = "" if dead else host(octets), sender(value.hex())
        if ip and mac and kind != 2:
            key = ip, mac, int(index)
            answers[key] = answers.get(key, False) or kind == 4
    return {ArpRow(*key, static=static) for key, static in answers.items()}


def bridge_truth(told: Cells, *, vlans: bool) -> Counter[FdbRow]:
    """dot1qTpFdbTable, or else dot1dTpFdbTable."""
    table = f"{TABLES}17.7.1.2.2.1" if vlans else f"{TABLES}17.4.3.1"
    number = r"(\d+)\." if vlans else "()"
    shape = re.compile(rf"{re.escape(table)}\.2\.{number}(\d+(?:\.\d+){{5}})")
    numbered = vlan_truth(told)
    rows = Counter[FdbRow]()
    for oid, port in told.items():
        found = shape.fullmatch(oid)
        if not found or not all(int(arc) < 256 for arc in found[2].split(".")):
            continue
        mac = sender("".join(f"{int(arc):02x}" for arc in found[2].split(".")))
        status = told.get(oid.replace(f"{table}.2.", f"{table}.3.", 1))
        index = told.get(f"{TABLES}17.1.4.1.2.{port!r}", 0)
        assert isinstance(index, int)
        vlan = numbered(int(found[1])) if vlans else 0
        if mac and status != 2 and (index > 0 or status == 4):
            row = FdbRow(mac, max(index, 0), "", vlan, static=status == 5, own=status == 4)
            rows[row] += 1
    return rows


def vlan_truth(told: Cells) -> Callable[[int], int]:
    start = f"{TABLES}17.7.1.4.2.1.3."
    pairs = {(int(oid.split(".")[-1]), value) for oid, value in told.items()
             if oid.startswith(start) and oid[len(start):].count(".") < 2}  # fmt: skip
    pairs = {(vlan, value) for vlan, value in pairs if 1 <= vlan <= 4094}
    sharing = Counter(value for _, value in pairs)
    alone = {value: vlan for vlan, value in pairs if sharing[value] == 1}

    def vlan(database: int) -> int:
        if sharing[database]:
            return alone.get(database, 0)
        return database if 1 <= database <= 4094 and database not in alone.values() else 0

    return vlan


def huawei_truth(told: Cells) -> Counter[FdbRow]:
    rows = Counter[FdbRow]()
    for oid, index in told.items():
        found = re.fullmatch(
            r"1\.3\.6\.1\.4\.1\.2011\.5\.25\.42\.2\.1\.3\.1\.4\.((?:\d+\.){6})(\d+)\.1\.\d+", oid
        )
        if found:
            mac = sender("".join(f"{int(arc):02x}" for arc in found[1].strip(".").split(".")))
            assert isinstance(index, int)
            if mac and index > 0 and int(found[2]) <= 4094:
                rows[FdbRow(mac, index, "", int(found[2]))] += 1
    return rows


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda file: file.name.partition(".")[0])
def test_tables_equal_an_independent_reading(recording: Path) -> None:
    told = cells(recording)
    rows = columns(told)
    addresses = table_mib.arp_rows(rows)
    assert len(addresses) == len(set(addresses))
    assert set(addresses) == arp_truth(told)
    assert Counter(table_mib.flat(rows)) == bridge_truth(told, vlans=False)
    assert Counter(table_mib.huawei(rows)) == huawei_truth(told)
    if table_mib.VLAN_PORT in rows:
        assert Counter(table_mib.by_vlan(rows)) == bridge_truth(told, vlans=True)


def test_what_is_in_the_recordings() -> None:
    """A reader that finds nothing anywhere would agree with another one that finds nothing."""
    told = cells(next(file for file in RECORDINGS if "huawei-s12704" in file.name))
    rows = columns(told)
    assert len(table_mib.arp_rows(rows)) > 2000
    assert len(table_mib.huawei(rows)) > 2000
    joined = table_mib.joined(table_mib.huawei(rows), table_mib.flat(rows))
    assert len({(row.mac, row.index) for row in joined if not row.vlan}) < 400
