"""Violations as they are written down: opened, noted while they last, ended, told of."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from inventory.address_finding import KINDS, AddressFinding, FindingSeen, notice_key
from inventory.batches import batches
from inventory.notice import settle, tell
from inventory.stepping import moving
from playbooks.drift_turn import Standing, Turn
from playbooks.drift_words import Case

_TOLD_APART = 5  # more at once are one notice


def write(session: Session, turn: Turn, now: datetime) -> None:
    """One look's changes, with the notices of what is new or back."""
    _open(session, turn.new, now)
    _come_back(session, turn.back, now)
    _note(session, turn.still, now)
    _miss(session, turn.away)
    _end(session, turn.over, now)


def _open(session: Session, new: Sequence[Case], now: datetime) -> None:
    rows = [_row(one, now) for one in new]
    with moving(session, *rows):
        session.add_all(rows)
    session.add_all(_seen(row, one, now) for row, one in zip(rows, new, strict=True))
    session.flush()
    _tell(session, [(row.id, one) for row, one in zip(rows, new, strict=True)])


def _row(one: Case, now: datetime) -> AddressFinding:
    return AddressFinding(
        centre_id=one.centre_id, kind=one.kind, severity=one.severity, object=one.object,
        prefix_id=one.prefix_id or None, ip=one.ip or None, mac=one.mac or None,
        binding_id=one.binding_id or None, device_id=one.device_id or None, port=one.port,
        evidence=one.text, first_at=now,
    )  # fmt: skip


def _seen(row: AddressFinding, one: Case, now: datetime) -> FindingSeen:
    return FindingSeen(
        finding_id=row.id, centre_id=row.centre_id, last_at=now, times=1, present=True,
        facts=dict(one.facts), text=one.text,
    )  # fmt: skip


def _come_back(session: Session, back: Sequence[tuple[Standing, Case]], now: datetime) -> None:
    """What was thought to be over, or set right, is not."""
    rows = _rows(session, [known.id for known, _ in back])
    with moving(session, *rows.values()):
        for known, one in back:
            row = rows[known.id]
            row.state, row.ended_at, row.severity = "open", None, one.severity
            _place(row, one)
    _note(session, back, now)
    _tell(session, [(known.id, one) for known, one in back if known.tells(now)])


def _note(session: Session, still: Sequence[tuple[Standing, Case]], now: datetime) -> None:
    """Seen again: one statement for all, and one more for each whose evidence is another."""
    again = update(FindingSeen).values(
        last_at=now, times=FindingSeen.times + 1, present=True
    )  # fmt: skip
    for some in batches(known.id for known, _ in still):
        session.execute(again.where(FindingSeen.finding_id.in_(some)))
    for known, one in still:
        if known.text != one.text:
            other = update(FindingSeen).where(FindingSeen.finding_id == known.id)
            session.execute(other.values(text=one.text, facts=dict(one.facts)))
    _regrade(session, [(known, one) for known, one in still if known.stands_apart(one)])


def _regrade(session: Session, changed: Sequence[tuple[Standing, Case]]) -> None:
    """The range is held to its bindings now, or no longer; the port was found after the address,
    as tables are read one by one."""
    rows = _rows(session, [known.id for known, _ in changed])
    with moving(session, *rows.values()):
        for known, one in changed:
            row = rows[known.id]
            row.severity = one.severity
            _place(row, one)


def _place(row: AddressFinding, one: Case) -> None:
    if not row.device_id:
        row.device_id, row.port = one.device_id or None, one.port


def _miss(session: Session, away: Sequence[Standing]) -> None:
    """Not seen now; whether it is over is another question."""
    for some in batches(one.id for one in away if one.present):
        missed = update(FindingSeen).where(FindingSeen.finding_id.in_(some))
        session.execute(missed.values(present=False))


def _end(session: Session, over: Sequence[Standing], now: datetime) -> None:
    """Over; what was done by somebody stays to be set right and signed off."""
    rows = _rows(session, [one.id for one in over])
    with moving(session, *rows.values()):
        for row in rows.values():
            row.ended_at = now
            row.state = "gone" if row.state == "open" else row.state
    for one in over:
        settle(session, notice_key(one.id))


def _rows(session: Session, ids: Iterable[str]) -> dict[str, AddressFinding]:
    found: dict[str, AddressFinding] = {}
    for some in batches(ids):
        query = select(AddressFinding).where(AddressFinding.id.in_(some))
        found.update((row.id, row) for row in session.scalars(query))
    return found


def _tell(session: Session, told: Sequence[tuple[str, Case]]) -> None:
    """Each by itself while they are few; a range that has just been registered tells hundreds."""
    by_centre: dict[str, list[tuple[str, Case]]] = {}
    for key, one in told:
        if one.severity != "info":
            by_centre.setdefault(one.centre_id, []).append((key, one))
    for centre, mine in by_centre.items():
        grave = [item for item in mine if item[1].severity == "critical"]
        few = mine if len(mine) <= _TOLD_APART else grave[:_TOLD_APART]
        for key, one in few:
            facts: dict[str, Any] = {"link": f"/r/address-findings/{key}", "level": one.severity}
            title = f"{KINDS[one.kind]}：{one.text.splitlines()[0]}"
            tell(
                session, "wrong", title, centre_id=centre, right="edit",
                text=one.text, key=notice_key(key), **facts,
            )  # fmt: skip
        if len(mine) > len(few):
            tell(
                session, "wrong", f"新发现 {len(mine)} 项地址违规，请处理", centre_id=centre,
                right="edit", level="warning", link="/r/address-findings",
                key=f"address-findings:{centre}",
            )  # fmt: skip
