"""Meetings, assessments and bulletins that the half year still lacks, and what they decided."""

from collections.abc import Iterator
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.meeting import KINDS, Meeting
from inventory.meetings import Missing, held, meeting_homes, missing
from inventory.role import Standing
from inventory.shanghai import today
from web.queries.homes import homes
from web.todo import Todo
from web.todo_lines import Wanted

rights = ("view", "record")


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    day, asked = today(now), meeting_homes(session)
    have = held(session, day.year, day)
    half, until = (1, date(day.year, 6, 30)) if day.month <= 6 else (2, date(day.year, 12, 31))
    for centre in homes(session, who):
        if centre.id in asked:
            lacking = missing(centre.tier, have.get(centre.id, {}), half=half)
            text = str(_("、")).join(map(_told, lacking))
            link = f"/meetings/?year={day.year}"
            yield from [Todo(_("会议、评估和通报"), text, link, until)] if lacking else []
    yield from _decided(now).todo(session, now)


def _decided(now: datetime) -> Wanted:
    kind = _("会议议定事项待落实")

    def line(one: Meeting) -> Todo:
        return Todo(kind, one.subject, f"/r/meetings/{one.id}", one.due_on)

    query = select(Meeting).where(Meeting.retired_at.is_(None), Meeting.done_on.is_(None))
    return Wanted(kind, "/r/meetings", query, Meeting.due_on, line)


def _told(one: Missing) -> str:
    if one.half:
        return str(_("上半年评估还没有") if one.half == 1 else _("下半年评估还没有"))
    return str(_("%(what)s还差 %(n)s 次", what=_(KINDS[one.kind]), n=one.number))
