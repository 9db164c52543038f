"""What may be cleared away of one source: never too much, whatever the clock and the copies are."""

from hypothesis import given, settings
from hypothesis import strategies as st

from backups.retention import Kept, sequence, spent

SETS = st.lists(
    st.builds(
        Kept,
        id=st.uuids().map(str),
        number=st.builds(
            "SJ-{}-{:04d}".format, st.sampled_from((2019, 2026, 2099)), st.integers(1, 30_000)
        ),
        size=st.just(10),
        sound=st.booleans(),
        held=st.booleans(),
        owed=st.sampled_from(((), ("光盘",))),
        ordinal=st.integers(0, 400),
    ),
    max_size=30,
)


@settings(max_examples=20, deadline=None)
@given(SETS, st.integers(0, 5))
def test_what_is_needed_stays(sets: list[Kept], keep: int) -> None:
    gone = {one.id for one in spent(sets, keep)}
    left = [one for one in sets if one.id not in gone]
    sound = [one for one in sets if one.sound]
    assert sum(one.sound for one in left) >= min(max(keep, 1), len(sound))
    assert all(one.sound and not one.held and not one.owed for one in sets if one.id in gone)
    for one in (one for one in sets if one.id in gone):
        mine = sequence(one.ordinal, one.number)
        newer = [it for it in left if it.sound and sequence(it.ordinal, it.number) > mine]
        assert len(newer) >= max(keep, 1)


def test_a_clock_that_jumped_clears_nothing_new() -> None:
    """Numbers of 2099 were given by a wrong clock; the runs are counted all the same."""
    sets = [
        Kept("old", "SJ-2099-0001", 1, sound=True, ordinal=1),
        Kept("new", "SJ-2026-0002", 1, sound=True, ordinal=2),
        Kept("found", "SJ-2026-0900", 1, sound=True),
    ]
    assert [one.id for one in spent(sets, 1)] == ["found", "old"]
    ordered = ["SJ-2026-0009", "SJ-2026-0010", "SJ-2026-9999", "SJ-2026-10000", "SJ-2027-0001"]
    assert sorted([*ordered[3:], *ordered[:3]], key=lambda number: sequence(0, number)) == ordered
