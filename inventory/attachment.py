"""Files hung on any row of any register: letters, photos, reports.

The file itself stands in the `Store`; here stands what it is called, on which row it hangs, and
who hung it there. It is seen by whoever sees its row. Taking it off keeps the file and the record.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String, event, func, inspect, select
from sqlalchemy.orm import Mapped, Session, UOWTransaction, mapped_column

from inventory.batches import batches
from inventory.columns import UtcDateTime
from inventory.content import LONGEST_NAME, refused
from inventory.db import Base, Recorded, RecordSession, Scoped
from inventory.register import CentreRegister, Register, registers
from inventory.store import Kept

_MAY_CHANGE = {"retired_at", "centre_id", "revision"}


class Attachment(Scoped, Recorded, Base):
    """One file on one row (`thing` is the row's class, `thing_id` its id). `part` says which
    paper it is where the register asks for certain papers (Register.parts)."""

    __tablename__ = "attachment"

    thing: Mapped[str] = mapped_column(String(60))
    thing_id: Mapped[str] = mapped_column(String(26))
    part: Mapped[str] = mapped_column(String(20), default="")
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    kind: Mapped[str] = mapped_column(String(10))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    added_by: Mapped[str] = mapped_column(String(26))
    added_name: Mapped[str] = mapped_column(String(80))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_attachment_thing", "thing_id", "thing"),)

    def prepare(self, session: Session) -> None:
        """What was hung stays as it was; a paper with a part is told to its row."""
        state = inspect(self)
        changed = {a.key for a in state.attrs if a.history.has_changes()}
        if state.persistent and changed - _MAY_CHANGE:
            raise refused("附件的内容不能改，请停用后另传")
        row = self.row(session)
        if row is None:
            raise refused("它所在的记录不存在，或者不在您的权限范围内")
        cause = row.shut(session)
        if cause:
            raise refused(cause)
        if self.part and (not state.persistent or "retired_at" in changed):
            row.hung(self.part, _digests(session, row, self))

    def turn(self, *, gone: bool) -> None:
        """Take it off its row, or hang it there again."""
        self.retired_at = datetime.now(UTC) if gone else None

    def row(self, session: Session) -> Register | None:
        """The row it hangs on; None outside the session's scope."""
        cls = next(c for c in registers().values() if c.__name__ == self.thing)
        return session.get(cls, self.thing_id)


def attach(session: Session, row: Register, kept: Kept, part: str = "") -> Attachment:
    """Hang a kept file on a row, within the act of `session`. Raises Rejected."""
    if part and part not in row.parts:
        raise refused("这种记录没有这一项材料")
    session.flush()  # the row as it was typed is written, and audited, before the file is hung
    act = session.info["act"]
    hung = Attachment(
        thing=type(row).__name__, thing_id=row.id, centre_id=getattr(row, "centre_id", row.id),
        part=part, name=kept.name, kind=kept.kind, size=kept.size, sha256=kept.sha256,
        added_by=act.actor, added_name=act.actor_name, added_at=datetime.now(UTC),
    )  # fmt: skip
    session.add(hung)
    session.flush()
    return hung


def attachments(session: Session, row: Register) -> Sequence[Attachment]:
    """What hangs on a row, oldest first, the retired ones last."""
    query = select(Attachment).where(
        Attachment.thing_id == row.id, Attachment.thing == type(row).__name__
    )
    order = (Attachment.retired_at.is_not(None), Attachment.id)
    return session.scalars(query.order_by(*order)).all()


def counts(session: Session, cls: type[Register], ids: Collection[str]) -> dict[str, int]:
    """How many files hang on each of these rows; rows without any are left out."""
    found: dict[str, int] = {}
    for batch in batches(sorted(ids)):
        query = (
            select(Attachment.thing_id, func.count())
            .where(Attachment.thing == cls.__name__, Attachment.thing_id.in_(batch))
            .where(Attachment.retired_at.is_(None))
            .group_by(Attachment.thing_id)
        )
        found |= dict(session.execute(query).all())
    return found


def _digests(session: Session, row: Register, newest: Attachment) -> tuple[str, ...]:
    """The living papers of one part, `newest` as it will be, by content."""
    with session.no_autoflush:
        known = {one.id: one for one in attachments(session, row)} | {newest.id: newest}
    living = (one for one in known.values() if one.part == newest.part and not one.retired_at)
    return tuple(sorted({one.sha256 for one in living}))


@event.listens_for(RecordSession, "before_flush", insert=True)
def _follow(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    """Files move to another centre with their row, or the one it leaves would still see them."""
    for row in session.dirty:
        if not isinstance(row, CentreRegister):
            continue
        if inspect(row).attrs.centre_id.history.has_changes():
            with session.no_autoflush:
                for one in attachments(session, row):
                    one.centre_id = row.centre_id
