"""What devices tell on their command line, once a day: the facts SNMP left open.

One login a day and device, and none after a refusal until the day is over: accounts get locked.
"""

from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from sqlalchemy import or_, select, update

from inventory import usage
from inventory.act import EVERYTHING
from inventory.device import Device
from inventory.state import DeviceState
from netops import ssh
from netops.errors import DeviceError
from netops.reading import Identity, Target
from netops.remotes import DeviceKeys
from netops.states import facts_of
from netops.targets import targets
from playbooks.dispatch import Pool
from playbooks.site import Site

_EVERY = timedelta(days=1)
_AHEAD = timedelta(minutes=5)  # later than now: our clock was set back since
_FACTS = ("sys_name", "vendor", "model", "serial", "version")


def due(site: Site, now: datetime) -> list[str]:
    """Devices with a login that answer and were not asked within the day."""
    query = (
        select(Device.id)
        .join(DeviceState, DeviceState.device_id == Device.id)
        .where(Device.retired_at.is_(None), Device.paused.is_(False), Device.ssh_id.is_not(None))
        .where(DeviceState.state == "up")
        .where(
            or_(
                DeviceState.ssh_at.is_(None),
                DeviceState.ssh_at < now - _EVERY,
                DeviceState.ssh_at > now + _AHEAD,
            )
        )
    )
    with site.database.view(EVERYTHING) as session:
        return list(session.scalars(query))


def ask(site: Site, pool: Pool, devices: Collection[str]) -> None:
    """Log in to each of `devices` and keep what it tells, or why it refused."""
    with site.database.view(EVERYTHING) as session:
        todo, _refused = targets(session, site.key, devices)
    used = Counter(each.ssh.credential for each in todo if each.ssh is not None)
    with site.database.observe() as session:
        usage.count(session, "login", used, datetime.now(UTC))
    answers = pool.aside(lambda target: (target, _facts(site, target)), todo)
    for target, told in answers:
        _keep(site, target, told)


def _facts(site: Site, target: Target) -> Identity | DeviceError:
    try:
        return ssh.facts(target, known=DeviceKeys(site.database, target.device))
    except DeviceError as error:
        return error


def _keep(site: Site, target: Target, told: Identity | DeviceError) -> None:
    """SNMP's word stands; the command line fills what it left open."""
    with site.database.observe() as session:
        row = session.get_one(DeviceState, target.device)
        values: dict[str, object] = {"ssh_at": datetime.now(UTC), "ssh_why": ""}
        if isinstance(told, DeviceError):
            values["ssh_why"] = told.reason
        else:
            told_facts = facts_of(told)
            values |= {n: told_facts[n] for n in _FACTS if told_facts[n] and not getattr(row, n)}
        of = DeviceState.device_id == target.device
        session.execute(update(DeviceState).where(of).values(values))
