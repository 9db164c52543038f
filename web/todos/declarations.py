"""“本级无库” declarations that a leader has yet to sign, or that run out within a month: the day
after, the backup itself is owed again (Articles 70 and 140)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, aliased

from inventory.backup_declaration import BackupDeclaration, signed
from inventory.backup_source import KINDS
from inventory.role import Standing
from inventory.shanghai import today
from web.todo import Todo
from web.todo_lines import Wanted, listed

rights = ("view", "record")
_AHEAD = timedelta(days=30)
_LIST = "/r/backup-declarations"


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    day = today(now)
    living = select(BackupDeclaration).where(
        BackupDeclaration.retired_at.is_(None), BackupDeclaration.ends >= day
    )
    unsigned, ending = _("本级无库声明等领导签字"), _("本级无库声明即将到期")

    def owed(one: BackupDeclaration) -> Todo:
        return Todo(unsigned, _about(one), f"{_LIST}/{one.id}", level="warning")

    waiting = living.where(~signed()).order_by(BackupDeclaration.number)
    yield from listed(session, waiting, owed, unsigned, _LIST)

    def near(one: BackupDeclaration) -> Todo:
        return Todo(ending, _about(one), f"{_LIST}/{one.id}", one.ends, "warning")

    soon = living.where(signed(), BackupDeclaration.ends <= day + _AHEAD, ~_renewed())
    told = Wanted(ending, _LIST, soon, BackupDeclaration.ends, near)
    yield from told.todo(session, now)


def _about(one: BackupDeclaration) -> str:
    return f"{one.label} {_(KINDS[one.kind])}"


def _renewed() -> ColumnElement[bool]:
    """Another one of the same unit and kind goes on after this one; unsigned, it is told of by
    itself."""
    next_ = aliased(BackupDeclaration)
    return exists().where(
        next_.centre_id == BackupDeclaration.centre_id, next_.kind == BackupDeclaration.kind,
        next_.retired_at.is_(None), next_.ends > BackupDeclaration.ends,
    )  # fmt: skip
