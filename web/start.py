"""Where a person begins: with what must be done now; a founder with the set-up."""

from inventory.role import Standing, can
from web.navigation import link


def start(person: Standing) -> str:
    """The address of the person's first page."""
    return link("setup.separation") if can(person, "setup") else link("today.index")
