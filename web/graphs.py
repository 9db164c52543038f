"""Samples of a day as a graph: rates between neighbouring samples, gaps left as gaps."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from flask_babel import gettext as _

from inventory.interface import Interface
from inventory.state import Gauge
from netops.history import History
from netops.profile import Profile
from netops.traffic import rate
from web import reading
from web.locale import rate as shown_rate

MOST = 720  # points of one line: more than the pixels of the drawing
Point = tuple[int, float | None]  # milliseconds, as the chart wants them


@dataclass(frozen=True, slots=True)
class Span:
    """The time shown, of samples taken each `period` seconds."""

    since: datetime
    until: datetime
    period: int

    @property
    def gap(self) -> float:
        """Seconds of silence that are drawn as a gap: one lost sample is not."""
        return 2.5 * self.period


def last_day(now: datetime, period: int) -> Span:
    """The last 24 hours."""
    return Span(now - timedelta(days=1), now, period)


def port_lines(
    history: History, port: Interface, span: Span, *, wide: bool
) -> tuple[list[Point], list[Point]]:
    """In and out, bit/s. Leaving out samples of a counter leaves exact averages.

    A sample stands at its cycle's slot, a little before it was taken. Between two cycles that
    cancels out; a visit on demand in between stands at its own second and would show as a spike.
    """
    every = history.ports(port.id, span.since, span.until)
    samples = [row for row in every if row[0] % span.period == 0] or every
    step = _step(samples)
    into, out = ([(row[0], row[column]) for row in samples[::step]] for column in (2, 3))
    gap = span.gap * step
    return list(_rates(into, gap, wide=wide)), list(_rates(out, gap, wide=wide))


def gauge_line(history: History, gauge: Gauge, span: Span) -> list[Point]:
    """The sensor's values; of several behind one pixel the greatest."""
    samples = history.gauges(gauge.id, span.since, span.until)
    step = _step(samples)
    groups = (samples[at : at + step] for at in range(0, len(samples), step))
    peaks = [max(group, key=lambda row: row[2]) for group in groups]
    return list(_with_gaps(((row[0], row[2]) for row in peaks), span.gap * step))


def drawable(line: Sequence[Point]) -> bool:
    """Two points make a line; one would be an empty drawing."""
    return sum(value is not None for _, value in line) > 1


def port_chart(port: Interface, lines: tuple[list[Point], list[Point]]) -> Mapping[str, Any]:
    """What parts/ui.html draws of a port: in and out in bit/s, its bandwidth as the limit."""
    series = [
        {"name": _("入"), "kind": "in", "points": lines[0]},
        {"name": _("出"), "kind": "out", "points": lines[1]},
    ]
    chart: dict[str, Any] = {"unit": "bit/s", "series": series}
    if port.speed > 0:
        name = _("带宽 %(rate)s", rate=shown_rate(port.speed))
        chart["limit"] = {"name": name, "value": port.speed}
    return chart


def gauge_chart(gauge: Gauge, profile: Profile | None, line: list[Point]) -> Mapping[str, Any]:
    """What parts/ui.html draws of a sensor, with the limit of its profile."""
    name = " ".join(filter(None, (reading.title(profile, gauge.metric), gauge.slot)))
    series = [{"name": name, "kind": "other", "points": line}]
    chart: dict[str, Any] = {"unit": gauge.unit, "series": series}
    limit = profile.limits.get(gauge.metric) if profile else None
    if limit:
        text = _("警告 %(limit)s", limit=reading.value(limit.warn, gauge.unit))
        chart["limit"] = {"name": text, "value": limit.warn}
    return chart


def _rates(samples: Iterable[tuple[int, int | None]], gap: float, *, wide: bool) -> Iterator[Point]:
    for (before, old), (at, new) in pairwise(samples):
        bytes_ps = None if at - before > gap else rate(old, new, at - before, wide=wide)
        yield at * 1000, None if bytes_ps is None else round(bytes_ps * 8, 1)


def _with_gaps(samples: Iterable[tuple[int, float]], gap: float) -> Iterator[Point]:
    last: int | None = None
    for at, value in samples:
        if last is not None and at - last > gap:
            yield (last + at) * 500, None
        yield at * 1000, value
        last = at


def _step(samples: Sequence[Any]) -> int:
    return max(1, -(-len(samples) // MOST))
