"""Our own copy is damaged or gone, another one is good: the set is put together again beside its
place, and takes it only when every part is right. What was there is moved aside, not deleted."""

import hashlib
import os
from pathlib import Path

from backups.copying import Missing, Step, go_on, sealed, sha256_of
from backups.pace import Pace
from backups.places import Folder, PlaceError
from backups.set_manifest import NAME, Manifest, Part, parse
from inventory.durable import make_folder, sync_folder
from inventory.store import Damaged

BACK, ASIDE = ".back", ".bad"


def bring_back(
    there: Folder, folder: Path, sha256: str, pace: Pace, step: Step = go_on
) -> Manifest:
    """Make our own folder whole from the copy; parts of ours that are right are not fetched again.

    `sha256` is of the manifest as the catalogue has it; `step` is told "fetched", "built",
    "aside", "back". Raises Missing, PlaceError, Damaged (what lies there is wrong, too), Stopped.
    """
    draft = folder.with_name(folder.name + BACK)
    manifest, data = _manifest(there, sha256)
    if not (draft / NAME).is_file():
        _build(there, folder, draft, manifest, pace)
        step("fetched")
        _seal(draft, data)
    step("built")
    if folder.exists():
        folder.rename(_free_name(folder))
        step("aside")
    draft.rename(folder)
    sync_folder(folder.parent)
    step("back")
    return manifest


def finish(folder: Path) -> bool:
    """At a start: a set that was put together whole and killed between two renames takes its place.
    False when there was nothing to do."""
    draft = folder.with_name(folder.name + BACK)
    if folder.exists() or not (draft / NAME).is_file():
        return False
    draft.rename(folder)
    sync_folder(folder.parent)
    return True


def _manifest(there: Folder, sha256: str) -> tuple[Manifest, bytes]:
    data = sealed(there)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Damaged(f"那里的 {NAME} 与登记的不同，不能从这份副本取回")
    return parse(data), data


def _build(there: Folder, folder: Path, draft: Path, manifest: Manifest, pace: Pace) -> None:
    make_folder(draft)
    for part in manifest.parts:
        target = draft / part.name
        if sha256_of(target) == part.sha256:
            continue
        if sha256_of(folder / part.name) == part.sha256:
            target.unlink(missing_ok=True)
            os.link(folder / part.name, target)
        else:
            _fetch(there, part, target, pace)
    sync_folder(draft)


def _fetch(there: Folder, part: Part, target: Path, pace: Pace) -> None:
    begun = target.exists()
    for anew in (False, True):
        if anew:
            target.unlink(missing_ok=True)
        try:
            there.fetch(part.name, target, pace.spend)
        except FileNotFoundError:
            raise Missing(part.name) from None
        if sha256_of(target) == part.sha256:
            return
        if not begun:
            break
    target.unlink(missing_ok=True)
    raise Damaged(f"那里的 {part.name} 也与清单不符，不能从这份副本取回")


def _seal(draft: Path, data: bytes) -> None:
    place = draft / (NAME + ".part")
    with place.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    place.replace(draft / NAME)
    sync_folder(draft)


def _free_name(folder: Path) -> Path:
    """Where what was there goes: each time another name."""
    for number in range(1, 1000):
        name = folder.with_name(f"{folder.name}{ASIDE}-{number}")
        if not name.exists():
            return name
    raise PlaceError(f"{folder.parent} 里移开的旧备份太多，请人工清理", permanent=True)
