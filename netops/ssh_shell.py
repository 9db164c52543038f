"""A conversation with a command line that is logged in: ask a line, get all of the answer."""

import re
from collections.abc import Mapping

from netops.errors import CommandRejected
from netops.redact import blank
from netops.ssh_screen import decoded, settled
from netops.ssh_talk import REFUSAL, Bounds, Talk, Wire, is_prompt, sent, shown, squeezed

_HEAD = 6  # lines in which a device says no; further down it would be quoting
_NO_WAY_TO_TELL = re.compile("")


class Shell:
    """One logged-in session. `stem` is the part of its prompt that stays the same, `place`
    the address that messages name."""

    def __init__(self, wire: Wire, stem: str, place: str) -> None:
        self._wire = wire
        self._stem = stem
        self.place = place

    @property
    def name(self) -> str:
        """What the device calls itself in its prompt."""
        login = re.fullmatch(r"\S+@([^:]+):.*", self._stem)
        return decoded(login[1] if login else self._stem)

    def command(self, line: str, *, timeout: float = 60) -> str:
        """Run a command that only shows something and return everything it shows.

        The pager is turned; `timeout` is seconds for the whole answer. Raises CommandRejected
        when the device says no or asks back, Unreachable when the answer does not end.
        """
        return self.ask(line, {}, timeout=timeout)

    def ask(self, line: str, answers: Mapping[str, str], *, timeout: float = 60) -> str:
        """As `command`, answering the questions the device may ask.

        `answers` maps a regular expression, searched in the line the device waits in, to the
        reply to send (Enter is added).
        """
        return decoded(self._answer(line, Bounds(timeout), answers))

    def told(self, line: str, bounds: Bounds) -> bytes:
        """As `command`, but the octets as they were told, lines ending in LF, within `bounds`.

        Raises Unreachable also when the device falls silent, Unreadable when it does not stop.
        """
        return self._answer(line, bounds, {}).encode("latin-1")

    def idle(self, bounds: Bounds) -> str:
        """What the device still had to say although it showed a prompt; "" when it was done.

        An empty line is answered by a prompt alone. Anything else means that the prompt before
        was none, but part of an answer (a banner, a description).
        """
        still = Bounds(bounds.seconds, bounds.silence, bounds.size, _NO_WAY_TO_TELL)
        talk = Talk(self._wire, self._stem, "", still)
        heard = settled(talk.run(self.place, {})).split("\n")
        return "\n".join(each for each in heard if each and not is_prompt(each, self._stem))

    def _answer(self, line: str, bounds: Bounds, answers: Mapping[str, str]) -> str:
        talk = Talk(self._wire, self._stem, line, bounds)
        text = _answer(talk.run(self.place, answers), line)
        self._stem = talk.stem
        refusal = _refusal(text)
        if refusal:
            raise CommandRejected(
                f"{self.place} 不接受命令「{shown(line)}」：{blank(decoded(refusal))}。"
                "请核对命令是否适用于这个厂商和型号，以及登录用户的权限。",
                blank(decoded(text[:500])),
            )
        return text


def _answer(raw: str, line: str) -> str:
    """What stands between the echo of the command and the next prompt."""
    lines = settled(raw).split("\n")
    echo = squeezed(sent(line))
    found = (at for at, heard in enumerate(lines) if echo and squeezed(heard).endswith(echo))
    return "\n".join(lines[next(found, -1) + 1 : -1])


def _refusal(text: str) -> str:
    """The line in which the device says no, or ""."""
    head = "\n".join(text.split("\n", _HEAD)[:_HEAD])
    found = REFUSAL.search(head)
    if not found:
        return ""
    words = [line.strip() for line in head[found.start() :].split("\n")]
    return next((line for line in words if line.strip("^ ")), "").rstrip(".")
