"""Hosts whose protection is amiss, the worst first, and computers of which nothing is told."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.equipment import Equipment
from inventory.host_health import FAULTS, hosts, uncovered
from inventory.protection import HostProtection
from inventory.registers.protection_limit import ProtectionLimit
from inventory.role import Standing
from web.held import held
from web.todo import Todo
from web.todo_lines import FEW, lines

rights = ("view", "record")
_BOOKS = (HostProtection, ProtectionLimit, Equipment, Centre)
_LINK = "/protection"
Few = tuple[tuple[str, tuple[str, ...]], ...]


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    number, first, bare = held(session, "protection", _BOOKS, lambda: _found(session, now))
    kind = _("主机防护有问题")
    few = [Todo(kind, f"{name}：{_told(faults)}", _LINK) for name, faults in first]
    yield from lines(kind, few, number, _LINK)
    if bare:
        text = _("没有防护报告的计算机")
        yield Todo(text, text, "/protection?tab=uncovered", count=bare)


def _told(faults: tuple[str, ...]) -> str:
    return str(_("、")).join(_(FAULTS[kind]) for kind in faults)


def _found(session: Session, now: datetime) -> tuple[int, Few, int]:
    """How many hosts are at fault; the first with their faults; how many nothing is told of."""
    bad = [host for host in hosts(session, now) if host.faults]
    first = tuple((host.name, tuple(one.kind for one in host.faults)) for host in bad[:FEW])
    return len(bad), first, len(uncovered(session))
