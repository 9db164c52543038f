"""Keys in batches: a database takes only so many parameters in one statement."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Key = TypeVar("Key")
SIZE = 500


def batches(keys: Iterable[Key], size: int = SIZE) -> Iterator[list[Key]]:
    """Lists of at most `size` keys."""
    rest = iter(keys)
    while batch := list(islice(rest, size)):
        yield batch
