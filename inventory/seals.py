"""Is what was fixed and signed still so? Guard and triggers refuse changes; what gets past them (a
file edited by hand, a trigger dropped) is found here, and the row named."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from sqlalchemy import Row, Table, select
from sqlalchemy.orm import Session

from inventory.approval import Approval
from inventory.chain import AuditRow
from inventory.db import Base, classes
from inventory.revision import Revision, Signable, digest, hash_of
from inventory.signature import Signature

_TOLD: Mapping[str, tuple[type[Base], tuple[str, ...]]] = {
    "Revision": (Revision, ("thing", "thing_id", "number", "digest", "by_id", "authors")),
    "Signature": (Signature, ("revision_id", "meaning", "signer_id", "on_behalf", "digest")),
}
_PROOF = {"approved": "approve", "reviewed": "review", "emergency": "fill"}
Key = tuple[str, str]


class Last(NamedTuple):
    """The last revision of a row."""

    number: int
    id: str
    digest: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One row that is not as it was fixed; `cause` is a Chinese sentence that names it."""

    thing: str
    thing_id: str
    cause: str

    def __str__(self) -> str:
        return f"{self.thing} {self.thing_id}：{self.cause}"


def verify(session: Session) -> list[Finding]:
    """Compare every fixed row with its last revision, every signature and approval with the
    revision it means, and all of them with the audit chain. The session must see everything.

    The chain itself is `chain.verify`'s matter: both together leave nothing unsaid.
    """
    lasts: dict[Key, Last] = {}
    found = [*_revisions(session, lasts), *_contents(session, lasts)]
    return [*found, *_signatures(session), *_approvals(session), *_untold(session)]


def _revisions(session: Session, lasts: dict[Key, Last]) -> Iterator[Finding]:
    """Each revision carries its own hash and names the one before; fills `lasts`."""
    query = select(
        Revision.thing, Revision.thing_id, Revision.number, Revision.replaces_id, Revision.id,
        Revision.digest, Revision.content,
    ).order_by(Revision.thing, Revision.thing_id, Revision.number)  # fmt: skip
    for one in session.execute(query.execution_options(yield_per=500)):
        key = (one.thing, one.thing_id)
        before = lasts.get(key)
        expected = (before.number + 1, before.id) if before else (1, None)
        if (one.number, one.replaces_id) != expected:
            yield Finding(*key, f"第 {one.number} 版之前的修订缺失或次序不对")
        if hash_of(one.content) != one.digest:
            yield Finding(*key, f"第 {one.number} 版的内容与它的哈希不符")
        lasts[key] = Last(one.number, one.id, one.digest)


def _contents(session: Session, lasts: Mapping[Key, Last]) -> Iterator[Finding]:
    missing = set(lasts)
    for cls in _signable():
        for row in session.scalars(select(cls).execution_options(yield_per=500)):
            key = (cls.__name__, row.id)
            missing.discard(key)
            last = lasts.get(key)
            if row.revised != (last.number if last else 0):
                told = last.number if last else 0
                yield Finding(
                    *key, f"“{row.label}”自称第 {row.revised} 版，修订记录只到第 {told} 版"
                )
            elif last is not None and digest(row) != last.digest:
                yield Finding(*key, f"“{row.label}”的内容与已固定的第 {last.number} 版不符")
    for key in sorted(missing):
        yield Finding(*key, "已固定的记录不见了")


def _signable() -> Iterator[type[Any]]:
    return (cls for cls in classes() if issubclass(cls, Signable))


def _signatures(session: Session) -> Iterator[Finding]:
    query = select(Signature, Revision).outerjoin(Revision, Revision.id == Signature.revision_id)
    for one, revision in session.execute(query.order_by(Signature.id)):
        if revision is None:
            yield Finding("Signature", one.id, f"{one.signer_name}签过的修订不见了")
        elif one.digest != revision.digest:
            yield Finding("Signature", one.id, f"{one.signer_name}的签字与所签的内容不符")


def _approvals(session: Session) -> Iterator[Finding]:
    query = select(Approval, Revision).outerjoin(Revision, Revision.id == Approval.revision_id)
    for one, revision in session.execute(query.order_by(Approval.id)):
        if revision is None or revision.digest != one.digest:
            yield Finding("Approval", one.id, f"审批“{one.subject}”与所批的内容不符")
        wanted = _PROOF.get(one.state)
        given = select(Signature.id).where(
            Signature.approval_id == one.id, Signature.meaning == wanted
        )
        if wanted and session.scalar(given.limit(1)) is None:
            yield Finding("Approval", one.id, f"审批“{one.subject}”已办结，却没有签字")


def _untold(session: Session) -> Iterator[Finding]:
    """A revision or signature that the chain does not know was slipped in; one that the chain
    knows and is not there was taken away."""
    for thing, (cls, names) in _TOLD.items():
        table, audit = cast("Table", cls.__table__), cast("Table", AuditRow.__table__)
        born = select(audit.c.thing_id, audit.c.after)
        born = born.where(audit.c.thing == thing, audit.c.change == "insert")
        known = {
            row.thing_id: _named(json.loads(row.after), names)
            for row in session.connection().execute(born)
        }
        for row in session.connection().execute(select(table)):
            yield from _compared(thing, row, names, known.pop(row.id, None))
        for gone in sorted(known):
            yield Finding(thing, gone, "审计记录中有，数据库里没有：已被删去")


def _named(told: Mapping[str, Any], names: tuple[str, ...]) -> Mapping[str, Any]:
    """What is compared, without the content: that stands under its digest."""
    return {name: told.get(name) for name in names}


def _compared(
    thing: str, row: Row[Any], names: tuple[str, ...], told: Mapping[str, Any] | None
) -> Iterator[Finding]:
    if told is None:
        yield Finding(thing, row.id, "审计记录中没有：是绕过值守台写入的")
    elif any(getattr(row, name) != told[name] for name in names):
        yield Finding(thing, row.id, "与写入时的审计记录不符")
