"""Which sensor values are worth a warning: the limits and states of the vendor profiles.

The same rules twice: in Python for the sensors of one device, in SQL for those of a fleet.
"""

import operator
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, or_, select

from inventory.device import Device
from inventory.state import Gauge
from netops.profile import Profile, profiles

WARNING, CRITICAL = 1, 2
WORDS = {0: "ok", WARNING: "warning", CRITICAL: "critical"}
_GRADES = {"warn": WARNING, "critical": CRITICAL}


@dataclass(frozen=True, slots=True)
class Rule:
    """A value of `metric` has this grade when `passes(value, bound)`."""

    metric: str
    passes: Callable[[Any, Any], Any]
    bound: float
    grade: int


def rules(profile: Profile) -> Iterator[Rule]:
    """Every limit and every bad state that a profile knows."""
    for metric, limit in profile.limits.items():
        passes = operator.le if limit.below else operator.ge
        for bound, grade in ((limit.warn, WARNING), (limit.critical, CRITICAL)):
            if bound is not None:
                yield Rule(metric, passes, bound, grade)
    for ways in profile.metrics:
        for value, state in ways[0].states.items():
            if state.level:
                yield Rule(ways[0].name, operator.eq, value, _GRADES[state.level])


def level_of(profile: Profile | None, metric: str, value: float) -> int:
    """0, WARNING or CRITICAL."""
    known = rules(profile) if profile else ()
    passed = (r.grade for r in known if r.metric == metric and r.passes(value, r.bound))
    return max(passed, default=0)


@cache
def level() -> ColumnElement[int]:
    """The same for a `Gauge` row joined with its `Device` row."""
    graded = {
        metric: case(
            *((or_(*told), grade) for grade in (CRITICAL, WARNING) if (told := each[grade])),
            else_=0,
        )
        for metric, each in _conditions().items()
    }
    return case(graded, value=Gauge.metric, else_=0)


@cache
def suspects() -> Select[Any]:
    """Ids of gauges that some profile might warn of.

    It looks at the gauges alone, so that a fleet's hundred thousand healthy values need not be
    joined with their devices first.
    """
    loose = {
        metric: or_(*(passes(Gauge.value, bound) for passes, bound in _loosest(metric)))
        for metric in _conditions()
    }
    return select(Gauge.id).where(case(loose, value=Gauge.metric, else_=False))


def _conditions() -> Mapping[str, Mapping[int, list[ColumnElement[bool]]]]:
    """By metric and grade; vendors share most limits, so one condition serves those that agree."""
    agreed: dict[Rule, list[str]] = defaultdict(list)
    for name, profile in profiles().items():
        for rule in rules(profile):
            agreed[rule].append(name)
    found: dict[str, dict[int, list[ColumnElement[bool]]]] = {}
    for rule, names in agreed.items():
        passed = and_(rule.passes(Gauge.value, rule.bound), Device.profile.in_(names))
        found.setdefault(rule.metric, defaultdict(list))[rule.grade].append(passed)
    return found


def _loosest(metric: str) -> set[tuple[Callable[[Any, Any], Any], float]]:
    known = (rule for profile in profiles().values() for rule in rules(profile))
    return {(rule.passes, rule.bound) for rule in known if rule.metric == metric}
