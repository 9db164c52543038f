"""The text of a configuration as a tree: which line stands within which block.

Vendors differ in how a block ends, not in how it is shown: by indentation, or by braces. Lines of
the same words are one: what is said twice is said once.
"""

import re
from collections.abc import Iterable, Iterator

Tree = dict[str, "Tree"]
Path = tuple[str, ...]

BRACES = frozenset(("nft", "linux"))
# A separator in the first column also ends every block: old VRP indents its first lines by one.
_SEPARATOR = re.compile(r"[!#$].*")
_END = re.compile(r"(?:return|end|exit|quit|exit-\S+)")
# A text of several lines in delimiters: banner motd ^C … ^C, header login information "…"
_QUOTED = re.compile(r"(banner \S+|header \S+(?: information)?) +(\^C|[^\w\s])(.*)")


def tree(family: str, text: str) -> Tree:
    """The blocks of a text; `family` as in `netops.vendorfile.Config`. Never raises: what is of no
    known form is a line."""
    lines = iter(text.splitlines())
    return _braced(lines) if family in BRACES else _indented(lines)


def paths(found: Tree, above: Path = ()) -> Iterator[Path]:
    """Every line with the blocks it stands in, a block before what is in it."""
    for line, below in found.items():
        yield (*above, line)
        yield from paths(below, (*above, line))


def put(found: Tree, path: Iterable[str]) -> None:
    """Add a line together with the blocks it stands in."""
    for line in path:
        found = found.setdefault(line, {})


def _indented(lines: Iterator[str]) -> Tree:
    root: Tree = {}
    stack: list[tuple[int, Tree]] = []
    for raw in lines:
        line = " ".join(raw.split())
        if not line or _SEPARATOR.fullmatch(line) or _END.fullmatch(line):
            if _SEPARATOR.match(raw):
                stack.clear()
            continue
        indent = len(raw) - len(raw.lstrip())
        while stack and stack[-1][0] >= indent:
            stack.pop()
        quoted = _QUOTED.fullmatch(line)
        here = stack[-1][1] if stack else root
        below = here.setdefault(quoted[1] if quoted else line, {})
        if quoted:
            below.update({text: {} for text in _until(quoted[2], quoted[3], lines)})
        else:
            stack.append((indent, below))
    return root


def _until(mark: str, first: str, lines: Iterator[str]) -> Iterator[str]:
    """The lines of a text up to the delimiter it ends with."""
    line = first
    while mark not in line:
        if line.strip():
            yield " ".join(line.split())
        following = next(lines, None)
        if following is None:
            return
        line = following
    last = line.split(mark)[0]
    if last.strip():
        yield " ".join(last.split())


def _braced(lines: Iterator[str]) -> Tree:
    root: Tree = {}
    stack = [root]
    for raw in lines:
        line = " ".join(raw.split())
        if line == "}" and len(stack) > 1:
            stack.pop()
        elif line:  # what stands behind # is told of the system: addresses, routes, sysctl
            below = stack[-1].setdefault(line.removesuffix("{").rstrip(), {})
            if line.endswith("{"):
                stack.append(below)
    return root
