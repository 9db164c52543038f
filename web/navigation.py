"""The navigation on the left: each page module says its own line, nobody keeps a list."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import current_app, g, request, url_for

from inventory.role import RIGHTS, can


def everyone(_person: Any) -> bool:
    return True


def holds(right: str) -> Callable[[Any], bool]:
    """Visible to whoever holds this right."""
    return lambda person: person is None or can(person, right)


@dataclass(frozen=True)
class NavItem:
    """A page module's `nav`: `label` is lazily translated, `order` sorts, `icon` names a symbol
    listed in assets/icons.txt; `visible(person)` hides it from who may not go there; `values` are
    the endpoint's own, `also` other page modules that belong here; `badge()` tells how much waits
    there; `key` is the letter that opens it after `g`."""

    endpoint: str
    label: Any
    icon: str
    order: int = 500
    visible: Callable[[Any], bool] = everyone
    values: Mapping[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    badge: Callable[[], int] | None = None
    key: str = ""

    @property
    def url(self) -> str:
        return url_for(self.endpoint, **dict[str, Any](self.values))

    @property
    def active(self) -> bool:
        """True on the page itself and on every page of the same module."""
        here = (request.endpoint or "").split(".")[0]
        given = request.view_args or {}
        if here in self.also:
            return True
        return here == self.endpoint.split(".")[0] and self.values.items() <= given.items()


def items() -> list[NavItem]:
    """What this person may see, in order."""
    known: list[NavItem] = current_app.extensions["navigation"]
    who = g.get("person")
    return [item for item in known if item.visible(who) and _open(item, who)]


def _open(item: NavItem, who: Any) -> bool:
    """A page that takes a right is no line for whoever lacks it; a founder sees the set-up only."""
    view = current_app.view_functions.get(item.endpoint)
    right = getattr(view, "right", "")
    if who is not None and who.roles == ("founder",):
        return right == "setup"
    return who is None or right not in RIGHTS or can(who, right)


def link(endpoint: str, **values: Any) -> str:
    """The page's address, or "" while no module offers it or this person may not open it: the
    shell asks before it links."""
    view = current_app.view_functions.get(endpoint)
    who, right = g.get("person"), getattr(view, "right", "")
    shut = who is not None and right in RIGHTS and not can(who, right)
    return "" if view is None or shut else url_for(endpoint, **values)


def query(**changes: Any) -> str:
    """This page's address with some arguments changed; None or "" removes one.

    A list is repeated. Filters, sorting and paging all live in the address, so that a view can
    be bookmarked and sent.
    """
    kept: dict[str, Any] = dict(request.args.lists())
    kept.pop("lang", None)
    kept.update(changes)
    own = request.view_args or {}
    wanted = {
        key: value for key, value in kept.items()
        if value not in (None, "", []) and key not in own and not key.startswith("_")
    }  # fmt: skip
    return url_for(request.endpoint or "", **own, **wanted)
