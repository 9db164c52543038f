"""What a typed line means: abbreviations, ambiguity, where the caret stands."""

import pytest

from netops.simulator.cli_dialect import FOLDER, dialect_named
from netops.simulator.cli_grammar import Match, Refusal, resolve

PATTERNS = [
    "display arp",
    "display arp all",
    "display version",
    "description <rest>",
    "interface <word>",
    "ip address <rest>",
    "ip route-static <rest>",
]


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        ("display arp", Match("display arp", "display arp")),
        ("dis ver", Match("display version", "display version")),
        ("DISPLAY  Arp  all", Match("display arp all", "display arp all")),
        ("desc to Town 1", Match("description <rest>", "description to Town 1")),
        ("int GE0/0/1", Match("interface <word>", "interface GE0/0/1")),
        ("d x", Refusal("ambiguous", 0)),
        ("ip a", Refusal("incomplete", 4)),
        ("interface GE0/0/1 now", Refusal("unknown", 18)),
        ("show arp", Refusal("unknown", 0)),
    ],
)
def test_a_line_means_one_command_or_says_why_not(line: str, meaning: Match | Refusal) -> None:
    assert resolve(line, PATTERNS) == meaning


def test_undo_may_stop_early() -> None:
    assert resolve("ip address", PATTERNS, partial=True) == Match("ip address <rest>", "ip address")


def test_a_shell_does_not_abbreviate() -> None:
    assert resolve("disp arp", PATTERNS, abbreviate=False) == Refusal("unknown", 0)


@pytest.mark.parametrize("name", [file.stem for file in FOLDER.glob("*.yaml")])
def test_every_dialect_can_be_read(name: str) -> None:
    assert dialect_named(name).first in dialect_named(name).commands
