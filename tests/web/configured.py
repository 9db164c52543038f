"""A county whose devices have configurations: read, exported by hand, changed, with secrets."""

from datetime import UTC, datetime, timedelta
from typing import Any

from backups.configs import Cause, Kept, Shelf
from inventory.act import system
from inventory.config_hearing import state_of
from inventory.config_state import ConfigState
from inventory.credential import Credential
from inventory.device import Device
from inventory.home import HomeFact
from inventory.secret import Key
from netops.config_read import ConfigRead
from playbooks.config_export import bring
from tests.web.county import County

SECRET, RENEWED = "Lan%kao#2026", "Bian-geng!77"
NOW = datetime.now(UTC).replace(microsecond=0)
_BODY = "\n".join(
    f"interface GigabitEthernet0/0/{n}\n description to-town-{n}\n#" for n in range(1, 41)
)
OLD = f"""#
sysname LK-CORE
#
snmp-agent community read cipher {SECRET}
#
vlan batch 10 20
#
{_BODY}
return
"""
NEW = OLD.replace("vlan batch 10 20", "vlan batch 10 20 30").replace(SECRET, RENEWED).replace(
    "to-town-39\n", "to-town-39-new\n undo shutdown\n"
)  # fmt: skip
BEFORE, AFTER = NOW - timedelta(days=3), NOW - timedelta(hours=2)
LOG = Cause("syslog", author="liwang", source="10.41.0.20", evidence="HWCM/4/CFGCHANGE: changed")


def shelf(county: County) -> Shelf:
    return Shelf(county.database, Key.load(county.settings.key_file), county.settings.home)


def keep(county: County, name: str, text: str, cause: Cause, at: datetime, **told: Any) -> Kept:
    """As the worker keeps what it has read of a device."""
    read = ConfigRead(text.encode(), text, told.get("saved", text), "config")
    return shelf(county).keep(county.ids[name], read, cause, at)


def export(county: County, name: str, data: bytes, at: datetime) -> Kept:
    """As a person brings a file."""
    with county.database.view(county.act().scope) as session:
        device = session.get_one(Device, county.ids[name])
    act = county.act("county").named("导入设备配置", "季度导出")
    return bring(shelf(county), device, "box.cfg", data, act, at)


def stand(county: County, name: str, **told: Any) -> None:
    """How it stands with one device, as the worker would have written it."""
    with county.database.observe() as session:
        state: ConfigState = state_of(session, county.ids[name])
        for field, value in told.items():
            setattr(state, field, value)


def at_home(county: County) -> None:
    """The home is the county's: what is nobody's else belongs to it."""
    with county.database.observe() as session:
        if session.get(HomeFact, "centre") is None:
            session.add(HomeFact(name="centre", value=county.centres["county"].id))


def armed(county: County, *names: str) -> None:
    """These devices can be logged in to."""
    key = Key.load(county.settings.key_file)
    at_home(county)
    with county.database.transaction(system("SSH 凭据")) as session:
        held = Credential(
            centre_id=county.centres["county"].id, name="全县登录", kind="ssh", user="backup",
            password=key.seal("not-shown"),
        )  # fmt: skip
        session.add(held)
        for name in names:
            session.get_one(Device, county.ids[name]).ssh_id = held.id


def two_versions(county: County) -> tuple[str, str]:
    """Core, changed two hours ago by somebody the device named, and not saved on it."""
    armed(county, "core", "edge", "leaf")
    first = keep(county, "core", OLD, Cause("sweep"), BEFORE)
    second = keep(county, "core", NEW, LOG, AFTER, saved=OLD)
    return first.snapshot_id, second.snapshot_id
