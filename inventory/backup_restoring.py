"""The steps of a restore: agreed to where it must be, handed to the worker, ended by it."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import approval as approving
from inventory.approval import Rule, rule
from inventory.backup_restore import BackupRestore
from inventory.backup_set import BackupSet
from inventory.keys import new_key
from inventory.run import JobRun
from inventory.stepping import Step, Taken, moving, offer, refused

KIND = "restore"


def opaque(session: Session, restore: BackupRestore) -> bool:
    """Is it the core population database, which needs a second person's consent?"""
    return restore.of_core(session)


def consent(session: Session, restore: BackupRestore) -> str:
    """Why it may not be carried out now, "" when it may. Asked at the step and by the worker."""
    if opaque(session, restore) and approving.approved(session, KIND, restore) is None:
        return "人口核心库的恢复须经另一人批准，或应急先办"
    found = session.get(BackupSet, restore.set_id)
    if found is None or found.state != "good":
        return "这份备份没有通过核对，不能用来恢复"
    return ""


def under_way(session: Session, restore: BackupRestore) -> JobRun | None:
    query = select(JobRun).where(
        JobRun.kind == KIND, JobRun.subject == restore.id, JobRun.state.in_(("asked", "running"))
    )
    return session.scalars(query).first()


def ended(session: Session, restore: BackupRestore, state: str, told: dict[str, Any]) -> None:
    """What the worker says of it at the end: `told` are settled fields."""
    with moving(session, restore):
        for name, value in told.items():
            setattr(restore, name, value)
        restore.state, restore.ended_at = state, datetime.now(UTC)


def _ask(session: Session, restore: BackupRestore, taken: Taken) -> None:
    approving.ask(session, KIND, restore, taken.who, restore.reason)
    restore.state = "asked"


def _urgent(session: Session, restore: BackupRestore, taken: Taken) -> None:
    if taken.proof is None:
        raise refused(restore, "state", "请再输一次登录口令")
    approving.emergency(session, KIND, restore, taken.who, taken.proof, restore.reason)


def _begin(session: Session, restore: BackupRestore, taken: Taken) -> None:
    """Handed to the worker once; after a power cut it may be handed over again."""
    cause = consent(session, restore)
    if cause:
        raise refused(restore, "state", cause)
    if under_way(session, restore):
        raise refused(restore, "state", "正在执行，请等它结束")
    again = (restore.overwrite or "").strip()
    if again and again != restore.place.strip():
        raise refused(restore, "overwrite", f"与位置“{restore.place}”不一致；不覆盖就空着")
    key, now = new_key(), datetime.now(UTC)
    session.add(
        JobRun(
            id=key, site="local", kind=KIND, slot=key, subject=restore.id,
            centre_id=restore.centre_id, requested_by=taken.who.id,
            requested_name=taken.who.name, requested_at=now,
        )
    )  # fmt: skip
    restore.author, restore.started_at, restore.result = taken.who.name, now, ""
    restore.state = "waiting"


def _cancel(session: Session, restore: BackupRestore, taken: Taken) -> None:
    if under_way(session, restore):
        raise refused(restore, "state", "正在执行，请先在任务页停止它")
    for one in approving.approvals(session, restore):
        if one.state == "asked" and one.asked_by == taken.who.id:
            approving.withdraw(session, one, taken.who, "取消")
    restore.state = "cancelled"


def _decided(state: str) -> Any:
    def follow(session: Session, restore: BackupRestore) -> None:
        with moving(session, restore):
            restore.state = state

    return follow


def _ready(session: Session, restore: BackupRestore) -> bool:
    waiting = restore.state == "draft" and opaque(session, restore)
    return not waiting and under_way(session, restore) is None


rule(
    Rule(
        KIND, "恢复人口核心库", "approve", emergency=True, approved=_decided("approved"),
        refused=_decided("refused"), withdrawn=_decided("draft"), ask_right="operate",
    )
)  # fmt: skip
offer(
    BackupRestore,
    Step("ask", "提请批准", ("draft", "refused"), _ask, fits=opaque),
    Step(
        "urgent", "应急先办", ("draft", "asked", "refused"), _urgent, proof=True, danger=True,
        fits=opaque, confirm="应急恢复 %(name)s？一天之内须由另一人复核。",
    ),
    Step(
        "begin", "开始恢复", ("draft", "approved", "waiting", "failed"), _begin,
        asks=("overwrite",), proof=True, danger=True, fits=_ready, confirm="按 %(name)s 恢复数据？",
    ),
    Step(
        "cancel", "取消", ("draft", "asked", "approved", "refused", "waiting", "failed"), _cancel,
        danger=True, confirm="取消 %(name)s？", fits=lambda s, row: under_way(s, row) is None,
    ),
)  # fmt: skip
