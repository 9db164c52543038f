"""A list that is already in memory, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")
PAGE = 50


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """The rows of one page, as `ui.pager(page, pages, total)` tells them."""

    rows: Sequence[Row]
    page: int
    pages: int
    total: int


def slice_of(rows: Sequence[Row], page: int) -> Slice[Row]:
    """The page asked for, clamped to what exists."""
    pages = max(1, -(-len(rows) // PAGE))
    page = min(max(1, page), pages)
    return Slice(rows[(page - 1) * PAGE : page * PAGE], page, pages, len(rows))
