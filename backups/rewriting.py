"""The readable history of a centre, written anew when it is lost or damaged: the vault has every
version, what it says of itself and, once its secrets are hidden, its text.

The same words make the same commits. Where rules or names have changed since, a version becomes
another commit and is still found under the name the catalogue has (`Writer.stand_for`). What was
there before is set aside for a person to look at, never deleted.
"""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from sqlalchemy import select

from backups import catalogue
from backups.catalogue import Thing
from backups.content import noted, text_of
from backups.gitrun import refused
from backups.looks import Looks
from backups.textgit import Note, TextRepo, Writer
from backups.veil import profile_of
from inventory.act import EVERYTHING
from inventory.config_snapshot import ConfigSnapshot
from inventory.durable import make_folder, sync_folder
from inventory.keys import new_key
from inventory.store import Damaged

_TOGETHER = 4_000_000  # characters written by one git
STAMP = "%Y%m%dT%H%M%S"


@dataclass(frozen=True, slots=True)
class Rewritten:
    """`versions` that can be read now, `lost` the ids of those that neither the vault nor the
    damaged history could tell, `aside` where what was there before lies (None: there was nothing).
    """

    repo: str
    versions: int
    lost: tuple[str, ...]
    aside: Path | None


@dataclass(frozen=True, slots=True)
class _Version:
    row: ConfigSnapshot
    text: str
    note: Note


def set_aside(repo: TextRepo) -> Path:
    """The folder of those that were set aside; each is named by its repository and its time."""
    return repo.folder / "damaged"


def rewrite(looks: Looks, name: str, now: datetime) -> Rewritten:
    """Write a history anew and put it in its place. Only for whoever holds its lock.

    Raises NotKept (for want of room), Damaged; the one that was there is still there then.
    """
    repo, fresh = looks.repo(name), TextRepo(looks.repo(name).folder / "rewriting", name)
    shutil.rmtree(fresh.git.folder, ignore_errors=True)  # of a rewriting that was cut off
    told: dict[str, str] = {}
    lost: list[str] = []
    with fresh.alone() as writer:
        for device_id, rows in groupby(rows_of(looks, name), lambda row: row.device_id):
            told |= _of_device(looks, writer, device_id, list(rows), lost)
        writer.stand_for({old: here for old, here in told.items() if old != here})
        writer.pack()
    try:
        aside = _exchange(repo, fresh.git.folder, now)
    except OSError as error:
        raise refused(error) from None
    return Rewritten(name, len(told), tuple(lost), aside)


def rows_of(looks: Looks, name: str) -> list[ConfigSnapshot]:
    """What the catalogue has of a history, device by device, oldest first."""
    query = select(ConfigSnapshot).where(ConfigSnapshot.repo == name, ConfigSnapshot.commit != "")
    order = (ConfigSnapshot.device_id, ConfigSnapshot.taken_at, ConfigSnapshot.id)
    with looks.database.view(EVERYTHING) as session:
        return list(session.scalars(query.order_by(*order)))


def _of_device(
    looks: Looks, writer: Writer, device_id: str, rows: Iterable[ConfigSnapshot], lost: list[str]
) -> dict[str, str]:
    """Each version's commit as the catalogue names it, and as it is now."""
    with looks.database.view(EVERYTHING) as session:
        thing = catalogue.thing(session, device_id)
    found: dict[str, str] = {}
    tip = ""
    for bunch in _bunches(_versions(looks, thing, rows, lost)):
        fresh = _differing(bunch)
        commits = writer.commits(device_id, tip, [(one.text, one.note) for one in fresh])
        places = {one.row.id: commit for one, commit in zip(fresh, commits, strict=True)}
        for one in bunch:
            tip = places.get(one.row.id, tip)
            found[one.row.commit] = tip
    return found


def _versions(
    looks: Looks, thing: Thing, rows: Iterable[ConfigSnapshot], lost: list[str]
) -> Iterator[_Version]:
    for row in rows:
        try:
            text = _text(looks, thing, row)
        except Damaged:
            lost.append(row.id)
            continue
        yield _Version(row, text, noted(thing, row))


def _text(looks: Looks, thing: Thing, row: ConfigSnapshot) -> str:
    """From the vault; from the damaged history where the vault is damaged, too. Raises Damaged."""
    try:
        text = text_of(row.origin, looks.raw(row))
    except Damaged:
        return looks.text(row)
    if text is None:
        return looks.text(row)  # rules of what is a text have changed since
    return looks.veil.redacted(thing.id, profile_of(thing.profile), text)


def _bunches(versions: Iterable[_Version]) -> Iterator[list[_Version]]:
    """As many as one git may write, none of them empty."""
    bunch: list[_Version] = []
    size = 0
    for one in versions:
        bunch.append(one)
        size += len(one.text)
        if size > _TOGETHER:
            yield bunch
            bunch, size = [], 0
    if bunch:
        yield bunch


def _differing(bunch: Sequence[_Version]) -> list[_Version]:
    """Without those whose text is that of the one before: they were no commits then, either."""
    pairs = zip([None, *bunch], bunch, strict=False)
    return [one for before, one in pairs if before is None or before.text != one.text]


def _exchange(repo: TextRepo, fresh: Path, now: datetime) -> Path | None:
    """Cut off between the two moves, nothing is there: then it is written anew once more."""
    place, aside = repo.git.folder, None
    if place.exists():
        stamp = now.astimezone(UTC).strftime(STAMP)
        aside = set_aside(repo) / f"{repo.name}-{stamp}-{new_key()}.git"
        make_folder(aside.parent)
        place.rename(aside)
        sync_folder(aside.parent)
    fresh.rename(place)
    sync_folder(place.parent)
    return aside
