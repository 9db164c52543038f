"""Who changed it, when the message does not say: the one who was at work on the device then.

Huawei's CFGCHANGE and H3C's CFGMAN_CFGCHANGED name nobody; the login and the commands before do.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

SPAN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing a known person did on a device: a login, a command, a logout (`left`)."""

    at: datetime
    user: str
    source: str
    left: bool = False


def author(at: datetime, deeds: Iterable[Deed]) -> tuple[str, str]:
    """(user, source address) of whoever most likely made the change heard of at `at`.

    The newest of those still logged in; nobody is: the newest of all, because a change may be told
    after the logout. ("", "") when nobody did anything in the hour before.
    """
    before = sorted(
        (deed for deed in deeds if deed.user and at - SPAN <= deed.at <= at),
        key=lambda deed: deed.at,
    )
    here: dict[tuple[str, str], Deed] = {}
    for deed in before:
        for place in _places(here, deed):
            del here[place]
        if not deed.left:
            here[deed.user, deed.source] = deed
    likely = list(here.values()) or [deed for deed in before if not deed.left] or before
    return (likely[-1].user, likely[-1].source) if likely else ("", "")


def _places(here: Mapping[tuple[str, str], Deed], deed: Deed) -> list[tuple[str, str]]:
    """Where this person is taken from: the very place, or, when a logout names another (H3C says
    the line, not the address), all of that person's."""
    if (deed.user, deed.source) in here:
        return [(deed.user, deed.source)]
    return [place for place in here if deed.left and place[0] == deed.user]
