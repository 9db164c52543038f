"""Files that go bad."""

from pathlib import Path


def spoil_end(file: Path) -> None:
    """Its last byte becomes another one, whatever it was."""
    was = file.read_bytes()
    file.write_bytes(was[:-1] + bytes([was[-1] ^ 1]))
