"""Daily: what is overdue or falls due within a week on the things of a centre, told by kind to
whoever keeps its books; once, until they have read it."""

from collections import Counter
from collections.abc import Collection
from datetime import date, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING
from inventory.care import KINDS
from inventory.caring import Matter, matters
from inventory.holders import holders
from inventory.notice import Notice, NoticeReceipt, settle, tell
from inventory.person import Person
from playbooks.site import Site

_AHEAD = timedelta(days=7)
_PREFIX = "care:"
Counts = Counter[tuple[str, str, bool]]  # person, kind, overdue


def remind(site: Site, day: date) -> None:
    """Tell each holder of `record` how many matters wait, and drop what waits no longer."""
    with site.database.view(EVERYTHING) as session:
        near = [one for one in matters(session, day, soon=False) if _tells(one, day)]
        counts = _by_person(session, near, day)
        homes = {one.id: one.centre_id for one in session.scalars(select(Person))}
    with site.database.observe() as session:
        waiting = {(person, kind) for person, kind, _late in counts}
        for person, kind in sorted(waiting):
            _tell(session, kind, person, homes[person], counts)
        _settle(session, {_key(kind, person) for person, kind in waiting})


def _tells(one: Matter, day: date) -> bool:
    return one.due.due_on <= day + _AHEAD


def _by_person(session: Session, near: list[Matter], day: date) -> Counts:
    counts: Counts = Counter()
    told = {one.centre_id: holders(session, "record", one.centre_id) for one in near}
    for one in near:
        for person in told[one.centre_id]:
            counts[person, one.due.kind, one.due.due_on < day] += 1
    return counts


def _tell(session: Session, kind: str, person: str, home: str, counts: Counts) -> None:
    late, soon = counts[person, kind, True], counts[person, kind, False]
    parts = [f"{late} 项逾期"] if late else []
    parts += [f"{soon} 项七天内到期"] if soon else []
    level: Literal["warning", "info"] = "warning" if late else "info"
    tell(
        session, "due", f"{KINDS[kind]}：{'，'.join(parts)}", centre_id=home, person_id=person,
        level=level, link=f"/due?kind={kind}", key=_key(kind, person),
    )  # fmt: skip


def _settle(session: Session, waiting: Collection[str]) -> None:
    """What was told and has been done since need not be read any more."""
    query = select(Notice.key).join(NoticeReceipt, NoticeReceipt.notice_id == Notice.id)
    unread = query.where(Notice.key.startswith(_PREFIX), NoticeReceipt.read_at.is_(None))
    for key in set(session.scalars(unread)) - set(waiting):
        settle(session, key)


def _key(kind: str, person: str) -> str:
    return f"{_PREFIX}{kind}:{person}"
