"""Signatures: who stands for which revision of what, having shown anew who they are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.act import Act
from inventory.columns import UtcDateTime
from inventory.db import Base, Recorded, Scoped, points_to
from inventory.proof import METHODS, Proof, fresh
from inventory.register import FieldError, Rejected
from inventory.revision import MEANINGS, Revision, digest, fix, latest
from inventory.role import MAY, ROLES, Standing, can, path_of

__all__ = ["MEANINGS", "RIGHT", "Signature", "sign", "signatures", "signed_by"]

# What it takes to sign so; "" = whoever the text is put before: an undertaking, a thing handed over
# (`unfit` of the register says to whom).
RIGHT: Mapping[str, str] = {
    "fill": "record", "review": "sign", "approve": "approve", "hand": "", "take": "", "accept": "",
}  # fmt: skip


class Signature(Scoped, Recorded, Base):
    """One signature over one revision. Never changed, never taken back: a correction is a new
    revision, which asks for new signatures."""

    __tablename__ = "signature"
    append_only: ClassVar[bool] = True

    revision_id: Mapped[str] = mapped_column(points_to("revision.id"), index=True)
    thing: Mapped[str] = mapped_column(String(60))
    thing_id: Mapped[str] = mapped_column(String(26), index=True)
    number: Mapped[int] = mapped_column()
    digest: Mapped[str] = mapped_column(String(64))
    meaning: Mapped[str] = mapped_column(String(20))
    approval_id: Mapped[str] = mapped_column(String(26), default="")  # given while deciding it
    round: Mapped[int] = mapped_column(default=1)  # 2: given again after the first ran out
    signer_id: Mapped[str] = mapped_column(points_to("person.id"), index=True)
    signer_name: Mapped[str] = mapped_column(String(80))
    roles: Mapped[str] = mapped_column(String(200), default="")
    on_behalf: Mapped[str] = mapped_column(String(80), default="")
    method: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index(
            "uq_signature_once",
            "revision_id",
            "meaning",
            "signer_id",
            "approval_id",
            "round",
            unique=True,
        ),
    )

    @property
    def meaning_label(self) -> str:
        return MEANINGS[self.meaning]

    @property
    def method_label(self) -> str:
        return METHODS.get(self.method, self.method)


@dataclass(frozen=True, slots=True)
class Hand:
    """A person about to sign: who, how proven, the digest they saw, and the right they use."""

    who: Standing
    proof: Proof
    seen: str
    right: str = ""


def sign(
    session: Session, row: Any, meaning: str, who: Standing, proof: Proof, seen: str
) -> Signature:
    """Sign the revision that was shown (`seen` = its digest). Unfixed content becomes the first
    revision by it.

    Raises Rejected when the content is another by now, the proof is stale or another person's,
    the right is missing, an author may not sign so, or it is signed already.
    """
    acting(session, who)
    hand = Hand(who, proof, seen, RIGHT[meaning])
    wrong = (*refusals(row, hand, digest(row)), *_meaning_refused(session, row, meaning, who))
    if wrong:
        raise Rejected(wrong, row.id)
    return put(session, row, fix(session, row), meaning, hand)


def put(
    session: Session, row: Any, revision: Revision, meaning: str, hand: Hand, approval_id: str = ""
) -> Signature:
    """Write a signature whose right to be there has been settled; Rejected when it is there."""
    who, path = hand.who, path_of(row) or ""
    earlier = signed_by(session, revision, meaning, who.id, approval_id)
    oldest = row.void_before(session)
    if any(oldest is None or at > oldest for at in earlier):
        raise Rejected((_wrong("meaning", f"您已经签过“{MEANINGS[meaning]}”，不必再签"),), row.id)
    signature = Signature(
        centre_id=row.centre_id, revision_id=revision.id, thing=revision.thing, thing_id=row.id,
        number=revision.number, digest=revision.digest, meaning=meaning, approval_id=approval_id,
        round=len(earlier) + 1,
        signer_id=who.id, signer_name=who.name, roles=_roles(who, hand.right),
        on_behalf=who.on_behalf(hand.right, path) if hand.right else "",
        method=hand.proof.method, at=datetime.now(UTC),
    )  # fmt: skip
    session.add(signature)
    session.flush()
    return signature


def signatures(session: Session, row: Any) -> Sequence[Signature]:
    """Every signature on any revision of a row, in the order they were given."""
    thing = type(row).__name__
    query = select(Signature).where(Signature.thing == thing, Signature.thing_id == row.id)
    return session.scalars(query.order_by(Signature.at, Signature.id)).all()


def signed_by(
    session: Session, revision: Revision, meaning: str, person_id: str, approval_id: str = ""
) -> Sequence[datetime]:
    """When this person signed that revision so."""
    query = select(Signature.at).where(
        Signature.revision_id == revision.id, Signature.meaning == meaning,
        Signature.signer_id == person_id, Signature.approval_id == approval_id,
    )  # fmt: skip
    return session.scalars(query).all()


def refusals(row: Any, hand: Hand, content_digest: str) -> Iterator[FieldError]:
    """What stands against this hand on this content, whatever it means to say."""
    proof, now = hand.proof, datetime.now(UTC)
    if proof.person_id != hand.who.id or not fresh(proof, now):
        yield _wrong("password", "身份确认已过期，请重新输入口令")
    if hand.seen != content_digest:
        yield _wrong("seen", "内容在您打开之后有了变化，请重新打开看过再签")
    if hand.right and not can(hand.who, hand.right, row):
        yield _wrong("right", "您在这个单位没有这项权限")


def _meaning_refused(
    session: Session, row: Any, meaning: str, who: Standing
) -> Iterator[FieldError]:
    if meaning not in row.meanings:
        yield _wrong("meaning", f"{row.title}不能签“{MEANINGS[meaning]}”")
    elif cause := row.unfit(session, meaning, who):
        yield _wrong("meaning", cause)
    if meaning not in row.apart:
        return
    last = latest(session, row)
    if last is None:
        yield _wrong("meaning", "还没有人提交，不能签字：请编写人先填报")
    elif wrote(last, who, RIGHT[meaning], path_of(row) or ""):
        yield _wrong("meaning", f"您是编写人，“{MEANINGS[meaning]}”须由别人签")


def wrote(revision: Revision, who: Standing, right: str, path: str) -> bool:
    """Is this person an author, or acting at this place for one? Nobody judges one's own work by
    proxy."""
    return bool({who.id, who.deputises(right, path)} & set(revision.writers))


def _roles(who: Standing, right: str) -> str:
    held = {one.role for one in who.held if not right or right in MAY[one.role]}
    return "、".join(ROLES[role] for role in sorted(held))


def _wrong(field: str, cause: str) -> FieldError:
    return FieldError(field, "签字", cause)


def acting(session: Session, who: Standing) -> None:
    """The one who signs is the one the audit trail names. ValueError when the code mixes them."""
    act: Act = session.info["act"]
    if act.actor != who.id:
        raise ValueError(f"{who.id} cannot sign in an act of {act.actor}")
