"""Where in a device's views a session stands, and what a line typed there means."""

from collections.abc import Mapping

from netops.simulator.cli_dialect import Dialect, Section, Step, template
from netops.simulator.cli_grammar import Match, Refusal, resolve

SYSTEM = "system"
_NOTHING: Mapping[str, tuple[Step, ...]] = {}


class Views:
    """The view stack of one session: user or exec view, configuration view, a section of it.

    `section` is the header of the open section, or "".
    """

    def __init__(self, vendor: Dialect, *, privileged: bool) -> None:
        self._vendor = vendor
        self.mode = self.top() if privileged else vendor.first
        self.section = ""

    def top(self) -> str:
        """The view `return` / `end` goes to."""
        privileged = "privileged"
        return privileged if privileged in self._vendor.commands else self._vendor.first

    def up(self) -> bool:
        """Leave the innermost view; False when there is none left to leave."""
        if self.section:
            self.section = ""
        elif self.mode == SYSTEM:
            self.mode = self.top()
        else:
            return False
        return True

    def to_top(self) -> None:
        if self.mode == SYSTEM:
            self.mode, self.section = self.top(), ""

    def prompt(self, name: str, user: str, mark: str) -> str:
        """`mark` tells whether something waits to be committed, where a dialect shows it."""
        prompts = self._vendor.prompts
        if not self.section:
            return template(prompts[self.mode]).render(name=name, user=user, mark=mark)
        inner = template(self.inner().prompt).render(words=self.section.split())
        return template(prompts["section"]).render(name=name, mark=mark, section=inner)

    def commands(self) -> Mapping[str, tuple[Step, ...]]:
        return self._vendor.commands.get(self.mode, _NOTHING)

    def inner(self) -> Section:
        """The kind of section that is open."""
        found = resolve(self.section, self._vendor.sections)
        assert isinstance(found, Match)  # the header came out of this same table
        return self._vendor.sections[found.pattern]

    def undone(self, line: str) -> str:
        """What `undo …` / `no …` takes back, or "" when the line takes nothing back."""
        word, _, rest = line.strip().partition(" ")
        return rest.strip() if self.mode == SYSTEM and word.lower() == self._vendor.undo else ""

    def understand(self, line: str) -> Match | Refusal:
        """What `line` means here: the innermost view is asked first, then the one around it."""
        undone = self.undone(line)
        refusal: Match | Refusal = Refusal("unknown", 0)
        for tier in self._tiers():
            refusal = resolve(
                undone or line,
                tier,
                abbreviate=self._vendor.abbreviate,
                partial=bool(undone),
            )
            if isinstance(refusal, Match) or refusal.kind != "unknown":
                break
        return refusal

    def _tiers(self) -> list[list[str]]:
        if self.mode != SYSTEM:
            return [[*self.commands()]]
        around = [*self._vendor.sections, *self._vendor.lines]
        if self.section:
            return [[*self.inner().lines, *self.commands()], around]
        return [[*self.commands(), *around]]
