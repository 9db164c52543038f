"""How the devices are, in one sentence: the headline of the status page and of the first page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING
from web.current import database, settings
from web.queries import overview
from web.queries.sweeps import LATE, Pulse, pulse

_NAMED = 3  # causes named in the headline


@dataclass(frozen=True, slots=True)
class Verdict:
    """The fleet in one sentence; `state` is a key of web.states."""

    state: str
    text: str


def beat() -> Pulse:
    """The last finished sweep of the background."""
    with database().view(EVERYTHING) as session:
        return pulse(session, settings().status_seconds, datetime.now(UTC))


def fresh(last: Pulse) -> datetime:
    """Values older than this say nothing. When the background has stopped, the page shows what
    was known then, and says so."""
    return (last.at or datetime.now(UTC)) - timedelta(seconds=LATE * settings().counter_seconds)


def known(session: Session, since: datetime) -> dict[str, Any]:
    """What the verdict is about: devices by state, what is down of itself, what passed a limit."""
    counts, causes = overview.counts(session), overview.causes(session)
    hidden = int(causes[0].hidden) if causes else 0
    return {
        "counts": counts, "causes": causes, "hidden": hidden, "total": sum(counts.values()),
        "orphans": counts.get("unreachable", 0) - hidden,
        "warned": overview.warned(session, since),
    }  # fmt: skip


def verdict(found: Mapping[str, Any]) -> Verdict:
    """Causes first, then what else is wrong; what hangs below a cause is not a fault of its own."""
    counts, warned = found["counts"], found["warned"]
    critical = int(warned[0].critical) if warned else 0
    warnings = warned[0].total - critical if warned else 0
    told = [
        (counts.get("down", 0), _down(found)),
        (found["orphans"], _("不可达 %(n)s 台，上级不在监测之列", n=found["orphans"])),
        (critical, _("严重告警 %(n)s 台", n=critical)),
        (warnings, _("警告 %(n)s 台", n=warnings)),
        (counts.get("unknown", 0), _("状态未知 %(n)s 台", n=counts.get("unknown", 0))),
    ]
    wrong = [text for number, text in told if number]
    if not wrong:
        return Verdict("ok", _("全部设备正常。"))
    worst = "critical" if counts.get("down") or critical else "warning"
    return Verdict(worst, str(_("；")).join(wrong) + str(_("。")))


def _down(found: Mapping[str, Any]) -> str:
    causes, number = found["causes"], found["counts"].get("down", 0)
    names = [row.Device.name for row in causes[:_NAMED]]
    rest = " …" if number > len(names) else ""
    text = _("中断 %(n)s 台：%(names)s", n=number, names=str(_("、")).join(names) + rest)
    below = found["hidden"]
    more = _("；另有 %(n)s 台因此不可达，不单独计为故障", n=below) if below else ""
    return f"{text}{more}"
