"""What an import would do, before anybody agrees to it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """One row of a sheet against the register. `id` is the living row's, or the new row's to be;
    `values` only what changes; `differences`: label → (now, after)."""

    number: int
    name: str
    id: str
    new: bool
    values: Mapping[str, Any]
    differences: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing wrong in a sheet: its row as the person sees it, the column and the cause."""

    number: int
    label: str
    cause: str

    def __str__(self) -> str:
        return f"第 {self.number} 行 {self.label}：{self.cause}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do. Nothing may be applied while there are errors.

    `hints` say how something unclear was read; `passed` are rows that are no entries.
    """

    new: tuple[Change, ...]
    changed: tuple[Change, ...]
    same: int
    errors: tuple[RowError, ...]
    hints: tuple[RowError, ...] = ()
    passed: tuple[RowError, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Equal when the sheet would still do what a person has seen and agreed to."""
        told = [(c.number, c.new, dict(c.differences)) for c in (*self.new, *self.changed)]
        return hashlib.sha256(json.dumps([told, self.same]).encode()).hexdigest()
