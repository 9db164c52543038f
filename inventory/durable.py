"""What it takes for a file to be there after a power cut."""

import os
from pathlib import Path


def make_folder(folder: Path) -> None:
    """Make a folder (0700) and those above it, each on disk before something is put in it."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """A new name in a folder is safe only once the folder itself is on disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(place: Path, draft: Path, data: bytes) -> None:
    """Put a file (0600) in its place whole or not at all; nothing is left of it when the disk is
    full. `draft` is a name of the same file system. Raises OSError."""
    draft.unlink(missing_ok=True)  # of a write to the same name that was killed
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        make_folder(place.parent)
        draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(place.parent)
