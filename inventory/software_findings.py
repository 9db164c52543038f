"""What is amiss with software: more installed than licensed, licences that end, business packages
that a unit lacks or has in another tier's edition (Articles 67–69; duty B7).

Everything within the session's scope.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from inventory.business_package import BusinessPackage, packages
from inventory.centre import Centre
from inventory.installation import Installation
from inventory.licence import Licence, LicencePeriod
from inventory.registers.package_exception import PackageException
from inventory.software import Software

AHEAD = timedelta(days=60)  # how long before its end a licence is told of (ours)


@dataclass(frozen=True, slots=True)
class Count:
    """One software: how many stand installed, how many licences hold today; None: no limit."""

    software: Software
    installed: int
    licensed: int | None

    @property
    def short(self) -> int:
        """How many licences are wanting."""
        return max(0, self.installed - self.licensed) if self.licensed is not None else 0


@dataclass(frozen=True, slots=True)
class Ending:
    """A licence that runs in periods and the last day that is paid for; None: no day ever was."""

    licence: Licence
    to_on: date | None


@dataclass(frozen=True, slots=True)
class Square:
    """One package at one unit: `state` is "ok", "missing", "wrong" (another tier's edition),
    "open" (nothing particular is asked) or "excused"; `editions` are those installed."""

    state: str
    editions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cover:
    """One unit and its nine squares, in the order of the article."""

    unit: Centre
    squares: Mapping[str, Square]


def counts(session: Session, today: date) -> list[Count]:
    """Every software in use, those with too few licences first."""
    rows = session.scalars(select(Software).where(Software.retired_at.is_(None))).all()
    installed, licensed = _installed(session), _licensed(session, today)
    told = [Count(one, installed.get(one.id, 0), _limit(one, licensed)) for one in rows]
    return sorted(told, key=lambda one: (-one.short, one.software.sort_key))


def endings(session: Session, today: date) -> list[Ending]:
    """The licences whose last period ends within AHEAD, or has ended, soonest first."""
    last = func.max(LicencePeriod.to_on)
    periods = select(LicencePeriod.licence_id, last.label("to_on"))
    alive = periods.where(LicencePeriod.retired_at.is_(None)).group_by(LicencePeriod.licence_id)
    ends = alive.subquery()
    query = select(Licence, ends.c.to_on).outerjoin(ends, ends.c.licence_id == Licence.id)
    query = query.where(Licence.term == "periods", Licence.retired_at.is_(None))
    found = [Ending(licence, to_on) for licence, to_on in session.execute(query)]
    near = (one for one in found if one.to_on is None or one.to_on <= today + AHEAD)
    return sorted(near, key=lambda one: (one.to_on or date.min, one.licence.number))


def barred(session: Session) -> Sequence[Software]:
    """Software that stands installed though the province has not approved it."""
    there = select(Installation.software_id).where(_there())
    query = select(Software).where(Software.kind == "business", Software.id.in_(there))
    return [one for one in session.scalars(query.order_by(Software.sort_key)) if one.barred]


def outdated(session: Session) -> int:
    """How many installations stand below the newest version of their software."""
    query = select(func.count()).select_from(Installation).join(
        Software, Software.id == Installation.software_id
    )  # fmt: skip
    version = func.coalesce(Installation.version, "")
    old = query.where(_there(), Software.newest.is_not(None), version != Software.newest)
    return session.scalar(old) or 0


def coverage(session: Session) -> list[Cover]:
    """Every unit of a tier that needs packages, by its code."""
    tiers = {tier for one in packages().values() for tier in one.tiers}
    query = select(Centre).where(Centre.tier.in_(tiers), Centre.retired_at.is_(None))
    units = session.scalars(query.order_by(Centre.code)).all()
    there, excused = _editions(session), _excused(session)
    return [
        Cover(
            unit,
            {
                word: square(one, unit, there.get((unit.id, word), ()), excused.get(word, ()))
                for word, one in packages().items()
            },
        )
        for unit in units
    ]


def square(
    package: BusinessPackage, unit: Centre, editions: Iterable[str], excused: Iterable[str]
) -> Square:
    """Pure: how one unit stands with one package, of which it has these editions, and which is not
    asked for below these paths."""
    has = tuple(sorted(editions))
    if unit.tier in has or (package.open and has):
        return Square("ok", has)
    if any(unit.path.startswith(path) for path in excused):
        return Square("excused", has)
    if package.open or unit.tier not in package.tiers:
        return Square("open", has)
    return Square("wrong" if has else "missing", has)


def _editions(session: Session) -> dict[tuple[str, str], set[str]]:
    """(unit, package) → the editions that stand installed there; what is barred does not count."""
    query = select(Installation.centre_id, Software).join(
        Software, Software.id == Installation.software_id
    )  # fmt: skip
    found: dict[tuple[str, str], set[str]] = {}
    wanted = query.where(_there(), Software.package.is_not(None)).distinct()
    for unit, software in session.execute(wanted):
        if software.package and not software.barred:
            found.setdefault((unit, software.package), set()).add(software.edition)
    return found


def _excused(session: Session) -> dict[str, list[str]]:
    """Package → the paths below which it is not asked for."""
    query = select(PackageException.package, Centre.path).join(
        Centre, Centre.id == PackageException.centre_id
    )  # fmt: skip
    found: dict[str, list[str]] = {}
    for word, path in session.execute(query.where(PackageException.retired_at.is_(None))):
        found.setdefault(word, []).append(path)
    return found


def _there() -> ColumnElement[bool]:
    return Installation.removed_on.is_(None) & Installation.retired_at.is_(None)


def _installed(session: Session) -> dict[str, int]:
    query = select(Installation.software_id, func.count()).where(_there())
    return {row[0]: row[1] for row in session.execute(query.group_by(Installation.software_id))}


def _licensed(session: Session, today: date) -> dict[str, list[int | None]]:
    """Software → the seats of every licence that holds today; None: as many as you like."""
    running = select(LicencePeriod.licence_id).where(
        LicencePeriod.from_on <= today, LicencePeriod.to_on >= today,
        LicencePeriod.retired_at.is_(None),
    )  # fmt: skip
    begun = (Licence.bought_on.is_(None)) | (Licence.bought_on <= today)
    holds = ((Licence.term == "lasting") & begun) | Licence.id.in_(running)
    query = select(Licence.software_id, Licence.seats)
    found: dict[str, list[int | None]] = {}
    for key, seats in session.execute(query.where(holds, Licence.retired_at.is_(None))):
        found.setdefault(key, []).append(seats)
    return found


def _limit(software: Software, licensed: Mapping[str, list[int | None]]) -> int | None:
    seats = licensed.get(software.id, [])
    if software.licensing == "none" or None in seats or (software.licensing == "site" and seats):
        return None
    return sum(one for one in seats if one)
