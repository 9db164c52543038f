"""Texts that everybody reads and signs by name: undertakings, and the rules of the house.

A text binds everybody at its centre and below. It is a draft until it is published; every change
after that is a correction, and is signed anew.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import and_, select
from sqlalchemy.orm import Mapped, Session, object_session

from inventory.centre import Centre
from inventory.person import Person
from inventory.register import CentreRegister, RowAct, entry
from inventory.revision import Signable, fix
from inventory.shanghai import today
from inventory.signature import Signature


def _publish(row: "Acknowledged") -> None:
    session = object_session(row)
    if session is not None:
        row.publishable()
        fix(session, row, "发布")


class Acknowledged(Signable, CentreRegister):
    """A register of such texts: a subclass adds how a text is told, `body` among it."""

    __abstract__ = True
    topic: ClassVar[str] = "制度与经费"
    names: ClassVar[tuple[str, ...]] = ("heading", "centre_id")
    order: ClassVar[str] = "heading"
    meanings: ClassVar[tuple[str, ...]] = ("accept",)
    apart: ClassVar[frozenset[str]] = frozenset()
    acts: ClassVar[tuple[RowAct, ...]] = (RowAct("publish", "发布，请人员签字", _publish),)

    heading: Mapped[str] = entry("标题", required=True, listed=True, searched=True, longest=120)
    version: Mapped[str] = entry(
        "版本", required=True, listed=True, longest=40, help="例如：2026 年修订"
    )
    starts: Mapped[date] = entry("生效日期", "day", required=True, listed=True)

    def publishable(self) -> None:
        """Raises Rejected while something is missing that people are to read."""


def applying(session: Session, centre_id: str, now: datetime | None = None) -> list[Any]:
    """The published texts in force for whoever belongs to this centre, one register after another.
    The session must see everything: a text of the county binds the township, too."""
    path = session.get_one(Centre, centre_id).path
    found = (row for cls in Acknowledged.__subclasses__() for row in _in_force(session, cls, now))
    return [row for row in found if path.startswith(session.get_one(Centre, row.centre_id).path)]


def _in_force(session: Session, cls: Any, now: datetime | None) -> Sequence[Any]:
    query = select(cls).where(cls.retired_at.is_(None), cls.revised > 0, cls.starts <= today(now))
    return session.scalars(query.order_by(cls.kind, cls.heading)).all()


def accepted(session: Session, row: Any, now: datetime | None = None) -> Mapping[str, Signature]:
    """Person id → the newest signature that still holds: on this version, not older than the text
    says (`void_before`)."""
    query = select(Signature).where(
        Signature.thing == type(row).__name__, Signature.thing_id == row.id,
        Signature.number == row.revised, Signature.meaning == "accept",
    )  # fmt: skip
    oldest = row.void_before(session, now)
    if oldest is not None:
        query = query.where(Signature.at > oldest)
    return {one.signer_id: one for one in session.scalars(query.order_by(Signature.at))}


def unsigned(
    session: Session, person_id: str, centre_id: str, now: datetime | None = None
) -> list[Any]:
    """What this person has yet to read and accept, or must accept again."""
    found = applying(session, centre_id, now)
    return [row for row in found if person_id not in accepted(session, row, now)]


def bound(session: Session, row: Any) -> Sequence[Person]:
    """Everybody this text is for, by name, as far as the session may see."""
    path = session.get_one(Centre, row.centre_id).path
    below = select(Centre.id).where(Centre.path.startswith(path, autoescape=True))
    living = and_(Person.retired_at.is_(None), Person.centre_id.in_(below))
    return session.scalars(select(Person).where(living).order_by(Person.sort_key)).all()
