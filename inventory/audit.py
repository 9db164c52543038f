"""The audit chain is written here: one row for each change to a Recorded row, in the same flush,
and one for each act worth remembering that changed none. How it hangs together: `inventory.chain`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, inspect, text
from sqlalchemy.orm import Session

from inventory.act import Act
from inventory.chain import AuditRow, Broken, canonical, head, seal, verify
from inventory.db import Recorded
from inventory.secret import Sealed

__all__ = ["AuditRow", "Broken", "append", "head", "note", "verify"]

_CHAIN_LOCK = 4_100_001  # PostgreSQL advisory lock: one writer at the chain's head
_TAKE_TURN = text("SELECT pg_advisory_xact_lock(:key)")
_UNTOLD = {"revision", "search", "sort_key"}  # bookkeeping, derived from the rest


def append(session: Session, act: Act, row: Recorded, change: str) -> None:
    """Chain one audit row for `row`; `session` must be inside a transaction."""
    before, after = _difference(row, change)
    if change == "update" and not after:
        return
    centre_id = getattr(row, "centre_id", None) or _own_centre(row)
    about = (row.__class__.__name__, row.id, centre_id)
    _chain(session, act, about, change, (before, after))


def note(
    session: Session, act: Act, thing: str, thing_id: str, centre_id: str | None,
    what: Mapping[str, Any],
) -> None:  # fmt: skip
    """Chain one row for an act that changed no Recorded row: a login, an export, a refusal.

    `what` is told as it stands (no secrets in it); `session` must be a `transaction`.
    """
    _chain(session, act, (thing, thing_id, centre_id), "event", ({}, what))


def take_turn(connection: Connection) -> None:
    """Until this transaction ends, nobody else adds to the chain. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(_TAKE_TURN, {"key": _CHAIN_LOCK})


def _chain(
    session: Session, act: Act, about: tuple[str, str, str | None], change: str,
    sides: tuple[Mapping[str, Any], Mapping[str, Any]],
) -> None:  # fmt: skip
    seq, prev_hash = _head(session)
    thing, thing_id, centre_id = about
    audit = AuditRow(
        seq=seq + 1,
        at=datetime.now(UTC),
        actor=act.actor,
        actor_name=act.actor_name,
        role=act.role,
        origin=act.origin,
        reason=act.reason,
        act=act.what,
        centre_id=centre_id,
        thing=thing,
        thing_id=thing_id,
        change=change,
        before=canonical(sides[0]),
        after=canonical(sides[1]),
        prev_hash=prev_hash,
    )
    seal(audit)
    session.add(audit)
    session.info["chain"] = (audit.seq, audit.row_hash)


def _own_centre(row: Recorded) -> str | None:
    return row.id if row.__class__.__name__ == "Centre" else None


def _head(session: Session) -> tuple[int, str]:
    """Sequence and hash of the newest row; inside one transaction remembered after the first."""
    if "chain" in session.info:
        return session.info["chain"]  # type: ignore[no-any-return]
    take_turn(session.connection())
    return head(session)


def _difference(row: Recorded, change: str) -> tuple[dict[str, Any], dict[str, Any]]:
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    state = inspect(row)
    touched = state.committed_state  # asking every column for its history is most of the cost
    for column in state.mapper.column_attrs:
        if column.key in _UNTOLD or (change == "update" and column.key not in touched):
            continue
        tell = _masked if column.columns[0].info.get("masked") else _plain
        if change == "insert":
            after[column.key] = tell(getattr(row, column.key))
        elif change == "delete":
            before[column.key] = tell(getattr(row, column.key))
        elif (history := state.attrs[column.key].history).has_changes():
            before[column.key] = tell(history.deleted[0] if history.deleted else None)
            after[column.key] = tell(history.added[0] if history.added else None)
    return before, after


def _masked(value: Any) -> str:
    return "（保密）" if value else ""


def _plain(value: Any) -> Any:
    if isinstance(value, Sealed):
        return _masked(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
