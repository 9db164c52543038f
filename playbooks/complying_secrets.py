"""Secrets in a template's own words, found by the rules that hide them in devices' text."""

import re
from collections.abc import Iterator

from inventory.config_secret import finder
from netops.redact import redact

_HEAD = re.compile(r"\s*==.*==\s*")
_BLOCK = re.compile(r"\{%.*?%\}")
_FACT = re.compile(r"\{\{.*?\}\}")
_OPEN = re.compile(r"<默认[^>]*>|<已隐去[^>]*>|(?<!\S)\*{1,2}(?!\S)")
_REST = re.compile(r"(?<!\S)\*\*[ \t]*")


@finder
def secrets_in(family: str, text: str) -> Iterator[int]:
    """The lines (from 1) in which something would be hidden that is no placeholder. A fact is
    none: it is shown like any other word. `**` may stand for nothing at all, so it is tried
    without, too."""
    bare = "\n".join(_bare(line) for line in text.splitlines())
    for told in (bare, _REST.sub("", bare)):
        seen = _OPEN.sub("<已隐去>", told)
        hidden = redact(family, seen, lambda _: "")
        pairs = zip(seen.split("\n"), hidden.split("\n"), strict=True)
        yield from (number for number, (old, new) in enumerate(pairs, 1) if old != new)


def _bare(line: str) -> str:
    return "" if _HEAD.fullmatch(line) else _FACT.sub("fact", _BLOCK.sub("", line))
