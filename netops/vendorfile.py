"""The sections of a vendor file: from checked facts to the values that decode answers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netops.facts import Facts
from netops.identity import Source
from netops.metric import PICKS, Metric, Phases, Plain, Share
from netops.vocabulary import KNOWN, Limit, State

FACTS = ("vendor", "model", "serial", "version")
LEVELS = ("", "warn", "critical")
FAMILIES = ("", "vrp", "comware", "ios", "rgos", "zxros", "frr", "nft", "linux")
MARKS = ("ticks", "number")


@dataclass(frozen=True, slots=True)
class Cli:
    """How to log in: `netmiko` is the driver's name, `pager` the command that turns the pager off,
    `facts` the questions that tell who the device is; `""` = not known."""

    netmiko: str = ""
    pager: str = ""
    facts: tuple[str, ...] = ()


def cli(facts: Facts) -> Cli:
    section = Cli(facts.text("netmiko", ""), facts.text("pager", ""), facts.texts("facts"))
    facts.end()
    return section


@dataclass(frozen=True, slots=True)
class Save:
    """How the running configuration becomes the one it boots with: the line, the `answers` to the
    questions it may ask (regular expression → reply), and what it says when it is `done`."""

    line: str
    answers: Mapping[str, str]
    done: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Changed:
    """The object that tells over SNMP that the configuration was changed.

    `mark` "ticks": sysUpTime of the last change, starts again with the device and wraps after
    497 days; "number": anything that is another value after a change.
    """

    oid: str
    mark: str


@dataclass(frozen=True, slots=True)
class Config:
    """What its configuration is and how to read it.

    The answers to `running`, one after another, are the configuration; those to `saved` what it
    would boot with (none: cannot be asked). `ends` matches the last line of each answer. `family`
    names the grammar of the text and its redaction rules. `volatile` lines change by themselves
    and are ignored when two texts are compared; `noise` are log lines that fall into an answer.
    `manual`: a person brings the file, there is no command line to read it from.
    """

    family: str = ""
    running: tuple[str, ...] = ()
    saved: tuple[str, ...] = ()
    ends: re.Pattern[str] | None = None
    volatile: tuple[re.Pattern[str], ...] = ()
    noise: tuple[re.Pattern[str], ...] = ()
    save: Save | None = None
    changed: Changed | None = None
    manual: bool = False


def config(facts: Facts) -> Config:
    """`config:` of a vendor file; absent, nothing is known of its configuration."""
    section = Config(
        family=facts.choice("family", FAMILIES, ""),
        running=facts.texts("running"),
        saved=facts.texts("saved"),
        ends=facts.pattern("ends"),
        volatile=facts.patterns("volatile"),
        noise=facts.patterns("noise"),
        save=_save(facts.inner("save")) if facts.has("save") else None,
        changed=_changed(facts.inner("changed")) if facts.has("changed") else None,
        manual=facts.flag("manual"),
    )
    facts.end()
    if section.manual and section.running:
        raise facts.wrong("manual", "人工导出的设备不能再写 running")
    if section.running and not (section.ends and section.family):
        raise facts.wrong("ends" if section.family else "family", "有 running 就必须写明")
    if section.saved and not section.running:
        raise facts.wrong("running", "有 saved 就必须写明")
    return section


def _save(facts: Facts) -> Save:
    save = Save(facts.text("line"), facts.inner("answers").all_texts(), facts.pattern("done"))
    facts.end()
    return save


def _changed(facts: Facts) -> Changed:
    changed = Changed(facts.oid("oid"), facts.choice("mark", MARKS, "ticks"))
    facts.end()
    return changed


def sources(section: Facts) -> Mapping[str, tuple[Source, ...]]:
    """`identity:` the places to look for each fact, best first."""
    found = {}
    for key, items in section.each():
        if key not in FACTS:
            raise section.wrong(key, f"应为 {'、'.join(FACTS)} 之一")
        found[key] = tuple(_source(item) for item in items)
    return found


def _source(facts: Facts) -> Source:
    chassis = facts.has("chassis")
    source = Source(facts.oid("chassis" if chassis else "oid"), facts.pattern("pattern"), chassis)
    facts.end()
    if source.pattern and source.pattern.groups < 1:
        raise facts.wrong("pattern", "缺少括号：用 ( ) 标出要取的部分")
    return source


def metrics(section: Facts) -> tuple[tuple[Metric, ...], ...]:
    """`metrics:` for each name the ways to read it, best first."""
    return tuple(tuple(_metric(name, item) for item in items) for name, items in section.each())


def _metric(name: str, facts: Facts) -> Metric:
    title, unit, span = KNOWN.get(name, (None, None, (float("-inf"), float("inf"))))
    metric = Metric(
        name=name,
        title=facts.text("title", title),
        unit=facts.text("unit", unit),
        source=_values(facts),
        valid=facts.span("valid", span),
        pick=facts.choice("pick", PICKS, "each"),
        label=facts.optional_oid("label"),
        label_part=facts.pattern("label_part"),
        where=_where(facts),
        count=facts.optional_oid("count"),
        states=_states(facts),
    )
    facts.end()
    return metric


def _values(facts: Facts) -> Plain | Share | Phases:
    if facts.has("oid"):
        return Plain(facts.oid("oid"), facts.number("scale", 1))
    if facts.has("phases"):
        return Phases(facts.inner("phases").all_oids(), facts.number("scale", 1))
    share = Share(facts.oids("used"), facts.oids("free"), facts.oids("total"))
    if not share.total or bool(share.used) == bool(share.free):
        raise facts.wrong("oid", "应有 oid、phases，或者 total 加上 used 与 free 之一")
    return share


def _where(facts: Facts) -> tuple[str, tuple[str, ...]] | None:
    if not facts.has("where"):
        return None
    inner = facts.inner("where")
    condition = inner.oid("oid"), inner.values("is")
    inner.end()
    return condition


def _states(facts: Facts) -> Mapping[int, State]:
    found = {}
    section = facts.inner("states")
    for key, items in section.each():
        if not key.isdecimal():
            raise section.wrong(key, "状态值应为整数")
        found[int(key)] = State(items[0].text("text"), items[0].choice("level", LEVELS, ""))
        items[0].end()
    return found


def limits(section: Facts, metrics: Sequence[str]) -> Mapping[str, Limit]:
    """`limits:` the defaults a centre may change, for metrics this file reads."""
    found = {}
    for name, items in section.each():
        if name not in metrics:
            raise section.wrong(name, "本文件没有这个指标")
        found[name] = _limit(items[0])
    return found


def _limit(facts: Facts) -> Limit:
    limit = Limit(
        warn=facts.number("warn"),
        critical=facts.optional_number("critical"),
        clear=facts.number("clear"),
        below=facts.flag("below"),
        source=facts.text("source"),
    )
    facts.end()
    healthy = limit.clear > limit.warn if limit.below else limit.clear < limit.warn
    if not healthy:
        raise facts.wrong("clear", "恢复值应在告警值的正常一侧")
    return limit
