"""What is put beside backups so that they can be opened without the console."""

from pathlib import Path


def standalone() -> bytes:
    """The program `open_set.py`, as it is laid beside every set."""
    return Path(__file__).with_name("open_set.py").read_bytes()


def joiner() -> bytes:
    """The program `join.py`, as it is laid on discs beside files that were divided."""
    return Path(__file__).with_name("join.py").read_bytes()
