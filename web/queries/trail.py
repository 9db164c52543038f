"""The audit trail as people look through it: filtered, a page at a time, a row in words."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from inventory.audit import AuditRow
from inventory.centre import Centre
from inventory.register import Register, registers
from inventory.role import ROLES
from inventory.shanghai import SHANGHAI
from web.paging import PAGE
from web.queries.changes import differences

CHANGES = {"insert": "新增", "update": "修改", "delete": "删除", "event": "行为"}
# Things that are no register of their own, by the class that stands in the row.
THINGS = {
    "AuditRow": "审计记录", "HomeFact": "值守台本身", "Address": "网络地址", "Key": "密钥文件",
    "ConfigHistory": "配置历史库",
    "Revision": "内容修订", "Signature": "电子签字", "Attachment": "附加文件",
    "NoticeWish": "通知偏好",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TrailAsk:
    """What to look for; "" is no condition. `who`, `act`, `q` occur in the text, `thing` is a class
    name, `centre` a centre's name or code, `since` and `until` days of Shanghai."""

    who: str = ""
    act: str = ""
    thing: str = ""
    change: str = ""
    centre: str = ""
    since: str = ""
    until: str = ""
    q: str = ""

    def given(self) -> dict[str, str]:
        """The conditions in force by name."""
        told = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: text for name, text in told.items() if text}


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Newest first; `centres` maps ids to names, `names` (thing, id) to what it is called now."""

    rows: Sequence[AuditRow]
    centres: Mapping[str, str]
    names: Mapping[tuple[str, str], str]
    page: int
    pages: int
    total: int


def trail(session: Session, ask: TrailAsk, page: int) -> TrailPage:
    """One page of what is asked for, within the session's scope."""
    total = count(session, ask)
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    rows = session.scalars(found(ask).limit(PAGE).offset((page - 1) * PAGE)).all()
    called = labels(session, rows)
    return TrailPage(rows, centres(session, rows), called, page, pages, total)


def found(ask: TrailAsk) -> Select[AuditRow]:
    """The rows asked for, newest first."""
    return select(AuditRow).where(*_conditions(ask)).order_by(AuditRow.seq.desc())


def count(session: Session, ask: TrailAsk) -> int:
    query = select(func.count()).select_from(AuditRow).where(*_conditions(ask))
    return session.scalar(query) or 0


def centres(session: Session, rows: Sequence[AuditRow]) -> Mapping[str, str]:
    """The names of the centres these rows are about."""
    keys = {row.centre_id for row in rows if row.centre_id}
    told = session.execute(select(Centre.id, Centre.name).where(Centre.id.in_(keys)))
    return dict(told.all())


def labels(session: Session, rows: Sequence[AuditRow]) -> Mapping[tuple[str, str], str]:
    """(thing, id) → what the register's row is called now; one query for each register."""
    wanted: dict[str, set[str]] = {}
    for row in rows:
        wanted.setdefault(row.thing, set()).add(row.thing_id)
    called: dict[tuple[str, str], str] = {}
    for thing, keys in wanted.items():
        cls = _register(thing)
        if cls is not None:
            living = session.scalars(select(cls).where(cls.id.in_(keys)))
            called |= {(thing, one.id): one.label for one in living}
    return called


def role_words(row: AuditRow) -> list[str]:
    """The roles of whoever acted, as people call them."""
    return [ROLES.get(role, role) for role in row.role.split("、")]


def things() -> Mapping[str, str]:
    """Class name → what people call it, for every register and what stands beside them."""
    return THINGS | {cls.__name__: cls.title for cls in registers().values()}


def told(session: Session, row: AuditRow) -> list[tuple[str, str, str]]:
    """(label, before, after) of one row, in the register's own words where it is of one."""
    before, after = json.loads(row.before), json.loads(row.after)
    cls = _register(row.thing)
    if cls is not None and row.change != "event":
        return differences(session, cls, before, after)
    return [(name, _text(before.get(name)), _text(after.get(name))) for name in before | after]


def shown(session: Session, row: AuditRow) -> Register | None:
    """The row of a register this is about, while it can be seen."""
    cls = _register(row.thing)
    return session.get(cls, row.thing_id) if cls is not None and cls.shown else None


def _register(name: str) -> type[Register] | None:
    return next((cls for cls in registers().values() if cls.__name__ == name), None)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _conditions(ask: TrailAsk) -> Iterator[ColumnElement[bool]]:
    if ask.who:
        yield AuditRow.actor_name.contains(ask.who, autoescape=True)
    if ask.act:
        yield AuditRow.act.contains(ask.act, autoescape=True)
    if ask.thing:
        yield AuditRow.thing == ask.thing
    if ask.change:
        yield AuditRow.change == ask.change
    if ask.centre:
        yield AuditRow.centre_id.in_(_below(ask.centre))
    yield from _period(ask)
    for word in ask.q.split():
        yield _says(word)


def _period(ask: TrailAsk) -> Iterator[ColumnElement[bool]]:
    if ask.since:
        yield AuditRow.at >= _midnight(ask.since)
    if ask.until:
        yield AuditRow.at < _midnight(ask.until) + timedelta(days=1)


def _says(word: str) -> ColumnElement[bool]:
    places = (
        AuditRow.before, AuditRow.after, AuditRow.act, AuditRow.reason, AuditRow.actor_name,
        AuditRow.origin, AuditRow.thing_id,
    )  # fmt: skip
    return or_(*(place.contains(word, autoescape=True) for place in places))


def _below(text: str) -> Select[Any]:
    """Ids of the centres of that name or code and of everything below them."""
    table, top = Centre.__table__, Centre.__table__.alias()
    named = or_(top.c.name.contains(text, autoescape=True), top.c.code == text)
    return select(table.c.id).where(
        select(top.c.id).where(named, table.c.path.startswith(top.c.path)).exists()
    )


def _midnight(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), SHANGHAI)
