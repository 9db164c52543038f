"""What waits to be handed over as scrap, or has been: line by line, the longest waiting first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.batches import batches
from inventory.disposal import HEADS, Share, money, pieces, shares, worth
from inventory.paper_line import PaperLine
from inventory.scrapping import STATES, Scrapping
from inventory.shanghai import SHANGHAI

MOST = 2_000  # papers
COLUMNS = (
    "报废单", *HEADS, "批准日期", "批准后天数", "状态", "接收单位", "接收文号", "接收日期",
)  # fmt: skip
VIEWS = {"waiting": ("approved", "handed"), "done": ("done",)}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing, or lot of parts, with the paper it stands on."""

    paper: Scrapping
    share: Share

    @property
    def days(self) -> int | None:
        """How long ago it was agreed to; until it was received, once it was."""
        end = self.paper.finished_at or datetime.now(UTC)
        return (end - self.paper.approved_at).days if self.paper.approved_at else None

    @property
    def texts(self) -> tuple[str, ...]:
        """As COLUMNS name them."""
        one = self.paper
        waited = str(self.days) if self.days is not None else ""
        return (
            one.number, *self.share.texts, _day(one.approved_at), waited, STATES[one.state],
            one.receiver_unit or "", one.document_no or "", _day(one.finished_at),
        )  # fmt: skip


def disposals(session: Session, view: str) -> tuple[Line, ...]:
    """The lines of every paper in that view (a key of VIEWS), the oldest consent first."""
    query = select(Scrapping).where(
        Scrapping.state.in_(VIEWS[view]), Scrapping.retired_at.is_(None)
    )
    papers = session.scalars(query.order_by(Scrapping.approved_at, Scrapping.id).limit(MOST)).all()
    found: dict[str, list[Share]] = {}
    for batch in batches([paper.id for paper in papers]):
        lines = select(PaperLine).where(
            PaperLine.paper == "Scrapping", PaperLine.paper_id.in_(batch)
        )
        for one in shares(session, session.scalars(lines.order_by(PaperLine.id)).all()):
            found.setdefault(one.line.paper_id, []).append(one)
    return tuple(Line(paper, one) for paper in papers for one in found.get(paper.id, ()))


def sum_of(lines: Sequence[Line]) -> tuple[int, float]:
    """(pieces, their original cost together in yuan)."""
    told = [one.share for one in lines]
    return pieces(told), worth(told)


def last_row(lines: Sequence[Line]) -> tuple[str, ...]:
    number, cost = sum_of(lines)
    return ("合计", *[""] * 8, str(number), money(cost), *[""] * 6)


def _day(at: datetime | None) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d}" if at else ""
