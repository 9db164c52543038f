"""Which register a page is about, and what the person asking may do with it."""

from flask import abort, url_for

from inventory.person import can
from inventory.register import Register, registers
from web.access import person
from web.navigation import link


def book(slug: str, act: str = "view") -> type[Register]:
    """The register behind a slug; 404 when there is none, 403 when the person may not `act`."""
    cls = registers().get(slug)
    if cls is None or not cls.shown:
        abort(404)
    if not may(cls, act):
        abort(403)
    return cls


def may(cls: type[Register], act: str) -> bool:
    """May this person view, edit, write or export the register? To edit is to retire and restore,
    to write is to fill in rows. Accounts and ways into devices are the business of those who
    administer them, from the first look on."""
    if act == "write":
        return cls.by_hand and may(cls, "edit")
    if act == "edit" or cls.edit_act == "administer":
        return can(person(), cls.edit_act) and (act == "edit" or can(person(), act))
    return can(person(), act)


def page_url(row: Register) -> str:
    """Where one row is shown: its own kind of page, or the general one."""
    own = row.page != "registers.show" and link(row.page, id=row.id)
    return own or url_for("registers.show", slug=row.slug, id=row.id)


def home_centre() -> str:
    """The centre that a record of what a person did with a list belongs to: within the scope."""
    top = next(iter(person().scope.paths), "/").strip("/").rpartition("/")[2]
    return top or person().centre_id
