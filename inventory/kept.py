"""What was submitted stands still: a register with steps says so in its `check`."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import inspect

from inventory.register import FieldError
from inventory.revision import sealed_fields


def kept(row: Any, word: str) -> Iterator[FieldError]:
    """An error for each field of what is signed that was changed outside a step; `word` names the
    state that forbids it."""
    for name in sealed_fields(type(row)):
        if inspect(row).attrs[name].history.has_changes():
            yield row.wrong(name, f"{word}，不能再改；需要更改的请先撤回")
