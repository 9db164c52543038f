"""The keys sets are encrypted under: made once for a centre, found again by their fingerprint."""

import secrets
from base64 import b64decode, b64encode
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backups.set_format import WrongKey, print_of
from inventory.act import EVERYTHING, system
from inventory.backup_key import BackupKey
from inventory.db import Database, in_turn
from inventory.keyfile import SIZE
from inventory.secret import Key

_MAKING = 0x6261_636B  # the turn of whoever makes a key


def centre_key(database: Database, key: Key, centre_id: str) -> tuple[str, bytes, str]:
    """(id, 32 bytes, fingerprint) of the key a centre's new sets are encrypted under; made when
    there is none, or the last one was replaced. It is in the database for good before anything is
    encrypted with it. Raises SecretError when the console's own key did not seal it."""
    with database.view(EVERYTHING) as session:
        found = _living(session, centre_id)
    if found is None:
        with database.transaction(system("新建备份密钥")) as session:
            in_turn(session, _MAKING)
            found = _living(session, centre_id)  # another may have been faster
            if found is None:
                found = _row(key, secrets.token_bytes(SIZE), centre_id, "new")
                session.add(found)
    return found.id, _opened(key, found), found.print_id


def key_of(session: Session, key: Key, print_id: str) -> bytes:
    """The key of this fingerprint, replaced or not. Raises WrongKey when nobody has it here,
    SecretError."""
    found = _printed(session, print_id)
    if found is None:
        raise WrongKey(
            f"登记里没有指纹为 {print_id} 的备份密钥；请用密钥单录入，或用 open_set.py 打开"
        )
    return _opened(key, found)


def take_in_key(session: Session, key: Key, raw: bytes, centre_id: str) -> BackupKey:
    """Enter a key (32 bytes) from its sheet, after the console and its database were lost. It opens
    what was backed up under it; new sets get a new one."""
    found = _printed(session, print_of(raw))
    if found is None:
        found = _row(key, raw, centre_id, "replaced")
        session.add(found)
        session.flush()
    return found


def _row(key: Key, raw: bytes, centre_id: str, state: str) -> BackupKey:
    return BackupKey(
        centre_id=centre_id, print_id=print_of(raw), state=state, made_at=datetime.now(UTC),
        secret=key.seal(b64encode(raw).decode()),
    )  # fmt: skip


def _opened(key: Key, row: BackupKey) -> bytes:
    return b64decode(key.open(row.secret))


def _living(session: Session, centre_id: str) -> BackupKey | None:
    query = select(BackupKey).where(BackupKey.centre_id == centre_id, BackupKey.state != "replaced")
    return session.scalars(query).first()


def _printed(session: Session, print_id: str) -> BackupKey | None:
    query = select(BackupKey).where(BackupKey.print_id == print_id).order_by(BackupKey.id)
    return session.scalars(query).first()
