"""What the console saw or noted thing by thing, in the words of a duty log. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from inventory.care import KINDS, RESULTS
from inventory.drafted import Drafted
from inventory.shanghai import SHANGHAI

_NAMED = 3  # things named in one line


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of a device: `kind` is "down", "up" or "boot", `why` the reason told then."""

    at: datetime
    kind: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Outage:
    """From when till when (None: before, or still)."""

    begin: datetime | None
    end: datetime | None
    why: str = ""


def paired(events: Sequence[Happening]) -> Iterator[Outage]:
    """What went down with what came up again, in order of time."""
    down: Happening | None = None
    for one in events:
        if one.kind == "down":
            down = down or one
        else:
            yield Outage(down.at if down else None, one.at, down.why if down else "")
            down = None
    if down is not None:
        yield Outage(down.at, None, down.why)


def outages(
    name: str, device_id: str, items: Sequence[tuple[datetime, Happening]]
) -> Iterator[Drafted]:
    """A device's outages in one draft; what only came back in one of its own."""
    found = list(paired([one for _at, one in items]))
    fell = [(one.begin, one) for one in found if one.begin is not None]
    if fell:
        times = "；".join(_span(begin, one) for begin, one in fell)
        number = f" {len(fell)} 次" if len(fell) > 1 else ""
        text = f"{name}中断{number}：{times}"
        yield Drafted("down", "problem", text, fell[0][0], device_id=device_id)
    rose = [one.end for one in found if one.begin is None and one.end is not None]
    if rose:
        text = f"{name}于 {_clock(rose[0])} 恢复应答"
        yield Drafted("up", "solved", text, rose[0], device_id=device_id)


def boots(
    name: str, device_id: str, items: Sequence[tuple[datetime, Happening]]
) -> Iterator[Drafted]:
    """Restarts; a person must say why (duty A10), so the sentence is left open."""
    times = "、".join(_clock(at) for at, _one in items)
    text = f"{name}重新启动（{times} 发现），原因："
    yield Drafted("boot", "power", text, items[0][0], device_id=device_id)


def cared(kind: str, items: Sequence[tuple[datetime, tuple[str, str, str]]]) -> Iterator[Drafted]:
    """Care of one kind: how many, and each that was not in order by name; items are (result, name,
    note)."""
    odd = [one for _at, one in items if one[0] != "normal"]
    text = f"{KINDS[kind]}：{len(items)} 台（处），正常 {len(items) - len(odd)}"
    if odd:
        more = " 等" if len(odd) > _NAMED else ""
        text += "；" + "；".join(map(_odd, odd[:_NAMED])) + more
    section = "power" if kind == "power_on" else "patrol"
    yield Drafted("care", section, text, items[0][0])


def _odd(one: tuple[str, str, str]) -> str:
    result, name, note = one
    return f"{name}{RESULTS.get(result, result)}" + (f"（{note}）" if note else "")


def _span(begin: datetime, one: Outage) -> str:
    why = f"（{one.why}）" if one.why else ""
    return f"{_clock(begin)} 至 {_clock(one.end) if one.end else '记录时仍未恢复'}{why}"


def _clock(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%H:%M}"
