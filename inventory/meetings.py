"""How many meetings, assessments and bulletins a year asks of a centre, and how many there were
(management Articles 27–29)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.grant import Grant
from inventory.meeting import KINDS, Meeting
from inventory.shanghai import today

REQUIRED: Mapping[str, Mapping[str, int]] = {  # a year, by tier; an assessment in each half
    "province": {"meeting": 3, "assessment": 2, "bulletin": 2},
    "city": {"meeting": 4, "assessment": 2, "bulletin": 3},
    "county": {"meeting": 6, "assessment": 2, "bulletin": 4},
}
_JUNE, _DECEMBER = 6, 12
Held = Mapping[str, tuple[int, int]]  # kind → how many in the first half of the year, the second


@dataclass(frozen=True, slots=True)
class Missing:
    """So many of a kind still to come; `half` is 1 or 2 where a certain half of the year lacks it,
    0 where any day of the year will do."""

    kind: str
    number: int
    half: int = 0

    def __str__(self) -> str:
        if self.half:
            return f"{'上' if self.half == 1 else '下'}半年评估还没有"
        return f"{KINDS[self.kind]}还差 {self.number} 次"


def counts(
    session: Session, centre: Centre, year: int, day: date | None = None
) -> Mapping[str, tuple[int, int]]:
    """Kind → (held, required) of one centre by `day`, within the session's scope; {} for a unit of
    which the norm asks none. Of assessments the halves count that had one."""
    return tally(centre.tier, held(session, year, day).get(centre.id, {}))


def held(session: Session, year: int, day: date | None = None) -> Mapping[str, Held]:
    """Centre → what was held there in that year by `day` (today), within the session's scope."""
    query = select(Meeting.centre_id, Meeting.kind, Meeting.held_on).where(
        Meeting.retired_at.is_(None), Meeting.held_on >= date(year, 1, 1),
        Meeting.held_on <= min(date(year, _DECEMBER, 31), day or today()),
    )  # fmt: skip
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for centre_id, kind, held_on in session.execute(query):
        kinds = found.setdefault(centre_id, {})
        first, second = kinds.get(kind, (0, 0))
        early = held_on.month <= _JUNE
        kinds[kind] = (first + early, second + (not early))
    return found


def meeting_homes(session: Session) -> set[str]:
    """Ids of the centres of which meetings are asked, whatever the session's scope: where people
    have been given roles. A home knows every county of the province; most keep a console of their
    own, or none."""
    centre, grant = Centre.__table__, Grant.__table__
    query = (
        select(centre.c.id)
        .join(grant, grant.c.centre_id == centre.c.id)
        .where(centre.c.tier.in_(REQUIRED), centre.c.retired_at.is_(None))
        .where(grant.c.agreed_at.is_not(None), grant.c.retired_at.is_(None))
    )
    return set(session.connection().scalars(query.distinct()))


def tally(tier: str, told: Held) -> Mapping[str, tuple[int, int]]:
    """Pure: kind → (held, required) for a tier."""
    return {
        kind: (_counted(kind, told.get(kind, (0, 0))), required)
        for kind, required in REQUIRED.get(tier, {}).items()
    }


def missing(tier: str, told: Held, *, half: int = 2) -> list[Missing]:
    """Pure: what a tier still lacks by the end of that half of the year (1 or 2)."""
    found: list[Missing] = []
    for kind, required in REQUIRED.get(tier, {}).items():
        if kind == "assessment":
            found += _unassessed(told.get(kind, (0, 0))[:half])
        else:
            number = required * half // 2 - sum(told.get(kind, (0, 0))[:half])
            found += [Missing(kind, number)] if number > 0 else []
    return found


def _unassessed(halves: Iterable[int]) -> Iterator[Missing]:
    return (Missing("assessment", 1, n) for n, told in enumerate(halves, 1) if not told)


def _counted(kind: str, halves: tuple[int, int]) -> int:
    return sum(map(bool, halves)) if kind == "assessment" else sum(halves)
