"""A person asks the worker to copy, bring back or read again what lies at one place or medium."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from inventory.backup_copy import BackupCopy
from inventory.backup_place import BackupPlace
from inventory.keys import new_key
from inventory.medium import Medium
from inventory.role import Standing
from inventory.run import JobRun


def order(
    session: Session, kind: str, at: BackupPlace | Medium | BackupCopy, who: Standing,
    params: Mapping[str, Any],
) -> JobRun:  # fmt: skip
    """Put it on the list of work: `kind` "copy" or "recheck", `params` as `playbooks.copying.copy`
    and `playbooks.copy_checking.recheck` take them."""
    run_id = new_key()
    subject = at.place_id if isinstance(at, BackupCopy) else at.id
    run = JobRun(
        id=run_id, site="local", kind=kind, slot=run_id, subject=subject, params=dict(params),
        centre_id=at.centre_id, requested_by=who.id, requested_name=who.name,
        requested_at=datetime.now(UTC),
    )  # fmt: skip
    session.add(run)
    return run
