"""What a paper is about: the things and parts on a handover or a scrapping, one line each."""

from collections.abc import Sequence

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.db import Base, Recorded, Scoped, points_to
from inventory.equipment import Equipment


class PaperLine(Scoped, Recorded, Base):
    """One line: a thing, or so many of a part. `paper` is the class name of the paper."""

    __tablename__ = "paper_line"

    paper: Mapped[str] = mapped_column(String(40))
    paper_id: Mapped[str] = mapped_column(String(26))
    equipment_id: Mapped[str | None] = mapped_column(points_to("equipment.id"), index=True)
    part_id: Mapped[str | None] = mapped_column(points_to("part.id"), index=True)
    batch: Mapped[str] = mapped_column(String(80), default="")  # serial or batch of the parts
    room_id: Mapped[str | None] = mapped_column(points_to("room.id"))  # where the parts lie
    quantity: Mapped[int] = mapped_column(default=1)
    note: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (Index("ix_paper_line_paper", "paper", "paper_id"),)


def lines_of(session: Session, paper: object) -> Sequence[PaperLine]:
    """The lines of one paper in the order they were written."""
    query = select(PaperLine).where(
        PaperLine.paper == type(paper).__name__,
        PaperLine.paper_id == paper.id,  # type: ignore[attr-defined]
    )
    return session.scalars(query.order_by(PaperLine.id)).all()


def things_on(session: Session, paper: object) -> Sequence[Equipment]:
    """The things on a paper."""
    ids = [line.equipment_id for line in lines_of(session, paper) if line.equipment_id]
    return session.scalars(
        select(Equipment).where(Equipment.id.in_(ids)).order_by(Equipment.tag)
    ).all()
