"""The roll of a training: everybody who may have been there, and who was."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.register import FieldError, Rejected
from inventory.staff import Staff
from inventory.staffing import in_post
from inventory.training import MEANT, Attendance, Training


@dataclass(frozen=True, slots=True)
class Line:
    """One person on the roll; `meant`: this kind of training is for them."""

    staff: Staff
    meant: bool
    noted: Attendance | None


def roll(session: Session, training: Training) -> Sequence[Line]:
    """Everybody in post at its centre and below: whom it is meant for first, then by name."""
    noted = {one.staff_id: one for one in _noted(session, training)}
    path = session.get_one(Centre, training.centre_id).path
    below = select(Centre.id).where(Centre.path.startswith(path, autoescape=True))
    query = select(Staff).where(Staff.retired_at.is_(None), Staff.centre_id.in_(below))
    found = session.scalars(query.order_by(Staff.sort_key)).all()
    lines = [
        Line(one, is_meant(training.kind, one.job), noted.get(one.id))
        for one in found
        if one.id in noted or in_post(one, training.started_on)
    ]
    return sorted(lines, key=lambda line: not (line.meant or line.noted))


def is_meant(kind: str, job: str) -> bool:
    """Is a training of this kind for people of this job?"""
    return job in MEANT[kind] if kind in MEANT else job != "village"


def enter(
    session: Session, training: Training, present: Mapping[str, Mapping[str, Any]]
) -> Collection[Attendance]:
    """Write the whole roll: `present` maps the staff ids that were there to the values of their
    line (hours, score, passed). Whoever is no longer ticked is taken off. Raises Rejected."""
    noted = {one.staff_id: one for one in _noted(session, training)}
    known = {line.staff.id: line.staff for line in roll(session, training)}
    if set(present) - set(known):
        raise Rejected((FieldError("staff_id", "人员", "有人不在这次培训的单位里"),), training.id)
    for staff_id, values in present.items():
        row = noted.get(staff_id) or _fresh(session, training, known[staff_id])
        for name, value in values.items():
            setattr(row, name, value)
        noted[staff_id] = row
    for staff_id in set(noted) - set(present):
        noted.pop(staff_id).turn(gone=True)
    session.flush()
    return noted.values()


def _fresh(session: Session, training: Training, staff: Staff) -> Attendance:
    row = Attendance(centre_id=staff.centre_id, training_id=training.id, staff_id=staff.id)
    session.add(row)
    return row


def _noted(session: Session, training: Training) -> Sequence[Attendance]:
    query = select(Attendance).where(
        Attendance.training_id == training.id, Attendance.retired_at.is_(None)
    )
    return session.scalars(query).all()
