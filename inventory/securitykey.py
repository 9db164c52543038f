"""Security keys (WebAuthn Level 2) as second factor: public keys only, challenges used once."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from inventory.columns import UtcDateTime
from inventory.db import Base, Observed, points_to
from inventory.keys import new_key
from inventory.person import Person
from inventory.secret import Key

_NAME = "运维值守台"
_PRESENCE = UserVerificationRequirement.DISCOURAGED  # the password was asked for already


class SecurityKey(Observed, Base):
    """One key of one person; `sign_count` finds a copy of it (WebAuthn §6.1.1)."""

    __tablename__ = "security_key"

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_key)
    person_id: Mapped[str] = mapped_column(String(26), points_to("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)  # 1023 bytes at most
    public_key: Mapped[str] = mapped_column(String(2000))
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class Site:
    """Where the browser stands: a key answers to one host name only, so that no other site can
    make use of it."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class ByKey:
    """What a key answered (JSON) to a challenge."""

    method: ClassVar[str] = "webauthn"
    asked: ClassVar[str] = "key"
    answer: str = field(repr=False)
    challenge: str
    site: Site

    def spend(self, session: Session, person: Person, key: Key, now: datetime) -> str:
        known = _answering(session, person.id, self.answer)
        if known is None or not self.challenge:
            return "这个安全密钥没有登记，或已超时，请再试一次"
        try:
            told = verify_authentication_response(
                credential=self.answer,
                expected_challenge=base64url_to_bytes(self.challenge),
                expected_rp_id=self.site.host,
                expected_origin=self.site.origin,
                credential_public_key=base64url_to_bytes(known.public_key),
                credential_current_sign_count=known.sign_count,
            )
        except WebAuthnException:
            return "安全密钥的应答不对，请再试一次"
        known.sign_count, known.used_at = told.new_sign_count, now
        return ""


def keys_of(session: Session, person_id: str) -> list[SecurityKey]:
    query = select(SecurityKey).where(SecurityKey.person_id == person_id)
    return list(session.scalars(query.order_by(SecurityKey.added_at)))


def to_register(session: Session, person: Person, site: Site) -> tuple[str, str]:
    """(options for the browser as JSON, the challenge to remember)."""
    options = generate_registration_options(
        rp_id=site.host, rp_name=_NAME, user_id=person.id.encode(), user_name=person.login,
        user_display_name=person.name, exclude_credentials=_described(session, person.id),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=_PRESENCE
        ),
    )  # fmt: skip
    return options_to_json(options), bytes_to_base64url(options.challenge)


def to_show(session: Session, person_id: str, site: Site) -> tuple[str, str]:
    """(options for the browser as JSON, the challenge to remember)."""
    options = generate_authentication_options(
        rp_id=site.host, allow_credentials=_described(session, person_id),
        user_verification=_PRESENCE,
    )  # fmt: skip
    return options_to_json(options), bytes_to_base64url(options.challenge)


def register(session: Session, person_id: str, name: str, shown: ByKey, now: datetime) -> str:
    """Believe this key from now on; "" or why not."""
    try:
        told = verify_registration_response(
            credential=shown.answer,
            expected_challenge=base64url_to_bytes(shown.challenge),
            expected_rp_id=shown.site.host,
            expected_origin=shown.site.origin,
        )
    except (WebAuthnException, ValueError):
        return "安全密钥的应答不对，请再试一次"
    session.add(
        SecurityKey(
            person_id=person_id, name=name.strip()[:60] or "安全密钥", added_at=now,
            credential_id=bytes_to_base64url(told.credential_id),
            public_key=bytes_to_base64url(told.credential_public_key),
            sign_count=told.sign_count,
        )
    )  # fmt: skip
    return ""


def _described(session: Session, person_id: str) -> list[PublicKeyCredentialDescriptor]:
    known = keys_of(session, person_id)
    return [PublicKeyCredentialDescriptor(base64url_to_bytes(k.credential_id)) for k in known]


def _answering(session: Session, person_id: str, answer: str) -> SecurityKey | None:
    """The person's key that signed this answer."""
    try:
        named = str(json.loads(answer)["id"]).replace("\0", "")
    except (ValueError, KeyError, TypeError):
        return None
    query = select(SecurityKey).where(
        SecurityKey.person_id == person_id, SecurityKey.credential_id == named
    )
    return session.scalars(query.with_for_update()).first()
