"""What stands beside the entries of a locked log: errors that were told, checked or not yet."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.batches import batches
from inventory.error_record import ErrorRecord
from inventory.log_entry import LogEntry

_LEAD = 60  # characters of an entry that tell which one is meant


def addenda(session: Session, day_ids: Collection[str]) -> Mapping[str, Sequence[ErrorRecord]]:
    """Id of an entry, or of the sheet itself where something was left out → its addenda, oldest
    first; drafts are nobody's word yet and left out."""
    found: dict[str, list[ErrorRecord]] = defaultdict(list)
    for batch in batches(sorted(day_ids)):
        query = select(ErrorRecord).where(
            ErrorRecord.log_day_id.in_(batch), ErrorRecord.state != "draft",
            ErrorRecord.retired_at.is_(None),
        )  # fmt: skip
        for row in session.scalars(query.order_by(ErrorRecord.filled_at, ErrorRecord.id)):
            found[row.log_entry_id or row.log_day_id or ""].append(row)
    return found


def begun_from(entry: LogEntry) -> Mapping[str, str]:
    """Field → text with which the form of an entry's addendum begins."""
    brief = entry.text if len(entry.text) <= _LEAD else f"{entry.text[:_LEAD]}…"
    return {
        "centre_id": entry.centre_id, "log_entry_id": entry.id, "log_day_id": entry.day_id or "",
        "object": f"日志记录 {entry.number}：{brief}", "what": entry.text,
    }  # fmt: skip
