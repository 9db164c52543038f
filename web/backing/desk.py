"""What the pages of data backups share: their blueprint, and rows within the reader's scope."""

from typing import TypeVar

from flask import Blueprint, abort
from sqlalchemy.orm import Session

from inventory.backup_source import BackupSource
from inventory.register import Register
from web.access import person
from web.current import database

bp = Blueprint("backups", __name__, url_prefix="/backups")
Row = TypeVar("Row", bound=Register)
# Work about backups, as the overview shows it while it runs.
JOBS = (
    "backup", "copy", "recheck", "image", "burn", "readback", "drill", "restore", "clear",
    "archive", "reach",
)  # fmt: skip


def one(session: Session, cls: type[Row], row_id: str) -> Row:
    """The row, retired or not; 404 outside the scope of whoever asks."""
    return session.get(cls, row_id) or abort(404)


def source_or_404(source_id: str) -> BackupSource:
    with database().view(person().scope) as session:
        return one(session, BackupSource, source_id)
