"""Where drills work: a folder for each (0700) in the home, emptied when it ends; what a killed one
left, its scratch database too, goes when a worker starts and before the next begins."""

import fcntl
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from backups.gathering import NotGathered
from backups.restoring import drop
from inventory.act import EVERYTHING
from inventory.backup_source import BackupSource
from inventory.durable import make_folder, write_whole
from inventory.keys import new_key
from inventory.run import JobRun
from inventory.secret import Key, Sealed, SecretError
from playbooks.drill_orders import order_of_drill
from playbooks.site import Site

_KINDS = ("drill", "restore")
_ALIVE = ("asked", "running")
_LOCK = ".lock"  # held while its drill lives, whichever process that is
_NOTE = "database.txt"  # source id and name of the scratch database that is being filled
_DRAFT = "draft.txt"  # what is being restored outside of this folder, in the clear, too
_log = logging.getLogger(__name__)


@contextmanager
def scratch(site: Site, name: str) -> Iterator[Path]:
    """An empty folder, gone afterwards whatever happens."""
    place = _home(site) / name
    shutil.rmtree(place, ignore_errors=True)
    make_folder(place)
    with (place / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)


def note(place: Path, source_id: str, name: str) -> None:
    """Remember a scratch database before it is made."""
    write_whole(place / _NOTE, place / f"{_NOTE}.part", f"{source_id}\n{name}\n".encode())


def note_draft(place: Path, draft: Path) -> None:
    """Remember the draft of a restore before it is made."""
    write_whole(place / _DRAFT, place / f"{_DRAFT}.part", os.fsencode(draft))


def lay_key(home: Path, key: Key, text: str) -> str:
    """Keep a key that somebody typed for the worker, sealed, in a file of its own; the name by
    which a request may speak of it. Raises OSError."""
    place, name = home / "drills", new_key()
    make_folder(place)
    write_whole(place / f"{name}.key", place / f"{name}.part", key.seal(text).token.encode())
    return name


def take_key(site: Site, name: str) -> str:
    """What was typed for a drill, gone from the disk now; "" when nothing was. SecretError."""
    place = _home(site) / f"{name}.key"
    if not name or not place.is_file():
        return ""
    token = place.read_text("ascii")
    place.unlink()
    return site.key.open(Sealed(token))


def asker(session: Session, run_id: str) -> JobRun:
    """The request as it stands: who asked."""
    return session.get_one(JobRun, run_id)


def begin(site: Site) -> None:
    """At each start and daily: what a killed drill or restore left in the clear does not wait for
    the next one."""
    try:
        sweep(site)
    except OSError:
        _log.exception("drills' folders were left as they are")  # a worker starts all the same


def sweep(site: Site) -> int:
    """Clear up after drills that no worker is at any more; how many there were."""
    with site.database.view(EVERYTHING) as session:
        query = select(JobRun).where(JobRun.kind.in_(_KINDS), JobRun.state.in_(_ALIVE))
        runs = session.scalars(query).all()
    busy = {run.id for run in runs} | {str(run.params.get("typed", "")) for run in runs}
    left = [one for one in sorted(_home(site).glob("*")) if one.stem not in busy]
    for place in left:
        if not place.is_dir():
            place.unlink(missing_ok=True)
        elif not _held(place) and _dropped(site, place) and _undrafted(place):
            shutil.rmtree(place, ignore_errors=True)
    return len(left)


def _held(place: Path) -> bool:
    """Is somebody at it, of whom no request tells any more (a drill by command, while a worker
    starts)?"""
    if not (place / _LOCK).is_file():
        return False
    with (place / _LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _undrafted(place: Path) -> bool:
    """Is what a killed restore had laid down so far gone?"""
    if (place / _DRAFT).is_file():
        draft = Path(os.fsdecode((place / _DRAFT).read_bytes()))
        shutil.rmtree(draft, ignore_errors=True)
        return not draft.exists()
    return True


def _dropped(site: Site, place: Path) -> bool:
    """Is its scratch database gone? A server that does not answer, or cannot be asked as its
    source stands now, is asked again next time."""
    if not (place / _NOTE).is_file():
        return True
    source_id, name, *_ = (place / _NOTE).read_text("utf-8").split("\n")
    try:
        with site.database.view(EVERYTHING) as session:
            source = session.get(BackupSource, source_id)
            order = order_of_drill(session, site.key, source, place) if source else None
        if order is not None:
            drop(order, name)
    except (NotGathered, SecretError):
        return False
    return True


def _home(site: Site) -> Path:
    return site.home / "drills"
