"""Which register a page is about, and what the person asking may do with it."""

from flask import abort, url_for

from inventory.register import Register, registers
from inventory.role import can
from web.access import narrow, person
from web.navigation import link


def book(slug: str, act: str = "view") -> type[Register]:
    """The register behind a slug; 404 when there is none, 403 when the person may not `act`."""
    cls = registers().get(slug)
    if cls is None or not cls.shown:
        abort(404)
    if not may(cls, act):
        abort(403)
    narrow(cls.edit_act if act in ("edit", "write") else cls.see_act)
    return cls


def may(cls: type[Register], act: str) -> bool:
    """May this person view, edit, write or export the register? To edit is to retire and restore,
    to write is to fill in rows. Whoever may do anything with a register may look at it."""
    rights = {
        "view": (cls.see_act,),
        "edit": (cls.see_act, cls.edit_act),
        "write": (cls.see_act, cls.edit_act),
        "export": (cls.see_act, "export"),
    }
    seen = cls.by_hand or act != "write"
    return seen and all(can(person(), right) for right in rights[act])


def page_url(row: Register) -> str:
    """Where one row is shown: its own kind of page, or the general one."""
    own = row.page != "registers.show" and link(row.page, id=row.id)
    return own or url_for("registers.show", slug=row.slug, id=row.id)


def home_centre() -> str:
    """The centre that a record of what a person did with a list belongs to: within the scope."""
    top = next(iter(person().scope.paths), "/").strip("/").rpartition("/")[2]
    return top or person().centre_id
