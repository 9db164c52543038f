"""No template of configurations holds a secret in words: it is shown, printed and held against what
devices tell. Where a secret stands, a template says `<已隐去>`, `<默认 public>` or a wildcard.

Here is what is plain in any vendor's commands; who knows them better adds to it (`finder`).
"""

import re
from collections.abc import Callable, Iterable, Iterator

Finder = Callable[[str, str], Iterable[int]]  # (family, template) → lines, counted from 1

CAUSE = "这里写着口令、团体名或密钥：模板里写 <已隐去>、* 或 <默认 …>，不写秘密本身，也不用参数代替"
_LITERAL = r"(?![*<])\S"
_PLAIN = re.compile(
    r"\b(?:password|secret|snmp-(?:agent|server)\s+community|shared-key|pre-shared-key|auth-key)\b"
    r"(?:\s+\S+){0,2}?\s+(?:cipher|simple|irreversible-cipher)\s+" + _LITERAL
    + r"|\bsnmp-(?:agent|server)\s+community\s+(?:(?:read|write)\s+)?"
    r"(?!read\b|write\b|cipher\b|simple\b|complexity-check\b)" + _LITERAL
    + r"|\b(?:password|secret|shared-key|pre-shared-key|auth-key)\s+\d{1,2}\s+" + _LITERAL
    + r"|\$\w{1,2}\$\S{4}|%\^%#|@%@%"
)  # fmt: skip
_FINDERS: list[Finder] = []


def finder(found: Finder) -> Finder:
    """Ask this one, too, whenever a template or an exception is saved."""
    _FINDERS.append(found)
    return found


def secret_line(family: str, text: str) -> int:
    """The first line that holds a secret in words; 0 where none does."""
    return min((line for one in _FINDERS for line in one(family, text)), default=0)


@finder
def _plain(_family: str, text: str) -> Iterator[int]:
    for number, line in enumerate(text.splitlines(), 1):
        if _PLAIN.search(line):
            yield number
