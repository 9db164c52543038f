"""The job behind "try the new password": each device that uses a credential is asked once."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from inventory import usage
from inventory.act import EVERYTHING
from inventory.credential import Credential
from inventory.rotation import Rotation, renewed
from netops.errors import CommandRejected
from netops.remotes import DeviceKeys
from netops.targets import Trial, trials
from netops.trying import refusal
from playbooks.jobs import Job
from playbooks.site import Site

NEW, OLD, NEITHER = "new", "old", "neither"
VERDICTS = {NEW: "新口令可用", OLD: "只认旧口令", NEITHER: "两者都不行", "": "还没有试"}


def try_new(job: Job) -> Mapping[str, Any]:
    """subject: id of the rotation. The outcome: devices {id: [verdict, why]}; no secrets."""
    todo = _todo(job)
    told: dict[str, list[str]] = {}
    job.tell(0, len(todo))
    ask = partial(_verdict, job.site)
    for trial, verdict, why in job.pool.aside(ask, todo, stop=job.cancelled):
        told[trial.device] = [verdict, why]
        job.tell(len(told), len(todo), _so_far(told))
    return {"devices": told}


def _todo(job: Job) -> list[Trial]:
    with job.site.database.view(EVERYTHING) as session:
        rotation = session.get(Rotation, job.subject)
        if rotation is None or rotation.state != "staged":
            raise CommandRejected("这次更换已经结束，没有新口令可试")
        credential = session.get_one(Credential, rotation.credential_id)
        todo = trials(session, job.site.key, credential, renewed(credential, rotation))
    with job.site.database.observe() as session:
        usage.count(session, "rotate", {credential.id: len(todo)}, datetime.now(UTC))
    return todo


def _verdict(site: Site, trial: Trial) -> tuple[Trial, str, str]:
    """The new secrets first: a device that knows them must not be bothered with the old."""
    known = DeviceKeys(site.database, trial.device)
    why = refusal(trial.new, known=known)
    if not why:
        return trial, NEW, ""
    return trial, NEITHER if refusal(trial.old, known=known) else OLD, why


def _so_far(told: Mapping[str, list[str]]) -> str:
    counts = {v: sum(verdict == v for verdict, _why in told.values()) for v in (NEW, OLD, NEITHER)}
    return "，".join(f"{VERDICTS[v]} {number} 台" for v, number in counts.items() if number)
