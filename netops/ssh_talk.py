"""One line asked on an open channel: listening until the device waits again, and no longer."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from netops.errors import CommandRejected, DeviceError, Unreachable, Unreadable
from netops.redact import blank
from netops.ssh_screen import decoded, last_line, settled

MORE = re.compile(
    r"(?i)\s*(?:<?-{2,4} ?\(?more\)? ?-{2,4}>?|--more\(|press any key to continue).{0,60}"
)
REFUSAL = re.compile(
    r"(?im)^\s*(?:Error:\s|% ?(?:Unrecogni|Ambiguous|Incomplete|Invalid|Unknown|Wrong|Too many|Bad)"
    r"|%Error|\^\s*$|\S*sh: .*not found)"
)
_QUESTION = re.compile(
    r"(?i)(?:[\[(]y(?:es|\(yes\))?/n(?:o|\(no\))?(?:/c\(cancel\))?[\])]|\[confirm\]|password|\]\?)"
    r"\s*:?\s*$"
)
_SHAPE = re.compile(r"[^\s#!%].{0,100}[>\]#$]\s?")
_SECRET = re.compile(r"(?is)\b(password|secret|cipher|community|key|hash|encrypted)\b.*")

_PAUSE = 0.02  # seconds between two looks at the channel
_QUIET = 1.0  # seconds of silence that make a doubtful prompt, or an unforeseen question, certain
_DOUBT = 3.0  # the same where a configuration is read, whose lines may look like either
_TAIL = 2000  # characters in which the last line of a long answer is looked for


class Wire(Protocol):
    """The characters of an open channel. `read` does not wait; it raises when the other side
    is gone. Characters are bytes (ISO 8859-1), so that no split character is lost."""

    def read(self) -> str: ...

    def write(self, text: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far an answer may go: `seconds` in all, `silence` seconds without a character, `size`
    octets. `ends`: what the last line must be; a prompt without it before is not believed yet."""

    seconds: float
    silence: float = float("inf")
    size: int = 20_000_000
    ends: re.Pattern[str] | None = None


class Talk:
    """What was heard since the line was sent, and whether that is all."""

    def __init__(self, wire: Wire, stem: str, line: str, bounds: Bounds) -> None:
        self._wire = wire
        self._line = line
        self._bounds = bounds
        self._heard = ""
        self._answered = 0  # how much of `_heard` was before the latest reply
        self._answers: Mapping[str, str] = {}
        self.stem = stem

    def run(self, place: str, answers: Mapping[str, str]) -> str:
        """Everything heard, prompt included, as raw characters; a question is met by `answers`."""
        self._answers = answers
        late = self._wire.read()  # a prompt that came late belongs to an earlier command
        self._heard = late if self._bounds.ends else ""
        self._wire.write(sent(self._line))
        quiet_since = started = time.monotonic()
        while time.monotonic() - started < self._bounds.seconds:
            time.sleep(_PAUSE)
            news = self._wire.read()
            quiet = time.monotonic() - quiet_since
            if news:
                quiet_since += quiet
                self._take(news, place)
            elif self._ended(quiet, place):
                return self._heard
            elif quiet > self._bounds.silence:
                break
        raise Unreachable(
            f"{place} 没有在限定时间内答完命令「{shown(self._line)}」。"
            "设备可能很忙或线路很慢，稍后会再试。",
            f"{len(self._heard)} octets",
        )

    def _take(self, news: str, place: str) -> None:
        self._heard += news
        if len(self._heard) > self._bounds.size:
            raise Unreadable(
                f"{place} 对「{shown(self._line)}」的应答超过 {self._bounds.size:,} 字节，已放弃。"
            )
        self._reply()

    def _reply(self) -> None:
        """Turn the page or answer a foreseen question, once for each time it appears."""
        waiting = self._waiting()
        if MORE.fullmatch(waiting):
            self._answered = len(self._heard)
            self._wire.write(" ")
            return
        for question, reply in self._answers.items():
            if re.search(question, waiting):
                self._answered = len(self._heard)
                self._wire.write(sent(reply))
                return

    def _waiting(self) -> str:
        """The line the cursor stands in; what was before the latest reply is over."""
        return last_line(self._heard[max(self._answered, len(self._heard) - _TAIL) :])

    def _ended(self, quiet: float, place: str) -> bool:
        """A prompt after the echo is the end; anything less must have been quiet for a while."""
        waiting = self._waiting()
        if is_prompt(waiting, self.stem):
            return (self._echoed() and self._whole()) or quiet > self._patience()
        if quiet < self._patience():
            return False
        if _QUESTION.search(waiting):
            raise self._unforeseen(waiting, place)
        if not self._bounds.ends and self._echoed() and _SHAPE.fullmatch(waiting):
            self.stem = stem(waiting)  # the command renamed the device
            return True
        return False

    def _patience(self) -> float:
        return _DOUBT if self._bounds.ends else _QUIET

    def _echoed(self) -> bool:
        begun = self._heard[: len(self._line) * 4 + 999]  # a long answer is not searched again
        return squeezed(sent(self._line)) in squeezed(settled(begun))

    def _whole(self) -> bool:
        """The last line stands near the end, or the device said no."""
        if self._bounds.ends is None:
            return True
        lines = settled(self._heard[-_TAIL:]).split("\n")[:-1]
        refused = len(self._heard) < _TAIL and any(map(REFUSAL.match, lines))
        return refused or any(map(self._bounds.ends.match, lines))

    def _unforeseen(self, waiting: str, place: str) -> DeviceError:
        self._wire.write("\x03")  # leave the question as unanswered as it was
        question = blank(decoded(waiting).strip())
        return CommandRejected(
            f"{place} 执行「{shown(self._line)}」时反问「{question}」，已放弃，没有替您回答。"
        )


def shown(line: str) -> str:
    """A command as it may appear in a message: nothing that follows a secret's keyword."""
    return _SECRET.sub(r"\1 …", line.strip())[:80]


def sent(line: str) -> str:
    return f"{line.encode('utf-8').decode('latin-1')}\n"


def is_prompt(line: str, stem: str) -> bool:
    """`<name>`, `[~name-if]`, `HRP_M<name>`, `name(config)#`, `user@name:~$` …"""
    before, found, after = line.partition(stem)
    return bool(found) and len(before) <= 8 and bool(re.fullmatch(r".{0,80}[>\]#$]\s?", after))


def stem(prompt: str) -> str:
    """What stays of a prompt in every view, e.g. R1 of `R1(config-if)#`."""
    return prompt.strip("<[>]#$ ").lstrip("~*").partition("(config")[0]


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)
