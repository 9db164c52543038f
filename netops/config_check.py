"""Is this a whole configuration? Pure: octets and a profile's facts in, a verdict out.

Octets are held as ISO 8859-1 text while they are looked at, so that GBK stays what it was.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import dropwhile

from netops.errors import Garbled
from netops.ssh_screen import decoded
from netops.ssh_talk import MORE
from netops.vendorfile import Config

# VRP's `timestamp enable` writes the time above every answer.
_STAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?( ?[+-]\d\d:\d\d)?( DST)?")
# At the start of a line, where devices complain; further in it is what somebody wrote.
_ERROR = re.compile(
    r"\s?% ?[A-Z][a-z]+ (?!\d)|%Error|Error: ?\S|\s*\^$"
    r"|(?:-?\w*sh|cat|nft|netlink|ip|sed|awk|sysctl|unshare|sudo): \S|错误[:：]"
)
_NOTHING_SAVED = re.compile(
    r"(?im)^.*(?:startup-config (?:is )?not present|no (?:correct )?configuration file"
    r"|configuration file (?:does not|doesn't) exist|saved[- ]config\w* (?:file )?does not exist"
    r"|non-?volatile configuration memory is not present).*$"
)
_BANNER = re.compile(r"\s*(?:header \w+(?: information)?|banner \w+) (\^?\S)(.*)")
_FORM = re.compile(r"\s*(?:!.*|#)?")  # comments and separators say nothing by themselves
_LEAST = 3  # lines; a device without an interface and an account has not been read


def flaw(config: Config, octets: bytes) -> str:
    """Why these octets are not one whole, clean answer, for a person to read; "" when they are."""
    lines = _lines(octets)
    if not any(line.strip() for line in lines):
        return "设备什么也没有说"
    wrong = next(_errors(lines), "")
    if wrong:
        return f"设备在输出里报错「{decoded(wrong).strip()[:80]}」"
    if _noisy(config, lines):
        return "输出里夹进了日志"
    if config.ends and not config.ends.match(lines[-1]):
        return f"没有读到结尾，只有 {len(lines)} 行"
    if sum(1 for line in lines if not _says_nothing(config, line)) < _least(config):
        return "只有表头，没有内容"
    return ""


def settled_on(config: Config, first: bytes, second: bytes) -> bytes:
    """What two looks at a doubtful answer agree on; raises Garbled when they do not.

    Log lines are cut out; what looks like one but stood there both times was configured so.
    """
    if not flaw(config, second):
        return tidy(second)
    if first == second and not flaw(_unheard(config), second):
        return tidy(second)
    cut = _cut(config, second)
    if cut == _cut(config, first) and not flaw(config, cut):
        return tidy(cut)
    raise Garbled(f"配置没有读完整：{flaw(config, second)}。没有保存这次读到的内容，稍后会再试。")


def tidy(octets: bytes) -> bytes:
    """The configuration alone: no blank lines or time stamp around it, one LF at its end."""
    return ("\n".join(_lines(octets)) + "\n").encode("latin-1")


def nothing_saved(text: str) -> bool:
    """Does the device say that it has nothing to boot with?"""
    return len(text) < 1000 and _NOTHING_SAVED.search(text) is not None


def shrunk(old: str, new: str) -> bool:
    """Is so much gone (more than half of the lines) that a second look must confirm it?"""
    return 2 * len(new.splitlines()) < len(old.splitlines())


def _lines(octets: bytes) -> list[str]:
    """Lines without the blank ones around them, the time stamp above, and pager prompts."""
    lines = octets.decode("latin-1").replace("\r", "").split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    begun = dropwhile(lambda line: not line.strip() or _STAMP.fullmatch(line.strip()), lines)
    return [line for line in begun if not MORE.fullmatch(line)]


def _errors(lines: Sequence[str]) -> Iterator[str]:
    told = _outside_banners(lines)
    return (line for line in told if _ERROR.match(decoded(line) if line > "\x7f" else line))


def _outside_banners(lines: Sequence[str]) -> Iterator[str]:
    """Lines that are not the text of a login banner, which may say anything."""
    closing = ""
    for at, line in enumerate(lines):
        if closing:
            closing = "" if closing in line else closing
            continue
        opened = _BANNER.match(line)
        if opened and opened[1] not in opened[2]:
            closing = opened[1] if any(opened[1] in later for later in lines[at + 1 :]) else ""
        yield line


def _noisy(config: Config, lines: Sequence[str]) -> bool:
    return any(noise.search(line) for noise in config.noise for line in lines)


def _cut(config: Config, octets: bytes) -> bytes:
    """Log lines taken out; a line torn by one is joined again."""
    kept: list[str] = []
    torn = False
    for line in _lines(octets):
        found = next((m for noise in config.noise if (m := noise.search(line))), None)
        text = line[: found.start()] if found else line
        if found and not text and kept and not kept[-1]:
            kept.pop()  # devices write a log between two line ends
        if torn:
            kept[-1] += text
        elif text or not found:
            kept.append(text)
        torn = bool(found and text)
    return "\n".join(kept).encode("latin-1")


def _unheard(config: Config) -> Config:
    """The same, for which nothing is noise."""
    return Config(family=config.family, ends=config.ends, volatile=config.volatile)


def _says_nothing(config: Config, line: str) -> bool:
    known = (config.ends, *config.volatile)
    return bool(_FORM.fullmatch(line)) or any(each and each.match(line) for each in known)


def _least(config: Config) -> int:
    """A ruleset that was flushed is a configuration too: its last line proves it."""
    return 1 if config.family == "nft" else _LEAST
