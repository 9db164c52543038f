"""A vendor configuration as blocks of lines: what `undo` removes, where a new line goes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Block:
    """The lines between two separators; `header` is "" for lines of the configuration view."""

    header: str
    lines: list[str] = field(default_factory=list)


class Configuration:
    """Blocks of lines between separators (`#`, `!`).

    A section's lines are indented by one blank below its header; lines of the configuration
    view begin with `margin` (one blank on Comware). `tail` (`return`, `end`) closes the text:
    a reader that misses it has read half a configuration.
    """

    def __init__(self, text: str, separator: str, tail: str, margin: str) -> None:
        self._separator = separator
        self._tail = tail
        self._margin = margin
        self._blocks = [self._block(lines) for lines in _split(text, separator, tail)]

    def copy(self) -> "Configuration":
        return Configuration(self.text(), self._separator, self._tail, self._margin)

    def text(self) -> str:
        parts = [self._rendered(block) for block in self._blocks]
        return f"\n{self._separator}\n".join([*parts, self._tail])

    def headers(self, first_word: str) -> list[str]:
        """The section headers that begin with a word, e.g. every `interface …`."""
        return [block.header for block in self._blocks if _under(block.header, first_word)]

    def header(self, typed: str) -> str:
        """The header of an existing section as it is spelled here, or "" when there is none."""
        heads = (block.header for block in self._blocks)
        return next((head for head in heads if head.lower() == typed.lower()), "")

    def lines(self, header: str = "") -> list[str]:
        """The lines inside one section, or the lines of the configuration view."""
        return [line for block in self._all(header) for line in block.lines]

    def open(self, header: str) -> None:
        """Make sure a section exists."""
        if not self.header(header):
            self._blocks.append(_Block(header))

    def put(self, line: str, header: str = "", single: Sequence[str] = ()) -> None:
        """Add one line; a line that begins like one of `single` takes its predecessor's place."""
        key = next((key for key in single if _under(line, key)), "")
        for block in self._all(header):
            for at, old in enumerate(block.lines):
                if old == line or (key and _under(old, key)):
                    block.lines[at] = line
                    return
        self._home(line, header).lines.append(line)

    def drop(self, line: str, header: str = "") -> None:
        """Remove this line, else those that begin with it; a header goes with its section."""
        exact = line in self.lines(header)
        for block in self._all(header):
            block.lines = [
                old for old in block.lines if old != line and (exact or not _under(old, line))
            ]
        if not header:
            self._blocks = [block for block in self._blocks if not _gone(block, line)]

    def _all(self, header: str) -> list[_Block]:
        return [block for block in self._blocks if block.header == header]

    def _home(self, line: str, header: str) -> _Block:
        """The block a new line belongs to: its section, or the block of its own kind."""
        kind = line.split()[:2]
        for block in self._all(header):
            if header or any(old.split()[:2] == kind for old in block.lines):
                return block
        self._blocks.append(_Block(header))
        return self._blocks[-1]

    def _block(self, lines: list[str]) -> _Block:
        indented = len(lines) > 1 and lines[1].startswith(" ")
        section = not lines[0].startswith(" ") if self._margin else indented or _opens(lines[0])
        if section:
            return _Block(lines[0], [line.removeprefix(" ") for line in lines[1:]])
        return _Block("", [line.removeprefix(self._margin) for line in lines])

    def _rendered(self, block: _Block) -> str:
        if block.header:
            return "\n".join([block.header, *(f" {line}" for line in block.lines)])
        return "\n".join(f"{self._margin}{line}" for line in block.lines)


def _split(text: str, separator: str, tail: str) -> Iterable[list[str]]:
    blocks: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.strip() == separator:
            blocks.append([])
        elif line.strip() and line != tail:
            blocks[-1].append(line)
    return (block for block in blocks if block)


def _opens(line: str) -> bool:
    """An interface without any line of its own is still a section."""
    return line.startswith("interface ")


def _gone(block: _Block, line: str) -> bool:
    return _under(block.header, line) if block.header else not block.lines


def _under(line: str, key: str) -> bool:
    return line == key or line.startswith(f"{key} ")
