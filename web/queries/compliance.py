"""How the devices of a scope stand to the province's templates: the list, one device's verdicts."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.config_state import ConfigState
from inventory.config_template import ConfigTemplate
from inventory.config_verdict import ConfigVerdict
from inventory.device import Device
from inventory.text import fold
from netops.profile import profiles
from playbooks.compliance import BETWEEN

NONE, STALE = "none", "stale"
TABS: Mapping[str, str] = {
    "deviating": "有偏离", "blocked": "无法核对", "exempt": "有豁免", "ok": "符合",
    NONE: "还没有核对", STALE: "没有新备份",
}  # fmt: skip
LIGHTS: Mapping[str, str] = {
    "deviating": "critical", "blocked": "warning", "exempt": "info", "ok": "ok", NONE: "unknown",
}  # fmt: skip
_WORST = ("deviating", "blocked", "exempt", "ok")
_FRESH = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Line:
    """One device: the worst of its verdicts (a key of LIGHTS), what they count together, when its
    configuration was last seen whole, and whether that is recent."""

    id: str
    name: str
    address: str
    centre_id: str
    centre: str
    state: str
    missing: int
    surplus: int
    exempt: int
    judged_at: datetime | None
    success_at: datetime | None
    fresh: bool
    why: str


@dataclass(frozen=True, slots=True)
class Board:
    """Every device whose configuration is kept, by name."""

    lines: Sequence[Line]

    @property
    def counts(self) -> Mapping[str, int]:
        """Tab → how many."""
        told = Counter(one.state for one in self.lines)
        told[STALE] = sum(not one.fresh for one in self.lines)
        return {tab: told[tab] for tab in TABS}

    def on(self, tab: str) -> Sequence[Line]:
        if tab == STALE:
            return [one for one in self.lines if not one.fresh]
        return [one for one in self.lines if not tab or one.state == tab]


@dataclass(frozen=True, slots=True)
class Told:
    """One verdict of one device together with its template."""

    verdict: ConfigVerdict
    template: ConfigTemplate


def board(session: Session, now: datetime, typed: str = "") -> Board:
    """Within the session's scope; with what was typed, those that it finds."""
    by_device: dict[str, list[Any]] = defaultdict(list)
    verdict = ConfigVerdict
    columns = (
        verdict.device_id, verdict.state, verdict.missing, verdict.surplus, verdict.exempt,
        verdict.judged_at, verdict.why,
    )  # fmt: skip
    for one in session.execute(select(*columns)):
        by_device[one.device_id].append(one)
    wanted = fold(typed)
    return Board(
        [
            _line(row, by_device.get(row.id, []), now)
            for row in session.execute(_devices())
            if wanted in row.search
        ]
    )


def told_of(session: Session, device_id: str) -> list[Told]:
    """The verdicts on one device, by the names of their templates."""
    query = (
        select(ConfigVerdict, ConfigTemplate)
        .join(ConfigTemplate, ConfigTemplate.id == ConfigVerdict.template_id)
        .where(ConfigVerdict.device_id == device_id)
        .order_by(ConfigTemplate.sort_key, ConfigTemplate.id)
    )
    return [Told(verdict, template) for verdict, template in session.execute(query)]


def deviations(told: Iterable[Told]) -> Iterator[tuple[str, str, str, str, str]]:
    """Template, section, articles, 缺少/多余/豁免, the line with what stands above it."""
    for one in told:
        for section in one.verdict.told:
            for kind, word in (("missing", "缺少"), ("surplus", "多余"), ("exempt", "豁免")):
                for path in section[kind]:
                    line = BETWEEN.join(path)
                    yield one.template.headline, section["name"], section["articles"], word, line


def _devices() -> Any:
    kept = [name for name, one in profiles().items() if one.config.running or one.config.manual]
    return (
        select(
            Device.id, Device.name, Device.address, Device.centre_id, Device.search,
            Device.profile, Centre.name.label("centre"), ConfigState.success_at,
        )
        .join(Centre, Centre.id == Device.centre_id)
        .outerjoin(ConfigState, ConfigState.device_id == Device.id)
        .where(Device.retired_at.is_(None), Device.profile.in_(kept))
        .order_by(Device.sort_key, Device.id)
    )  # fmt: skip


def _line(row: Any, told: Sequence[Any], now: datetime) -> Line:
    states = {one.state for one in told}
    manual = profiles()[row.profile].config.manual
    seen = row.success_at
    return Line(
        id=row.id, name=row.name, address=row.address, centre_id=row.centre_id, centre=row.centre,
        state=next((word for word in _WORST if word in states), NONE),
        missing=sum(one.missing for one in told), surplus=sum(one.surplus for one in told),
        exempt=sum(one.exempt for one in told),
        judged_at=max((one.judged_at for one in told), default=None), success_at=seen,
        fresh=seen is not None and (manual or seen > now - _FRESH),
        why=next((one.why for one in told if one.why), ""),
    )  # fmt: skip
