"""Could copies be laid at a place now? A small file is written, read and deleted again; nothing is
left there."""

import io
from pathlib import Path

from backups import same_machine, sftp_place
from backups.label import WrongMedium, guarding, read_label
from backups.places import PlaceError, in_words
from backups.spots import Spot, apart, host_key
from inventory.keys import new_key
from netops.ssh_files import RemoteFiles

_TOLD = b"netops"


def tried(spot: Spot, home: Path) -> str:
    """What worked, in a sentence. Raises PlaceError."""
    if spot.remote is None:
        return _here(spot, home)
    with sftp_place.opened(spot.remote, spot.root) as place:
        if spot.outside:
            same_machine.apart(place, host_key(spot.remote))
        folder, there = _nearest(place.files, place.root)
        probe = f"{folder.rstrip('/')}/.netops-try-{new_key()}"
        try:
            place.files.put(io.BytesIO(_TOLD), probe)
            read = place.files.open(probe).read(len(_TOLD) + 1)
        finally:
            place.files.remove(probe)
    if read != _TOLD:
        raise PlaceError(f"{spot.remote.place} 上写入的文件读回来不一样：请检查它的磁盘")
    further = "" if there else f"；{spot.root} 还没有，第一次复制时建立"
    return f"登录 {spot.remote.place} 成功，在 {folder} 写入、读回、删除了一个试验文件{further}"


def _nearest(files: RemoteFiles, root: str) -> tuple[str, bool]:
    """The folder itself, or the nearest above it that is there."""
    folder = root
    while folder and folder != "/":
        if files.is_folder(folder):
            return folder, folder == root
        folder = folder.rpartition("/")[0]
    return "/", False


def _here(spot: Spot, home: Path) -> str:
    root = Path(spot.root)
    apart(spot)
    named = read_label(root) is not None
    if named or not spot.fresh:
        guarding(root, spot.label)()
    elif not root.is_dir():
        raise WrongMedium(f"{root} 不是一个目录：请先挂载")
    elif spot.outside and root.stat().st_dev == home.stat().st_dev:
        raise WrongMedium(f"{root} 在值守台自己的磁盘上：没有挂载到这里")
    probe = root / f".netops-try-{new_key()}"
    with in_words(root):
        try:
            probe.write_bytes(_TOLD)
        finally:
            probe.unlink(missing_ok=True)
    return f"在 {root} 写入、删除了一个试验文件"
