"""Is the second host this very machine? A disk that burns takes both copies along (Article 142)."""

import io
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from backups.label import WrongMedium
from backups.mounts import elsewhere
from backups.sftp_place import SftpPlace
from inventory.keys import new_key

_KEYS = Path("/etc/ssh")  # of the SSH server of this machine, where it has one
_ADVICE = "不能算双机备份；请改用另一台主机，或把用途改为“附加副本”"


def apart(place: SftpPlace, host_key: str | None, keys: Path = _KEYS) -> None:
    """Raises WrongMedium when the other end has this machine's own host key (`host_key`: type and
    base64), or when what is written there lies here. An address says nothing: a tunnel to another
    machine begins at 127.0.0.1."""
    at = place.files.place
    if host_key in set(_own_keys(keys)):
        raise WrongMedium(f"{at} 的主机密钥就是值守台这台机器的，{_ADVICE}")
    if _lands_here(place):
        raise WrongMedium(f"写到 {at} 的 {place.root} 的文件就在值守台自己的磁盘上，{_ADVICE}")


def _own_keys(keys: Path) -> Iterator[str]:
    for file in keys.glob("ssh_host_*_key.pub"):
        with suppress(OSError):
            yield " ".join(file.read_text(errors="replace").split()[:2])


def _lands_here(place: SftpPlace) -> bool:
    """Asked only where this machine has a folder of that name on a disk of its own."""
    here = Path(place.root)
    if not here.is_dir() or elsewhere(here):
        return False
    name = f".netops-probe-{new_key()}"
    try:
        place.files.put(io.BytesIO(b"netops"), f"{place.root}/{name}")
        return (here / name).exists()
    finally:
        with suppress(OSError):
            place.files.remove(f"{place.root}/{name}")
