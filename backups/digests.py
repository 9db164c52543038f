"""SHA-256 and SM3 side by side (GB/T 32905-2016): the one every tool knows, the other is the
national standard; it is left out where OpenSSL was built without it."""

import hashlib

from inventory.chain import has_sm3


class Digests:
    """Both digests of one stream of bytes."""

    def __init__(self, sm3: bool = True) -> None:
        self._sha256 = hashlib.sha256()
        self._sm3 = hashlib.new("sm3") if sm3 and has_sm3() else None

    def update(self, data: bytes) -> None:
        """Both are of everything given so far."""
        self._sha256.update(data)
        if self._sm3 is not None:
            self._sm3.update(data)

    @property
    def sha256(self) -> str:
        return self._sha256.hexdigest()

    @property
    def sm3(self) -> str:
        return self._sm3.hexdigest() if self._sm3 is not None else ""


def digests(data: bytes) -> Digests:
    """Of bytes in memory."""
    told = Digests()
    told.update(data)
    return told
