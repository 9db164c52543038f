"""What is lent comes back: renewed once, taken back on a signature, asked for when it is late."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.equipment import Equipment
from inventory.handing_lines import unless
from inventory.handover import KINDS, Handover
from inventory.handover_needs import too_long
from inventory.moving import move
from inventory.notice import settle, tell
from inventory.paper_line import PaperLine, things_on
from inventory.shanghai import today
from inventory.signature import sign
from inventory.stepping import Step, Taken, moving, offer, refused


def loan_of(session: Session, thing: Equipment) -> Handover | None:
    """The paper on which this thing is lent now."""
    query = (
        select(Handover)
        .join(PaperLine, PaperLine.paper_id == Handover.id)
        .where(PaperLine.paper == Handover.__name__, PaperLine.equipment_id == thing.id)
        .where(Handover.state == "out")
    )
    return session.scalars(query).first()


def overdue(session: Session, now: datetime) -> Sequence[Handover]:
    """Every loan that should be back by now."""
    found = session.scalars(select(Handover).where(Handover.state == "out")).all()
    return [one for one in found if one.due is not None and one.due < today(now)]


def remind(session: Session, now: datetime) -> int:
    """Tell of each loan that is late: whoever keeps the book, a leader when it left the house; how
    many there are."""
    found = overdue(session, now)
    for paper in found:
        out = paper.kind == "outside"
        tell(
            session, "due", f"{KINDS[paper.kind]}逾期未还：{paper.headline}（应还 {paper.due}）",
            centre_id=paper.centre_id, right="approve" if out else "record",
            level="warning", link=f"/r/{paper.slug}/{paper.id}", key=_late(paper),
        )  # fmt: skip
    return len(found)


def _renew(session: Session, paper: Handover, _taken: Taken) -> None:
    if paper.renewed_to is None or paper.due_on is None or paper.renewed_to <= paper.due_on:
        raise refused(paper, "renewed_to", "应晚于原来的应还日期")
    if paper.due_on < today():
        raise refused(
            paper, "renewed_to", f"应于 {paper.due_on} 归还，已逾期：请先归还，再重新借用"
        )
    unless(paper, too_long(paper, "renewed_to", paper.due_on))
    settle(session, _late(paper))


def _back(session: Session, paper: Handover, taken: Taken) -> None:
    """It is here again: whoever takes it back signs for it."""
    assert taken.proof is not None
    sign(session, paper, "take", taken.who, taken.proof, taken.seen)
    for one in things_on(session, paper):
        if one.lent:
            move(session, one, one.state, paper, reason=f"{KINDS[paper.kind]}收回")
            with moving(session, one):
                one.lent = False
    paper.state, paper.back_at = "back", datetime.now(UTC)
    settle(session, _late(paper))


def _late(paper: Handover) -> str:
    return f"loan-late:{paper.id}"


offer(
    Handover,
    Step(
        "renew", "续借一次", ("out",), _renew, asks=("renewed_to",), needs=("renewed_to",),
        fits=lambda _s, one: one.kind == "lend" and one.renewed_to is None,
    ),
    Step(
        "back", "签收归还", ("out",), _back, proof=True, asks=("remark",),
        help="逐件看过再签；有损坏、缺件的写在意见里。",
    ),
)  # fmt: skip
