"""A conversation with a command line that is logged in: ask a line, get all of the answer."""

import re
import time
from collections.abc import Mapping
from typing import Protocol

from netops.errors import CommandRejected, DeviceError, Unreachable
from netops.ssh_screen import last_line, settled

_MORE = re.compile(r"-{2,4} ?\(?[Mm]ore\)? ?-{2,4}|--More\(|<--- More --->")
_QUESTION = re.compile(
    r"(?i)(?:\[y(?:es)?/no?\]|\(y(?:es)?/no?\)|\[confirm\]|password|\]\?)\s*:?\s*$"
)
_SHAPE = re.compile(r"[^\s#!%].{0,100}[>\]#$]\s?")
_REFUSAL = re.compile(
    r"(?im)^\s*(?:Error:\s|% ?(?:Unrecogni|Ambiguous|Incomplete|Invalid|Unknown|Wrong|Too many|Bad)"
    r"|%Error|\^\s*$|\S*sh: .*not found)"
)
_SECRET = re.compile(r"(?is)\b(password|secret|cipher|community|key|hash|encrypted)\b.*")

_PAUSE = 0.02  # seconds between two looks at the channel
_QUIET = 1.0  # seconds of silence that make a doubtful prompt, or an unforeseen question, certain
_HEAD = 6  # lines in which a device says no; further down it would be quoting


class Wire(Protocol):
    """The characters of an open channel. `read` does not wait; it raises when the other side
    is gone. Characters are bytes (ISO 8859-1), so that no split character is lost."""

    def read(self) -> str: ...

    def write(self, text: str) -> None: ...


class Shell:
    """One logged-in session. `stem` is the part of its prompt that stays the same, `place`
    the address that messages name."""

    def __init__(self, wire: Wire, stem: str, place: str) -> None:
        self._wire = wire
        self._stem = stem
        self._place = place

    @property
    def name(self) -> str:
        """What the device calls itself in its prompt."""
        login = re.fullmatch(r"\S+@([^:]+):.*", self._stem)
        return _decoded(login[1] if login else self._stem)

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
        talk = _Talk(self._wire, self._stem, line, answers)
        raw = talk.run(time.monotonic() + timeout, self._place)
        self._stem = talk.stem
        text = _decoded(_answer(raw, line))
        refusal = _refusal(text)
        if refusal:
            raise CommandRejected(
                f"{self._place} 不接受命令「{shown(line)}」：{refusal}。"
                "请核对命令是否适用于这个厂商和型号，以及登录用户的权限。",
                text[:500],
            )
        return text


class _Talk:
    """One line asked: what was heard so far, and whether that is all."""

    def __init__(self, wire: Wire, stem: str, line: str, answers: Mapping[str, str]) -> None:
        self._wire = wire
        self._line = line
        self._answers = answers
        self._heard = ""
        self._answered = 0  # how much of `_heard` was before the latest reply
        self.stem = stem

    def run(self, deadline: float, place: str) -> str:
        """Everything heard, prompt included, as raw characters."""
        self._wire.read()  # a prompt that came late belongs to an earlier command
        self._wire.write(_sent(self._line))
        quiet_since = time.monotonic()
        while time.monotonic() < deadline:
            time.sleep(_PAUSE)
            news = self._wire.read()
            self._heard += news
            if news:
                quiet_since = time.monotonic()
                self._reply()
            elif self._ended(time.monotonic() - quiet_since, place):
                return self._heard
        raise Unreachable(
            f"{place} 没有在限定时间内答完命令「{shown(self._line)}」。"
            "设备可能很忙或线路很慢，稍后会再试。",
            settled(self._heard)[-300:],
        )

    def _reply(self) -> None:
        """Turn the page or answer a foreseen question, once for each time it appears."""
        waiting = last_line(self._heard[self._answered :])
        if _MORE.search(waiting):
            self._answered = len(self._heard)
            self._wire.write(" ")
            return
        for question, reply in self._answers.items():
            if re.search(question, waiting):
                self._answered = len(self._heard)
                self._wire.write(_sent(reply))
                return

    def _ended(self, quiet: float, place: str) -> bool:
        """A prompt after the echo is the end; anything less must have been quiet for a while."""
        waiting = last_line(self._heard[self._answered :])
        if _is_prompt(waiting, self.stem) and (self._echoed() or quiet > _QUIET):
            return True
        if quiet < _QUIET:
            return False
        if _QUESTION.search(waiting):
            raise self._unforeseen(waiting, place)
        if self._echoed() and _SHAPE.fullmatch(waiting):
            self.stem = _stem(waiting)  # the command renamed the device
            return True
        return False

    def _echoed(self) -> bool:
        begun = self._heard[: len(self._line) * 4 + 999]  # a long answer is not searched again
        return _squeezed(_sent(self._line)) in _squeezed(settled(begun))

    def _unforeseen(self, waiting: str, place: str) -> DeviceError:
        self._wire.write("\x03")  # leave the question as unanswered as it was
        question = _decoded(waiting).strip()
        return CommandRejected(
            f"{place} 执行「{shown(self._line)}」时反问「{question}」，已放弃，没有替您回答。"
        )


def shown(line: str) -> str:
    """A command as it may appear in a message: nothing that follows a secret's keyword."""
    return _SECRET.sub(r"\1 …", line.strip())[:80]


def _sent(line: str) -> str:
    return f"{line.encode('utf-8').decode('latin-1')}\n"


def _decoded(raw: str) -> str:
    """Bytes as text: each line UTF-8, else GB 18030, which Chinese consoles write."""
    return "\n".join(_decoded_line(line.encode("latin-1")) for line in raw.split("\n"))


def _decoded_line(octets: bytes) -> str:
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("gb18030", "replace")


def _is_prompt(line: str, stem: str) -> bool:
    """`<name>`, `[~name-if]`, `HRP_M<name>`, `name(config)#`, `user@name:~$` …"""
    before, found, after = line.partition(stem)
    return bool(found) and len(before) <= 8 and bool(re.fullmatch(r".{0,80}[>\]#$]\s?", after))


def _stem(prompt: str) -> str:
    """What stays of a prompt in every view, e.g. R1 of `R1(config-if)#`."""
    return prompt.strip("<[>]#$ ").partition("(config")[0]


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def _answer(raw: str, line: str) -> str:
    """What stands between the echo of the command and the next prompt."""
    lines = settled(raw).split("\n")
    echo = _squeezed(_sent(line))
    for at, heard in enumerate(lines):
        if echo and _squeezed(heard).endswith(echo):
            lines = lines[at + 1 :]
            break
    return "\n".join(lines[:-1])


def _refusal(text: str) -> str:
    """The line in which the device says no, or ""."""
    head = "\n".join(text.split("\n")[:_HEAD])
    found = _REFUSAL.search(head)
    if not found:
        return ""
    words = [line.strip() for line in head[found.start() :].split("\n")]
    return next((line for line in words if line.strip("^ ")), "").rstrip(".")
