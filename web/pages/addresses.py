"""Addresses and bindings: violations first, ranges, who had an address, ports, what is enforced."""

from hashlib import sha256

from flask_babel import lazy_gettext as _l

from inventory.port_names import port_key
from web.addresses import (  # noqa: F401  (each adds its pages)
    finding,
    held,
    moving,
    overview,
    plans,
    ports,
    ranges,
    taking_in,
    violation,
)
from web.addresses.desk import bp
from web.navigation import NavItem, holds

__all__ = ["bp", "nav"]

nav = NavItem("addresses.index", _l("地址与绑定"), "address-book", 44, holds("view"))


@bp.app_template_filter("anchor")
def anchor(port: str) -> str:
    """The place of a port on its switch's page: an id that any browser takes."""
    return "p" + sha256(port_key(port).encode()).hexdigest()[:10]
