"""SSH host keys: who answered the first time, so that another one is noticed."""

import base64
import hashlib
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.register import CentreRegister, entry


class HostKey(CentreRegister):
    """The key one device showed at its first login. Retiring the row forgets it: the next login
    learns the new one. That is a person's decision, after a device was replaced."""

    __tablename__ = "host_key"
    slug: ClassVar[str] = "hostkeys"
    title: ClassVar[str] = "SSH 主机密钥"
    names: ClassVar[tuple[str, ...]] = ("fingerprint", "device_id")
    order: ClassVar[str] = "fingerprint"
    by_hand: ClassVar[bool] = False

    device_id: Mapped[str] = entry("设备", "ref", refers="Device", required=True, listed=True)
    fingerprint: Mapped[str] = entry(
        "指纹", required=True, listed=True, searched=True, longest=60,
        help="SHA256，与 ssh-keygen -l 显示的一致",
    )  # fmt: skip
    key: Mapped[str] = mapped_column()

    @property
    def label(self) -> str:
        return self.fingerprint


def known_key(session: Session, device: str) -> str | None:
    """The living key of a device, written as in OpenSSH's known_hosts; None before the first."""
    query = select(HostKey.key).where(HostKey.device_id == device, HostKey.retired_at.is_(None))
    return session.scalars(query).first()


def fingerprint(key: str) -> str:
    """SHA256:… of a key written as "type base64" (RFC 4648 without padding, as OpenSSH)."""
    digest = hashlib.sha256(base64.b64decode(key.split()[1])).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")
