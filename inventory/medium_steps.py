"""The hands a removable medium goes through: taken out, back, lost, found, out of use."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.backup_copy import BackupCopy
from inventory.backup_place import whole_path
from inventory.copy_order import order
from inventory.medium import Medium
from inventory.shanghai import today
from inventory.stepping import Step, Taken, moving, offer, refused

_UNREAD = "介质报失后找回，还没有重新核对"


def _lend(session: Session, medium: Medium, _taken: Taken) -> None:
    if medium.due_on is not None and medium.due_on < today():
        raise refused(medium, "due_on", "不能早于今天")
    medium.state = "out"
    medium.enter(session, "out", medium.holder_id, medium.taken_to or "")


def _back(session: Session, medium: Medium, _taken: Taken) -> None:
    medium.state = "in"
    _home(session, medium, "back")


def _lose(session: Session, medium: Medium, _taken: Taken) -> None:
    who = medium.holder_id or medium.keeper_id
    medium.state = "lost"
    medium.enter(session, "lost", who, "")


def _found(session: Session, medium: Medium, _taken: Taken) -> None:
    """Nobody knows whose hands it was in: what lies on it counts again once it was read again."""
    medium.state = "in"
    _home(session, medium, "found")
    query = select(BackupCopy).where(
        BackupCopy.place == "medium", BackupCopy.place_id == medium.id,
        BackupCopy.state == "verified",
    )  # fmt: skip
    for copy in session.scalars(query).all():
        with moving(session, copy):
            copy.state, copy.reason = "copying", _UNREAD


def _retire(session: Session, medium: Medium, _taken: Taken) -> None:
    medium.state = "retired"
    medium.enter(session, "retired", medium.keeper_id, "")


def _label(session: Session, medium: Medium, taken: Taken) -> None:
    _ask(session, medium, taken, "copy", label=True)


def _write(session: Session, medium: Medium, taken: Taken) -> None:
    _ask(session, medium, taken, "copy")


def _check(session: Session, medium: Medium, taken: Taken) -> None:
    _ask(session, medium, taken, "recheck")


def _ask(session: Session, medium: Medium, taken: Taken, kind: str, **more: bool) -> None:
    """The worker does it: the stick is plugged in at the console's own machine."""
    if not whole_path(medium.mounted_at or ""):
        raise refused(medium, "mounted_at", "写完整的绝对路径，如 /media/backup")
    order(session, kind, medium, taken.who, {"path": medium.mounted_at, **more})


def _home(session: Session, medium: Medium, deed: str) -> None:
    hand = medium.holder_id or medium.keeper_id
    medium.holder_id = medium.taken_to = medium.due_on = None
    medium.enter(session, deed, hand, medium.kept_at)


offer(
    Medium,
    Step(
        "label", "写入标识", ("in", "out"), _label, right="operate", asks=("mounted_at",),
        needs=("mounted_at",), fits=lambda _session, medium: medium.labelled_at is None,
        help="先插好并挂载；在介质上写一个标识文件，以后插错了会被拒绝",
    ),
    Step(
        "write", "复制备份到介质", ("in", "out"), _write, right="operate", asks=("mounted_at",),
        needs=("mounted_at",), fits=lambda _session, medium: medium.labelled_at is not None,
        help="上面还没有的备份全部复制过去，并在介质上逐个核对",
    ),
    Step(
        "check", "核对介质上的副本", ("in", "out"), _check, right="operate", asks=("mounted_at",),
        needs=("mounted_at",), fits=lambda _session, medium: medium.written_at is not None,
    ),
    Step(
        "lend", "取出", ("in",), _lend, asks=("holder_id", "taken_to", "due_on", "why"),
        needs=("holder_id", "taken_to", "why"),
    ),
    Step("back", "归还", ("out",), _back, asks=("why",)),
    Step(
        "lose", "报失", ("in", "out"), _lose, asks=("why",), needs=("why",), danger=True,
        confirm="确认报失 %(name)s？上面的副本从此不再算数。",
    ),
    Step(
        "found", "找回", ("lost",), _found, asks=("why",), needs=("why",),
        help="上面的副本要重新核对以后才算数",
    ),
    Step(
        "retire", "停用", ("in",), _retire, asks=("why",), needs=("why",), danger=True,
        confirm="确认停用 %(name)s？上面的副本从此不再算数。",
    ),
)  # fmt: skip
