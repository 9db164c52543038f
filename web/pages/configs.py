"""Configurations of the devices: saved on every change, compared, searched, exported by hand."""

from flask_babel import lazy_gettext as _l

from web.configs import (  # noqa: F401  (each adds its pages)
    differing,
    overview,
    reading,
    searching,
    taking_in,
    timeline,
)
from web.configs.desk import bp
from web.navigation import NavItem

__all__ = ["bp", "nav"]

nav = NavItem("configs.index", _l("配置备份"), "database-export", 45, also=("messages",))
