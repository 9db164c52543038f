"""What the console knows of a shift that ends: written into its handover, for the giver to edit."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.care import KINDS
from inventory.caring import matters
from inventory.centre import Centre
from inventory.device import Device
from inventory.fault import OPEN as BROKEN
from inventory.fault import STATES as FAULT
from inventory.fault import Fault
from inventory.log_day import STATES as SHEET
from inventory.log_day import WRITABLE, LogDay
from inventory.log_signed import signed_days
from inventory.overdue_papers import overdue_papers
from inventory.repair import OPEN as MENDING
from inventory.repair import STATES as REPAIR
from inventory.repair import Repair
from inventory.shanghai import SHANGHAI, today
from inventory.shift_handover import ShiftHandover
from inventory.state import DeviceState

_BACK = timedelta(days=14)
_MOST = 30  # lines of one kind: more are told by their number


def prefilled(
    session: Session, centre_id: str, now: datetime | None = None
) -> Mapping[str, str | None]:
    """Field of a ShiftHandover → its text (a line each; None when there is nothing), for a centre
    and the units below it, within the session's scope."""
    at = now or datetime.now(UTC)
    inside = _below(session, centre_id)
    return {
        "problems": _text(*_faults(session, inside), *_repairs(session, inside),
                          *_down(session, inside)),
        "unsigned": _text(*_unsigned(session, centre_id, at)),
        "due": _text(*_late(session, inside, at), *_care(session, inside, at)),
        "keys": _keys(session, centre_id),
    }  # fmt: skip


def _below(session: Session, centre_id: str) -> frozenset[str]:
    """Ids of the centre and of everything below it that is in sight."""
    path = session.get_one(Centre, centre_id).path
    query = select(Centre.id).where(Centre.path.startswith(path, autoescape=True))
    return frozenset(session.scalars(query))


def _faults(session: Session, inside: frozenset[str]) -> Iterator[str]:
    query = select(Fault).where(Fault.state.in_(BROKEN), Fault.retired_at.is_(None))
    for row in session.scalars(query.order_by(Fault.number)):
        if row.centre_id in inside:
            yield f"故障 {row.number}：{row.phenomenon}（{FAULT[row.state]}）"


def _repairs(session: Session, inside: frozenset[str]) -> Iterator[str]:
    query = select(Repair).where(Repair.state.in_(MENDING), Repair.retired_at.is_(None))
    for row in session.scalars(query.order_by(Repair.number)):
        if row.centre_id in inside:
            yield f"维修 {row.number}：{row.fault}（{REPAIR[row.state]}）"


def _down(session: Session, inside: frozenset[str]) -> Iterator[str]:
    """What does not answer now, since when and why; not what only hangs below it."""
    query = (
        select(Device, DeviceState)
        .join(DeviceState, DeviceState.device_id == Device.id)
        .where(DeviceState.state == "down", Device.retired_at.is_(None))
    )
    for device, seen in session.execute(query.order_by(DeviceState.since)):
        if device.centre_id in inside:
            since = f"自 {seen.since.astimezone(SHANGHAI):%m-%d %H:%M}" if seen.since else ""
            yield f"中断 {device.name}：{'，'.join(filter(None, (since, seen.why)))}"


def _unsigned(session: Session, centre_id: str, at: datetime) -> Iterator[str]:
    """Whose signature the last two weeks still want, and which sheets have not gone up; today's is
    still being written."""
    yesterday = today(at) - timedelta(days=1)
    first = yesterday - _BACK
    owed: dict[date, list[str]] = defaultdict(list)
    for line in signed_days(session, centre_id, first, yesterday, at):
        for day in (day for day, mark in line.days.items() if mark in ("due", "missing")):
            owed[day].append(line.name)
    for day, names in sorted(owed.items()):
        yield f"{day}：{'、'.join(names)} 没有签字"
    query = select(LogDay).where(
        LogDay.centre_id == centre_id,
        LogDay.state.in_(WRITABLE),
        LogDay.day.between(first, yesterday),
    )
    for sheet in session.scalars(query.order_by(LogDay.day, LogDay.shift)):
        yield f"{sheet.label}：{SHEET[sheet.state]}，没有提交审阅"


def _late(session: Session, inside: frozenset[str], at: datetime) -> Iterator[str]:
    for paper, cause in overdue_papers(session, at):
        if paper.centre_id in inside:
            yield f"{paper.title} {paper.number}：{cause}"


def _care(session: Session, inside: frozenset[str], at: datetime) -> Iterator[str]:
    """How many things of each kind of care are due this month or late."""
    day = today(at)
    found = [one for one in matters(session, day, soon=False) if one.centre_id in inside]
    late = Counter(one.due.kind for one in found if one.due.due_on < day)
    for kind, number in Counter(one.due.kind for one in found).items():
        past = f"，其中逾期 {late[kind]} 项" if late[kind] else ""
        yield f"{KINDS[kind]}：{number} 项到期{past}"


def _keys(session: Session, centre_id: str) -> str | None:
    """Keys and tools as they were taken over last: what changed is corrected by hand."""
    query = select(ShiftHandover.keys).where(
        ShiftHandover.centre_id == centre_id, ShiftHandover.state == "taken"
    )
    return session.scalars(query.order_by(ShiftHandover.taken_at.desc()).limit(1)).first()


def _text(*lines: str) -> str | None:
    more = [f"……另有 {len(lines) - _MOST} 项"] if len(lines) > _MOST else []
    return "\n".join([*lines[:_MOST], *more]) or None
