"""The audit chain: each change to a Recorded row, in the same flush, hashed onto the one before.

A row's hash is SHA-256 over the previous hash and the canonical JSON of the row, so that a changed,
removed or inserted row breaks every hash after it.
"""

import hashlib
import json
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, String, Text, inspect, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.act import Act
from inventory.columns import UtcDateTime
from inventory.db import Base, Recorded, Scoped
from inventory.secret import Sealed

_CHAIN_LOCK = 4_100_001  # PostgreSQL advisory lock: one writer at the chain's head
_BEFORE_FIRST = "0" * 64
_UNTOLD = {"revision", "search", "sort_key"}  # bookkeeping, derived from the rest


class AuditRow(Scoped, Base):
    """One change: who, as what, from where, why, what act, which row, before and after."""

    __tablename__ = "audit"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor: Mapped[str] = mapped_column(String(26), index=True)
    actor_name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(40))
    origin: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(Text)
    act: Mapped[str] = mapped_column(String(120))
    # Rows about the whole console (a setting) belong to no centre: only full scope sees them.
    centre_id: Mapped[str | None] = mapped_column(  # type: ignore[assignment]
        String(26), nullable=True, index=True
    )
    thing: Mapped[str] = mapped_column(String(60))
    thing_id: Mapped[str] = mapped_column(String(26), index=True)
    change: Mapped[str] = mapped_column(String(10))  # insert, update, delete
    before: Mapped[str] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    prev_hash: Mapped[str] = mapped_column(String(64))
    row_hash: Mapped[str] = mapped_column(String(64))

    def digest(self) -> str:
        """The hash this row must carry, recomputed from its content."""
        told = [
            self.seq, self.at.astimezone(UTC).isoformat(), self.actor, self.actor_name, self.role,
            self.origin, self.reason, self.act, self.centre_id, self.thing, self.thing_id,
            self.change, self.before, self.after,
        ]  # fmt: skip
        return hashlib.sha256((self.prev_hash + _canonical(told)).encode()).hexdigest()


def append(session: Session, act: Act, row: Recorded, change: str) -> None:
    """Chain one audit row for `row`; `session` must be inside a transaction."""
    before, after = _difference(row, change)
    if change == "update" and not after:
        return
    seq, prev_hash = _head(session)
    audit = AuditRow(
        seq=seq + 1,
        at=datetime.now(UTC),
        actor=act.actor,
        actor_name=act.actor_name,
        role=act.role,
        origin=act.origin,
        reason=act.reason,
        act=act.what,
        centre_id=getattr(row, "centre_id", None) or _own_centre(row),
        thing=row.__class__.__name__,
        thing_id=row.id,
        change=change,
        before=_canonical(before),
        after=_canonical(after),
        prev_hash=prev_hash,
    )
    audit.row_hash = audit.digest()
    session.add(audit)
    session.info["chain"] = (audit.seq, audit.row_hash)


def head(session: Session) -> tuple[int, str]:
    """Sequence (which is also the number of rows) and hash of the newest row of the one chain,
    whatever the session's scope."""
    newest = select(AuditRow.seq, AuditRow.row_hash).order_by(AuditRow.seq.desc()).limit(1)
    found = session.connection().execute(newest).first()
    return (found.seq, found.row_hash) if found else (0, _BEFORE_FIRST)


def verify(session: Session, after: int = 0) -> int | None:
    """The first `seq` at which the chain is broken, or None when it holds from `after` to the end.

    The row `after` itself is taken at its word: it is where an earlier look left off.
    """
    before = session.scalar(select(AuditRow.row_hash).where(AuditRow.seq == after))
    expected = (after + 1, before if after else _BEFORE_FIRST)
    query = select(AuditRow).where(AuditRow.seq > after).order_by(AuditRow.seq)
    with closing(session.scalars(query.execution_options(yield_per=1000))) as rows:
        for row in rows:
            if (row.seq, row.prev_hash) != expected or row.row_hash != row.digest():
                return expected[0]
            expected = (row.seq + 1, row.row_hash)
    return None


def _own_centre(row: Recorded) -> str | None:
    return row.id if row.__class__.__name__ == "Centre" else None


def _head(session: Session) -> tuple[int, str]:
    """Sequence and hash of the newest row; inside one transaction remembered after the first."""
    if "chain" in session.info:
        return session.info["chain"]  # type: ignore[no-any-return]
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK})
    return head(session)


def _difference(row: Recorded, change: str) -> tuple[dict[str, Any], dict[str, Any]]:
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    state = inspect(row)
    for column in state.mapper.column_attrs:
        if column.key in _UNTOLD:
            continue
        history = state.attrs[column.key].history
        tell = _masked if column.columns[0].info.get("masked") else _plain
        if change == "insert":
            after[column.key] = tell(getattr(row, column.key))
        elif change == "delete":
            before[column.key] = tell(getattr(row, column.key))
        elif history.has_changes():
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


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
