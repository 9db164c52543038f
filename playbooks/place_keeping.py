"""A place keeps so many backups of each source; what is older goes there, too, when it is safe."""

from collections import defaultdict
from collections.abc import Collection, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from backups.places import Place
from backups.retention import Kept, spent
from backups.spots import Aim
from inventory.act import EVERYTHING, system
from inventory.backup_copy import BackupCopy
from inventory.backup_safety import Safety, safe_all
from inventory.backup_set import BackupSet
from inventory.db import in_turn
from playbooks import copy_rows
from playbooks.clearing import CLEARING, Month, month_of, on_discs
from playbooks.site import Site


def surplus(session: Session, aim: Aim) -> list[BackupSet]:
    """What a place may let go: older than the `keep` verified ones of its source there, not held,
    its month on discs that are in store, and good somewhere else."""
    if not aim.keep:
        return []
    query = (
        select(BackupSet)
        .join(BackupCopy, BackupCopy.set_id == BackupSet.id)
        .where(BackupCopy.place_id == aim.id, BackupCopy.state == "verified")
    )
    sets = {one.id: one for one in session.scalars(query)}
    safety = safe_all(session, sets)
    burnt = on_discs(session, {one.source_id for one in sets.values()})
    by_source: dict[str, list[Kept]] = defaultdict(list)
    for one in sets.values():
        owed = tuple(_owed(one, safety[one.id], burnt))
        by_source[one.source_id].append(
            Kept(one.id, one.number, one.stored, True, one.held, owed, one.ordinal)
        )
    return [sets[it.id] for kept in by_source.values() for it in spent(kept, aim.keep)]


def _owed(one: BackupSet, safety: Safety, burnt: Collection[Month]) -> Iterator[str]:
    if not (safety.own or safety.disc):
        yield "别处没有好的副本"
    if not safety.disc and month_of(one) not in burnt:
        yield "光盘还没有入库"


def tidy(site: Site, place: Place, aim: Aim) -> int:
    """Clear away what the place may let go: the catalogue first, so that a cut leaves files that
    nobody counts on, and the next try deletes them. How many."""
    with site.database.view(EVERYTHING) as session:
        some, left = surplus(session, aim), _cleared(session, aim)
    found = _let_go(site, aim) if some else []
    for one in (*found, *left):
        place.folder(one.centre_id, one.source_id, one.id).drop()
    return len(found)


def _let_go(site: Site, aim: Aim) -> list[BackupSet]:
    """Ask once more and write it down, in one act: our own copies are cleared away beside us, and
    each of the two must not count on what the other lets go."""
    with site.database.transaction(system("清理备份副本")) as session:
        in_turn(session, CLEARING)
        found = surplus(session, aim)
        for one in found:
            row = copy_rows.row_at(session, one.id, aim.where, aim.id)
            assert row is not None
            row.state, row.reason = "cleared", f"那里另有 {aim.keep} 份更新的"
        return found


def _cleared(session: Session, aim: Aim) -> list[BackupSet]:
    """What was cleared away there lately, should its files have been left behind."""
    query = (
        select(BackupSet)
        .join(BackupCopy, BackupCopy.set_id == BackupSet.id)
        .where(BackupCopy.place_id == aim.id, BackupCopy.state == "cleared")
        .order_by(BackupSet.id.desc())
        .limit(20)
    )
    return list(session.scalars(query)) if aim.keep else []
