"""The screen and keyboard of one session: line editing, echo, the pager."""

from collections.abc import Awaitable, Callable

_ENTER = ("\r", "\n")
_RUBOUT = ("\x7f", "\b")
CTRL_C = "\x03"
CTRL_Z = "\x1a"


class HungUp(Exception):
    """The other side is gone."""


class Terminal:
    """Characters in, text out; lines end in CR LF on the wire as on a real device.

    `rows` lines fill a screen (0: no pager); `more` is the pager's prompt and `wipe` the
    control sequence that removes it again.
    """

    def __init__(self, read: Callable[[], Awaitable[str]], write: Callable[[str], None]) -> None:
        self._read = read
        self._write = write
        self._after_cr = False
        self.rows = 0
        self.more = ""
        self.wipe = ""
        self.paging = True

    def write(self, text: str) -> None:
        self._write(text.replace("\n", "\r\n"))

    async def key(self) -> str:
        """One character; the LF or NUL of a CR LF or CR NUL pair is swallowed (RFC 854)."""
        key = await self._read()
        if key in ("\n", "\0") and self._after_cr:
            key = await self._read()
        if not key:
            raise HungUp
        self._after_cr = key == "\r"
        return key

    async def line(self, *, echo: bool = True) -> str:
        """One edited line without its end; Ctrl-C gives it up, Ctrl-Z is returned as itself."""
        typed = ""
        while (key := await self.key()) not in _ENTER:
            if key in (CTRL_C, CTRL_Z):
                self.write("\n")
                return CTRL_Z if key == CTRL_Z else ""
            typed = self._edited(typed, key, echo)
        self.write("\n")
        return typed

    def _edited(self, typed: str, key: str, echo: bool) -> str:
        if key in _RUBOUT:
            if typed and echo:
                self.write("\b \b")
            return typed[:-1]
        if not key.isprintable():
            return typed
        if echo:
            self.write(key)
        return typed + key

    async def page(self, text: str) -> None:
        """Show a text screen by screen: blank turns the page, Enter shows one line, q stops."""
        lines = text.splitlines(keepends=True)
        room = self.rows - 1 if self.rows and self.paging else len(lines)
        while lines and room:
            self.write("".join(lines[:room]))
            lines = lines[room:]
            room = await self._turn() if lines else 0

    async def _turn(self) -> int:
        """How many lines the reader wants next; 0 when enough was seen."""
        self.write(self.more)
        while True:
            key = await self.key()
            if key in (" ", *_ENTER, "q", "Q", CTRL_C):
                self._write(self.wipe)
                return {" ": self.rows - 1, "\r": 1, "\n": 1}.get(key, 0)
