"""From rows to open places: what a copy needs to know of where it goes, read in one short view."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from backups import same_machine, sftp_place
from backups.label import Label, WrongMedium, guarding, read_label, write_label
from backups.mounts import elsewhere, in_memory, together
from backups.places import LocalPlace, Place, PlaceError
from inventory.backup_copy import BackupCopy
from inventory.backup_place import BackupPlace, whole_path
from inventory.medium import Medium
from inventory.secret import Key
from netops.errors import DeviceError
from netops.remote import Remote
from netops.remotes import remote_of


@dataclass(frozen=True, slots=True)
class Aim:
    """One place or medium as the catalogue sees it. `where` is a key of WHERES; `keep` sets of each
    source, 0 for all."""

    id: str
    name: str
    where: str
    centre_id: str
    keep: int = 0


@dataclass(frozen=True, slots=True)
class Spot:
    """How to get there, frozen when the work began. `limit` in bytes a second, 0 for none;
    `fresh`: nothing was ever copied there, so it may be named now; `outside`: it must not be a disk
    of this machine, nor one on which another place (`others`, their folders) lies."""

    aim: Aim
    root: str
    label: Label
    limit: int = 0
    remote: Remote | None = None
    fresh: bool = False
    outside: bool = True
    others: tuple[str, ...] = ()


def aim_of(row: BackupPlace | Medium) -> Aim:
    """A place, or a medium (which keeps what was put on it)."""
    if isinstance(row, Medium):
        return Aim(row.id, row.label, "medium", row.centre_id)
    return Aim(row.id, row.name, "host", row.centre_id, row.keep)


def spot_of(session: Session, key: Key, place: BackupPlace) -> Spot:
    """A place of the register. Raises PlaceError when there is no login for it."""
    try:
        remote = remote_of(session, key, place.device_id or "") if place.kind == "sftp" else None
    except DeviceError as error:
        raise PlaceError(error.reason, permanent=True) from error
    query = select(BackupCopy.id).where(
        BackupCopy.place_id == place.id, BackupCopy.state == "verified"
    )
    return Spot(
        aim=aim_of(place), root=place.folder, label=Label(place.id, place.name),
        limit=place.limit_kbps * 1000, remote=remote,
        fresh=session.scalars(query.limit(1)).first() is None, outside=place.purpose == "host",
        others=_others(session, place.id),
    )  # fmt: skip


def _others(session: Session, place_id: str = "") -> tuple[str, ...]:
    query = select(BackupPlace.folder).where(
        BackupPlace.kind == "path", BackupPlace.retired_at.is_(None), BackupPlace.id != place_id
    )
    return tuple(session.scalars(query))


def plugged(session: Session, medium: Medium, path: str) -> Spot:
    """A medium that is plugged in at `path`. Raises PlaceError for one that must not be used."""
    if medium.state not in ("in", "out"):
        raise WrongMedium(f"{medium.number} 已{medium.stage[1]}，不能再用")
    if not whole_path(path):
        raise PlaceError("写介质挂载到的绝对路径，如 /media/backup", permanent=True)
    label = Label(medium.id, medium.number)
    return Spot(aim_of(medium), path.rstrip("/"), label, others=_others(session))


@contextmanager
def opened(spot: Spot, home: Path) -> Iterator[Place]:
    """Be at the place; ours (`home`) tells a disk of our own from another. Raises PlaceError."""
    if spot.remote is not None:
        with sftp_place.opened(spot.remote, spot.root) as place:
            if spot.outside:
                same_machine.apart(place, host_key(spot.remote))
            yield place
        return
    root = Path(spot.root)
    apart(spot)
    if spot.fresh and read_label(root) is None:
        _name(root, spot, home)
    guard = guarding(root, spot.label)
    guard()
    yield LocalPlace(root, guard)


def host_key(remote: Remote) -> str | None:
    """The key it is known by: type, blank, base64."""
    return remote.known.expected(remote.address, remote.port) if remote.known else None


def apart(spot: Spot) -> None:
    """Two copies on one device are lost together. Raises WrongMedium."""
    root = Path(spot.root)
    if not spot.outside:
        return
    if spot.aim.where == "host" and not elsewhere(root):
        raise WrongMedium(
            f"{root} 不在另一台主机的共享上（NFS、SMB 等），不能算双机备份；"
            "请挂载另一台主机的共享，或改为经 SFTP，或把用途改为“附加副本”"
        )
    if spot.aim.where == "medium":
        lasting(root)
    for other in spot.others:
        if together(root, Path(other)):
            raise WrongMedium(f"{root} 与存放处 {other} 在同一个盘上，不能算另一份；请换一个盘")


def lasting(root: Path) -> None:
    """A folder in memory is no medium, unless the machine's owner says so (NETOPS_MEMORY_MEDIA=1,
    to try things out). Raises WrongMedium."""
    if in_memory(root.resolve()) and os.environ.get("NETOPS_MEMORY_MEDIA") != "1":
        raise WrongMedium(
            f"{root} 在本机内存里（tmpfs），断电就没有了，不能算移动存储设备；请插好介质并挂载"
        )


def _name(root: Path, spot: Spot, home: Path) -> None:
    """The first time: a share is named, so that its empty mount point is known for what it is."""
    aside = home if spot.outside else Path("/proc")  # a spare path may be on our own disk
    write_label(root, spot.label, aside)
