"""Address violations that were set right and must be signed off by somebody else."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.address_finding import KINDS, AddressFinding
from inventory.role import Standing
from web.todo import Todo
from web.todo_lines import listed

rights = ("view", "approve")


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    kind, row = _("地址违规待销号"), AddressFinding
    query = select(row).where(row.state == "handled", row.retired_at.is_(None))
    link = "/r/address-findings?state=handled"
    yield from listed(session, query.order_by(row.first_at), _line, kind, link)


def _line(one: AddressFinding) -> Todo:
    text = f"{_(KINDS[one.kind])} {one.ip or one.mac or ''}".strip()
    return Todo(_("地址违规待销号"), text, f"/r/address-findings/{one.id}")
