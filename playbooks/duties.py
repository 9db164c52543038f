"""What the worker does: the sweeps that are due, and the work people asked for."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from inventory import prints, upload
from inventory.handing_loans import remind as tell_loans
from inventory.overdue_papers import tell_overdue
from inventory.shanghai import SHANGHAI
from playbooks import (
    archiving,
    backing_up,
    backup_duty,
    caring,
    clearing,
    complying_daily,
    config_watching,
    configuring,
    copy_checking,
    copying,
    differing,
    drill_scratch,
    drilling,
    imaging,
    keeping,
    logins,
    owed,
    procedure_duty,
    protecting,
    reaching,
    restoring,
    rounds,
    sighting,
    signing,
    unsaved,
    verifying,
    yearly,
)
from playbooks.bringing import bring
from playbooks.delivering import deliver, try_channel
from playbooks.discover import discover
from playbooks.dispatch import Pool
from playbooks.drafting import look as draft
from playbooks.expiring import remind
from playbooks.faults import remind as tell_unreported
from playbooks.forwarding import forward
from playbooks.jobs import Job, Work, take_asked
from playbooks.listening import Listening
from playbooks.log_reminding import remind as tell_unsigned
from playbooks.notices import hand_on, plan, tidy_notices
from playbooks.retention import retain
from playbooks.site import Site
from playbooks.sweeps import identity_due, run_due, sweep
from playbooks.trials import try_new
from playbooks.unstable import look
from playbooks.visitors import remind as tell_inside
from playbooks.walks import walk_now


def poll_now(job: Job) -> Mapping[str, Any]:
    """Everything about one device, at once; the counters' own slot is left to the cycle."""
    slot = int(datetime.now(UTC).timestamp())
    done = sweep(job.site, job.pool, "identity", slot, only=[job.subject])
    poll = done.polls[0] if done.polls else None
    error = poll.error if poll else None
    return {"ms": round(poll.ms) if poll else None, "why": error.reason if error else ""}


WORKS: Mapping[str, Work] = {
    "poll": poll_now, "walk": walk_now, "discover": discover, "rotate": try_new,
    "notify": try_channel, "verify": verifying.verify_now, "import": bring,
    "config": configuring.back_up, "procedure": procedure_duty.do, "scan": sighting.scan,
    "backup": backing_up.back_up,
    "drill": drilling.drill, "restore": restoring.restore,
    "image": imaging.image, "burn": imaging.burn, "readback": imaging.readback,
    "archive": archiving.archive,
    "reach": reaching.try_reach,
    "copy": copying.copy, "recheck": copy_checking.recheck, "clear": clearing.clear,
}  # fmt: skip


def status(site: Site, pool: Pool) -> None:
    """The minute's sweep, then the identity of whoever is due for it."""
    now = datetime.now(UTC)
    run_due(site, pool, "status", now)
    due = identity_due(site, now)
    if due:
        sweep(site, pool, "identity", int(now.timestamp()), only=due)


def login(site: Site, pool: Pool) -> None:
    """What only the command line tells, once a day and device."""
    waiting = logins.due(site, datetime.now(UTC))
    if waiting:
        logins.ask(site, pool, waiting)


def counters(site: Site, pool: Pool) -> None:
    run_due(site, pool, "counters", datetime.now(UTC))


def sightings(site: Site, pool: Pool) -> None:
    """Who is seen with which address, and at which port."""
    sighting.look(site, pool, datetime.now(UTC))


def configs(site: Site, pool: Pool) -> None:
    """Configurations that were heard of, and those nobody has read for a day."""
    configuring.look(site, pool, datetime.now(UTC))


def backups(site: Site) -> None:
    """Sources that owe a backup; periods that nobody can make up for any more."""
    backup_duty.look(site, datetime.now(UTC))


def compliance(site: Site) -> None:
    """Judge anew what has changed: a configuration, a template, a fact, an exception."""
    complying_daily.look(site, datetime.now(UTC))


def changes(site: Site, pool: Pool) -> None:
    """Who tells by SNMP of another configuration than before."""
    config_watching.look(site, pool, datetime.now(UTC))


def unconfirmed(site: Site) -> None:
    """What was pushed and nobody has confirmed in time is undone."""
    procedure_duty.look(site, datetime.now(UTC))


def asked(site: Site, pool: Pool, further: Mapping[str, Work]) -> None:
    """What people asked for: the works above, and those that only the web layer knows how to do."""
    take_asked(site, pool, {**WORKS, **further})


def messages(listening: Listening) -> None:
    """What devices have said since the last second."""
    listening.batch(datetime.now(UTC))


def notices(site: Site) -> None:
    """Plan what was told since, then send what is due."""
    now = datetime.now(UTC)
    plan(site, now)
    deliver(site, now)


def newcomers(site: Site) -> None:
    hand_on(site, datetime.now(UTC))


def trail(site: Site) -> None:
    """The nightly look at the audit chain, when it is due."""
    now = datetime.now(UTC)
    if verifying.due(site, now):
        verifying.ask(site, now)


def shelf(site: Site) -> None:
    """The nightly look at what is kept of configurations."""
    now = datetime.now(UTC)
    if keeping.due(site, now):
        keeping.look(site, now)


def backup_copies(site: Site) -> None:
    """Backups that are not yet at every place, and the nightly reading of those that are."""
    now = datetime.now(UTC)
    copying.look(site, now)
    if copy_checking.due(site, now):
        copy_checking.look(site, now)


def copies(site: Site) -> None:
    """What was audited since goes to the log server."""
    forward(site)


def signatures(site: Site) -> None:
    """What waits for somebody's signature too long."""
    signing.remind(site, datetime.now(UTC))
    tell_unsigned(site, datetime.now(UTC))


def visitors(site: Site) -> None:
    """Who is in the machine room and should not be any more."""
    tell_inside(site, datetime.now(UTC))


def faults(site: Site) -> None:
    """Major faults that the centre above has not been told of."""
    tell_unreported(site, datetime.now(UTC))


def drafts(site: Site) -> None:
    """What the log should be told of devices and care."""
    draft(site, datetime.now(UTC))


def unstable(site: Site) -> None:
    """Devices that go up and down all the time, and changes that nobody has saved."""
    look(site, datetime.now(UTC))
    unsaved.remind(site, datetime.now(UTC))


def tidy(site: Site) -> None:
    """Daily: drop what is past its time; audit rows never are."""
    now = datetime.now(UTC)
    site.history.retain(now.date(), site.kept_days)
    tidy_notices(site, now)
    upload.prune(site.home, now)
    prints.prune(site.home, now)
    retain(site, now)
    remind(site, now.astimezone(SHANGHAI).date())
    caring.remind(site, now.astimezone(SHANGHAI).date())
    owed.remind(site, now.astimezone(SHANGHAI).date())
    differing.look(site, now)
    protecting.remind(site, now)
    yearly.remind(site, now.astimezone(SHANGHAI).date())
    rounds.remind(site, now.astimezone(SHANGHAI).date())
    imaging.sweep_images(site)
    imaging.sweep_work(site)
    archiving.sweep(site)
    drill_scratch.begin(site)
    with site.database.observe() as session:
        tell_overdue(session, now)
        tell_loans(session, now)
