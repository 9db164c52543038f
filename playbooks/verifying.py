"""The audit trail is looked at every night, and whenever somebody asks; what is wrong is told."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from inventory.act import EVERYTHING
from inventory.audit import head
from inventory.keys import new_key
from inventory.notice import tell
from inventory.run import Event, JobRun
from inventory.shanghai import SHANGHAI
from inventory.verdict import Verdict, judge, keep, last
from inventory.witness import publish, published
from playbooks.jobs import Job, Unfinished
from playbooks.site import Site

_NIGHT = time(3)


class _Stopped(Exception):
    """Whoever asked does not want to wait, or the console ends."""


def verify_now(job: Job) -> Mapping[str, Any]:
    """Every row of the chain, the heads outside and the triggers; tells whoever watches."""
    with job.site.database.view(EVERYTHING) as session:
        total = head(session)[0]
        job.tell(0, total, "正在核对审计链")

        def watch(seq: int) -> None:
            job.tell(seq, total, "正在核对审计链")
            if job.cancelled() or job.pool.stopping.is_set():
                raise _Stopped

        try:
            found = judge(session, published(job.site.home), datetime.now(UTC), watch)
        except _Stopped:
            if job.cancelled():
                return {}
            raise Unfinished("核对途中值守台停止了，会自动重新核对") from None
    conclude(job.site, found)
    job.tell(total, total, "；".join(found.words()))
    return found.facts()


def conclude(site: Site, found: Verdict) -> None:
    """Keep the verdict where pages show it; alarm the holders of the trail when it is bad, publish
    the head when it is good."""
    with site.database.observe() as session:
        keep(session, found)
        if not found.good:
            _alarm(session, site.centre_id, found)
    if found.good:
        publish(site.home, (found.head.seq, found.head.hash), found.at)


def witness(site: Site) -> None:
    """Publish the head as it is: at each start, so that no tail of an earlier run can be cut."""
    with site.database.view(EVERYTHING) as session:
        newest = head(session)
    publish(site.home, newest, datetime.now(UTC))


def due(site: Site, now: datetime) -> bool:
    """Nobody has looked since the last three o'clock of the night, Shanghai time; a console that
    was off then looks as soon as it is on."""
    with site.database.view(EVERYTHING) as session:
        before = last(session)
        waiting = select(JobRun.id).where(
            JobRun.kind == "verify", JobRun.state.in_(("asked", "running"))
        )
        if session.scalar(waiting) is not None:
            return False
    return before is None or before.at < last_night(now)


def ask(site: Site, now: datetime) -> None:
    """Put the nightly look on the list of work."""
    key = new_key()
    with site.database.observe() as session:
        session.add(
            JobRun(
                id=key, site="local", kind="verify", slot=key, centre_id=site.centre_id,
                requested_at=now,
            )
        )  # fmt: skip


def last_night(now: datetime) -> datetime:
    """The last three o'clock of the night, Shanghai time."""
    local = now.astimezone(SHANGHAI)
    night = datetime.combine(local.date(), _NIGHT, SHANGHAI)
    return night if night <= local else night - timedelta(days=1)


def _alarm(session: Any, centre_id: str, found: Verdict) -> None:
    words = "；".join(found.words())
    session.add(
        Event(centre_id=centre_id, kind="audit", at=found.at, text=words, facts=found.facts())
    )
    cause = f"{found.broken.seq}:{found.broken.cause}" if found.broken else "triggers"
    tell(
        session, "wrong", "审计记录核对不符，可能被人改动", centre_id=centre_id, level="critical",
        text=f"{words}。请保护现场：不要重启或升级，先备份数据库文件和 audit.heads，再查明原因。",
        right="trail", link="/audit/", key=f"audit_broken:{cause}",
    )  # fmt: skip
