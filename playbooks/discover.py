"""The job behind "discover devices": probe a range, propose what is not registered yet."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import select

from inventory import usage
from inventory.act import EVERYTHING, Scope
from inventory.credential import Credential
from inventory.device import Device
from netops.discovery import Found, Way, addresses, probe
from netops.targets import snmp_auth
from playbooks.jobs import Job

_TELL_EVERY = 16  # addresses between two progress reports


def discover(job: Job) -> Mapping[str, Any]:
    """params: range (text), credentials (ids), ports, ping, scope (paths of who asked).

    The outcome lists what answered; `known` marks addresses that are registered already.
    """
    todo = addresses(str(job.params["range"]))
    ways = _ways(job)
    ask = partial(probe, ways=ways, ping=bool(job.params.get("ping", True)))
    found: list[Found] = []
    with job.site.database.observe() as session:
        used = dict.fromkeys((way.credential for way in ways), len(todo))
        usage.count(session, "discover", used, datetime.now(UTC))
    job.tell(0, len(todo))
    for number, answer in enumerate(job.pool.aside(ask, todo, stop=job.cancelled), 1):
        if answer is not None:
            found.append(answer)
        if number % _TELL_EVERY == 0 or number == len(todo):
            job.tell(number, len(todo), f"找到 {len(found)} 台")
    known = _known(job)
    return {
        "found": [asdict(f) | {"known": known.get((f.address, f.port), "")} for f in found],
        "asked": len(todo),
    }


def _ways(job: Job) -> list[Way]:
    """The chosen credentials on the chosen ports, as far as the person who asked may use them."""
    ports = [int(port) for port in job.params.get("ports") or (161,)]
    with job.site.database.view(Scope(tuple(job.params["scope"]))) as session:
        chosen = select(Credential).where(Credential.id.in_(job.params["credentials"]))
        alive = chosen.where(Credential.kind.in_(("v2c", "v3")), Credential.retired_at.is_(None))
        rows = session.scalars(alive).all()
    return [Way(row.id, snmp_auth(row, job.site.key), port) for row in rows for port in ports]


def _known(job: Job) -> dict[tuple[str, int], str]:
    with job.site.database.view(EVERYTHING) as session:
        query = select(Device.address, Device.snmp_port, Device.name)
        rows = session.execute(query.where(Device.retired_at.is_(None)))
        return {(address, port): name for address, port, name in rows}
