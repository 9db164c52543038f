"""Which addresses are a router pair's, made up, or of many: addresses from the standards."""

import pytest

from inventory import macs

VIRTUAL = ("00:00:5e:00:01:0a", "00:00:5e:00:02:0a", "00:00:0c:07:ac:04", "00:00:0c:9f:f0:01",
           "00:05:73:a0:00:01", "00:07:b4:00:01:02")  # fmt: skip
OTHER = ("00:00:5e:00:53:01", "00:00:0c:07:ad:04", "00:00:0c:9f:e0:01", "00:05:73:a1:00:01",
         "00:07:b5:00:01:02", "28:6e:d4:11:22:33")  # fmt: skip


def test_addresses_of_router_groups_and_their_neighbours() -> None:
    assert all(map(macs.virtual, VIRTUAL))
    assert not any(map(macs.virtual, OTHER))


@pytest.mark.parametrize(
    ("mac", "group", "random", "single"),
    [
        ("28:6e:d4:11:22:33", False, False, True),
        ("2a:6e:d4:11:22:33", False, True, True),
        ("26:6e:d4:11:22:33", False, True, True),
        ("be:6e:d4:11:22:33", False, True, True),
        ("01:00:5e:00:00:01", True, False, False),
        ("33:33:00:00:00:01", True, False, False),
        ("ff:ff:ff:ff:ff:ff", True, False, False),
        ("00:00:00:00:00:00", False, False, False),
    ],
)
def test_the_two_low_bits(mac: str, group: bool, random: bool, single: bool) -> None:
    assert (macs.group(mac), macs.random(mac), macs.single(mac)) == (group, random, single)
