"""What a person reads of a page, without its tags."""

import re


def words(html: str, opening: str = "<main") -> str:
    """The text from `opening` on, with single spaces."""
    shown = html[html.index(opening) :] if opening in html else html
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown))


def tiles(page: str) -> dict[str, str]:
    """The stat tiles: label → figure."""
    found = re.findall(r'stat-label">([^<]+)<.*?stat-value">([^<]+)<', page, re.DOTALL)
    return dict(found)
