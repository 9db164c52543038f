"""Writing what a comparison found: in one act, with the book of imports; and comparing again what
matched no thing before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.equipment import Equipment
from inventory.host_held import From, known_things
from inventory.host_import import HostImport
from inventory.host_match import Index, duplicates
from inventory.host_plan import HostChange, HostPlan, compare, wanted
from inventory.host_report import HostTold
from inventory.protection import HostProtection, reported


@dataclass(frozen=True, slots=True)
class File:
    """An uploaded export: its name, its SHA-256, and who brought it (a person's id)."""

    name: str
    digest: str
    by_id: str


def take_in(
    session: Session, rows: Sequence[HostTold], where: From, file: File, now: datetime
) -> HostPlan:
    """Compare and write within the caller's transaction; what was done."""
    done = compare(session, rows, where, now)
    noted = HostImport(
        centre_id=where.centre.id, file=file.name[:200], digest=file.digest, by_id=file.by_id,
        at=now, source=where.source, told_at=where.exported_at, rows=len(rows),
        matched=done.matched, added=len(done.of("new")), changed=len(done.of("changed")),
        older=len(done.of("older")), refused=len(done.of("refused")),
    )  # fmt: skip
    session.add(noted)
    with reported(session):
        for one in done.of("new", "changed"):
            _write(session, one, where, noted.id)
    return done


def rematch(session: Session, centre: Centre) -> int:
    """Compare again every unmatched host of this unit's servers; how many have their thing now."""
    query = select(HostProtection).where(
        HostProtection.server_id == centre.id, HostProtection.equipment_id.is_(None),
        HostProtection.matching == "none", HostProtection.retired_at.is_(None),
    )  # fmt: skip
    rows, index = session.scalars(query).all(), Index(known_things(session, centre))
    with reported(session), session.no_autoflush:
        for row in rows:
            found = index.match(row.identity)
            row.equipment_id = found.thing.id if found.thing else None
            row.why = found.why or None
        return _settle(session, rows, _taken(session, centre))


def _settle(session: Session, rows: Sequence[HostProtection], taken: set[tuple[str, str]]) -> int:
    """What two of them, or one and a host that has its thing already, would share is no one's."""
    claims = {n: f"{row.source}|{row.equipment_id}" for n, row in enumerate(rows)
              if row.equipment_id}  # fmt: skip
    twice = {n for told in duplicates(claims).values() for n in told}
    done = 0
    for number, row in enumerate(rows):
        if row.equipment_id is None:
            continue
        if number in twice or (row.source, row.equipment_id) in taken:
            row.equipment_id, row.why = None, "台账里的这台设备已经像是另一台主机，分不清"
            continue
        _home(session, row, row.equipment_id)
        row.matching = "auto"
        done += 1
    return done


def _taken(session: Session, centre: Centre) -> set[tuple[str, str]]:
    """(source, thing) of every host that has its thing already."""
    query = select(HostProtection.source, HostProtection.equipment_id).where(
        HostProtection.server_id == centre.id, HostProtection.equipment_id.is_not(None),
        HostProtection.retired_at.is_(None),
    )  # fmt: skip
    return {(source, thing) for source, thing in session.execute(query) if thing}


def _write(session: Session, one: HostChange, where: From, import_id: str) -> None:
    row = session.get(HostProtection, one.row_id) if one.row_id else None
    if row is None:
        row = HostProtection(
            centre_id=where.centre.id, server_id=where.centre.id, source=where.source,
            host=one.told.name,
        )  # fmt: skip
        session.add(row)
    values = wanted(one)
    if one.differences:
        values = {name: after for name, (_now, after) in one.differences.items()}
    for name, value in values.items():
        setattr(row, name, value)
    row.import_id = import_id
    if one.thing is not None:
        _home(session, row, one.thing.id)


def _home(session: Session, row: HostProtection, thing_id: str) -> None:
    """A host belongs where its thing does."""
    thing = session.get(Equipment, thing_id)
    if thing is not None:
        row.centre_id = thing.centre_id
