"""A person's own affairs: they may be seen to by everybody, also by somebody without any role."""

from dataclasses import replace

from inventory.act import EVERYTHING, Act
from web.access import origin, person


def own_act(what: str) -> Act:
    """An act on one's own account and nothing else: one's own row may lie outside one's scope."""
    return replace(person().act(what, origin()), scope=EVERYTHING)
