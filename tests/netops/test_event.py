"""Rules against lines of every vendor: what they mean, what they must not mean, what is refused."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from netops.event import books, load, understand, understand_trap
from netops.facts import ProfileError
from netops.syslog import read

GOLDEN = Path(__file__).parents[1] / "golden" / "events"
NOW = datetime(2026, 9, 12, 3, tzinfo=UTC)
LINES = [
    pytest.param(file.stem, case, id=f"{file.stem}-{number}")
    for file in sorted(GOLDEN.glob("*.yaml"))
    for number, case in enumerate(yaml.safe_load(file.read_text("utf-8")))
]
CHANGED = "1.3.6.1.4.1.9.9.43.2.0.1"
DESTINATION = "1.3.6.1.4.1.9.9.43.1.1.6.1.5.81"


@pytest.mark.parametrize(("vendor", "case"), LINES)
def test_a_line_means_what_a_person_reads_in_it(vendor: str, case: dict[str, Any]) -> None:
    said = read(case["line"].encode(), NOW)
    found = understand(said.text, vendor)
    told = (found.kind, dict(found.facts)) if found else (None, {})
    assert told == (case.get("kind"), case.get("facts", {}))
    assert said.host == case.get("host", said.host)
    assert found is None or found.rule.startswith(f"{vendor}.")


def test_every_vendor_has_lines_it_must_not_take() -> None:
    proven = {file.stem for file in GOLDEN.glob("*.yaml")}
    assert {book.name for book in books() if book.rules} == proven
    for vendor in proven:
        kinds = {param.values[1].get("kind") for param in LINES if param.values[0] == vendor}
        assert {None, "change", "login"} <= kinds, vendor


def test_loose_rules_are_for_their_own_vendor() -> None:
    line = "%CMDLOG% user: admin, ip: 10.1.1.1, command: vlan 20"
    assert understand(line, "zte_zxros") is not None
    assert understand(line, "generic") is None
    assert understand("%SYS-5-CONFIG_I: Configured from console by vty0", "ruijie_os") is not None


@pytest.mark.parametrize(
    ("oid", "values", "kind"),
    [
        (CHANGED, {DESTINATION: "3"}, "change"),
        (CHANGED, {DESTINATION: "4"}, "save"),
        (CHANGED, {DESTINATION: "2"}, None),  # somebody looked: the console does, too
        ("1.3.6.1.4.1.2011.6.10.2.0.1", {"1.3.6.1.4.1.2011.6.10.1.1.7.1.5.9": "2"}, "change"),
        ("1.3.6.1.4.1.25506.2.4.2.1", {"1.3.6.1.4.1.25506.2.4.1.1.7.1.5.9": "4"}, "save"),
        ("1.3.6.1.6.3.1.1.5.1", {}, "reboot"),
        ("1.3.6.1.4.1.2011.5.25.42.2.1.7.12", {}, "mac_move"),
        ("1.3.6.1.4.1.2011.5.25.42.2.1.7.6", {}, "port_security"),
        ("1.3.6.1.4.1.25506.2.26.1.3.2", {}, "port_security"),
        ("1.3.6.1.4.1.25506.2.87.1.3.0.1", {}, "mac_move"),
        ("1.3.6.1.4.1.9.9.315.0.0.1", {}, "port_security"),
        ("1.3.6.1.4.1.9.9.215.2.0.2", {}, "mac_move"),
        ("1.3.6.1.6.3.1.1.5.3", {}, None),
    ],
)
def test_notifications(oid: str, values: dict[str, str], kind: str | None) -> None:
    found = understand_trap(oid, values)
    assert (found.kind if found else None) == kind


def test_who_did_it_is_taken_from_a_notification() -> None:
    column = "1.3.6.1.4.1.2011.6.10.1.1.7.1"
    values = {f"{column}.5.3": "2", f"{column}.8.3": "admin", f"{column}.10.3": "10.1.1.1"}
    found = understand_trap("1.3.6.1.4.1.2011.6.10.2.1", values)
    assert found is not None
    assert found.facts == {"user": "admin", "source": "10.1.1.1"}


def test_a_conflict_of_addresses_names_both_cards_however_their_octets_read() -> None:
    column = "1.3.6.1.4.1.2011.5.25.123.1.28"
    text = bytes.fromhex("286e5a5a5a5a").decode()  # six octets that are letters
    values = {f"{column}.1.0": "10.1.1.9", f"{column}.3.0": text, f"{column}.7.0": "286ed400000e"}
    found = understand_trap("1.3.6.1.4.1.2011.5.25.123.2.6", values)
    assert found is not None
    assert (found.kind, found.facts["ip"]) == ("arp_conflict", "10.1.1.9")
    assert (found.facts["mac"], found.facts["other"]) == ("28:6e:5a:5a:5a:5a", "286ed400000e")


RULE = "title: 某厂\nrules:\n  one: {kind: change, words: X, pattern: 'X (?P<user>.*)'}\n"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (RULE.replace("change", "changed"), "kind"),
        (RULE.replace("words: X, ", ""), "words"),
        (RULE.replace("user", "person"), "pattern"),
        (RULE.replace("(?P", "((?P"), "pattern"),
        (RULE.replace("words", "word"), "word"),
        (RULE + "traps:\n  t: {kind: change, oid: x}\n", "oid"),
        (RULE + "trap: {}\n", "trap"),
    ],
)
def test_a_wrong_file_is_named_with_its_field(tmp_path: Path, text: str, field: str) -> None:
    (tmp_path / "x.yaml").write_text(text, "utf-8")
    with pytest.raises(ProfileError) as error:
        load(tmp_path)
    assert field in error.value.field
    (tmp_path / "x.yaml").write_text(RULE, "utf-8")
    assert load(tmp_path)[0].rules[0].name == "x.one"


LAZY = re.compile(r"(?<!\(\?>)\.\*\?")  # outside an atomic group
GREEDY = re.compile(r"(?:\[\^?\]?[^\]]*\]|\\S)[*+]\)")  # a group that gives back letter by letter


def test_no_hostile_line_can_make_a_pattern_crawl() -> None:
    """Several scans that give back cost the length to their power: 12 seconds for 1,500 letters."""
    for rule in (rule for book in books() for rule in book.rules):
        source = rule.pattern.pattern
        assert not LAZY.search(source), rule.name
        assert not GREEDY.search(source), rule.name
        assert source.replace("(?>.*?", "").count(".*") <= 1, rule.name
