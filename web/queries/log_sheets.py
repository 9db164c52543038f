"""What the leader's queue shows: the sheets that wait, and one of them whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, not_, select
from sqlalchemy.orm import Session

from inventory.attachment import Attachment, attachments
from inventory.batches import batches
from inventory.centre import Centre
from inventory.error_record import ErrorRecord
from inventory.log_addenda import addenda
from inventory.log_book import entries_of, shares_of
from inventory.log_day import LogDay
from inventory.log_entry import LogEntry
from inventory.log_sections import LOG_TIERS, SECTIONS
from inventory.log_share import LogShare
from inventory.opened import seen_by
from inventory.revision import digest
from inventory.role import Standing

PAGE = 50
_MOST = 500  # sheets through which one reads on from each other


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of it. `read` are the sheets that this person has opened as they stand; `centres`
    names the units."""

    rows: Sequence[LogDay]
    page: int
    pages: int
    total: int
    read: frozenset[str]
    centres: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as it is read: its entries by section, whose part is signed, what stands beside
    it, its files, and its place among those that wait."""

    row: LogDay
    digest: str
    centre: str
    sections: Sequence[tuple[str, Sequence[LogEntry]]]
    shares: Sequence[LogShare]
    addenda: Mapping[str, Sequence[ErrorRecord]]
    files: Sequence[Attachment]
    number: int
    total: int
    before: str
    after: str


def queue(session: Session, who: Standing, page: int) -> Queue:
    """What waits for this person, longest first; the session reaches where they may sign."""
    query = waiting(session, who)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    pages = max(1, -(-total // PAGE))
    here = min(max(1, page), pages)
    rows = session.scalars(query.limit(PAGE).offset((here - 1) * PAGE)).all()
    return Queue(rows, here, pages, total, read(session, who, rows), _named(session, rows))


def waits(session: Session, who: Standing) -> int:
    query = waiting(session, who)
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def read(session: Session, who: Standing, rows: Sequence[LogDay]) -> frozenset[str]:
    """Which of them this person was shown with their content of now."""
    seen = seen_by(session, who.id, LogDay.__name__)
    return frozenset(row.id for row in rows if seen.get(row.id) == digest(row))


def sheet(session: Session, who: Standing, row: LogDay) -> Sheet:
    """One of them whole, with the one before it and the one after it."""
    ids = list(session.scalars(waiting(session, who).with_only_columns(LogDay.id).limit(_MOST)))
    here = ids.index(row.id) if row.id in ids else 0
    told = entries_of(session, row)
    by_section = [(SECTIONS[key], [one for one in told if one.section == key]) for key in SECTIONS]
    return Sheet(
        row, digest(row), _named(session, [row]).get(row.centre_id, ""),
        [(label, found) for label, found in by_section if found], shares_of(session, row),
        addenda(session, [row.id]),
        [one for one in attachments(session, row) if one.retired_at is None],
        here + 1, len(ids), ids[here - 1] if here else "",
        ids[here + 1] if here + 1 < len(ids) else "",
    )  # fmt: skip


def waiting(session: Session, who: Standing) -> Select[LogDay]:
    """What this person may sign: nobody judges what they wrote on, nor what was written by whom
    they stand in for there (`LogDay.unfit`)."""
    query = select(LogDay).where(LogDay.state == "submitted", LogDay.id.not_in(_written(who.id)))
    for away, centres in _stood_in_for(session, who).items():
        theirs = and_(LogDay.centre_id.in_(centres), LogDay.id.in_(_written(away)))
        query = query.where(not_(theirs))
    return query.order_by(LogDay.submitted_at, LogDay.id)


def _written(person_id: str) -> Select[str]:
    return select(LogShare.day_id).where(LogShare.author_id == person_id)


def _stood_in_for(session: Session, who: Standing) -> Mapping[str, Sequence[str]]:
    """Person id → ids of the centres where `who` signs in their place alone."""
    found: dict[str, list[str]] = {}
    if not any(one.on_behalf for one in who.held):
        return found
    kept = select(Centre.id, Centre.path).where(Centre.tier.in_(LOG_TIERS))
    for key, path in session.execute(kept):
        if away := who.deputises("sign", path):
            found.setdefault(away, []).append(key)
    return found


def _named(session: Session, rows: Sequence[LogDay]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for batch in batches(sorted({row.centre_id for row in rows})):
        query = select(Centre.id, Centre.name).where(Centre.id.in_(batch))
        found |= dict(session.execute(query).all())
    return found
