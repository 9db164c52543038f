"""The rows that a month of the duty log is read from: a dozen queries, however long the month is.

What an entry names may have left the scope since (a thing handed over): its name is read from the
bare table, since the entry itself says it.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.batches import batches
from inventory.chain import AuditRow
from inventory.device import Device
from inventory.equipment import Equipment
from inventory.log_day import LogDay
from inventory.log_draft import LogDismissal
from inventory.log_entry import LogEntry
from inventory.log_month_parts import Returned, Signed
from inventory.log_share import LogShare
from inventory.person import Person
from inventory.shanghai import SHANGHAI, today
from inventory.shift_handover import ShiftHandover
from inventory.signature import Signature
from inventory.workdays import CalendarDay

_BACK = '"state":"returned"'  # as the audit chain writes it


def sheets(session: Session, centre_id: str, first: date, last: date) -> Sequence[LogDay]:
    """The day sheets of these days, by day and shift."""
    query = select(LogDay).where(LogDay.centre_id == centre_id, LogDay.day.between(first, last))
    return session.scalars(query.order_by(LogDay.day, LogDay.shift, LogDay.id)).all()


def entries(session: Session, day_ids: Collection[str]) -> Mapping[str, list[LogEntry]]:
    """Sheet → its entries, those taken back included."""
    found: dict[str, list[LogEntry]] = defaultdict(list)
    for batch in batches(sorted(day_ids)):
        query = select(LogEntry).where(LogEntry.day_id.in_(batch))
        for row in session.scalars(query.order_by(LogEntry.occurred_at, LogEntry.id)):
            found[row.day_id or ""].append(row)
    return found


def shares(session: Session, day_ids: Collection[str]) -> Mapping[str, list[LogShare]]:
    """Sheet → everybody's part of it."""
    found: dict[str, list[LogShare]] = defaultdict(list)
    for batch in batches(sorted(day_ids)):
        query = select(LogShare).where(LogShare.day_id.in_(batch))
        for row in session.scalars(query.order_by(LogShare.id)):
            found[row.day_id].append(row)
    return found


def signed(session: Session, rows: Iterable[Any]) -> Mapping[str, tuple[Signed, ...]]:
    """Id of a row → every signature ever given on it, oldest first."""
    by_id = {row.id: row for row in rows}
    found: dict[str, list[Signed]] = defaultdict(list)
    for batch in batches(sorted(by_id)):
        query = select(Signature).where(Signature.thing_id.in_(batch))
        for one in session.scalars(query.order_by(Signature.at, Signature.id)):
            found[one.thing_id].append(_signed(session, one, by_id[one.thing_id]))
    return {key: tuple(told) for key, told in found.items()}


def _signed(session: Session, one: Signature, row: Any) -> Signed:
    void = row.void_before(session)
    stands = one.number == row.revised and (void is None or one.at > void)
    return Signed(
        one.meaning_label, one.signer_name, one.on_behalf, one.at, one.method_label, one.digest,
        one.number, stands,
    )  # fmt: skip


def returned(session: Session, day_ids: Collection[str]) -> Mapping[str, tuple[Returned, ...]]:
    """Sheet → how often it was given back: told by the audit chain, since the sheet itself keeps
    the last remark only."""
    found: dict[str, list[Returned]] = defaultdict(list)
    for batch in batches(sorted(day_ids)):
        query = select(AuditRow).where(
            AuditRow.thing_id.in_(batch), AuditRow.thing == LogDay.__name__,
            AuditRow.change == "update", AuditRow.after.contains(_BACK, autoescape=True),
        )  # fmt: skip
        for row in session.scalars(query.order_by(AuditRow.seq)):
            remark = json.loads(row.after).get("remark") or ""
            found[row.thing_id].append(Returned(row.at, row.actor_name, remark))
    return {key: tuple(told) for key, told in found.items()}


def handed(session: Session, centre_id: str, first: date, last: date) -> Sequence[ShiftHandover]:
    """The shifts handed over on these days; drafts are nobody's word yet."""
    query = select(ShiftHandover).where(
        ShiftHandover.centre_id == centre_id, ShiftHandover.day.between(first, last),
        ShiftHandover.retired_at.is_(None), ShiftHandover.state != "draft",
    )  # fmt: skip
    return session.scalars(query.order_by(ShiftHandover.day, ShiftHandover.id)).all()


def dismissed(session: Session, centre_id: str, first: date, last: date) -> Mapping[date, int]:
    """Day → how many drafts were left out of its log."""
    query = select(LogDismissal.occurred_at).where(
        LogDismissal.centre_id == centre_id,
        LogDismissal.occurred_at >= midnight(first),
        LogDismissal.occurred_at < midnight(last + timedelta(days=1)),
    )
    found: dict[date, int] = defaultdict(int)
    for at in session.scalars(query):
        found[today(at)] += 1
    return found


def things(session: Session, found: Iterable[LogEntry]) -> Mapping[str, str]:
    """Id of a piece of equipment or of a watched object → what it is called."""
    told, ids = list(found), dict[str, str]()
    thing, device = Equipment.__table__, Device.__table__
    for table, named, name in (
        (thing, thing.c.tag + " " + thing.c.name, "equipment_id"),
        (device, device.c.name, "device_id"),
    ):
        for batch in batches(sorted({getattr(one, name) for one in told} - {None})):
            query = select(table.c.id, named).where(table.c.id.in_(batch))
            ids |= {key: str(text) for key, text in session.connection().execute(query)}
    return ids


def people(session: Session, ids: Iterable[str | None]) -> Mapping[str | None, str]:
    """Id → name, also of people outside the scope: they stand on the paper."""
    table = Person.__table__
    found: dict[str | None, str] = {}
    for batch in batches(sorted(key for key in set(ids) if key)):
        query = select(table.c.id, table.c.name).where(table.c.id.in_(batch))
        found |= {row.id: row.name for row in session.connection().execute(query)}
    return found


def holidays(session: Session, first: date, last: date) -> Mapping[date, tuple[str, str]]:
    """Day → kind and name, whatever the session's scope: a township reads the home's calendar."""
    table = CalendarDay.__table__
    query = select(table.c.day, table.c.kind, table.c.name).where(
        table.c.day.between(first, last), table.c.retired_at.is_(None)
    )
    return {row.day: (row.kind, row.name) for row in session.connection().execute(query)}


def midnight(day: date) -> datetime:
    """When that day begins in China."""
    return datetime.combine(day, time(), SHANGHAI)


def oldest(session: Session, centre_id: str) -> date | None:
    """The day of the centre's first sheet; None before there is one."""
    return session.scalar(select(func.min(LogDay.day)).where(LogDay.centre_id == centre_id))
