"""What the pages of a credential show: how much it is used, who uses it, how a change stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from inventory.credential import Credential, today
from inventory.device import Device
from inventory.rotation import Rotation
from inventory.run import JobRun
from inventory.usage import PURPOSES, SecretUse
from playbooks.trials import NEITHER, NEW, OLD, VERDICTS

DAYS = 30
_CHANGES = 12
_WORST = (OLD, "", NEITHER, NEW)


@dataclass(frozen=True, slots=True)
class Use:
    """One purpose within the last 30 days: how many devices were spoken to, and when last."""

    purpose: str
    count: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """One device that uses the credential, and what the trial of the new secrets showed; `verdict`
    is a key of VERDICTS."""

    id: str
    name: str
    address: str
    verdict: str
    why: str


def uses(session: Session, credential_id: str) -> list[Use]:
    """By purpose, the latest first."""
    since = today() - timedelta(days=DAYS - 1)
    query = (
        select(SecretUse.purpose, func.sum(SecretUse.count), func.max(SecretUse.last_at))
        .where(SecretUse.credential_id == credential_id, SecretUse.day >= since)
        .group_by(SecretUse.purpose)
    )
    found = [Use(PURPOSES[purpose], int(n), at) for purpose, n, at in session.execute(query)]
    return sorted(found, key=lambda use: use.last_at, reverse=True)


def users(session: Session, credential_id: str) -> Sequence[Device]:
    """The living devices within the scope that are reached with it."""
    via = or_(Device.snmp_id == credential_id, Device.ssh_id == credential_id)
    query = select(Device).where(via, Device.retired_at.is_(None))
    return session.scalars(query.order_by(Device.sort_key, Device.id)).all()


def changes_of(session: Session, credential: Credential) -> Sequence[Rotation]:
    """Past and present changes of its secrets, the newest first."""
    query = select(Rotation).where(Rotation.credential_id == credential.id)
    return session.scalars(query.order_by(Rotation.started_at.desc()).limit(_CHANGES)).all()


def trial(session: Session, rotation: Rotation) -> JobRun | None:
    """The newest trial of the new secrets."""
    query = select(JobRun).where(JobRun.kind == "rotate", JobRun.subject == rotation.id)
    return session.scalars(query.order_by(JobRun.requested_at.desc()).limit(1)).first()


def answers(session: Session, credential: Credential, run: JobRun | None) -> list[Answer]:
    """Every device that uses it, what stands in the way first; the ones outside the scope by
    their verdict only."""
    told: dict[str, list[str]] = dict((run.outcome.get("devices") or {}) if run else {})
    found = []
    for device in users(session, credential.id):
        verdict, why = told.pop(device.id, ["", ""])
        found.append(Answer(device.id, device.name, device.address, verdict, why))
    found += [Answer("", "…", "", verdict, "") for verdict, _why in told.values()]
    return sorted(found, key=lambda answer: _WORST.index(answer.verdict))


def counted(found: Sequence[Answer]) -> str:
    """新口令可用 12 台，只认旧口令 1 台; "" when no device uses the credential."""
    verdicts = [answer.verdict for answer in found]
    counts = {verdict: verdicts.count(verdict) for verdict in (NEW, OLD, NEITHER, "")}
    return "，".join(f"{VERDICTS[verdict]} {n} 台" for verdict, n in counts.items() if n)
