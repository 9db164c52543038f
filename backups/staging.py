"""Where a source's files wait for the set that is made of them: fetched from afar so far, sent by
the agent, or brought by hand. One folder for each source, 0700, plain: it lies in the home, beside
the database, and what is no longer needed goes as soon as the set is good."""

import shutil
from pathlib import Path

from inventory.durable import sync_folder


def folder_of(home: Path, source_id: str) -> Path:
    """The staging folder of a source; made by whoever puts something there."""
    return home / "staging" / source_id


def clear(folder: Path) -> None:
    """Delete what was staged; nothing there is well, too. Raises OSError."""
    if folder.is_dir():
        shutil.rmtree(folder)
        sync_folder(folder.parent)
