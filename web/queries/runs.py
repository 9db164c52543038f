"""Runs of work: what people asked for, and what the console does by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from inventory.device import Device
from inventory.register import registers
from inventory.run import OWN, JobRun
from web.queries.sweeps import ROUTINE

PAGE = 50
# Kinds of runs whose subject is a row of a register, by its slug.
BOOKS: Mapping[str, str] = {
    "backup": "backup-sources", "clear": "backup-sources", "copy": "backup-places",
    "recheck": "backup-places", "restore": "backup-restores", "image": "disc-sets",
    "burn": "discs", "readback": "discs", "archive": "archive-transfers", "drill": "backup-sets",
}  # fmt: skip
# Kinds whose subject is a device; what is tried ("reach") is a source or a place.
OF_DEVICES = frozenset(("poll", "walk", "identity", "config", "procedure", "scan"))
SEARCHES = 8


@dataclass(frozen=True, slots=True)
class RunAsk:
    """Which runs: of people or, with `routine`, of the clock; "" means any kind or state.
    `person_id` asks."""

    person_id: str
    routine: bool = False
    kind: str = ""
    state: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class RunPage:
    """Newest first; `names` maps what a run was about to its name."""

    rows: Sequence[JobRun]
    names: Mapping[str, str]
    total: int
    page: int
    pages: int


def runs(session: Session, ask: RunAsk) -> RunPage:
    """One page, at most 50."""
    conditions = list(_conditions(ask))
    total = session.scalar(select(func.count()).select_from(JobRun).where(*conditions)) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(1, ask.page), pages)
    query = select(JobRun).where(*conditions).order_by(JobRun.id.desc())
    rows = session.scalars(query.limit(PAGE).offset((page - 1) * PAGE)).all()
    return RunPage(rows, subjects(session, rows), total, page, pages)


def run(session: Session, run_id: str) -> JobRun | None:
    """One run within the scope."""
    return session.scalar(select(JobRun).where(JobRun.id == run_id))


def searches(session: Session) -> Sequence[JobRun]:
    """The last searches for devices."""
    query = select(JobRun).where(JobRun.kind == "discover").order_by(JobRun.id.desc())
    return session.scalars(query.limit(SEARCHES)).all()


def subjects(session: Session, rows: Sequence[JobRun]) -> dict[str, str]:
    """Names of what runs were about, as far as the person may see it: a device, or the row of the
    register that BOOKS names for the kind."""
    keys = {row.subject for row in rows if row.subject}
    found = session.execute(select(Device.id, Device.name).where(Device.id.in_(keys)))
    return {**dict(found.all()), **_in_books(session, rows)}


def _in_books(session: Session, rows: Sequence[JobRun]) -> dict[str, str]:
    books: dict[str, set[str]] = {}
    for row in rows:
        if row.kind in BOOKS and row.subject:
            books.setdefault(BOOKS[row.kind], set()).add(row.subject)
    named: dict[str, str] = {}
    for slug, keys in books.items():
        cls = registers()[slug]
        named |= {one.id: one.label for one in session.scalars(select(cls).where(cls.id.in_(keys)))}
    return named


def _conditions(ask: RunAsk) -> list[ColumnElement[bool]]:
    routine = JobRun.kind.in_(ROUTINE)
    found: list[ColumnElement[bool]] = [routine if ask.routine else ~routine]
    found.append(or_(JobRun.kind.not_in(OWN), JobRun.requested_by == ask.person_id))
    if ask.kind:
        found.append(JobRun.kind == ask.kind)
    if ask.state:
        found.append(JobRun.state == ask.state)
    return found
