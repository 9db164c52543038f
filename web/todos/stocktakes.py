"""Stock-takes that were begun and are not signed."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.role import Standing
from inventory.stocktake import STATES, StockTake
from web.todo import Todo
from web.todo_lines import listed

rights = ("view", "record")
_OPEN = ("open", "paused", "sorting", "closed")


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    query = select(StockTake).where(StockTake.state.in_(_OPEN), StockTake.retired_at.is_(None))
    link = f"/r/stocktakes?state={','.join(_OPEN)}"
    return listed(session, query.order_by(StockTake.begun_at), _line, _("未完成的盘点"), link)


def _line(one: StockTake) -> Todo:
    text = f"{one.label}（{_(STATES[one.state])}）"
    return Todo(_("盘点"), text, f"/r/stocktakes/{one.id}")
