"""How long records of use are kept: as the policy says, never less than six months.

Network logs must be kept for at least six months (Cybersecurity Law, article 23(3) since 2026);
the database itself refuses a policy below 184 days. Nothing here, or anywhere else in the console,
deletes an audit row.
"""

from datetime import datetime, timedelta

from sqlalchemy import Delete, delete

from inventory import attempt
from inventory import session as logins
from inventory.act import EVERYTHING
from inventory.message import Message
from inventory.policy import policy
from inventory.run import JobRun
from inventory.usage import SecretUse
from netops import sighting_ending
from playbooks.site import Site

_ROUTINE = ("status", "counters", "identity", "sightings")
_ROUTINE_DAYS = 30  # a sweep a minute tells nobody anything a month later; its samples stay


def retain(site: Site, now: datetime) -> None:
    """Drop records of logins, of uses of credentials, of work, of what devices said and of who was
    seen where that are past their time."""
    with site.database.view(EVERYTHING) as session:
        kept = timedelta(days=policy(session).kept_days)
    with site.database.observe() as session:
        for old in (*_logs(now - kept), _sweeps(now - timedelta(days=_ROUTINE_DAYS))):
            session.execute(old)
        logins.prune(session, now - kept)
        sighting_ending.prune(session, now, timedelta(days=site.sighting_days))
        attempt.prune(session, now - timedelta(days=1))  # counters, no logs: those are audited


def _logs(before: datetime) -> tuple[Delete, ...]:
    return (
        delete(SecretUse).where(SecretUse.last_at < before),
        delete(JobRun).where(JobRun.ended_at < before),
        delete(Message).where(Message.at < before),
    )


def _sweeps(before: datetime) -> Delete:
    return delete(JobRun).where(JobRun.kind.in_(_ROUTINE), JobRun.requested_at < before)
