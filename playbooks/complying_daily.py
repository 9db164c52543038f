"""The look that keeps the verdicts true, and whoever must know told: a router off its template, an
exception about to end (duty A11)."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backups.configs import Shelf
from inventory.config_exception import AHEAD, ConfigException, standing
from inventory.config_verdict import ConfigVerdict
from inventory.device import Device
from inventory.notice import Notice, settle, tell
from inventory.shanghai import today
from playbooks.complying import judge_changed
from playbooks.site import Site

_STAGES = (0, 1, 7, AHEAD)  # days before an exception ends on which it is told of once more
_ROUTER = "router"


def look(site: Site, now: datetime) -> int:
    """Judge what has changed, and tell of it; how many were judged. Cheap when nothing has: it may
    be asked every few minutes."""
    done = judge_changed(site.database, Shelf(site.database, site.key, site.home), now)
    with site.database.observe() as session:
        for device_id in {one.device.id for one in done if one.device.kind == _ROUTER}:
            _router(session, device_id)
        _ending(session, today(now))
    return len(done)


def _router(session: Session, device_id: str) -> None:
    """Once while it deviates; no more when it does not."""
    device, key = session.get_one(Device, device_id), f"compliance:{device_id}"
    off = select(ConfigVerdict).where(
        ConfigVerdict.device_id == device_id, ConfigVerdict.state == "deviating"
    )
    rows = session.scalars(off).all()
    if not rows:
        settle(session, key)
        return
    missing, surplus = (sum(getattr(row, name) for row in rows) for name in ("missing", "surplus"))
    told = f"缺少 {missing} 行，多余 {surplus} 行"
    tell(
        session, "wrong", f"路由器“{device.name}”的配置不符合省模板：{told}",
        centre_id=device.centre_id, right="edit", level="warning",
        link=f"/compliance/{device_id}", key=key,
    )  # fmt: skip


def _ending(session: Session, day: date) -> None:
    for one, _template in standing(session, day):
        left = (one.until_on - day).days
        stage = next((stage for stage in _STAGES if left <= stage), None)
        if stage is not None:
            _once(session, one, f"config-exception:{one.id}:{one.until_on}:{stage}")


def _once(session: Session, one: ConfigException, key: str) -> None:
    if session.scalar(select(Notice.id).where(Notice.key == key).limit(1)) is None:
        tell(
            session, "due", f"配置豁免“{one.headline}”将于 {one.until_on} 到期",
            centre_id=one.centre_id, right="edit", level="warning",
            link=f"/r/config-exceptions/{one.id}", key=key,
        )  # fmt: skip
