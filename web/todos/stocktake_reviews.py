"""Stock-takes that wait for the signature of somebody who did not count."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.role import Standing
from inventory.stocktake import StockScan, StockTake
from web.todo import Todo
from web.todo_lines import listed

rights = ("view", "sign")


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    kind = _("盘点待审核签字")
    counted = select(StockScan.take_id).where(StockScan.by_id == who.id)
    query = select(StockTake).where(
        StockTake.state == "filled", StockTake.retired_at.is_(None), StockTake.id.not_in(counted)
    )

    def line(one: StockTake) -> Todo:
        return Todo(kind, one.label, f"/r/stocktakes/{one.id}")

    link = "/r/stocktakes?state=filled"
    return listed(session, query.order_by(StockTake.number), line, kind, link)
