"""The pure rules of up and down, and of rates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netops.errors import AuthRejected, CommandRejected, Unreachable, Unreadable
from netops.judge import Verdict, below, judge
from netops.traffic import LONGEST_GAP, rate
from tests.fleet import poll

COUNTERS = st.integers(min_value=0, max_value=2**64 - 1)


def test_an_answer_clears_everything() -> None:
    assert judge("down", 9, poll("d")) == Verdict("up", "", "", 0)


@pytest.mark.parametrize("error", [AuthRejected, CommandRejected, Unreadable])
def test_what_a_person_must_mend_is_unknown_at_once(error: type) -> None:
    verdict = judge("up", 0, poll("d", error=error("口令不对", "usmStats")))
    assert verdict == Verdict("unknown", "口令不对", "usmStats", 0)


@pytest.mark.parametrize(
    ("misses", "answered", "in_hours", "state"),
    [
        (0, (), True, "up"),
        (0, ("icmp",), True, "up"),
        (1, (), True, "down"),
        (5, (), True, "down"),
        (1, ("icmp",), True, "unknown"),
        (1, (), False, "unknown"),
    ],
)
def test_silence(misses: int, answered: tuple[str, ...], in_hours: bool, state: str) -> None:
    silent = poll("d", error=Unreachable("没有应答"), answered=answered)
    verdict = judge("up", misses, silent, in_hours=in_hours)
    assert (verdict.state, verdict.misses) == (state, misses + 1)
    assert "没有应答" in verdict.why


@pytest.mark.parametrize(
    ("state", "parent", "expected"),
    [
        ("down", "down", "unreachable"), ("down", "unreachable", "unreachable"),
        ("down", "up", "down"), ("down", "unknown", "down"),
        ("up", "down", "up"), ("unknown", "down", "unknown"),
    ],
)  # fmt: skip
def test_only_a_dead_parent_excuses_a_dead_device(state: str, parent: str, expected: str) -> None:
    assert below(Verdict(state, "x", "", 2), "核心", parent).state == expected


@given(COUNTERS, st.integers(min_value=0, max_value=2**40), st.floats(0.001, LONGEST_GAP))
def test_a_rate_times_its_time_is_what_was_counted(before: int, more: int, seconds: float) -> None:
    told = rate(before, before + more, seconds)
    assert told is not None
    assert told * seconds == pytest.approx(more)


@given(COUNTERS, COUNTERS, st.floats(0.001, LONGEST_GAP))
def test_a_rate_is_never_negative(before: int, now: int, seconds: float) -> None:
    for wide in (True, False):
        told = rate(before % 2**32, now % 2**32, seconds, wide=wide)
        assert told is None or told >= 0


@pytest.mark.parametrize(
    ("before", "now", "seconds"),
    [(None, 1, 60), (1, None, 60), (1, 2, 0), (1, 2, -5), (1, 2, LONGEST_GAP + 1), (9, 2, 60)],
)
def test_what_cannot_be_told_is_none(before: int | None, now: int | None, seconds: float) -> None:
    assert rate(before, now, seconds) is None
