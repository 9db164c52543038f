"""Addresses against the register: violations, bindings that no device holds, tables never read."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.address_finding import KINDS, AddressFinding
from inventory.role import Standing
from web.queries.addresses import missing, unread, unsettled, worst_first
from web.todo import Todo
from web.todo_lines import listed

rights = ("view", "edit")


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    kind, row = _("地址违规待处理"), AddressFinding
    query = select(row).where(unsettled(), row.state != "handled").order_by(*worst_first())
    yield from listed(session, query, _violation, kind, "/addresses/")
    if number := missing(session):
        kind = _("登记的绑定设备上没有")
        yield Todo(kind, kind, "/addresses/held?tab=missing", level="warning", count=number)
    if number := unread(session):
        kind = _("网段从未读全 ARP 表")
        yield Todo(kind, kind, "/addresses/", level="warning", count=number)


def _violation(one: AddressFinding) -> Todo:
    text = f"{_(KINDS[one.kind])} {one.ip or one.mac or ''}".strip()
    return Todo(_("地址违规待处理"), text, f"/r/address-findings/{one.id}", level=one.severity)
