"""The audit chain as it stands: its rows, the hashes they must carry, and what is wrong with it.

A row's hash is SHA-256 over the previous hash and the canonical JSON of the row, so that a changed,
removed or inserted row breaks every hash after it. Where OpenSSL has SM3 (GB/T 32905) the same text
is hashed with it, too, and SHA-256 covers that hash: it cannot be taken away afterwards.
"""

import hashlib
import json
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Connection, Row, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.columns import UtcDateTime
from inventory.db import Base, Scoped
from inventory.triggers import trigger

BEFORE_FIRST = "0" * 64
CAUSES: Mapping[str, str] = {
    "changed": "审计记录第 %(seq)s 行被改过：内容与它的哈希不符",
    "missing": "审计记录第 %(seq)s 至 %(upto)s 行不见了",
    "inserted": "审计记录第 %(seq)s 行是后来插入的：它后面的行不认它",
    "reordered": "审计记录第 %(seq)s 行被调换了位置：它原来是第 %(upto)s 行",
    "rewritten": "审计记录第 %(seq)s 行被重写过：第 %(upto)s 行记着的是另一个哈希",
    "unlinked": "审计记录第 %(seq)s 行接不上前一行",
    "replaced": "审计记录第 %(seq)s 至 %(upto)s 行之间被整段重算过：与链外存证不符",
    "cut": "审计记录尾部被截去：链外存证记到第 %(upto)s 行，第 %(seq)s 行起没有了",
}
_NEAR = 1000  # rows taken out at once whose followers were numbered anew


class AuditRow(Scoped, Base):
    """One change: who, as what, from where, why, what act, which row, before and after."""

    __tablename__ = "audit"
    append_only: ClassVar[bool] = True

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
    change: Mapped[str] = mapped_column(String(10))  # insert, update, delete, event
    before: Mapped[str] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    prev_hash: Mapped[str] = mapped_column(String(64))
    row_hash: Mapped[str] = mapped_column(String(64))
    sm3: Mapped[str] = mapped_column(String(64), default="")  # "" before it came, or without it


trigger(
    "audit_link",
    "audit",
    event="INSERT",
    sqlite=(
        "SELECT RAISE(ABORT, 'audit: seq does not follow') WHERE NEW.seq IS NOT"
        " (SELECT coalesce(max(seq), 0) + 1 FROM audit);"
        " SELECT RAISE(ABORT, 'audit: prev_hash is not that of the row before') WHERE"
        " NEW.prev_hash IS NOT coalesce((SELECT row_hash FROM audit WHERE seq = NEW.seq - 1),"
        f" '{BEFORE_FIRST}');"
    ),
    postgresql=(
        "IF NEW.seq IS DISTINCT FROM (SELECT coalesce(max(seq), 0) + 1 FROM audit) THEN"
        " RAISE EXCEPTION 'audit: seq does not follow' USING ERRCODE = '23000'; END IF;"
        " IF NEW.prev_hash IS DISTINCT FROM coalesce("
        f"(SELECT row_hash FROM audit WHERE seq = NEW.seq - 1), '{BEFORE_FIRST}') THEN"
        " RAISE EXCEPTION 'audit: prev_hash is not that of the row before' USING"
        " ERRCODE = '23000'; END IF;"
    ),
)

_HASHED = (
    AuditRow.seq, AuditRow.at, AuditRow.actor, AuditRow.actor_name, AuditRow.role,
    AuditRow.origin, AuditRow.reason, AuditRow.act, AuditRow.centre_id, AuditRow.thing,
    AuditRow.thing_id, AuditRow.change, AuditRow.before, AuditRow.after,
)  # fmt: skip
_LINKED = (AuditRow.prev_hash, AuditRow.row_hash, AuditRow.sm3)
_NAMES = [column.key for column in _HASHED]
_COLUMNS = [*_NAMES, *(column.key for column in _LINKED)]
_NEWEST = select(AuditRow.seq, AuditRow.row_hash).order_by(AuditRow.seq.desc()).limit(1)
canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Head:
    """The newest row of the chain at one moment: its seq (also the number of rows) and hash."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


@dataclass(frozen=True, slots=True)
class Broken:
    """Row `seq` of the chain is wrong; `cause` is a key of CAUSES, which may also tell `upto`."""

    seq: int
    cause: str
    upto: int

    def __str__(self) -> str:
        return CAUSES[self.cause] % {"seq": self.seq, "upto": self.upto}


@cache
def has_sm3() -> bool:
    """Whether this OpenSSL has SM3: some are built without it."""
    try:
        hashlib.new("sm3")
    except ValueError:
        return False
    return True


def seal(row: AuditRow) -> None:
    """Give a new row, whose content and `prev_hash` stand, the hashes it must carry."""
    content = _content([getattr(row, name) for name in _NAMES], row.prev_hash)
    row.sm3 = hashlib.new("sm3", content).hexdigest() if has_sm3() else ""
    row.row_hash = hashlib.sha256(content + row.sm3.encode()).hexdigest()


def head(session: Session) -> tuple[int, str]:
    """Sequence (which is also the number of rows) and hash of the newest row of the one chain,
    whatever the session's scope."""
    found = session.connection().execute(_NEWEST).first()
    return (found.seq, found.row_hash) if found else (0, BEFORE_FIRST)


def verify(
    session: Session,
    after: int = 0,
    *,
    witnesses: Iterable[Head] = (),
    watch: Callable[[int], None] = lambda seq: None,
    step: int = 5000,
) -> Broken | None:
    """The first thing wrong with the chain after row `after`, or None when it holds to the end.

    The row `after` itself is taken at its word: it is where an earlier look left off. `witnesses`
    are heads published outside the database: only they tell a cut tail and a chain hashed anew.
    `watch` is told the row reached, every `step` rows; what it raises ends the look.
    """
    connection = session.connection()
    known = _by_seq(witnesses)
    last, before, agreed = after, _hash_of(connection, after), after
    with closing(recorded(connection, after)) as rows:
        for row in rows:
            seq, prev_hash, row_hash = row.seq, row.prev_hash, row.row_hash
            if seq != last + 1 or prev_hash != before or not _holds(row):
                return _diagnosis(connection, row, Head(last, before))
            if seq in known:
                if known[seq] != {row_hash}:
                    return Broken(agreed + 1, "replaced", seq)
                agreed = seq
            last, before = seq, row_hash
            if seq % step == 0:
                watch(seq)
    lost = [seq for seq in known if seq > last]
    return Broken(last + 1, "cut", max(lost)) if lost else None


def _by_seq(witnesses: Iterable[Head]) -> dict[int, set[str]]:
    known: dict[int, set[str]] = {}
    for witness in witnesses:
        known.setdefault(witness.seq, set()).add(witness.hash)
    return known


def recorded(connection: Connection, after: int = 0) -> Generator[Row[Any], None, None]:
    """Every row after row `after` in order, a thousand in memory at a time, whatever the scope."""
    columns: tuple[Any, ...] = (*_HASHED, *_LINKED)
    query = select(*columns).order_by(AuditRow.seq)
    query = query.where(AuditRow.seq > after) if after else query
    with connection.execute(query, execution_options={"yield_per": 1000}) as found:
        yield from found


def facts(row: Any) -> dict[str, Any]:
    """An audit row as JSON has it: everything its hashes are made of, and the hashes."""
    return {name: getattr(row, name) for name in _COLUMNS} | {"at": row.at.isoformat()}


def _holds(row: Row[Any], seq: int | None = None) -> bool:
    """Whether the row carries the hashes of its content, here or as number `seq`."""
    *told, prev_hash, row_hash, sm3 = tuple(row)
    told[0] = told[0] if seq is None else seq
    content = _content(told, prev_hash)
    if hashlib.sha256(content + sm3.encode()).hexdigest() != row_hash:
        return False
    return not sm3 or not has_sm3() or hashlib.new("sm3", content).hexdigest() == sm3


def _content(told: list[Any], prev_hash: str) -> bytes:
    told[1] = told[1].isoformat()
    return (prev_hash + canonical(told)).encode()


def _diagnosis(connection: Connection, row: Row[Any], last: Head) -> Broken:
    """What happened to `row`, the first that does not follow on `last`."""
    if row.seq != last.seq + 1:
        gap = row.seq > last.seq
        return Broken(last.seq + 1, "missing", row.seq - 1) if gap else _inserted(row.seq)
    if _holds(row):  # sound, but it remembers another row before it: that one was hashed anew
        return Broken(last.seq, "rewritten", row.seq) if last.seq else _unlinked(row.seq)
    before = connection.scalar(select(AuditRow.seq).where(AuditRow.row_hash == row.prev_hash))
    origin = _origin(row, before)
    if origin is not None:
        return _moved(row.seq, origin, alone=before is None)
    after = next(recorded(connection, row.seq), None)
    if after is not None and after.prev_hash == last.hash:
        return _inserted(row.seq)
    return Broken(row.seq, "changed", row.seq)


def _origin(row: Row[Any], before: int | None) -> int | None:
    """The number under which the row is sound: it stood behind row `before`, or near here."""
    near = (row.seq - 1, *range(row.seq + 1, row.seq + _NEAR))
    numbers = near if before is None else (before + 1, *near)
    return next((number for number in numbers if _holds(row, number)), None)


def _moved(seq: int, origin: int, *, alone: bool) -> Broken:
    """Row `seq` is sound as row `origin`; `alone` when the row before it is nowhere."""
    if origin < seq:
        return _inserted(seq - 1)
    return Broken(seq, "missing", origin - 1) if alone else Broken(seq, "reordered", origin)


def _inserted(seq: int) -> Broken:
    return Broken(seq, "inserted", seq)


def _unlinked(seq: int) -> Broken:
    return Broken(seq, "unlinked", seq)


def _hash_of(connection: Connection, seq: int) -> str:
    found = connection.scalar(select(AuditRow.row_hash).where(AuditRow.seq == seq))
    return found or BEFORE_FIRST
