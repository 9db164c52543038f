"""Choices that only a higher stratum than the register knows."""

from collections.abc import Mapping

from inventory.entry import supply
from netops.profile import profiles


def _profiles() -> Mapping[str, str]:
    return {name: profile.title for name, profile in profiles().items()}


def supply_all() -> None:
    """Called once, when the application or the command line is put together."""
    supply("Device", "profile", _profiles)
