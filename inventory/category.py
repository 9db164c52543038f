"""Categories of equipment, and what is known of each before anybody decides otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from inventory.yaml_text import load as load_yaml

_SEED = Path(__file__).parent / "seed" / "categories.yaml"


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of thing. `code` begins its tags; years and days are defaults that a centre may
    change (`inventory.care_rule`), None where nothing is due; `devices` names the kinds of
    monitored devices that such a thing may be, `also` what offices call it besides."""

    label: str
    code: str
    powered: bool = True
    storage: bool = False
    life_years: float | None = None
    clean_days: int | None = None
    battery_years: float | None = None
    devices: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


@cache
def categories() -> Mapping[str, Category]:
    """Word → category, in the order lists show them."""
    told = load_yaml(_SEED)
    return {
        word: Category(**facts | {name: tuple(facts.get(name, ())) for name in ("devices", "also")})
        for word, facts in told.items()
    }


def labels() -> Mapping[str, str]:
    return {word: one.label for word, one in categories().items()}


def nicknames() -> Mapping[str, str]:
    """What else sheets call a category → its label."""
    return {name: one.label for one in categories().values() for name in one.also}
