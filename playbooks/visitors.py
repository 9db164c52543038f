"""Nobody stays in the machine room overnight: from 20:00 on, every hour says who is still there.

After a whole day the leaders are told, too: either a visitor was forgotten, or the book was.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.notice import Notice, tell
from inventory.visit import Visit, overnight
from inventory.visit_findings import inside
from inventory.visiting import notice_keys
from playbooks.site import Site

_DAY = timedelta(hours=24)


def remind(site: Site, now: datetime) -> None:
    """Tell of whoever should be out by now; not twice within one hour, however often it is run."""
    with site.database.observe() as session:
        for visit in inside(session):
            why = overnight(visit, now)
            if why:
                _tell(session, visit, why, now)


def _tell(session: Session, visit: Visit, why: str, now: datetime) -> None:
    here, forgotten, lead = notice_keys(visit)
    title = f"机房里还有人：{visit.label}，{why}"
    about = {"centre_id": visit.centre_id, "link": f"/visits/{visit.id}"}
    stale = visit.entered_at is not None and now - visit.entered_at >= _DAY
    told = ((forgotten, "record"), (lead, "approve")) if stale else ((here, "record"),)
    for key, right in told:
        if not _told_this_hour(session, key, now):
            tell(
                session, "due", title, right=right, key=key,
                level="critical" if stale else "warning", **about,
            )  # fmt: skip


def _told_this_hour(session: Session, key: str, now: datetime) -> bool:
    last = session.scalar(select(func.max(Notice.made_at)).where(Notice.key == key))
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return last is not None and last >= hour
