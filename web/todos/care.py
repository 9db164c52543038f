"""What is due on things and rooms: power, cleaning, batteries, earth; one's own things first."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.care import KINDS
from inventory.caring import Matter
from inventory.role import Standing
from inventory.shanghai import today
from web.queries.care import open_now
from web.queries.staff import staff_ids
from web.todo import Todo, group_of
from web.todo_lines import FEW, lines

rights = ("view", "record")


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    mine = staff_ids(session, who)
    sorts: dict[tuple[str, str, bool], list[Matter]] = {}
    for one in open_now(session, today(now)):
        group, own = group_of(one.due.due_on, now), one.keeper_id in mine
        sorts.setdefault((group, one.due.kind, own), []).append(one)
    for (_group, kind, own), found in sorts.items():
        yield from _lines(kind, found, own)


def _lines(kind: str, found: Sequence[Matter], own: bool) -> Iterator[Todo]:
    named = _("您保管的设备：%(what)s", what=_(KINDS[kind])) if own else _(KINDS[kind])
    few = [
        Todo(named, _called(one), f"/due/form?item={one.key}", one.due.due_on,
             "warning" if one.due.state == "missed" else "info", own=own)
        for one in found[: FEW + 1]
    ]  # fmt: skip
    return lines(named, few, len(found), f"/due?kind={kind}")


def _called(one: Matter) -> str:
    """A month that is over is told by its name: there may be several of one thing."""
    return f"{one.label}（{one.due.due_on:%Y-%m}）" if one.due.state == "missed" else one.label
