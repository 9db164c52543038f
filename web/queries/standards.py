"""The minimum of equipment, unit by unit, as its page, its sheet and its paper tell it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.centre import TIERS
from inventory.shanghai import today
from inventory.shortfall import Shortfall, accepted
from inventory.standards import Finding, findings

STATES = {
    "short": "缺口", "accepted": "缺口已批准", "unknown": "基数未填", "met": "达标",
    "free": "按需配备",
}  # fmt: skip
COLOURS = {
    "short": "critical",
    "accepted": "warning",
    "unknown": "unknown",
    "met": "ok",
    "free": "info",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """One finding with the explanation that holds for it, and what that makes of it."""

    found: Finding
    why: Shortfall | None

    @property
    def state(self) -> str:
        if self.found.standard.free:
            return "free"
        if self.found.need is None:
            return "unknown"
        if not self.found.short:
            return "met"
        return "accepted" if self.why else "short"


def judged(session: Session, path: str) -> list[Judged]:
    """Everything below a path, worst first."""
    why = accepted(session, today())
    told = [Judged(f, why.get((f.unit.id, f.standard.id))) for f in findings(session, path)]
    return sorted(told, key=lambda one: list(STATES).index(one.state))


def narrowed(told: Sequence[Judged], state: str, text: str) -> list[Judged]:
    """Of one state, and with these words in the unit's name or the standard's title."""
    words = text.split()
    return [
        one
        for one in told
        if not state or one.state == state
        if all(word in one.found.unit.name + one.found.standard.title for word in words)
    ]


HEADS = ("单位", "层级", "标准", "依据", "要求", "至少", "现有", "缺", "结论", "说明")


def cells(one: Judged) -> tuple[str, ...]:
    """A row of the sheet."""
    found, rule = one.found, one.found.standard
    return (
        found.unit.name, _(TIERS[found.unit.tier]), _(rule.title),
        _("第 %(n)s 条", n=rule.article), rule.text,
        "" if found.need is None else str(found.need), str(found.have), str(found.short),
        _(STATES[one.state]), one.why.reason if one.why else "",
    )  # fmt: skip
