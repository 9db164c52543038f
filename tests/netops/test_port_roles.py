"""What a port is, by evidence; and the evidence as real devices tell it (PyPI `snmpsim-data`)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.sighting import ENDS
from netops.neighbours import Neighbour, decoded
from netops.port_roles import QUIET, Evidence, Role, roles
from netops.reading import Value
from tests import recordings

PC, PHONE, CORE = "00:e0:fc:00:00:01", "00:e0:fc:00:00:02", "00:25:9e:00:00:ff"
VRRP = "00:00:5e:00:01:0a"
GROUPS = (VRRP, "00:00:5e:00:02:01", "00:00:0c:07:ac:01", "00:00:0c:9f:f0:01", "00:07:b4:00:01:01")
CROWD = frozenset(f"00:e0:fc:00:01:{n:02x}" for n in range(9))
ETHERNET, LAG = 6, 161
TYPES = dict.fromkeys(range(1, 11), ETHERNET) | {20: LAG}
COLUMNS = (
    "1.0.8802.1.1.2.1.4.1.1.5", "1.0.8802.1.1.2.1.4.1.1.9", "1.0.8802.1.1.2.1.4.1.1.12",
    "1.0.8802.1.1.2.1.3.7.1.3", "1.0.8802.1.1.2.1.3.7.1.4", "1.3.6.1.4.1.9.9.23.1.2.1.1.6",
    "1.3.6.1.4.1.9.9.23.1.2.1.1.9", "1.2.840.10006.300.43.1.2.1.1.13", "1.3.6.1.2.1.31.1.2.1.3",
)  # fmt: skip


def test_each_kind_of_evidence_makes_its_role_and_says_why() -> None:
    evidence = Evidence(
        types=TYPES,
        macs={
            1: frozenset({PC, PHONE}), 2: frozenset({PC, CORE}), 3: frozenset({VRRP}), 4: CROWD,
            5: CROWD, 6: frozenset({PC}), 7: frozenset({PC}), 8: CROWD, 9: frozenset({PC}),
            20: CROWD, 77: frozenset({PC}),
        },
        monitored={CORE: "兰考核心"},
        groups={VRRP: "10.1.1.1"},
        neighbours={6: "汇聚-2"},
        radios={7: "AP-3"},
        bundles={10: "Eth-Trunk1"},
        declared={8: "edge", 9: "uplink"},
    )  # fmt: skip
    found = roles(replace(evidence, settled=dict.fromkeys(sorted(CROWD)[:1], "三楼接入")))
    assert {port: role.role for port, role in found.items()} == {
        1: "edge", 2: "uplink", 3: "uplink", 4: "many", 5: "many", 6: "uplink", 7: "many",
        8: "edge", 9: "uplink", 10: "lag", 20: "lag",
    }  # fmt: skip
    for port, word in (
        (2, "兰考核心"),
        (3, "网关冗余"),
        (6, "汇聚-2"),
        (7, "AP-3"),
        (10, "Eth-Trunk1"),
    ):
        assert word in found[port].why
    assert found[1] == Role("edge", "只见到 2 个 MAC，没有见到网络设备", 2)
    behind = roles(replace(evidence, settled=dict.fromkeys(sorted(CROWD)[:2], "三楼接入")))
    assert behind[4].role == "uplink"  # two of them have ports of their own elsewhere
    assert "三楼接入" in behind[4].why


def test_a_link_stays_one_while_its_evidence_is_missing_for_a_while() -> None:
    link = Evidence(types=TYPES, macs={1: frozenset({PC, CORE})}, monitored={CORE: "核心"})
    now = roles(link)
    empty, alone = replace(link, macs={}), replace(link, macs={1: frozenset({PC})})
    for _ in range(3 * QUIET):  # switched off for days: an empty table says nothing
        now = roles(replace(empty, before=now))
    assert now[1] == Role("uplink", "见到 核心 的 MAC 00:25:9e:00:00:ff", 0, 0)
    for _ in range(QUIET - 1):
        now = roles(replace(alone, before=now))
    assert (now[1].role, now[1].quiet) == ("uplink", QUIET - 1)
    assert roles(replace(link, before=now))[1].quiet == 0
    assert roles(replace(alone, before=now))[1].role == "edge"
    assert roles(replace(alone, before=now, patience=QUIET + 1))[1].role == "uplink"


@pytest.mark.parametrize("card", [CORE, VRRP])
def test_one_frame_makes_no_link_of_a_port_of_end_devices(card: str) -> None:
    desk = Evidence(
        types=TYPES, macs={1: frozenset({PC})}, monitored={CORE: "核心"}, groups={VRRP: "10.1.1.1"}
    )  # fmt: skip
    forged = replace(
        desk, macs={1: frozenset({PC, card}), 8: frozenset({card})}, before=roles(desk),
        housed=frozenset({1}),
    )  # fmt: skip
    found = roles(forged)
    assert (found[1].role, found[8].role) == ("edge", "uplink")
    assert card in found[1].why
    assert (found[1].forged, "可能是冒充" in found[1].why) == (True, True)
    crowd = replace(forged, macs={1: CROWD | {card}})  # nothing but frames either
    assert roles(crowd)[1].role == "uplink"
    there = roles(replace(crowd, elsewhere={card: frozenset({8})}))[1]
    assert (there.role, there.forged) == ("many", True)
    for link in (  # a trunk that was laid where a desk was
        replace(forged, housed=frozenset()),
        replace(forged, neighbours={1: "核心"}),
        replace(forged, declared={1: "uplink"}),
    ):
        assert roles(link)[1].role == "uplink"
        assert not roles(link)[1].forged


def test_a_card_at_the_very_first_walk_belongs_where_its_device_says_it_hangs() -> None:
    """The core says by LLDP that it hangs at 8; its card is shown at 1, where nobody was before."""
    first = Evidence(
        types=TYPES, macs={1: frozenset({PC, CORE})}, monitored={CORE: "核心"},
        neighbours={8: "核心"},
    )  # fmt: skip
    found = roles(first)
    assert (found[1].role, found[1].forged, found[8].role) == ("edge", True, "uplink")
    assert "可能是冒充" in found[1].why
    later = roles(replace(first, neighbours={}, before=found))  # not asked for at each walk
    assert (later[1].role, later[1].forged) == ("edge", True)
    both = replace(first, macs={1: frozenset({PC, CORE, VRRP})}, groups={VRRP: "10.1.1.1"})
    assert (roles(both)[1].role, roles(both)[1].forged) == ("edge", True)
    for link in (
        replace(first, neighbours={1: "核心", 8: "核心"}),  # two cables
        replace(first, neighbours={8: "汇聚"}),
        replace(first, macs={1: CROWD | {CORE}}),  # a ring: many others come that way, too
    ):
        assert (roles(link)[1].role, roles(link)[1].forged) == ("uplink", False)


@given(
    others=st.integers(0, 9), group=st.sampled_from(GROUPS), housed=st.booleans(),
    silent=st.booleans(), walks=st.integers(1, 3),
)  # fmt: skip
def test_a_router_group_that_nobody_speaks_for_never_makes_a_link(
    others: int, group: str, housed: bool, silent: bool, walks: int
) -> None:
    """Whoever is the first to be seen at a port may send with its card, too."""
    crowd = frozenset(sorted(CROWD)[:others])
    first = Evidence(
        types=TYPES, macs={1: crowd | {group}}, housed=frozenset({1} if housed else ()),
        before={1: Role("edge", "")} if silent else {},
    )  # fmt: skip
    now: dict[int, Role] = dict(first.before)
    for _ in range(walks):
        now = roles(replace(first, before=now))
    assert (now[1].role in ENDS, now[1].forged) == (True, True)
    assert group in now[1].why
    for link in (
        replace(first, groups={group: "10.1.1.1"}, housed=frozenset()),
        replace(first, neighbours={1: "对端"}),
        replace(first, declared={1: "uplink"}),
    ):
        found = roles(replace(link, before={}))[1]
        assert (found.role, found.forged) == ("uplink", False)


def test_a_doubted_group_casts_no_doubt_on_the_card_of_its_own_router() -> None:
    group = Evidence(types=TYPES, macs={1: frozenset({VRRP})})
    before = roles(group)
    both = replace(
        group, macs={1: frozenset({VRRP, CORE})}, monitored={CORE: "核心"}, before=before
    )  # fmt: skip
    for told in (both, replace(group, groups={VRRP: "10.1.1.1"}, before=before)):
        assert (roles(told)[1].role, roles(told)[1].forged) == ("uplink", False)


def test_what_keeps_a_link_is_no_card_that_anybody_can_make_up() -> None:
    link = Evidence(types=TYPES, macs={1: frozenset({PC, CORE})}, monitored={CORE: "核心"})
    now = roles(link)
    for _ in range(QUIET):
        now = roles(replace(link, macs={1: frozenset({PC, VRRP})}, before=now))
    assert now[1].role == "edge"
    now = roles(replace(link, macs={1: frozenset({PC, VRRP})}, before=now))
    assert (now[1].role, now[1].forged) == ("edge", True)


def test_what_is_no_longer_declared_is_judged_by_evidence_at_once() -> None:
    evidence = Evidence(types=TYPES, macs={1: frozenset({PC})}, declared={1: "uplink"})
    before = roles(evidence)
    assert before[1].role == "uplink"
    assert roles(replace(evidence, declared={}, before=before))[1].role == "edge"
    never = roles(replace(evidence, declared={1: "never"}))  # what it is stays open
    assert never[1].role == "edge"


@pytest.mark.parametrize(
    ("recording", "expected"),
    [
        (
            "network/switch/h3c-e528-2",
            Neighbour(24, (), "WRD-Huiju-2", "38:91:d5:fb:74:2c", forwards=True),
        ),
        (
            "cloud/arista-dcs-7150s-52-cl",
            Neighbour(47, ("Ethernet47",), "ZJ-BP-Bak-Arista", "44:4c:a8:31:3e:df", forwards=True),
        ),
        ("network/router/cisco-unmarked-0", Neighbour(25, (), "gongjiaolou-C3550", forwards=True)),
    ],
)
def test_real_devices_tell_their_neighbours(recording: str, expected: Neighbour) -> None:
    told = decoded(recordings.rows(recording, COLUMNS))
    assert expected in told.neighbours
    if "arista" in recording:
        assert told.bundles == ((47, 1000001), (48, 1000001))


def test_telephones_and_odd_answers_make_no_link() -> None:
    rows: dict[str, dict[str, Value]] = {
        COLUMNS[0]: {"0.7.1": b"\x00\xe0\xfc\x00\x00\x07", "0.8.1": b"ap", "9": b"x"},
        COLUMNS[2]: {"0.7.1": b"\x24\x00", "0.8.1": b"\x30", "9": b"\x20"},
        COLUMNS[6]: {"3.1": b"\x00\x00\x04\x90", "4.1": b""},
        COLUMNS[5]: {"3.1": b"SEP001", "4.1": b"mute"},
        COLUMNS[7]: {"5": 0, "6": 6, "7": 20},
        COLUMNS[8]: {"20.8": 1, "20.9": 2, "0.20": 1, "9.0": 1},
    }
    told = decoded(rows)
    assert [one for one in told.neighbours if one.forwards] == []
    assert [one.name for one in told.neighbours if one.radio] == ["ap"]
    assert told.bundles == ((6, 6), (7, 20), (8, 20))
