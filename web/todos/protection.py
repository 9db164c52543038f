"""Hosts whose protection is amiss, the worst first, and computers of which nothing is told."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.host_health import FAULTS
from inventory.role import Standing
from web.queries.protection import told_of, untold
from web.todo import Todo
from web.todo_lines import FEW, lines

rights = ("view", "record")
_LINK = "/protection"
Few = tuple[tuple[str, tuple[str, ...]], ...]


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    number, first = _found(session, now)
    kind = _("主机防护有问题")
    few = [Todo(kind, f"{name}：{_told(faults)}", _LINK) for name, faults in first]
    yield from lines(kind, few, number, _LINK)
    if bare := len(untold(session)):
        text = _("没有防护报告的计算机")
        yield Todo(text, text, "/protection?tab=uncovered", count=bare)


def _told(faults: tuple[str, ...]) -> str:
    return str(_("、")).join(_(FAULTS[kind]) for kind in faults)


def _found(session: Session, now: datetime) -> tuple[int, Few]:
    """How many hosts are at fault, and the first of them with their faults."""
    bad = [host for host in told_of(session, now) if host.faults]
    return len(bad), tuple((one.name, tuple(f.kind for f in one.faults)) for one in bad[:FEW])
