"""Changes that a reboot would lose: told when they stay unsaved too long (Article 98:
“配置后注意保存”)."""

from datetime import datetime, timedelta

from sqlalchemy import Select, exists, literal, select

from inventory.act import EVERYTHING
from inventory.config_state import ConfigState
from inventory.device import Device
from inventory.notice import Notice, tell
from inventory.shanghai import SHANGHAI
from playbooks.site import Site

LIMIT = timedelta(hours=24)  # a working day's change is saved by the next
_BATCH = 100  # told in one transaction: each looks for everybody who is to know


def remind(site: Site, now: datetime) -> None:
    """Tell of what is over the limit, once for each time it began; at most a batch in one turn,
    the longest unsaved first."""
    with site.database.view(EVERYTHING) as session:
        late = session.execute(_late(now)).all()
    with site.database.observe() as session:
        for device_id, name, centre_id, since in late:
            assert since is not None
            tell(
                session, "due", f"{name}的配置改动还没有保存，设备重启就会丢失",
                text=f"从 {since.astimezone(SHANGHAI):%m-%d %H:%M} 起就没有保存。",
                centre_id=centre_id, right="operate", level="warning",
                link=f"/configs/devices/{device_id}", key=f"unsaved:{device_id}",
            )  # fmt: skip


def _late(now: datetime) -> Select[str, str, str, datetime | None]:
    told = exists().where(
        Notice.key == literal("unsaved:") + Device.id, Notice.made_at > ConfigState.unsaved_since
    )
    return (
        select(Device.id, Device.name, Device.centre_id, ConfigState.unsaved_since)
        .join(ConfigState, ConfigState.device_id == Device.id)
        .where(Device.retired_at.is_(None), ConfigState.saved == "no", ~told)
        .where(ConfigState.unsaved_since < now - LIMIT)
        .order_by(ConfigState.unsaved_since)
        .limit(_BATCH)
    )
