"""What the owner of the machine does before a local source can be backed up."""

from pathlib import Path

from backups.machine_owner import COMMANDS, ROOTS


def allow(home: Path, *roots: Path, commands: tuple[str, ...] = ()) -> None:
    """List these folders and programs in the home."""
    (home / ROOTS).write_text("".join(f"{one}\n" for one in roots), "utf-8")
    (home / COMMANDS).write_text("".join(f"{one}\n" for one in commands), "utf-8")
