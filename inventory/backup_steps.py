"""What a person may do with a backup and its copies: keep it from being cleared away, copy again
what was found wrong, bring back our own from a good copy (Articles 141 and 142)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.backup_copy import BackupCopy
from inventory.backup_place import BackupPlaceState, whole_path
from inventory.backup_set import BackupSet
from inventory.copy_order import order
from inventory.stepping import Step, Taken, offer, refused

WRONG = ("diverged", "missing", "failed")  # what a person may have copied again


def own_copy(session: Session, set_id: str) -> BackupCopy | None:
    """The row of the set's own place, None while there is none."""
    query = select(BackupCopy).where(BackupCopy.set_id == set_id, BackupCopy.place == "own")
    return session.scalars(query).first()


def _hold(_session: Session, row: BackupSet, _taken: Taken) -> None:
    row.held = True


def _let_go(_session: Session, row: BackupSet, _taken: Taken) -> None:
    row.held, row.held_why = False, None


def _recopy(session: Session, copy: BackupCopy, _taken: Taken) -> None:
    """A wish that stays until it is fulfilled, however often the place cannot be reached."""
    copy.redo = True
    state = session.get(BackupPlaceState, copy.place_id)
    if state is not None:
        state.next_at = None


def _bring_back(session: Session, copy: BackupCopy, taken: Taken) -> None:
    order(session, "copy", copy, taken.who, {"back": copy.set_id})


def _bring_from(session: Session, copy: BackupCopy, taken: Taken) -> None:
    """The stick is plugged in at the console's own machine; its label is looked at there."""
    if not whole_path(copy.mounted_at or ""):
        raise refused(copy, "mounted_at", "写完整的绝对路径，如 /media/backup")
    order(session, "copy", copy, taken.who, {"back": copy.set_id, "path": copy.mounted_at})


def _ours_is_bad(session: Session, copy: BackupCopy) -> bool:
    own = own_copy(session, copy.set_id)
    row = session.get(BackupSet, copy.set_id)
    lost = own is None or own.state in ("diverged", "missing")
    return lost and row is not None and row.state in ("good", "damaged")


def _there(session: Session, copy: BackupCopy) -> bool:
    return copy.place == "host" and _ours_is_bad(session, copy)


def _on_medium(session: Session, copy: BackupCopy) -> bool:
    return copy.place == "medium" and _ours_is_bad(session, copy)


def _elsewhere(_session: Session, copy: BackupCopy) -> bool:
    return copy.place in ("host", "medium") and not copy.redo


offer(
    BackupSet,
    Step(
        "hold", "保留不清理", ("good", "damaged"), _hold, asks=("held_why",), needs=("held_why",),
        fits=lambda _session, row: not row.held,
    ),
    Step(
        "let_go", "不再保留", ("good", "damaged"), _let_go,
        fits=lambda _session, row: row.held,
        confirm="不再保留 %(name)s？以后可以按期清理。",
    ),
)  # fmt: skip
offer(
    BackupCopy,
    Step(
        "recopy", "重新复制", WRONG, _recopy, fits=_elsewhere,
        confirm="重新复制 %(name)s？那里的原件先改名留着，不会被覆盖。",
    ),
    Step("bring_back", "取回本机", ("verified",), _bring_back, fits=_there),
    Step(
        "bring_from", "从介质取回本机", ("verified",), _bring_from, asks=("mounted_at",),
        needs=("mounted_at",), fits=_on_medium, help="先插好并挂载；不是这个介质的会被拒绝",
    ),
)  # fmt: skip
