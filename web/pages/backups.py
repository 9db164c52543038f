"""Data backups: is everything safe, each source and set, what is due, bringing back (Articles
140–143)."""

from flask_babel import lazy_gettext as _l

from web.backing import (  # noqa: F401  (each adds its pages)
    calendar,
    clearing,
    overview,
    reaching,
    running,
    sets,
    sources,
    uploading,
)
from web.backing.desk import bp
from web.navigation import NavItem, holds

__all__ = ["bp", "nav"]

nav = NavItem("backups.index", _l("数据备份"), "archive", 47, holds("view"))
