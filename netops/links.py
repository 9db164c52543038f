"""Links that came and went: a port's state kept, and an event for each change."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, select, update

from inventory.batches import batches
from inventory.interface import Interface
from netops.cycle import Cycle, Seen
from netops.reading import Poll, Port

_TABLE = Interface.__table__
_CHANGED = bindparam("changed", type_=_TABLE.c.changed_at.type)
_SAVE = (
    update(Interface)
    .where(_TABLE.c.id == bindparam("of"))
    .values(
        oper_up=bindparam("oper"),
        admin_up=bindparam("admin"),
        changed_at=func.coalesce(_CHANGED, _TABLE.c.changed_at),
    )
)
Change = tuple[int, bool | None, Port]  # our number of the port, its link before, what it tells


def keep(cycle: Cycle, poll: Poll, changes: Sequence[Change]) -> None:
    """Keep what changed on one device in one statement: a chassis that starts changes thousands
    of ports at once. A link that came or went is an event."""
    turned = {number for number, before, now in changes if before not in (None, now.oper_up)}
    rows = [_row(poll, number in turned, number, now) for number, _, now in changes]
    cycle.session.connection().execute(_SAVE, rows)
    names = _names(cycle, turned)
    for number, _, now in changes:
        if number in turned:
            _tell(cycle, cycle.seen[poll.target.device], poll, (number, names[number], now))


def _row(poll: Poll, turned: bool, number: int, now: Port) -> dict[str, Any]:
    changed = poll.at if turned else None
    return {"of": number, "oper": now.oper_up, "admin": now.admin_up, "changed": changed}


def _names(cycle: Cycle, numbers: set[int]) -> dict[int, str]:
    query = select(Interface.id, Interface.name)
    return {
        row.id: row.name
        for batch in batches(numbers)
        for row in cycle.session.execute(query.where(Interface.id.in_(batch)))
    }


def _tell(cycle: Cycle, seen: Seen, poll: Poll, port: tuple[int, str, Port]) -> None:
    number, name, now = port
    text = f"{seen.device.name} 端口 {name} {'恢复连通' if now.oper_up else '断开'}"
    cycle.event(seen, "link", poll.at, text, interface=number, up=now.oper_up)
