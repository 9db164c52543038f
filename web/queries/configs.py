"""How it stands with the configurations: which devices should have a backup, which have a fresh
one, and why the others have none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from inventory.config_snapshot import ConfigSnapshot
from inventory.config_state import ConfigState
from inventory.device import Device
from inventory.register import field_of
from inventory.text import fold
from netops.profile import profiles
from web.paging import PAGE
from web.registers.names import Names, names

# The sweep looks at each device once a day, and takes its time: what is older was missed.
FRESH = timedelta(days=1, hours=2)
READ, MANUAL = "read", "manual"
_NETWORK = ("router", "switch", "firewall", "pbx", "wireless")

# key → (state of web.states, its words, how bad: what is worst stands first)
STANDINGS: Mapping[str, tuple[str, str, int]] = {
    "failing": ("critical", "备份失败，没有新备份", 0),
    "due": ("critical", "配置有变动，还没有导出", 1),
    "stale": ("warning", "超过一天没有成功备份", 2),
    "bare": ("warning", "没有选 SSH 凭据，读不了", 3),
    "never": ("warning", "还没有备份过", 4),
    "unexported": ("warning", "还没有人工导出过", 5),
    "failed": ("warning", "最近一次没有成功", 6),
    "waiting": ("info", "听到变动，等待备份", 7),
    "paused": ("unknown", "已暂停监测，不备份", 8),
    "exported": ("ok", "已有人工导出", 9),
    "fresh": ("ok", "备份是新的", 9),
}
OLD = ("failing", "due", "stale", "bare", "never", "unexported")
TABS = ("all", "old", "failed", "unsaved", "manual")


@dataclass(frozen=True, slots=True)
class ConfigAsk:
    """What is wanted of the overview: `tab` is one of TABS, `search` words of the device."""

    tab: str = "all"
    search: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """One device: `standing` is a key of STANDINGS, `way` READ or MANUAL."""

    device: Device
    state: ConfigState | None
    last: ConfigSnapshot | None
    standing: str
    way: str

    @property
    def light(self) -> str:
        return STANDINGS[self.standing][0]


@dataclass(frozen=True, slots=True)
class Overview:
    """One page of devices, and how many every tab has."""

    rows: Sequence[Line]
    counts: Mapping[str, int]
    total: int
    page: int
    pages: int
    names: Names = field(default_factory=dict)


@cache
def _named() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Profiles that are read by logging in, and those that only a person can export."""
    told = {name: one.config for name, one in profiles().items()}
    read = tuple(name for name, one in told.items() if one.running and not one.manual)
    return read, tuple(name for name, one in told.items() if one.manual)


def way_of(device: Device) -> str:
    """READ, MANUAL, or "" for what has no configuration to keep."""
    read, manual = _named()
    if device.profile in read:
        return READ
    return MANUAL if device.profile in manual or device.kind in _NETWORK else ""


def line_of(session: Session, device: Device, now: datetime) -> Line:
    """How it stands with one device."""
    found = session.execute(_lines(now).where(Device.id == device.id)).first()
    if found is None:
        return Line(device, session.get(ConfigState, device.id), None, "never", way_of(device))
    return _line(found)


def overview(session: Session, ask: ConfigAsk, now: datetime) -> Overview:
    """The page asked for, the worst first."""
    counts = _counts(session, ask, now)
    total = counts[ask.tab]
    pages = max(1, -(-total // PAGE))
    page = min(max(1, ask.page), pages)
    rows = lines(session, ask, now, (page - 1) * PAGE, PAGE)
    place = field_of(Device, "centre_id")
    called = names(session, [(place, one.device.centre_id) for one in rows])
    return Overview(rows, counts, total, page, pages, called)


def lines(
    session: Session, ask: ConfigAsk, now: datetime, start: int = 0, most: int | None = None
) -> list[Line]:
    """The devices asked for, from `start` on, at most `most`."""
    ranks = {key: told[2] for key, told in STANDINGS.items()}
    query = _asked(_lines(now), ask, now)
    query = query.order_by(case(ranks, value=_standing(now)), Device.sort_key, Device.id)
    found = session.execute(query.offset(start).limit(most))
    return [_line(row) for row in found]


def standing(now: datetime, *keys: str) -> Select[Any]:
    """Devices that stand so (keys of STANDINGS), in order of their names."""
    query: Select[Any] = _joined(select(Device)).where(_standing(now).in_(keys))
    return query.order_by(Device.sort_key, Device.id)


def unsaved(before: datetime) -> Select[Any]:
    """Devices whose running configuration has not been saved on them since before then."""
    query: Select[Any] = _joined(select(Device)).where(*_tab("unsaved", before))
    return query.where(ConfigState.unsaved_since < before)


def _lines(now: datetime) -> Select[Any]:
    """Every device that should have a backup, with how it stands."""
    told: Select[Any] = _joined(select(Device, ConfigState, ConfigSnapshot, _standing(now)))
    return told


def _line(row: Row[*tuple[Any, ...]]) -> Line:
    device, state, last, standing = row
    return Line(device, state, last, standing, way_of(device))


def _joined(query: Any) -> Any:
    return (
        query.select_from(Device)
        .outerjoin(ConfigState, ConfigState.device_id == Device.id)
        .outerjoin(ConfigSnapshot, ConfigSnapshot.id == ConfigState.snapshot_id)
        .where(Device.retired_at.is_(None), or_(_by_login(), _by_hand()))
    )


def _counts(session: Session, ask: ConfigAsk, now: datetime) -> Mapping[str, int]:
    each = [func.count().filter(and_(True, *_tab(tab, now))) for tab in TABS]
    query = _joined(select(*each)).where(*_words(ask.search))
    return dict(zip(TABS, session.execute(query).one(), strict=True))


def _asked(query: Select[Any], ask: ConfigAsk, now: datetime) -> Select[Any]:
    return query.where(*_tab(ask.tab, now), *_words(ask.search))


def _tab(tab: str, now: datetime) -> Sequence[ColumnElement[bool]]:
    match tab:
        case "old":
            return (_standing(now).in_(OLD),)
        case "failed":
            return (_read(), ConfigState.why != "")
        case "unsaved":
            return (_read(), ConfigState.saved == "no")
        case "manual":
            return (_by_hand(),)
    return ()


def _words(text: str) -> Sequence[ColumnElement[bool]]:
    return [Device.search.contains(word, autoescape=True) for word in fold(text).split()]


def _read() -> ColumnElement[bool]:
    return and_(_by_login(), Device.paused.is_(False))


def _by_login() -> ColumnElement[bool]:
    return Device.profile.in_(_named()[0])


def _by_hand() -> ColumnElement[bool]:
    read, manual = _named()
    other = and_(Device.profile.not_in(read), Device.kind.in_(_NETWORK))
    return or_(Device.profile.in_(manual), other)


def _standing(now: datetime) -> ColumnElement[str]:
    """A key of STANDINGS. Green says that the content is fresh, not that something ended well."""
    state = ConfigState
    old = or_(state.success_at.is_(None), state.success_at < now - FRESH)
    failed = func.coalesce(state.why, "") != ""
    return case(
        (and_(_by_hand(), state.heard_at.is_not(None)), "due"),
        (and_(_by_hand(), state.snapshot_id.is_(None)), "unexported"),
        (_by_hand(), "exported"),
        (Device.paused.is_(True), "paused"),
        (Device.ssh_id.is_(None), "bare"),
        (and_(failed, old), "failing"),
        (failed, "failed"),
        (state.success_at.is_(None), "never"),
        (old, "stale"),
        (state.heard_at.is_not(None), "waiting"),
        else_="fresh",
    )
