"""One piece of work at a thing at a time, whichever process: the lock ends with whoever held it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inventory.durable import make_folder
from playbooks.jobs import Unfinished


@contextmanager
def holding(lock: Path, busy: str) -> Iterator[None]:
    """Hold the file `lock`, made with its folder, until the end of the block. Raises Unfinished
    with the words `busy` while another does."""
    make_folder(lock.parent)
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unfinished(busy) from None
        yield
