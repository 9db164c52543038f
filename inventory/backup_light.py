"""One honest light for one period of one source: the first duty that fails, why, and what to do.

Pure. Green is said of today: of a set that was read again within 400 days, and of copies that were
read where they lie; what is only claimed, paused or expected is not green (duties E1–E8).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from inventory.cadence import bounds, opens, period_of
from inventory.shanghai import today

LIGHTS = ("critical", "warning", "unknown", "ok")  # the worst first
DUTY_OF: Mapping[str, str] = {"software": "E1", "logs": "E2", "documents": "E3"}
FRESH = timedelta(days=400)  # a yearly look, and a month for who was away
_GRACE = timedelta(days=15)  # after a quarter its discs are burned
_ARCHIVE = (1, 31)


@dataclass(frozen=True, slots=True)
class Light:
    """`light` is one of LIGHTS; `duty` (E1 …) the first that fails, "" when none does; `words` say
    why, `step` what to do next."""

    light: str
    words: str
    step: str = ""
    duty: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """What was declared of a source; `tier` of its unit."""

    kind: str
    cadence: str
    day: int
    hour: int
    since: date
    tier: str
    paused: str | None = None  # why; None while it is not


@dataclass(frozen=True, slots=True)
class Made:
    """The newest run for a period. `good`: there is a set, whose bytes were last read `checked_at`;
    `places` where verified copies lie that were read within FRESH; `archived`: its year went to the
    archive room."""

    state: str
    reason: str = ""
    set_id: str = ""
    checked_at: datetime | None = None
    places: frozenset[str] = frozenset()
    archived: bool = False

    @property
    def good(self) -> bool:
        return self.state in ("good", "expired")


def worst(lights: Sequence[Light]) -> Light:
    """The one that must be shown of several; of equal ones the first."""
    return min(lights, key=lambda one: LIGHTS.index(one.light))


def judge(rule: Rule, period: str, made: Made | None, now: datetime) -> Light:
    """The light of one period: the first duty that fails."""
    failing = list(failings(rule, period, made, now))
    if failing:
        return worst(failing)
    if made is None:
        return Light("unknown", "未到日期", "到时自动备份")
    return Light("ok", "已备份并核对")


def failings(rule: Rule, period: str, made: Made | None, now: datetime) -> Iterator[Light]:
    """Every duty that fails, in their order."""
    return (one for one in asked(rule, period, made, now) if one.light != "ok")


def asked(rule: Rule, period: str, made: Made | None, now: datetime) -> Iterator[Light]:
    """One light for every duty that asks something of this period by now, in their order: green
    too, so that what nothing asks for yet is told from what is well."""
    if made is None or not made.good:
        yield from _without(rule, period, made, now)
        return
    unread = made.state == "good" and (made.checked_at is None or made.checked_at < now - FRESH)
    yield _light(
        "warning" if unread else "ok", "超过 400 天没有重新核对", "重新核对这份备份",
        DUTY_OF[rule.kind],
    )  # fmt: skip
    if rule.tier != "township":
        yield from _copies(period, made, now)
    yield from _later(rule, period, made, now)


def _light(level: str, words: str, step: str, duty: str) -> Light:
    return Light("ok", "无欠缺", "", duty) if level == "ok" else Light(level, words, step, duty)


def _without(
    rule: Rule, period: str, made: Made | None, now: datetime
) -> Iterator[Light]:  # fmt: skip
    """No set: the copies, the discs and the archive that are due lack it just as gravely."""
    for one in _unmade(rule, period, made, now):
        yield one
        none = Made("failed")
        beyond = list(_copies(period, none, now)) if rule.tier != "township" else []
        for more in (*beyond, *_later(rule, period, none, now)):
            yield replace(more, light=one.light, words=one.words, step=one.step)


def _unmade(rule: Rule, period: str, made: Made | None, now: datetime) -> Iterator[Light]:
    duty, over = DUTY_OF[rule.kind], bounds(period)[1] < today(now)
    if made is not None and made.state == "damaged":
        step = "从第二台机器、移动存储设备或光盘取回，或重新备份"
        yield Light("critical", f"备份已损坏：{made.reason}", step, duty)
    elif over:
        yield Light("critical", f"{period} 期漏做，没有备份", "查明并写明原因", duty)
    elif made is not None and made.state == "running":
        yield Light("unknown", "正在备份", "等它完成", duty)
    elif rule.paused is not None:
        step = "恢复备份，或由领导签“本级无库声明”后停用来源"
        yield Light("warning", f"已暂停：{rule.paused or '没有写明原因'}", step, duty)
    elif made is not None:
        yield Light("critical", f"没有成功：{made.reason}", "按原因处理后重新备份", duty)
    elif now >= opens(period, rule.day, rule.hour):
        yield Light("warning", "已到日期，还没有备份", "等待自动进行，或立即备份", duty)


def _copies(period: str, made: Made, now: datetime) -> Iterator[Light]:
    """双机 and 移动存储设备: owed with each set, urgent once its period is over."""
    level = "critical" if bounds(period)[1] < today(now) else "warning"
    lasting = {"disc"} if made.state == "expired" else set()
    step = "登记第二台机器并复制，在那里核对"
    there = "ok" if made.places & ({"host"} | lasting) else level
    yield _light(there, "第二台机器上没有核对过的副本", step, "E5")
    step = "插上登记过的移动存储设备，复制并核对"
    there = "ok" if made.places & ({"medium"} | lasting) else level
    yield _light(there, "移动存储设备上没有核对过的副本", step, "E6")


def _later(rule: Rule, period: str, made: Made, now: datetime) -> Iterator[Light]:
    """What falls due after the quarter, and after the year."""
    last, day = bounds(period)[1], today(now)
    quarter = bounds(period_of("quarterly", last))[1]
    if quarter < day:
        level = "critical" if quarter + _GRACE < day else "warning"
        step, there = "制作本季度光盘，回读核对后入库", "disc" in made.places
        words = f"{period_of('quarterly', last)} 没有核对过的光盘"
        yield _light("ok" if there else level, words, step, "E7")
    if rule.tier != "township" and day.year > last.year:
        level = "critical" if day > date(last.year + 1, *_ARCHIVE) else "warning"
        step = f"办理 {last.year} 年度备份资料移交档案室"
        words = f"{last.year} 年度还没有移交档案室"
        yield _light("ok" if made.archived else level, words, step, "E8")
