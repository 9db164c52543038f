"""The keys of the vault. Files are encrypted under a data key; the data key is sealed in the
database, so that changing the console's own key need not touch a single file."""

import secrets
from base64 import b64decode, b64encode

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.act import EVERYTHING, system
from inventory.columns import Secret
from inventory.db import Base, Database, Recorded, Scoped
from inventory.home import home_fact
from inventory.keyfile import SIZE
from inventory.secret import Key, Sealed


class VaultKey(Scoped, Recorded, Base):
    """One data key (32 bytes, base64 when opened). `purpose` is what it encrypts: "configs"."""

    __tablename__ = "vault_key"

    purpose: Mapped[str] = mapped_column(String(20), unique=True)
    secret: Mapped[Sealed] = mapped_column(Secret)


def data_key(database: Database, key: Key, purpose: str) -> bytes:
    """The key that files of this purpose are encrypted under; made, once for ever, when there is
    none. It is in the database for good before anything is encrypted with it.

    Raises SecretError when the console's key is not the one that sealed it.
    """
    with database.view(EVERYTHING) as session:
        found = _of(session, purpose)
    if found is None:
        with database.transaction(system("新建备份加密密钥")) as session:
            found = _of(session, purpose)  # one act at a time: another may have been faster
            if found is None:
                raw = b64encode(secrets.token_bytes(SIZE)).decode()
                found = VaultKey(
                    purpose=purpose, secret=key.seal(raw), centre_id=home_fact(session, "centre")
                )
                session.add(found)
    return b64decode(key.open(found.secret))


def founded(database: Database, purpose: str) -> bool:
    """Was anything ever to be encrypted under a key of this purpose?"""
    with database.view(EVERYTHING) as session:
        return _of(session, purpose) is not None


def _of(session: Session, purpose: str) -> VaultKey | None:
    return session.scalars(select(VaultKey).where(VaultKey.purpose == purpose)).first()
