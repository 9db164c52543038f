"""Every recording a profile claims reads as a second, independent reader reads it.

`tests/golden/<profile>/<recording>.yaml` holds what a person read in the recording: who the device
is, how many interfaces it has, its busiest port, and every sensor value there should be.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from netops import ifmib
from netops.profile import Profile, profile_named, profiles, propose
from tests import recordings

GOLDEN = Path(__file__).parent.parent / "golden"
PARTS = ("status", "ports", "names", "gauges", "identity")
FACTS = ("sys_name", "sys_location", "vendor", "model", "serial", "version", "uptime")
CLAIMS = [(p.name, recording) for p in profiles().values() for recording in p.verified]

# One recording, two readers: the UPS's network card can be read by RFC 1628 and by its own MIB.
PROPOSED_OTHERWISE = {("ups_rfc1628", "UPS/huawei-gse200m"): "huawei_ups"}


def golden(profile: str, recording: str) -> Any:
    file = GOLDEN / profile / f"{recording.rpartition('/')[2]}.yaml"
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def read(profile: Profile, recording: str) -> dict[str, dict[str, recordings.Value]]:
    return recordings.rows(recording, (*profile.scalars(PARTS), *profile.columns(PARTS)))


def told(profile: Profile, rows: Any) -> dict[str, Any]:
    """The gauges as a golden file writes them: a number, or numbers by slot."""
    found: dict[str, Any] = {}
    for gauge in profile.gauges(rows):
        if gauge.slot:
            found.setdefault(gauge.metric, {})[gauge.slot] = gauge.value
        else:
            found[gauge.metric] = gauge.value
    return found


@pytest.mark.parametrize(("name", "recording"), CLAIMS)
def test_recording_reads_as_a_person_read_it(name: str, recording: str) -> None:
    profile, truth = profile_named(name), golden(name, recording)
    rows = read(profile, recording)
    identity = asdict(profile.identity(rows))
    assert truth["recording"] == recording
    assert {fact: identity[fact] for fact in FACTS if identity[fact] not in ("", None)} == {
        fact: truth[fact] for fact in FACTS if fact in truth
    }
    assert told(profile, rows) == truth["gauges"]


@pytest.mark.parametrize(("name", "recording"), CLAIMS)
def test_interfaces_equal_an_independent_reading(name: str, recording: str) -> None:
    profile, truth = profile_named(name), golden(name, recording)
    ports = {port.index: port._asdict() for port in profile.ports(read(profile, recording))}
    expected = recordings.interfaces(recording)
    assert len(ports) == truth["ports"]
    assert list(ports) == sorted(expected)
    assert {
        index: {field: port[field] for field in expected[index]} for index, port in ports.items()
    } == expected
    busiest = truth.get("busiest", {})
    if busiest:
        assert {field: ports[busiest["index"]][field] for field in busiest} == busiest


@pytest.mark.parametrize(("name", "recording"), CLAIMS)
def test_a_visit_for_counters_and_one_for_names_give_the_same_ports(
    name: str, recording: str
) -> None:
    profile = profile_named(name)
    rows = read(profile, recording)
    moving = {column: rows[column] for column in profile.columns(["ports"]) if column in rows}
    names = {column: rows[column] for column in ifmib.NAMES if column in rows}
    whole = {port.index: port for port in profile.ports(rows)}
    for port in profile.ports(moving):
        assert port.name == f"if{port.index}"
        full = whole[port.index]
        assert (port.oper_up, port.admin_up) == (full.oper_up, full.admin_up)
        assert (port.wide, port.in_octets, port.out_octets) == (
            full.wide,
            full.in_octets,
            full.out_octets,
        )
    for port in profile.ports(names):
        full = whole[port.index]
        assert (port.name, port.alias, port.mac, port.speed) == (
            full.name,
            full.alias,
            full.mac,
            full.speed,
        )
        assert port.in_octets is None


@pytest.mark.parametrize(("name", "recording"), CLAIMS)
def test_the_device_is_proposed_its_profile(name: str, recording: str) -> None:
    profile = profile_named(name)
    who = profile.identity(read(profile, recording))
    proposed = propose(who.sys_object_id, who.sys_descr).name
    assert proposed == PROPOSED_OTHERWISE.get((name, recording), name)


@pytest.mark.parametrize("profile", profiles().values(), ids=profiles())
def test_every_profile_is_proven_or_says_what_is_not(profile: Profile) -> None:
    assert profile.verified or "未经实机验证" in profile.unproven


def test_every_golden_file_is_claimed() -> None:
    found = (f for f in GOLDEN.glob("*/*.yaml") if f.parent.name in profiles())
    files = {(f.parent.name, f.stem) for f in found}
    assert files == {(name, recording.rpartition("/")[2]) for name, recording in CLAIMS}
