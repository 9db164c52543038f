"""What a sensor's value is called on a page: its title, its word or figure, its limits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from inventory.state import Gauge
from netops.profile import Profile, profiles
from netops.vocabulary import Limit
from web.locale import duration
from web.queries.levels import WORDS, level_of

_HEADLINES = ("output_source", "battery_charge", "load", "cpu", "memory", "temperature", "disk")
_RANK = {"": -1} | {word: grade for grade, word in WORDS.items()}


@dataclass(frozen=True, slots=True)
class Shown:
    """One sensor as people read it.

    `state` is a key of web.states, "" when no rule judges it; `meter` holds the limits (warning,
    critical) of a percentage that is bad when high, None for all else.
    """

    gauge: Gauge
    title: str
    text: str
    state: str
    limits: str
    source: str
    meter: tuple[float, float] | None


def shown(gauge: Gauge, profile_name: str) -> Shown:
    """A gauge of a device with this profile."""
    profile = profiles().get(profile_name)
    known = profile.metric(gauge.metric) if profile else None
    state = known.states.get(int(gauge.value)) if known and gauge.value % 1 == 0 else None
    limit = profile.limits.get(gauge.metric) if profile else None
    return Shown(
        gauge=gauge,
        title=_(known.title) if known else gauge.metric,
        text=_(state.text) if state else value(gauge.value, gauge.unit),
        state=WORDS[level_of(profile, gauge.metric, gauge.value)] if limit or state else "",
        limits=limits(limit, gauge.unit) if limit else "",
        source=_(limit.source) if limit else "",
        meter=_meter(limit) if gauge.unit == "%" else None,
    )


def unproven(profile_name: str) -> str:
    """What of this profile no recording of a real device has shown, "" when all of it was."""
    profile = profiles().get(profile_name)
    return _(profile.unproven) if profile and profile.unproven else ""


def title(profile: Profile | None, metric: str) -> str:
    known = profile.metric(metric) if profile else None
    return _(known.title) if known else metric


def value(number: float, unit: str) -> str:
    """38.6 ℃; seconds as a span."""
    if unit == "s":
        return duration(number)
    text = f"{number:,.2f}".rstrip("0").rstrip(".")
    return f"{text} {unit}".rstrip()


def limits(limit: Limit, unit: str) -> str:
    return " · ".join(_limits(limit, unit))


def _meter(limit: Limit | None) -> tuple[float, float] | None:
    if limit is None or limit.below:
        return None
    return limit.warn, 101 if limit.critical is None else limit.critical


def _limits(limit: Limit, unit: str) -> Iterator[str]:
    sign = "≤" if limit.below else "≥"
    yield _("警告 %(limit)s", limit=f"{sign} {value(limit.warn, unit)}")
    if limit.critical is not None:
        yield _("严重 %(limit)s", limit=f"{sign} {value(limit.critical, unit)}")


def headlines(gauges: Sequence[Gauge], profile_name: str) -> list[Shown]:
    """The few figures that a device is known by; of several of a kind the worst."""
    found = []
    for metric in _HEADLINES:
        same = [shown(gauge, profile_name) for gauge in gauges if gauge.metric == metric]
        found += sorted(same, key=lambda one: (-_RANK[one.state], -one.gauge.value))[:1]
    return found
