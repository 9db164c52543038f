"""The sections of a vendor file: from checked facts to the values that decode answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netops.facts import Facts
from netops.identity import Source
from netops.metric import PICKS, Metric, Phases, Plain, Share
from netops.vocabulary import KNOWN, Limit, State

FACTS = ("vendor", "model", "serial", "version")
LEVELS = ("", "warn", "critical")


@dataclass(frozen=True, slots=True)
class Cli:
    """The command line's facts. `netmiko` is the driver's name; `ends` matches the last line of
    a complete configuration (a read that lacks it was cut short); `""` = not known."""

    netmiko: str = ""
    pager: str = ""
    config: str = ""
    save: str = ""
    ends: str = ""
    facts: tuple[str, ...] = ()


def cli(facts: Facts) -> Cli:
    fields = {key: facts.text(key, "") for key in ("netmiko", "pager", "config", "save", "ends")}
    section = Cli(**fields, facts=facts.texts("facts"))
    facts.end()
    return section


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
