"""What may be seen of a configuration: its text without secrets, and keyed digests of the rest."""

import hashlib
import hmac
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from netops.errors import Unreadable
from netops.profile import Profile, profile_named
from netops.redact import redact

_ANY = "any"  # the redaction rules for a text of no known vendor


@dataclass(frozen=True, slots=True)
class Veil:
    """Digests under the data key (32 bytes)."""

    key: bytes = field(repr=False)

    def tag(self, device_id: str, secret: str) -> str:
        """A short word for a secret: the same for the same secret of the same device, and nothing
        that could be guessed from without the key."""
        return self._keyed("tag", f"{device_id}\0{secret}")[:6]

    def form(self, comparable_text: str) -> str:
        """By it two reads are the same. Keyed like a tag: of a text that is known but for one
        secret, a plain digest would let anybody guess that secret."""
        return self._keyed("form", comparable_text)

    def redacted(self, device_id: str, profile: Profile | None, text: str) -> str:
        """The text for people: no secrets, lines that end as git counts them."""
        family = profile.config.family if profile else ""
        plain = redact(family or _ANY, text, lambda secret: self.tag(device_id, secret))
        plain = plain.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
        return plain if plain.endswith("\n") else f"{plain}\n"

    def _keyed(self, purpose: str, text: str) -> str:
        own = HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(self.key)
        return hmac.new(own, text.encode(), hashlib.sha256).hexdigest()


def profile_of(name: str) -> Profile | None:
    """The vendor file a device is registered with; None when it is gone."""
    try:
        return profile_named(name)
    except Unreadable:
        return None
