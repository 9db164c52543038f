"""The nine kinds of business software that every tier has in its own edition (Article 69)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from inventory.yaml_text import load as load_yaml

_SEED = Path(__file__).parent / "seed" / "packages.yaml"
EDITIONS: Mapping[str, str] = {
    "none": "不分版本", "city": "市级版", "county": "县级版", "township": "乡级版",
    "village": "村级版",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class BusinessPackage:
    """One of the nine. `tiers` are those that must have it, each in the edition of that name; an
    `open` one names no particular software, so that none can be missing."""

    number: str
    label: str
    tiers: tuple[str, ...]
    open: bool = False

    @property
    def title(self) -> str:
        return f"（{self.number}）{self.label}"


@cache
def packages() -> Mapping[str, BusinessPackage]:
    """Word → package, in the order of the article."""
    told = load_yaml(_SEED)
    return {
        word: BusinessPackage(**{**facts, "tiers": tuple(facts["tiers"])})
        for word, facts in told.items()
    }


def labels() -> Mapping[str, str]:
    return {word: one.title for word, one in packages().items()}
