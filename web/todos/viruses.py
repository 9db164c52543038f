"""Infected computers to be treated within a day, and virus warnings to be answered in three."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from inventory import virus, virus_warning
from inventory.role import Standing
from inventory.virus import VirusIncident
from inventory.virus_warning import VirusWarning, WarningReceipt
from web.todo import Todo
from web.todo_lines import Wanted

rights = ("view", "record")


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    sick, told, came = _("病毒事件"), _("病毒预警待处理"), _("病毒预警待转发")

    def case(one: VirusIncident) -> Todo:
        text, due = f"{one.number}（{_(virus.STATES[one.state])}）", one.found_at + virus.LATE
        return Todo(sick, text, f"/r/virus-incidents/{one.id}", due, "critical")

    def receipt(one: WarningReceipt) -> Todo:
        due = one.told_at + virus_warning.LATE
        return Todo(told, one.name, f"/r/warning-receipts/{one.id}", due, "warning")

    def warning(one: VirusWarning) -> Todo:
        due = one.received_at + virus_warning.LATE
        return Todo(came, one.name, f"/r/virus-warnings/{one.id}", due, "warning")

    sick_ones = _living(VirusIncident, VirusIncident.state != "closed")
    answers = _living(WarningReceipt, WarningReceipt.state == "told")
    warnings = _living(VirusWarning, VirusWarning.state == "received")
    days = virus_warning.LATE
    for wanted in (
        Wanted(sick, "/r/virus-incidents", sick_ones, VirusIncident.found_at, case, virus.LATE),
        Wanted(told, "/r/warning-receipts", answers, WarningReceipt.told_at, receipt, days),
        Wanted(came, "/r/virus-warnings", warnings, VirusWarning.received_at, warning, days),
    ):
        yield from wanted.todo(session, now)


def _living(cls: Any, waits: Any) -> Select[Any]:
    return select(cls).where(waits, cls.retired_at.is_(None))
