"""Daily: licences that end, viruses not dealt with within a day, warnings nobody answered, and once
a week the hosts whose protection has grown old."""

from collections import Counter
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.host_health import hosts, uncovered
from inventory.notice import Notice, tell
from inventory.shanghai import SHANGHAI
from inventory.software_findings import endings
from inventory.virus import VirusIncident, overdue
from inventory.virus_warning import WarningReceipt
from playbooks.site import Site

_STAGES = (0, 7, 30, 60)  # days before a licence ends on which it is told of once more


def remind(site: Site, now: datetime) -> None:
    """Tell whoever keeps the books; nothing is told twice, however often this runs."""
    today = now.astimezone(SHANGHAI).date()
    with site.database.observe() as session:
        _licences(session, today)
        _viruses(session, now, today)
        _warnings(session)
        _hosts(session, now, today)


def _licences(session: Session, today: date) -> None:
    for one in endings(session, today):
        days = (one.to_on - today).days if one.to_on else -1
        stage = next((s for s in _STAGES if days <= s), _STAGES[-1])
        word = f"将于 {one.to_on} 到期" if days >= 0 else "已经到期，没有续期"
        _once(
            session, f"软件授权“{one.licence.number}”{word}", one.licence.centre_id,
            f"/r/licences/{one.licence.id}", f"licence:{one.licence.id}:{one.to_on}:{stage}",
        )  # fmt: skip


def _viruses(session: Session, now: datetime, today: date) -> None:
    """Once a day until it is brought back."""
    query = select(VirusIncident).where(
        VirusIncident.state != "closed", VirusIncident.retired_at.is_(None)
    )
    for one in session.scalars(query):
        if why := overdue(one, now):
            _once(
                session, f"病毒事件 {one.number}：{why}", one.centre_id,
                f"/r/virus-incidents/{one.id}", f"virus:{one.id}:{today}",
            )  # fmt: skip


def _warnings(session: Session) -> None:
    for one in session.scalars(select(WarningReceipt).where(WarningReceipt.state == "told")):
        if one.late:
            _once(
                session, f"病毒预警“{one.name}”{one.late}", one.centre_id,
                f"/r/warning-receipts/{one.id}", f"virus-warning-late:{one.id}",
            )  # fmt: skip


def _hosts(session: Session, now: datetime, today: date) -> None:
    faulty = Counter(one.centre_id for one in hosts(session, now) if one.faults)
    bare = Counter(one.centre_id for one in uncovered(session))
    year, week, _day = today.isocalendar()
    for centre in sorted({*faulty, *bare}):
        title = f"主机防护：{faulty[centre]} 台有问题，{bare[centre]} 台计算机没有防护报告"
        _once(session, title, centre, "/protection", f"hosts:{centre}:{year}-{week}")


def _once(session: Session, title: str, centre_id: str, link: str, key: str) -> None:
    if session.scalar(select(Notice.id).where(Notice.key == key).limit(1)) is None:
        tell(
            session, "due", title, centre_id=centre_id, right="record", level="warning",
            link=link, key=key,
        )  # fmt: skip
