"""Revisions: content that somebody asks, approves or signs stands still, and is kept for good.

What a register's class calls `sealed` is free until it is fixed. From then on it changes only by
`correct`, which writes the next revision and names the one it replaces.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, ClassVar, cast

from sqlalchemy import Float, Index, String, Table, Text, inspect, select
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.act import Act
from inventory.audit import AuditRow
from inventory.columns import Ip, Mac, UtcDateTime
from inventory.db import Base, Recorded, Scoped, points_to
from inventory.register import FieldError, Rejected, fields

MEANINGS: Mapping[str, str] = {
    "fill": "填报", "review": "审核", "approve": "批准", "hand": "交", "take": "接",
    "accept": "同意/承诺",
}  # fmt: skip
_ANY = DefaultDialect()  # these types store the same text everywhere


class Signable:
    """Mixin of a centre's register whose rows are approved or signed: class Visit(Signable,
    CentreRegister). `revised` is the number of the last revision, 0 while nothing is fixed."""

    sealed: ClassVar[tuple[str, ...]] = ()  # the fields whose content is signed; () = all
    meanings: ClassVar[tuple[str, ...]] = ("fill", "review", "approve")  # how people may sign it
    apart: ClassVar[frozenset[str]] = frozenset({"review", "approve"})  # not by an author

    revised: Mapped[int] = mapped_column(default=0, active_history=True)

    @property
    def headline(self) -> str:
        """What an approval of this row is called among others: whose it is, say."""
        return str(getattr(self, "label", ""))

    def unfit(self, session: Session, meaning: str, who: Any) -> str:
        """Why this person (a Standing) may not sign so, "" when nothing stands against it."""
        return ""

    def void_before(self, session: Session) -> datetime | None:
        """Signatures older than this are to be given anew; None: they hold for good."""
        return None


class Reopened(Signable):
    """Mixin of a signed row that may be sent back: from then on it is signed anew."""

    reopened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def void_before(self, session: Session) -> datetime | None:
        return self.reopened_at


class Revision(Scoped, Recorded, Base):
    """The content of one row as it stood when it was fixed, and who wrote it. Never changed.

    `authors` is JSON {person id: name}: who fixed it, and who wrote any field of it last.
    """

    __tablename__ = "revision"
    append_only: ClassVar[bool] = True

    thing: Mapped[str] = mapped_column(String(60))
    thing_id: Mapped[str] = mapped_column(String(26))
    number: Mapped[int] = mapped_column()
    replaces_id: Mapped[str | None] = mapped_column(points_to("revision.id"))
    content: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text, default="")
    authors: Mapped[str] = mapped_column(Text, default="{}")
    by_id: Mapped[str] = mapped_column(String(26))
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("uq_revision_number", "thing", "thing_id", "number", unique=True),
        Index("ix_revision_thing_id", "thing_id"),
    )

    @property
    def told(self) -> Mapping[str, Any]:
        """Field → value, as JSON keeps it (times as ISO text)."""
        return cast("Mapping[str, Any]", json.loads(self.content)["fields"])

    @property
    def writers(self) -> Mapping[str, str]:
        """Person id → name of everybody who counts as an author."""
        return cast("Mapping[str, str]", json.loads(self.authors))


def sealed_fields(cls: type[Any]) -> tuple[str, ...]:
    """The columns a signature covers. Secrets never: what nobody can read, nobody can sign."""
    register: type[Base] = cls
    told = tuple(field.name for field in fields(register) if field.kind != "secret")
    return tuple(name for name in told if not cls.sealed or name in (*cls.sealed, "centre_id"))


def content(row: Any, changes: Mapping[str, Any] | None = None) -> str:
    """Canonical JSON of what is signed: which row, and every sealed field (with `changes` laid
    over it). Equal content is equal text, on every database."""
    cls = type(row)
    columns = inspect(cls).columns
    values = {name: getattr(row, name) for name in sealed_fields(cls)}
    values |= {name: value for name, value in (changes or {}).items() if name in values}
    told = {name: _plain(columns[name].type, value) for name, value in values.items()}
    whole = {"thing": cls.__name__, "id": row.id, "fields": told}
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def differs(row: Any, values: Mapping[str, Any]) -> bool:
    """Would these values change what is signed?"""
    return content(row, values) != content(row)


def digest(row: Any) -> str:
    """SHA-256 of the content, 64 hex digits: what a signature is given over."""
    return hash_of(content(row))


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def fix(
    session: Session, row: Any, reason: str = "", beside: Mapping[str, str] | None = None
) -> Revision:
    """Let the present content stand as a revision; the last one again when nothing changed.

    `beside` names those (id → name) who count as its authors, too: a witness.
    """
    session.flush()
    last = latest(session, row)
    if last is not None and last.content == content(row):
        return last
    made = _revise(session, row, last, reason, {}, beside or {})
    row.revised = made.number
    session.flush()
    return made


def correct(session: Session, row: Any, values: Mapping[str, Any], reason: str) -> Revision:
    """Change fixed content: the next revision, which names the one it replaces.

    Raises Rejected without a reason, or when the row would go to another centre: what was signed
    stays where it was signed. The row's own rules (`check`) hold as ever.
    """
    last = latest(session, row) or fix(session, row)
    if not reason.strip():
        raise Rejected((FieldError("correction", "更正理由", "必须填写：为什么要更正"),), row.id)
    if values.get("centre_id", row.centre_id) != row.centre_id:
        raise Rejected((row.wrong("centre_id", "已经固定的内容不能改到别的单位"),), row.id)
    if content(row, values) != last.content:
        last = _revise(session, row, last, reason.strip(), values, {})
    for name, value in values.items():
        setattr(row, name, value)
    row.revised = last.number
    session.flush()
    return last


def revisions(session: Session, row: Any) -> Sequence[Revision]:
    """Every revision of a row, the first one first."""
    return session.scalars(_of(row).order_by(Revision.number)).all()


def latest(session: Session, row: Any) -> Revision | None:
    return session.scalars(_of(row).order_by(Revision.number.desc()).limit(1)).first()


def keep(session: Session, row: Any) -> None:
    """Asked by the guard before each flush: what is fixed changes with its next revision only.

    Raises Rejected naming every field that was to change.
    """
    changed = [name for name in sealed_fields(type(row)) if _changed(row, name)]
    was = _before(row, "revised") or 0 if _changed(row, "revised") else row.revised
    if row.revised == was and not (was and changed):
        return
    made = latest(session, row)
    if made is None or (made.number, made.content) != (row.revised, content(row)):
        cause = f"第 {was} 版已经固定，不能直接修改：请用“更正”另立新版"
        raise Rejected(tuple(row.wrong(name, cause) for name in changed or [row.names[0]]), row.id)


def _of(row: Any) -> Any:
    return select(Revision).where(Revision.thing == type(row).__name__, Revision.thing_id == row.id)


def _revise(
    session: Session, row: Any, last: Revision | None, reason: str, changes: Mapping[str, Any],
    beside: Mapping[str, str],
) -> Revision:  # fmt: skip
    """Written before the row moves on: the guard and the triggers look for it there."""
    act: Act = session.info["act"]
    text = content(row, changes)
    writers = _writers(session, row, changes) | {act.actor: act.actor_name, **beside}
    made = Revision(
        centre_id=row.centre_id, thing=type(row).__name__, thing_id=row.id,
        number=last.number + 1 if last else 1, replaces_id=last.id if last else None,
        content=text, digest=hash_of(text), reason=reason, by_id=act.actor,
        by_name=act.actor_name, at=datetime.now(UTC),
        authors=json.dumps(writers, ensure_ascii=False, sort_keys=True),
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def _writers(session: Session, row: Any, changes: Mapping[str, Any]) -> dict[str, str]:
    """Who wrote each sealed field last, as the audit chain tells; `changes` are being rewritten."""
    audit = cast("Table", AuditRow.__table__)
    query = select(audit.c.actor, audit.c.actor_name, audit.c.after).where(
        audit.c.thing == type(row).__name__, audit.c.thing_id == row.id,
        audit.c.change.in_(("insert", "update")),
    )  # fmt: skip
    wrote: dict[str, tuple[str, str]] = {}
    wanted = set(sealed_fields(type(row))) - set(changes)
    for actor, name, after in session.connection().execute(query.order_by(audit.c.seq)):
        wrote |= dict.fromkeys(wanted & set(json.loads(after)), (actor, name))
    return dict(wrote.values())


def _changed(row: Any, name: str) -> bool:
    return bool(inspect(row).attrs[name].history.has_changes())


def _before(row: Any, name: str) -> Any:
    was = inspect(row).attrs[name].history.deleted
    return was[0] if was else None


def _plain(kind: Any, value: Any) -> Any:
    """A value as JSON keeps it: addresses in their one form, times in UTC."""
    if isinstance(kind, Ip | Mac) and value:
        return kind.process_bind_param(value, _ANY)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(kind, Float) and value is not None:
        return float(value)
    return value.isoformat() if isinstance(value, date) else value
