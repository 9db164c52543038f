"""What switches overheard of DHCP, as their MIBs say it is told: no device has been recorded."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from netops import table_snooping as mib
from netops import tables
from netops.reading import Value
from netops.sighted import ArpRow
from tests.ber_agent import BerAgent, integer, octets, oid, serving

CARD = "28:6e:d4:00:00:01"
OCTETS = bytes.fromhex(CARD.replace(":", ""))
ARCS = ".".join(map(str, OCTETS))
LENT, TYPED = "10.41.25.9.25.0.0.65535", "10.41.25.8.25.0.0.65535"


@pytest.mark.parametrize(
    ("way", "columns", "rows"),
    [
        (
            "huawei",
            {
                mib.HUAWEI_MAC: {LENT: OCTETS, TYPED: OCTETS, "10.41.25.7.25": OCTETS},
                mib.HUAWEI_PORT: {LENT: b"GigabitEthernet0/0/3"},
                mib.HUAWEI_KIND: {LENT: 1, TYPED: 2},
            },
            [ArpRow("10.41.25.9", CARD, port="GigabitEthernet0/0/3")],
        ),
        (
            "h3c",
            {
                mib.H3C_MAC: {
                    "1.4.10.41.25.9": OCTETS, "1.4.10.41.25.8": OCTETS, "1.5.10.41.25.7": OCTETS,
                    f"2.16.32.1.13.184{'.0' * 11}.9": OCTETS, "1.4.10.41.25.6": bytes(6),
                },
                mib.H3C_KIND: {"1.4.10.41.25.9": 2, "1.4.10.41.25.8": 1},
            },
            [ArpRow("10.41.25.9", CARD), ArpRow("2001:db8::9", CARD)],
        ),
        (
            "cisco",
            {
                mib.CISCO_IP: {
                    f"25.{ARCS}": bytes((10, 41, 25, 9)), f"26.{ARCS}": b"10.41.25.8",
                    ARCS: bytes((10, 41, 25, 7)), "25.255.255.255.255.255.255": bytes(4),
                },
                mib.CISCO_PORT: {f"25.{ARCS}": 10103},
            },
            [ArpRow("10.41.25.9", CARD, 10103)],
        ),
    ],
    ids=["huawei", "h3c", "cisco"],
)  # fmt: skip
def test_leases_are_told_and_what_was_typed_or_is_odd_is_not(
    way: str, columns: Mapping[str, Mapping[str, Value]], rows: list[ArpRow]
) -> None:
    assert list(mib.rows(way, columns)) == rows
    assert mib.rows(way, {}) == ()


def test_a_switch_tells_who_was_lent_what_and_one_that_hears_nothing_is_not_held_to_it() -> None:
    place = (10, 41, 25, 9, 25, 0, 0, 65535)
    told = {
        (*oid(mib.HUAWEI_MAC), *place): octets(OCTETS),
        (*oid(mib.HUAWEI_PORT), *place): octets(b"GE0/0/3"),
        (*oid(mib.HUAWEI_KIND), *place): integer(1),
    }
    with serving(BerAgent(told)) as agent:
        target = agent.target()
        assert "lease" not in tables.offered(target)
        read = tables.overheard(replace(target, profile="huawei_vrp"))
    assert read is not None
    assert (read.complete, read.rows) == (True, (ArpRow("10.41.25.9", CARD, port="GE0/0/3"),))
    with serving(BerAgent({oid("1.3.6.1.2.1.1.3.0"): integer(1)})) as agent:
        target = replace(agent.target(), profile="huawei_vrp")
        assert "lease" in tables.offered(target)
        assert tables.overheard(target) is None
