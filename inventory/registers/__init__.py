"""Registers that are one small class each: dropping a file in here is all it takes.

A rule over several registers does not belong here, nor does one register import another: they name
each other by class name (`refers`).
"""

from importlib import import_module
from pkgutil import iter_modules


def map_all() -> None:
    """Import every register of this folder, so that its table is known."""
    for found in sorted(iter_modules(__path__), key=lambda one: one.name):
        import_module(f"{__name__}.{found.name}")
