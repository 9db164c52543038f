"""Are there the people the norm asks for, certified and trained? One centre or township at a time,
for one year (Articles 4–6, 47 and 149; T4, T6; duties B9, B11, B15)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from inventory.centre import Centre
from inventory.certificate import Certificate, certified
from inventory.staff import PROFESSIONAL, Staff
from inventory.training import Attendance

SESSIONS, HOURS, STATIONS = 2, 48.0, 5  # of each professional, and of each township, in a year
_DEGREES = ("secondary", "associate", "bachelor", "master")  # rising
DEGREE: Mapping[str, str] = {"city": "bachelor", "county": "associate", "township": "secondary"}
NEEDED: Mapping[str, Mapping[str, int]] = {  # how many certified people of each job
    "city": {"network_admin": 1, "technician": 1},
    "county": {"network_admin": 1, "technician": 1},
    "township": {"technician": 2},
}
TIERS = tuple(NEEDED)


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the unit, and what the year's training came to."""

    staff: Staff
    certified: bool
    egov: bool
    schooled: bool
    attended: tuple[tuple[str, Attendance], ...] = ()  # the kind of training, and what was noted

    @property
    def professional(self) -> bool:
        return self.staff.job in PROFESSIONAL

    @property
    def lessons(self) -> tuple[Attendance, ...]:
        """What counts as a professional's training."""
        return tuple(seen for kind, seen in self.attended if kind == "professional")

    @property
    def sessions(self) -> int:
        return len(self.lessons)

    @property
    def hours(self) -> float:
        return sum(one.hours for one in self.lessons)

    @property
    def examined(self) -> bool:
        return any(one.passed for one in self.lessons)

    @property
    def trained(self) -> bool:
        return self.sessions >= SESSIONS and self.hours >= HOURS

    def attended_kind(self, kind: str) -> bool:
        return any(known == kind for known, _seen in self.attended)


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One thing the norm asks for and that is not there; `running`: the year is not over yet.
    `kind` is a job, or: degree training exam egov everybody village stations."""

    kind: str
    have: float
    need: float
    names: tuple[str, ...] = ()
    running: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """One centre or township in one year."""

    centre: Centre
    members: tuple[Member, ...]
    acting: str = ""
    stations: int = 0
    shortfalls: tuple[Shortfall, ...] = ()

    def certified(self, job: str) -> int:
        return sum(one.certified for one in self.members if one.staff.job == job)

    def posts(self, job: str) -> int:
        return sum(one.staff.job == job for one in self.members)

    @property
    def professionals(self) -> tuple[Member, ...]:
        return tuple(one for one in self.members if one.professional)

    @property
    def grave(self) -> tuple[Shortfall, ...]:
        """What is wrong already, not only unfinished."""
        return tuple(one for one in self.shortfalls if not one.running)


@dataclass(frozen=True, slots=True)
class Records:
    """What the judgement rests on, as read from the registers: by seat (the centre or township
    somebody belongs to), and by person."""

    staff: Mapping[str, Sequence[Staff]]  # by seat id
    certificates: Mapping[str, Sequence[Certificate]]  # by staff id
    attended: Mapping[str, Sequence[tuple[str, Attendance]]]  # by staff id
    stations: Mapping[str, int]  # seat id → built to standard within the year
    acting: Mapping[str, str]  # seat id → the department that stands in


def judged(centre: Centre, told: Records, year: int, today: date) -> Unit:
    """One unit in one year, as it stands today or, in a year that is over, stood at its end."""
    day = min(today, date(year, 12, 31))
    members = tuple(
        _member(one, told, centre.tier, day)
        for one in told.staff.get(centre.id, ())
        if in_post(one, day)
    )
    acting, stations = told.acting.get(centre.id, ""), told.stations.get(centre.id, 0)
    unit = Unit(centre, members, acting, stations)
    return replace(unit, shortfalls=tuple(_short(unit, year, today)))


def in_post(one: Staff, day: date) -> bool:
    return (one.entered_on is None or one.entered_on <= day) and not one.gone(day)


def _member(one: Staff, told: Records, tier: str, day: date) -> Member:
    level = "city" if tier == "township" else "province"
    held = told.certificates.get(one.id, ())
    egov = any(each.kind == "egov" and each.holds(day) for each in held)
    wanted = _DEGREES[_DEGREES.index(DEGREE.get(tier, "secondary")) :]
    schooled = one.degree in wanted and one.computing
    seen = tuple(told.attended.get(one.id, ()))
    return Member(one, certified(held, one.job, level, day), egov, schooled, seen)


def _short(unit: Unit, year: int, today: date) -> Iterator[Shortfall]:
    """In the order of the norm: people, schooling, training, the township's own."""
    running = today <= date(year, 12, 31)
    for job, need in NEEDED[unit.centre.tier].items():
        if unit.certified(job) < need:
            yield Shortfall(job, unit.certified(job), need)
    skilled = unit.professionals
    yield from _lacking("degree", skilled, [one for one in skilled if one.schooled], False)
    civil = [one for one in unit.members if one.staff.civil]
    yield from _lacking("egov", civil, [one for one in civil if one.egov], False)
    yield from _lacking("training", skilled, [one for one in skilled if one.trained], running)
    yield from _lacking("exam", skilled, [one for one in skilled if one.examined], running)
    if unit.centre.tier == "township":
        yield from _township(unit, running)


def _township(unit: Unit, running: bool) -> Iterator[Shortfall]:
    keepers = [one for one in unit.members if one.staff.job == "village"]
    own = [one for one in unit.members if one.staff.job != "village"]
    for kind, people in (("everybody", own), ("village", keepers)):
        yield from _lacking(kind, people, [p for p in people if p.attended_kind(kind)], running)
    if not keepers:
        yield Shortfall("village", 0, 1, running=running)
    if unit.stations < STATIONS:
        yield Shortfall("stations", unit.stations, STATIONS, running=running)


def _lacking(
    kind: str, people: Sequence[Member], good: Sequence[Member], running: bool
) -> Iterator[Shortfall]:
    missing = tuple(one.staff.name for one in people if one not in good)
    if missing:
        yield Shortfall(kind, len(good), len(people), missing, running)
