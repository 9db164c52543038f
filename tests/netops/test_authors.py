"""Who made a change that names nobody: the newest of those still at work on the device."""

from datetime import UTC, datetime, timedelta

from netops.authors import Deed, author

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def test_the_newest_of_those_who_are_there() -> None:
    deeds = [
        Deed(at(-50), "zhang", "10.1.1.1"),
        Deed(at(-40), "wang", "10.1.1.2"),
        Deed(at(-30), "wang", "10.1.1.2", left=True),
    ]
    assert author(NOON, deeds) == ("zhang", "10.1.1.1")
    assert author(at(-35), deeds) == ("wang", "10.1.1.2")


def test_a_change_may_be_told_after_the_logout() -> None:
    deeds = [Deed(at(-5), "zhang", "10.1.1.1"), Deed(at(-1), "zhang", "10.1.1.1", left=True)]
    assert author(NOON, deeds) == ("zhang", "10.1.1.1")


def test_a_logout_that_names_the_line_takes_the_person() -> None:
    """H3C says where from at the login, and which line at the logout."""
    deeds = [
        Deed(at(-9), "li", "10.1.1.3"),
        Deed(at(-5), "zhang", "10.1.1.1"),
        Deed(at(-1), "zhang", "vty1", left=True),
    ]
    assert author(NOON, deeds) == ("li", "10.1.1.3")


def test_one_of_two_sessions_is_left() -> None:
    deeds = [
        Deed(at(-9), "li", "10.1.1.3"),
        Deed(at(-8), "li", "10.1.1.4"),
        Deed(at(-1), "li", "10.1.1.4", left=True),
    ]
    assert author(NOON, deeds) == ("li", "10.1.1.3")


def test_nobody_is_not_made_up() -> None:
    too_old, later = Deed(at(-61), "zhang", "x"), Deed(at(1), "wang", "y")
    assert author(NOON, [too_old, later, Deed(at(-1), "", "10.1.1.1")]) == ("", "")
