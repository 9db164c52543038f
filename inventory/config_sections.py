"""The language of a configuration template: sections, each with what it asks for and by which
article.

    == 远程登录 | 必须包含 | 第98条、第118条 ==
    stelnet server enable
    == NTP | 完全一致 | 第98条 | 范围：ntp-service ==
    ntp-service unicast-server {{ ntp_server }}

`*` stands for one word of a device's line, `**` for any words or none, `<已隐去>` for any secret
that the console keeps to itself, `<默认 public>` for a secret that is this very word.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

MUST, EXACT, NEVER = "must", "exact", "never"
MODES: Mapping[str, str] = {MUST: "必须包含", EXACT: "完全一致", NEVER: "不得出现"}
# Secrets that a device leaves the factory with. No others: whoever may ask whether a device's
# secret is a certain word could go on asking until it is.
DEFAULTS = (
    "public", "private", "admin", "Admin@123", "admin@huawei.com", "huawei", "Huawei@123", "h3c",
    "cisco", "ruijie", "zte", "zxr10", "123456", "password", "root",
)  # fmt: skip
_DEFAULT = re.compile(r"<默认\s*([^>]*)>")
_HEAD = re.compile(r"==\s*(.+?)\s*==")
_BAR = re.compile(r"\s*[|｜]\s*")
_SPAN = re.compile(r"范围\s*[:：]\s*(.+)")
_COMMA = re.compile(r"\s*[,，、]\s*")
_BY_LABEL = {label: word for word, label in MODES.items()}


class Wrong(ValueError):
    """A template cannot be used: `line` of it (0 where none is to blame) and the cause."""

    def __init__(self, line: int, cause: str) -> None:
        super().__init__(f"第 {line} 行：{cause}" if line else cause)
        self.line, self.cause = line, cause


@dataclass(frozen=True, slots=True)
class Section:
    """One section: `mode` is a key of MODES, `span` the first words of the lines an exact section
    speaks for, `line` where it stands."""

    name: str
    mode: str
    articles: str
    span: tuple[str, ...]
    text: str
    line: int


def sections(text: str) -> tuple[Section, ...]:
    """The sections of a rendered template, in order. Raises Wrong naming the line."""
    return tuple(_with_texts(text.splitlines()))


def check(source: str) -> None:
    """The heads of a template that is not rendered yet. Raises Wrong naming the line."""
    seen: set[str] = set()
    for number, line in enumerate(source.splitlines(), 1):
        _words(line, number)
        head = _HEAD.fullmatch(line.strip())
        if head is None:
            continue
        told = _section(head[1], number)
        if "{" in head[1]:
            raise Wrong(number, "章节标题里不能有参数")
        if told.name in seen:
            raise Wrong(number, f"章节“{told.name}”重复")
        seen.add(told.name)
    if not seen:
        raise Wrong(1, "没有章节：先写一行“== 章节名称 | 必须包含 | 依据条款 ==”")


def _words(line: str, number: int) -> None:
    for word in _DEFAULT.findall(line):
        if word not in DEFAULTS:
            raise Wrong(number, f"<默认 …> 里只能写出厂的默认口令：{'、'.join(DEFAULTS)}")


def _with_texts(lines: list[str]) -> Iterator[Section]:
    heads = [
        (at, found[1]) for at, line in enumerate(lines) if (found := _HEAD.fullmatch(line.strip()))
    ]
    first = heads[0][0] if heads else len(lines)
    stray = next((at for at in range(first) if lines[at].strip()), None)
    if stray is not None:
        raise Wrong(stray + 1, "这一行不属于任何章节")
    ends = [*(at for at, _head in heads[1:]), len(lines)]
    for (at, head), end in zip(heads, ends, strict=True):
        told = _section(head, at + 1)
        body = "\n".join(lines[at + 1 : end])
        yield Section(told.name, told.mode, told.articles, told.span, body, told.line)


def _section(head: str, line: int) -> Section:
    name, *rest = _BAR.split(head)
    mode = _BY_LABEL.get(rest[0]) if rest else None
    if mode is None:
        raise Wrong(line, f"章节“{name}”要写明要求：{'、'.join(_BY_LABEL)}之一")
    spans = [found[1] for part in rest[1:] if (found := _SPAN.fullmatch(part))]
    others = [part for part in rest[1:] if not _SPAN.fullmatch(part)]
    if len(others) > 1 or len(spans) > 1:
        raise Wrong(line, "章节标题应为“名称 | 要求 | 依据条款 | 范围：…”")
    if (mode == EXACT) != bool(spans):
        raise Wrong(line, "“完全一致”的章节要写“范围：…”，别的章节不写")
    span = tuple(_COMMA.split(spans[0].strip())) if spans else ()
    return Section(name, mode, others[0] if others else "", span, "", line)
