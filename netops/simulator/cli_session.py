"""One login on a simulated device: commands, dialogues, changes to the configuration."""

import re
from collections.abc import Callable
from datetime import timedelta

from netops.simulator.cli import Cli
from netops.simulator.cli_dialect import Section, Step, template
from netops.simulator.cli_grammar import Match, Refusal
from netops.simulator.cli_syslog import Witness
from netops.simulator.cli_terminal import CTRL_Z, HungUp, Terminal
from netops.simulator.cli_views import SYSTEM, Views


class Session:
    """Obeys typed lines until the user leaves, hangs up, or the device restarts."""

    def __init__(self, cli: Cli, terminal: Terminal, source: str = "127.0.0.1") -> None:
        self._cli = cli
        self._witness = Witness(cli, source)
        self._vendor = cli.vendor
        self._terminal = terminal
        terminal.rows = cli.vendor.rows
        terminal.more = cli.vendor.more
        terminal.wipe = cli.vendor.wipe
        self._views = Views(cli.vendor, privileged=not cli.enable)
        self._boot = cli.boots
        self._left = False
        self._simple: dict[str, Callable[[], None]] = {
            "up": self._up,
            "top": self._views.to_top,
            "bye": self._leave,
            "save": cli.save,
            "commit": self._commit,
            "disarm": cli.disarm,
            "abort": cli.fall_back,
            "forget": cli.drop_edits,
            "reboot": cli.reboot,
            "nothing": lambda: None,
        }

    async def run(self) -> None:
        self._terminal.write(self._cli.show(self._vendor.greeting))
        self._witness.came()
        try:
            while not self._left and self._boot == self._cli.boots:
                self._terminal.write(self._prompt())
                line = await self._terminal.line()
                self._cli.tick()
                if self._boot == self._cli.boots:
                    await self.obey(line)
        except HungUp:
            return
        finally:
            self._witness.left()

    async def obey(self, line: str) -> None:
        """Do what one typed line says; `| include|exclude|begin` filters what it shows."""
        command, _, sieve = line.partition(" | ")
        if line == CTRL_Z:
            self._views.to_top()
        elif command.strip() not in ("", self._vendor.separator):
            self._witness.typed(line)
            await self._carry_out(command, sieve.strip())
        self._witness.stands(configuring=self._views.mode == SYSTEM)

    async def _carry_out(self, line: str, sieve: str) -> None:
        views = self._views
        meant = views.understand(line)
        if isinstance(meant, Refusal):
            self._refuse(meant.kind, line, meant.column)
        elif meant.pattern in views.commands():
            await self._perform(views.commands()[meant.pattern], meant, sieve)
        elif meant.pattern in self._vendor.sections and not views.undone(line):
            self._enter(meant, self._vendor.sections[meant.pattern])
        else:
            self._configure(meant, undo=bool(views.undone(line)))

    def _prompt(self) -> str:
        mark = "*" if self._cli.uncommitted else "~"
        return self._views.prompt(self._cli.name, self._cli.user, mark)

    def _refuse(self, kind: str, line: str, column: int) -> None:
        caret = " " * (len(self._prompt()) + column) + "^"
        text = template(self._vendor.errors[kind]).render(line=line.strip(), caret=caret)
        self._terminal.write(text)

    # Changes

    def _enter(self, typed: Match, section: Section) -> None:
        """Open a section; a physical port that is not there cannot be opened."""
        edited = self._cli.edited
        header = edited.header(typed.line)
        name = typed.line.partition(" ")[2]
        if not header and section.existing and not name.startswith(section.virtual):
            self._refuse("wrong", typed.line, typed.line.rfind(" ") + 1)
            return
        if not header:
            edited.open(typed.line)
            self._changed()
        self._views.section = header or typed.line

    def _configure(self, meant: Match, *, undo: bool) -> None:
        views = self._views
        inside = bool(views.section) and meant.pattern in views.inner().lines
        views.section = views.section if inside else ""
        refused = "" if undo else self._cli.turned_down(meant.line)
        if refused or self._cli.ignores(meant.line):
            self._terminal.write(refused)
            return
        if undo:
            self._cli.edited.drop(meant.line, views.section)
        else:
            self._cli.edited.put(meant.line, views.section, self._vendor.single)
            self._cli.typed(f"{views.section} {meant.line}")
        self._changed()

    def _commit(self) -> None:
        """What was on trial stays."""
        self._cli.commit()
        self._cli.disarm()

    def _changed(self) -> None:
        if not self._vendor.commits:
            self._cli.touch()

    # Commands

    async def _perform(self, steps: tuple[Step, ...], typed: Match, sieve: str) -> None:
        for step in steps:
            if not self._due(step.when):
                continue
            answer = await self._answered(step, sieve)
            if answer and step.do:
                await self._do(step.do, typed, sieve)
            elif not answer and step.verb != "offer":
                return

    def _due(self, when: str) -> bool:
        waiting = self._cli.uncommitted
        leaving = waiting and not self._views.section
        known = {"dirty": self._cli.dirty, "uncommitted": waiting, "leaving": leaving}
        return known.get(when, True)

    async def _answered(self, step: Step, sieve: str) -> bool:
        """Show or ask what a step says; False when the answer was no."""
        match step.verb:
            case "say":
                await self._terminal.page(_sifted(self._cli.show(step.text), sieve))
            case "ask":
                await self._ask(step.text)
            case "confirm" | "offer":
                return await self._agreed(step.text, step.yes)
            case "secret":
                return await self._knows(step.text)
        return True

    async def _ask(self, text: str, *, echo: bool = True) -> str:
        self._terminal.write(text)
        return await self._terminal.line(echo=echo)

    async def _agreed(self, text: str, yes: str) -> bool:
        """Neither yes nor no is asked again, as real devices do."""
        while True:
            answer = (await self._ask(text)).strip()
            if re.fullmatch(yes, answer):
                return True
            if answer[:1] in ("n", "N", ""):
                return False
            text = self._vendor.errors["answer"]

    async def _knows(self, text: str) -> bool:
        """Three tries at the enable password."""
        for _ in range(3):
            if await self._ask(text, echo=False) == self._cli.enable:
                return True
        self._terminal.write(self._vendor.errors["secret"])
        return False

    async def _do(self, action: str, typed: Match, sieve: str) -> None:
        match action.split():
            case ["enter", mode]:
                self._views.mode = mode
            case ["page", wanted]:
                self._terminal.paging = wanted == "on"
            case ["exec"]:
                await self._from_top(typed.line.removeprefix("do "), sieve)
            case ["arm", unit]:
                number = timedelta(**{unit: int(typed.words[-1])})
                self._cli.arm(number, trial=unit == "seconds")
            case [name]:
                self._simple[name]()

    def _up(self) -> None:
        self._left = not self._views.up()

    def _leave(self) -> None:
        self._left = True

    async def _from_top(self, line: str, sieve: str) -> None:
        """Run a command of the top view without leaving this one."""
        here = self._views
        self._views = Views(self._vendor, privileged=True)
        try:
            await self._carry_out(line, sieve)
        finally:
            self._views = here


def _sifted(text: str, sieve: str) -> str:
    """The lines `| include X`, `| exclude X` or `| begin X` leave."""
    verb, _, wanted = sieve.partition(" ")
    lines = text.splitlines(keepends=True)
    hits = [wanted in line for line in lines]
    if not verb:
        return text
    if "begin".startswith(verb):
        return "".join(lines[hits.index(True) :] if any(hits) else ())
    keep = "include".startswith(verb)
    return "".join(line for line, hit in zip(lines, hits, strict=True) if hit is keep)
