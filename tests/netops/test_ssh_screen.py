"""What a person would see of raw terminal output."""

import pytest

from netops.ssh_screen import last_line, settled


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        ("one\r\ntwo\r\n", "one\ntwo\n"),
        (
            "  ---- More ----\x1b[42D" + " " * 42 + "\x1b[42D ip address 1.2.3.4",
            " ip address 1.2.3.4",
        ),
        (" --More-- " + "\b" * 9 + " " * 9 + "\b" * 9 + "end", " end"),
        ("---- More ----\r              \rsysname A", "sysname A"),
        ("abc\x1b[2D\x1b[KX", "aX"),
        ("\x1b[01;34mbin\x1b[0m", "bin"),
        ("\x1b]0;root@host: ~\x07root@host:~# ", "root@host:~#"),
        ("\x1b[?2004hroot# ", "root#"),
        ("passwrod\b\b\bord", "password"),
        ("description two  blanks ", "description two  blanks "),
        ("a\x00\x07b\tc", "ab\tc"),
    ],
)
def test_what_was_overwritten_is_gone(raw: str, seen: str) -> None:
    assert settled(raw) == seen


def test_the_cursor_stands_in_the_last_line() -> None:
    assert last_line("<A>display clock\r\n08:00\r\n<A>") == "<A>"
    assert last_line("<A>display clock\r\n") == ""
