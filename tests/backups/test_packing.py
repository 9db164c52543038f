"""Packing: nothing lost, nothing twice, nothing over, and hardly a disc more than must be."""

import math
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backups.packing import Piece, TooLarge, bound, pack, split

CAPACITY = 4_324_000_000
MIB = 1 << 20


@settings(max_examples=20)
@given(st.lists(st.integers(0, 1000), max_size=60), st.integers(1, 4), st.integers(0, 99))
def test_loses_nothing_and_never_goes_over(sizes: list[int], groups: int, seed: int) -> None:
    pieces = [Piece(f"f{n}", size, f"g{n % groups}") for n, size in enumerate(sizes)]
    discs = pack(pieces, 1000)
    assert Counter(one.path for disc in discs for one in disc) == Counter(p.path for p in pieces)
    assert all(sum(one.size for one in disc) <= 1000 for disc in discs)
    assert all(discs)  # none is empty
    mixed = random.Random(seed).sample(pieces, len(pieces))
    assert pack(mixed, 1000) == discs  # whatever order they were found in


@settings(max_examples=12)
@given(st.integers(0, 10**6))
def test_is_within_five_in_a_hundred_of_the_bound(seed: int) -> None:
    """What a quarter is made of: parts of 256 MiB with their rests, documents, logs."""
    chance = random.Random(seed)
    pieces = []
    for group in range(chance.randint(3, 30)):
        size = int(chance.lognormvariate(20, 1.6))
        whole, rest = divmod(size, 256 * MIB)
        pieces += [Piece(f"{group}/{n}", 256 * MIB, f"s{group}") for n in range(whole)]
        pieces.append(Piece(f"{group}/rest", rest + 1, f"s{group}"))
    for number in range(chance.randint(0, 400)):
        pieces.append(Piece(f"d/{number}", int(chance.lognormvariate(13, 2)) + 1, "documents"))
    least = bound(pieces, CAPACITY)
    assert len(pack(pieces, CAPACITY)) * 0.95 <= max(least, math.ceil(least / 0.95) * 0.95)


def test_finds_what_first_fit_misses() -> None:
    """Discs that can only be filled exactly: first-fit decreasing needs one more."""
    sizes = [44, 24, 24, 22, 21, 17, 8, 8, 6, 6]  # 180 = 3 × 60
    pieces = [Piece(f"{n}", size) for n, size in enumerate(sizes)]
    assert len(pack(pieces, 60)) == 3


def test_keeps_a_backup_together_where_that_costs_nothing() -> None:
    pieces = [Piece(f"{group}/{n}", 30, group) for group in "abcd" for n in range(3)]
    discs = pack(pieces, 100)
    assert [{one.group for one in disc} for disc in discs] == [{"a"}, {"b"}, {"c"}, {"d"}]
    with pytest.raises(TooLarge, match="x"):
        pack([Piece("x", 101)], 100)


@settings(max_examples=20)
@given(st.integers(0, 10**7), st.integers(1, 10**6))
def test_splits_without_a_gap(size: int, most: int) -> None:
    parts = split(size, max(most, size // 50, 1))
    assert [at for at, _ in parts] == [
        sum(length for _, length in parts[:n]) for n in range(len(parts))
    ]
    assert sum(length for _, length in parts) == size
    assert all(length <= max(most, size // 50, 1) for _, length in parts)
