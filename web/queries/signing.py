"""What the parts about signing show of one row: its content, revisions, signatures, approvals."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import ndiff
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import cell
from inventory.approval import Approval, approvals
from inventory.register import Field, Register, field_of, register_named
from inventory.revision import MEANINGS, Revision, Signable, content, digest, revisions
from inventory.role import Standing, can, path_of
from inventory.signature import RIGHT, Signature, signatures, wrote
from web.registers.names import UNSEEN, Names, names


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a long text beside the revision before: `mark` is "+", "-" or " "."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """One field of a revision: its text, the text before where that differs, and its lines."""

    label: str
    text: str
    before: str | None = None
    lines: Sequence[Line] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """One revision with everything that was signed on it."""

    revision: Revision
    told: list[Told]
    signatures: Sequence[Signature]


@dataclass(frozen=True, slots=True)
class Signing:
    """A signable row as its page tells it; the newest version first. `meanings` are those the
    person may still sign."""

    row: Any
    digest: str
    versions: Sequence[Version]
    approvals: Sequence[Approval]
    meanings: Mapping[str, str]

    @property
    def last(self) -> Version | None:
        return self.versions[0] if self.versions else None


def signing(session: Session, row: Any, who: Standing) -> Signing | None:
    """None for a row of a register that is not signed."""
    if not isinstance(row, Signable):
        return None
    given = signatures(session, row)
    told = versions(session, type(row), revisions(session, row), given)  # type: ignore[arg-type]
    mine = _meanings(session, row, who, told[0] if told else None)
    return Signing(row, digest(row), told, approvals(session, row), mine)


def present(session: Session, row: Any) -> list[Told]:
    """The row's sealed fields as they stand now, beside its last revision where they differ."""
    now = Revision(content=content(row))
    return versions(session, type(row), [*revisions(session, row)[-1:], now])[0].told


def versions(
    session: Session,
    cls: type[Register],
    known: Sequence[Revision],
    given: Sequence[Signature] = (),
) -> list[Version]:
    """Each revision beside the one before it, the newest first; references by name."""
    refs = [
        (f, one.told.get(f.name)) for one in known for f in _fields(cls, one) if f.kind == "ref"
    ]
    called = names(session, refs)
    pairs = zip(known, [None, *known], strict=False)
    return [
        Version(
            one, list(_told(cls, one, before, called)),
            [signature for signature in given if signature.revision_id == one.id],
        )
        for one, before in pairs
    ][::-1]  # fmt: skip


def of_approval(session: Session, approval: Approval) -> Version:
    """The content that was asked about, beside the revision before it."""
    known = session.get_one(Revision, approval.revision_id)
    before = session.get(Revision, known.replaces_id) if known.replaces_id else None
    both = [before, known] if before else [known]
    query = select(Signature).where(Signature.revision_id == known.id).order_by(Signature.at)
    given = session.scalars(query).all()
    return versions(session, register_named(approval.thing), both, given)[0]


def _meanings(session: Session, row: Any, who: Standing, last: Version | None) -> dict[str, str]:
    """What this person could sign on the present revision, if the password is right."""
    signed = {one.meaning for one in last.signatures if one.signer_id == who.id} if last else set()
    path = path_of(row) or ""
    return {
        meaning: MEANINGS[meaning]
        for meaning in row.meanings
        if meaning not in signed and (not RIGHT[meaning] or can(who, RIGHT[meaning], row))
        if not row.unfit(session, meaning, who)
        if meaning not in row.apart
        or (last and not wrote(last.revision, who, RIGHT[meaning], path))
    }


def _fields(cls: type[Register], revision: Revision) -> Iterator[Field]:
    known = {name for name in revision.told if hasattr(cls, name)}
    return (field_of(cls, name) for name in revision.told if name in known)


def _told(
    cls: type[Register], revision: Revision, before: Revision | None, called: Names
) -> Iterator[Told]:
    for field in sorted(_fields(cls, revision), key=lambda f: _order(cls, f)):
        text = _text(field, revision.told[field.name], called)
        old = _text(field, before.told.get(field.name), called) if before else text
        lines = tuple(_lines(old, text)) if field.kind == "note" and old != text else ()
        yield Told(field.label, text, old if old != text else None, lines)


def _order(cls: type[Register], field: Field) -> int:
    return list(cls.__table__.columns.keys()).index(field.name)


def _text(field: Field, value: Any, called: Names) -> str:
    """A value as JSON keeps it, as people read it."""
    if value is None or value == "":
        return ""
    if field.kind == "ref":
        return called.get((field.entry.refers, value), UNSEEN)
    if field.kind == "time":
        value = datetime.fromisoformat(value)
    text = cell.write(field, value, {})
    return str(_(text)) if field.kind in ("choice", "yes") and text else text


def _lines(before: str, after: str) -> Iterator[Line]:
    told = ndiff(before.splitlines(), after.splitlines())
    return (Line(line[0], line[2:]) for line in told if line[0] != "?")
