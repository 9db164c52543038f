"""What a server's export would change: compared first, shown, then written whole or not at all.

Nothing older overwrites something newer; no two hosts are ever taken for one.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from inventory.host_held import From, Held, cards_of, held_rows, known_things
from inventory.host_match import Index, Known, duplicates
from inventory.host_report import HostTold
from inventory.protection import HostProtection

AHEAD = timedelta(days=1)  # of clocks that differ
OUTCOMES = {
    "new": "新增", "changed": "更新", "same": "没有变化", "older": "比现有旧",
    "refused": "没有写入",
}  # fmt: skip

TAKEN = ("new", "changed", "same")  # what stands in the book afterwards


@dataclass(frozen=True, slots=True)
class HostChange:
    """One row of the file and what becomes of it: a key of OUTCOMES; `why` it is refused, or
    matched no thing; `differences`: field → (now, after)."""

    told: HostTold
    outcome: str
    at: datetime | None = None
    thing: Known | None = None
    why: str = ""
    row_id: str = ""
    matching: str = "none"
    differences: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HostPlan:
    """Every row of a file, in its order."""

    changes: tuple[HostChange, ...]

    def of(self, *outcomes: str) -> list[HostChange]:
        return [one for one in self.changes if one.outcome in outcomes]

    @property
    def matched(self) -> int:
        """How many of the hosts that stand in the book afterwards have their thing."""
        return sum(one.thing is not None for one in self.of(*TAKEN))

    @property
    def unmatched(self) -> list[HostChange]:
        """Those of them that have none."""
        return [one for one in self.of(*TAKEN) if one.thing is None]

    @property
    def fingerprint(self) -> str:
        """Changes when anything this plan would do does."""
        told = [(c.told.number, c.outcome, c.row_id, c.thing and c.thing.id, sorted(c.differences))
                for c in self.changes]  # fmt: skip
        return hashlib.sha256(repr(told).encode()).hexdigest()


def compare(session: Session, rows: Sequence[HostTold], where: From, now: datetime) -> HostPlan:
    """What these rows would change within the session's scope; writes nothing."""
    things = known_things(session, where.centre)
    held = held_rows(session, where)
    first = [_judged(one, where, now) for one in rows]
    settled = _apart(_newest_of_each(first))
    matched = _each_thing_once(_matched(settled, Index(things), {t.id: t for t in things}, held))
    return HostPlan(tuple(_against_held(one, held) for one in matched))


def _judged(told: HostTold, where: From, now: datetime) -> HostChange:
    """Refused for what stands against the row by itself; else of its moment."""
    at = told.seen_at or where.exported_at
    causes = [f"{column}：{cause}" for column, cause in told.wrong]
    if not told.identity.key:
        causes.append("没有主机名，也没有 IP、MAC 或资产编号")
    times = [value for value in told.values.values() if isinstance(value, datetime)]
    if any(value > now + AHEAD for value in times):
        causes.append("有时间在将来，主机的时钟可能不准")
    days = (told.values.get(name) for name in ("definitions_on", "patched_on"))
    if any(day > (now + AHEAD).date() for day in days if day):
        causes.append("有日期在将来，主机的时钟可能不准")
    if at is None:
        causes.append("没有最近在线时间：请在上面填这份文件的导出时间")
    return HostChange(told, "refused" if causes else "new", at, why="；".join(causes))


def _newest_of_each(changes: Sequence[HostChange]) -> list[HostChange]:
    """A card that reports twice under one name was set up anew: its newest word counts."""
    newest: dict[str, HostChange] = {}
    for one in (c for c in changes if c.outcome == "new" and c.told.identity.macs):
        key = one.told.identity.key
        if key not in newest or _moment(one) > _moment(newest[key]):
            newest[key] = one
    return [_older_twin(one, newest.get(one.told.identity.key)) for one in changes]


def _older_twin(one: HostChange, newest: HostChange | None) -> HostChange:
    twin = newest is not None and newest is not one and one.outcome == "new"
    same = twin and newest is not None and newest.told.identity.name == one.told.identity.name
    if same and newest is not None and _moment(one) < _moment(newest):
        why = f"同一台主机在第 {newest.told.number} 行有更新的报告"
        return replace(one, outcome="older", why=why)
    return one


def _apart(changes: Sequence[HostChange]) -> list[HostChange]:
    """Rows that cannot be told apart are all refused: none of them is taken for the other."""
    keys = {c.told.number: c.told.identity.key for c in changes if c.outcome == "new"}
    cards: dict[str, list[int]] = {}
    for one in (c for c in changes if c.outcome == "new"):
        for card in one.told.identity.macs:
            cards.setdefault(card, []).append(one.told.number)
    shared = [rows for rows in cards.values() if len(rows) > 1]
    twins = {n: rows for rows in (*duplicates(keys).values(), *shared) for n in rows}
    return [_twin(one, twins.get(one.told.number, ())) for one in changes]


def _twin(one: HostChange, rows: Sequence[int]) -> HostChange:
    if not rows or one.outcome != "new":
        return one
    others = "、".join(str(n) for n in rows if n != one.told.number)
    return replace(one, outcome="refused", why=f"与第 {others} 行分不清是不是同一台主机")


def _matched(
    changes: Sequence[HostChange], index: Index, things: Mapping[str, Known], held: Held
) -> Iterator[HostChange]:
    """Each with its thing: the one a person named before, else the one its marks point at and no
    other host holds."""
    rows = _rows_of(changes, held)
    told = [(_newer(one, rows.get(one.told.number)), rows.get(one.told.number)) for one in changes]
    pointed = [(_pointed(one, row, index, things), row) for one, row in told]
    going = {row.id: one.thing for one, row in pointed if row is not None and one.outcome == "new"}
    left = {key for key, thing in going.items()
            if (thing.id if thing else None) != held.by_id[key].equipment_id}  # fmt: skip
    for one, row in pointed:
        other = held.by_thing.get(one.thing.id) if one.thing and one.outcome == "new" else None
        if other is None or other is row or other.id in left:
            yield one
        elif row is not None or other.id in going or other.matching == "hand":
            why = f"{one.thing.label if one.thing else ''} 已经对着另一台主机"
            yield replace(one, thing=None, why=why, matching="none")
        else:  # the thing's own row: it reports under another name or card now
            yield _newer(replace(one, row_id=other.id), other)


def _rows_of(changes: Sequence[HostChange], held: Held) -> dict[int, HostProtection]:
    """Row of the file → where its host stands already. A key is sure; what two rows of the file
    would share otherwise belongs to neither."""
    found = {c.told.number: held.same(c.told.identity) for c in changes if c.outcome == "new"}
    sure = {c.told.number for c in changes if c.told.identity.key in held.by_key}
    claims = {number: row.id for number, row in found.items() if row is not None}
    shared = {n for rows in duplicates(claims).values() for n in rows} - sure
    return {n: row for n, row in found.items() if row is not None and n not in shared}


def _newer(one: HostChange, row: HostProtection | None) -> HostChange:
    """What is older than what its row says already is left as it is."""
    if one.outcome != "new" or row is None:
        return one
    stale = row.told_at is not None and one.at is not None and one.at < row.told_at
    return replace(one, outcome="older" if stale else "new", row_id=row.id)


def _pointed(
    one: HostChange, row: HostProtection | None, index: Index, things: Mapping[str, Known]
) -> HostChange:
    if one.outcome != "new":
        return one
    if row is not None and row.matching == "hand":
        thing = things.get(row.equipment_id or "")
        why = "" if thing else "人工指定的设备已经停用、报废或遗失"
        return replace(one, thing=thing, matching="hand" if thing else "none", why=why)
    found = index.match(one.told.identity)
    matching = "auto" if found.thing else "none"
    return replace(one, thing=found.thing, matching=matching, why=found.why)


def _each_thing_once(changes: Iterator[HostChange]) -> list[HostChange]:
    """Two hosts that seem to be one thing are neither. What a person said stays said."""
    told = list(changes)
    things = {c.told.number: c.thing.id for c in told if c.outcome == "new" and c.thing}
    twice = {n: rows for rows in duplicates(things).values() for n in rows}
    return [_not_both(one, twice.get(one.told.number, ())) for one in told]


def _not_both(one: HostChange, rows: Sequence[int]) -> HostChange:
    if not rows or one.thing is None or one.matching == "hand":
        return one
    others = "、".join(str(n) for n in rows if n != one.told.number)
    why = f"与第 {others} 行都像是 {one.thing.label}，分不清"
    return replace(one, thing=None, why=why, matching="none")


def _against_held(one: HostChange, held: Held) -> HostChange:
    """New, changed, the same, or older than what is known."""
    if one.outcome != "new" or not one.row_id:
        return one
    row = held.by_id[one.row_id]
    values = wanted(one)
    if cards_of(row.key) and not one.told.identity.macs:
        values["key"] = row.key  # the server tells no cards any more
    differences = {
        name: (getattr(row, name), value)
        for name, value in values.items()
        if getattr(row, name) != value
    }
    news = differences.keys() - {"why"}  # in what words a host is left without a thing is none
    return replace(one, outcome="changed" if news else "same", differences=differences)


def wanted(one: HostChange) -> dict[str, Any]:
    """What the row of a host says once this change is made."""
    return {
        **one.told.values, "told_at": one.at, "key": one.told.identity.key,
        "equipment_id": one.thing.id if one.thing else None, "matching": one.matching,
        "why": (one.why or None) if one.thing is None else None,
    }  # fmt: skip


def _moment(one: HostChange) -> datetime:
    assert one.at is not None
    return one.at
