"""Device passwords that must be changed, and changes that were begun and not ended."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.credential import Credential
from inventory.credential_state import CredentialState
from inventory.role import Standing
from inventory.rotation import Rotation
from inventory.shanghai import today
from web.todo import Todo
from web.todo_lines import Wanted

rights = ("credentials",)
_AHEAD, _STAGED = timedelta(days=7), timedelta(days=7)


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    old, begun, seen = _("更换设备口令"), _("新口令待启用"), CredentialState

    def aged(row: Credential) -> Todo:
        state = session.get_one(seen, row.id)
        return Todo(old, row.name, f"/credentials/{row.id}/rotate/", state.due_on, "warning")

    def staged(row: Rotation) -> Todo:
        name, due = session.get_one(Credential, row.credential_id).name, row.started_at + _STAGED
        return Todo(begun, name, f"/credentials/{row.credential_id}/rotate/", due)

    near = (
        select(Credential)
        .join(seen, seen.credential_id == Credential.id)
        .where(Credential.retired_at.is_(None), seen.due_on <= today(now) + _AHEAD)
    )
    waiting = select(Rotation).where(Rotation.state == "staged")
    yield from Wanted(old, "/r/credentials", near, seen.due_on, aged).todo(session, now)
    told = Wanted(begun, "/r/rotations", waiting, Rotation.started_at, staged, _STAGED)
    yield from told.todo(session, now)
