"""The console's own signing key: what it exports for auditors is signed with it, so that they can
tell whether a file came from this console and is as it left it (Ed25519, RFC 8032)."""

import hashlib
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.act import EVERYTHING, system
from inventory.columns import Secret, UtcDateTime
from inventory.db import Base, Database, Recorded, Scoped
from inventory.secret import Key, Sealed


class SigningKey(Scoped, Recorded, Base):
    """One key of 32 bytes (base64 when opened), made once; `public` is 64 hex digits. A console
    that loses its key file makes no other by itself: it says that the secret cannot be opened."""

    __tablename__ = "signing_key"

    public: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    secret: Mapped[Sealed] = mapped_column(Secret)


@dataclass(frozen=True, slots=True)
class Signer:
    """What signs: `public` 64 hex digits, `fingerprint` what people compare with paper."""

    public: str
    private: Ed25519PrivateKey = field(repr=False)

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.public)

    def sign(self, data: bytes) -> str:
        """128 hex digits (RFC 8032, section 5.1.6)."""
        return self.private.sign(data).hex()


def fingerprint(public: str) -> str:
    """The first 32 hex digits of the key's SHA-256, in groups of four to be read out aloud."""
    digits = hashlib.sha256(bytes.fromhex(public)).hexdigest()[:32]
    return " ".join(digits[at : at + 4] for at in range(0, 32, 4))


def public_key(session: Session) -> SigningKey | None:
    """The key as it stands; None before the first export. Within the scope of the session."""
    return session.scalars(select(SigningKey).order_by(SigningKey.made_at).limit(1)).first()


def signer(database: Database, key: Key, centre_id: str) -> Signer:
    """The console's signer, its key made when there is none (and kept with that centre); safe in
    the database before anything is signed. Raises SecretError when the console's key file is not
    the one that sealed it."""
    with database.view(EVERYTHING) as session:
        found = public_key(session)
    if found is None:
        with database.transaction(system("新建值守台签名密钥")) as session:
            found = public_key(session)  # one act at a time: another may have been faster
            if found is None:
                found = _made(key, centre_id)
                session.add(found)
    private = Ed25519PrivateKey.from_private_bytes(b64decode(key.open(found.secret)))
    return Signer(found.public, private)


def _made(key: Key, centre_id: str) -> SigningKey:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    return SigningKey(
        public=public, made_at=datetime.now(UTC), centre_id=centre_id,
        secret=key.seal(b64encode(private.private_bytes_raw()).decode()),
    )  # fmt: skip
