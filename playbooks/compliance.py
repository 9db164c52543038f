"""Does a configuration hold what the province's template asks for? Section by section, pure.

It is judged on the text without secrets: where the template says `<已隐去>`, any secret will do.
The order of lines is not judged.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from inventory.config_sections import EXACT, NEVER, Section, sections
from playbooks.config_tree import Path, Tree, paths, tree

STATES: Mapping[str, str] = {
    "ok": "符合", "missing": "缺少", "surplus": "多余", "exempt": "豁免", "na": "不适用",
}  # fmt: skip
BETWEEN = " › "  # a line and the blocks it stands in, as people read it
_SECRET = re.compile(r"<已隐去[^>]*>")
_WORD = r"(?:<已隐去[^>]*>|\S+)"


@dataclass(frozen=True, slots=True)
class Exemption:
    """What a centre has been freed from: a whole section, or one line of it (`line`, "" = all)."""

    template: str
    section: str
    line: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One section against the configuration. `missing` is asked for and not there, `surplus` is
    there and not allowed, `exempt` would be one of them; each line with the blocks above it."""

    section: Section
    lines: int
    missing: tuple[Path, ...] = ()
    surplus: tuple[Path, ...] = ()
    exempt: tuple[Path, ...] = ()

    @property
    def state(self) -> str:
        """A key of STATES: what is worst."""
        if not self.lines:
            return "na"
        told = (("missing", self.missing), ("surplus", self.surplus), ("exempt", self.exempt))
        return next((word for word, found in told if found), "ok")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The findings of every section, in the template's order."""

    findings: tuple[Finding, ...]

    @property
    def missing(self) -> int:
        return sum(len(one.missing) for one in self.findings)

    @property
    def surplus(self) -> int:
        return sum(len(one.surplus) for one in self.findings)

    @property
    def exempt(self) -> int:
        return sum(len(one.exempt) for one in self.findings)

    @property
    def state(self) -> str:
        """deviating, exempt or ok."""
        if self.missing or self.surplus:
            return "deviating"
        return "exempt" if self.exempt else "ok"


def judge(
    template_text: str, config_text: str, family: str, exceptions: Iterable[Exemption] = ()
) -> Sheet:
    """A rendered template against the readable text of a configuration.

    Of `exceptions` those count that name a section of this template. Raises Wrong when the
    template is no template.
    """
    got, freed = tree(family, config_text), tuple(exceptions)
    return Sheet(tuple(_finding(one, got, family, freed) for one in sections(template_text)))


def _finding(section: Section, got: Tree, family: str, freed: Sequence[Exemption]) -> Finding:
    wanted = tree(family, section.text)
    missing: tuple[Path, ...] = ()
    surplus: tuple[Path, ...] = ()
    if section.mode == NEVER:
        surplus = tuple(_present(wanted, got, ()))
    else:
        missing = tuple(_lacking(wanted, got, ()))
    if section.mode == EXACT:
        surplus = tuple(_beyond(wanted, got, _spoken_for(section, wanted), ()))
    mine = [one for one in freed if one.section == section.name]
    excused = [path for path in (*missing, *surplus) if _excused(path, mine)]
    return Finding(
        section, sum(1 for _path in paths(wanted)),
        tuple(path for path in missing if path not in excused),
        tuple(path for path in surplus if path not in excused), tuple(excused),
    )  # fmt: skip


def _lacking(wanted: Tree, got: Tree, above: Path) -> Iterator[Path]:
    """A block meant by several (`interface *`) must hold its lines in each of them."""
    for line, below in wanted.items():
        found = _hits(line, got)
        if not found:
            yield (*above, line)
            yield from paths(below, (*above, line))
        for text in found:
            yield from _lacking(below, got[text], (*above, text))


def _present(unwanted: Tree, got: Tree, above: Path) -> Iterator[Path]:
    for line, below in unwanted.items():
        for text in _hits(line, got):
            if below:
                yield from _present(below, got[text], (*above, text))
            else:
                yield (*above, text)


def _beyond(wanted: Tree, got: Tree, mine: Callable[[str], bool], above: Path) -> Iterator[Path]:
    """What stands there unasked, of the lines this section speaks for."""
    for text, below in got.items():
        if not mine(text):
            continue
        asked = [line for line in wanted if _means(line, text)]
        if not asked:
            yield (*above, text)
        elif any(wanted[line] for line in asked):
            inner = {word: deep for line in asked for word, deep in wanted[line].items()}
            yield from _beyond(inner, below, lambda _text: True, (*above, text))


def _spoken_for(section: Section, wanted: Tree) -> Callable[[str], bool]:
    blocks = tuple(line for line, below in wanted.items() if below)
    spans = tuple(f"{one} " for one in section.span)
    return lambda text: f"{text} ".startswith(spans) or any(_means(line, text) for line in blocks)


def _excused(path: Path, freed: Iterable[Exemption]) -> bool:
    told = (path[-1], BETWEEN.join(path))
    return any(not one.line or any(_means(one.line, text) for text in told) for one in freed)


def _hits(line: str, got: Tree) -> list[str]:
    if line in got:
        return [line]
    meant = _pattern(line)
    return [text for text in got if meant.fullmatch(f" {text}")] if meant else []


def _means(line: str, text: str) -> bool:
    meant = _pattern(line)
    return line == text or bool(meant and meant.fullmatch(f" {text}"))


def is_open(line: str) -> bool:
    """Does the line leave something to be filled in by a person before a device may hear it?"""
    return _pattern(line) is not None or bool(_SECRET.search(line))


@lru_cache(4096)
def _pattern(line: str) -> re.Pattern[str] | None:
    """The lines (a space before each) meant by one with wildcards; None when it means itself."""
    words = _SECRET.sub(lambda found: found[0].replace(" ", "\0"), line).split()
    if not any(word in ("*", "**", "<已隐去>") for word in words):
        return None
    first, *rest = _runs(words)
    between = "".join(rf"(?>(?: .*?)??{run}(?= |\Z))" for run in rest[:-1] if run)
    return re.compile(first + between + "".join(f"(?: .*)?{run}" for run in rest[-1:]))


def _runs(words: Iterable[str]) -> list[str]:
    """What stands between two `**`. Where such a run is found first it may stay (nothing to the
    right of it wants more room), so that no line takes long however many there are."""
    runs = [""]
    for word in words:
        if word == "**":
            runs.append("")
        else:
            runs[-1] += " " + _one(word)
    return runs


def _one(word: str) -> str:
    word = word.replace("\0", " ")
    if word == "<已隐去>":
        return _SECRET.pattern
    return _WORD if word == "*" else re.escape(word)
