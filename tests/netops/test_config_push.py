"""What a device answers to a line it refuses is told without the secret in it."""

import pytest

from netops.config_push import Stopped, type_lines
from netops.push_facts import Push
from netops.ssh_shell import Shell

SECRET = "Bgp-S3cret-2026"


class Parrot:
    """A channel to a device that quotes what it does not know, some lines down."""

    def __init__(self) -> None:
        self._waiting = ""

    def read(self) -> str:
        told, self._waiting = self._waiting, ""
        return told

    def write(self, text: str) -> None:
        line = text.strip()
        notes = "note\n" * 8  # below what is looked at for a plain refusal
        self._waiting += f"{line}\n{notes}% Unknown command: {line}\nR1(config)# "


def test_a_refused_line_is_quoted_without_its_secret() -> None:
    shell = Shell(Parrot(), "R1", "192.0.2.1")
    with pytest.raises(Stopped) as refused:
        type_lines(shell, Push(), [f"neighbor 192.0.2.9 password {SECRET}"])
    assert "Unknown command: neighbor 192.0.2.9" in refused.value.reason
    assert SECRET not in f"{refused.value.reason}{refused.value.said}{refused.value.detail}"
