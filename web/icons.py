"""The few icons we use, as one SVG sprite: 40 symbols instead of a font of 5,000."""

import re
from pathlib import Path

_INNER = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_BACKDROP = re.compile(r'<path stroke="none"[^>]*/>\s*')


def names(listing: Path) -> list[str]:
    """The icon names of a listing, one a line; `#` starts a comment."""
    lines = (line.split("#")[0].strip() for line in listing.read_text("utf-8").splitlines())
    return [line for line in lines if line]


def sprite(listing: Path, package: Path) -> str:
    """The sprite's SVG text, a <symbol id="icon-NAME"> each, drawn from @tabler/icons."""
    symbols = [_symbol(name, package) for name in names(listing)]
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>\n'


def _symbol(name: str, package: Path) -> str:
    source = (package / "icons" / "outline" / f"{name}.svg").read_text("utf-8")
    match = _INNER.search(source)
    inner = _BACKDROP.sub("", match.group(1)) if match else ""
    drawing = " ".join(inner.split())
    return f'<symbol id="icon-{name}" viewBox="0 0 24 24">{drawing}</symbol>'
