"""JobRun: what was asked for, what ran, when, how far, and how it ended.

A page asks for work by inserting a JobRun; the worker claims it. The key (site, kind, slot, shard,
subject) is unique, so the same work is never done twice; on demand, the slot is the request's id.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.columns import UtcDateTime
from inventory.db import Base, Observed, Scoped, points_to
from inventory.keys import new_key

STATES = {
    "asked": "等待执行", "running": "进行中", "done": "完成", "failed": "失败",
    "cancelled": "已取消",
}  # fmt: skip
KINDS = {
    "poll": "立即轮询", "walk": "SNMP 遍历", "discover": "发现设备", "status": "状态轮询",
    "counters": "流量采集", "identity": "设备信息采集", "rotate": "试用新口令",
    "notify": "测试通知渠道", "verify": "核对审计链", "import": "导入表格", "print": "生成文件",
    "config": "备份设备配置",
    "backup": "数据备份", "copy": "复制备份", "recheck": "核对备份副本",
    "image": "生成光盘映像", "burn": "刻录光盘",
    "readback": "光盘回读核对", "drill": "恢复演练", "restore": "恢复数据", "clear": "清理备份",
    "archive": "年终归档整理", "reach": "测试连接",
    "procedure": "配置操作", "scan": "读取地址表", "sightings": "地址表采集",
}  # fmt: skip
# What its asker may stop half-way.
STOPPABLE = frozenset((
    "poll", "walk", "discover", "rotate", "config", "backup", "copy", "image", "burn", "readback",
    "recheck", "drill", "restore", "clear", "archive", "reach",
))  # fmt: skip
OWN = frozenset(("print",))  # nobody else hears of it: its title tells what somebody reads
# What it takes to ask for each kind of work; the worker asks again when it begins.
RIGHTS = {
    "poll": "operate", "walk": "operate", "discover": "operate", "config": "operate",
    "scan": "operate", "rotate": "credentials",
    "notify": "health", "verify": "trail", "procedure": "operate",
    "backup": "operate", "copy": "operate", "image": "operate", "burn": "record",
    "recheck": "operate",
    "readback": "record", "drill": "record", "restore": "operate", "clear": "operate",
    "archive": "operate", "reach": "operate",
    "import": "", "print": "",  # the register's own right: asked there
}  # fmt: skip


class JobRun(Scoped, Observed, Base):
    """One piece of work. `params` and `outcome` are JSON without secrets."""

    __tablename__ = "job_run"

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_key)
    site: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    slot: Mapped[str] = mapped_column(String(40))
    shard: Mapped[int] = mapped_column(default=0)
    subject: Mapped[str] = mapped_column(String(60), default="")
    state: Mapped[str] = mapped_column(String(10), default="asked")
    params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    requested_by: Mapped[str] = mapped_column(String(26), default="system")
    requested_name: Mapped[str] = mapped_column(String(40), default="值守台")
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(Text, default="")
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    __table_args__ = (
        Index("uq_job_run_work", "site", "kind", "slot", "shard", "subject", unique=True),
        Index("ix_job_run_state", "state", "kind"),
    )

    @property
    def ended(self) -> bool:
        return self.state in ("done", "failed", "cancelled")

    def hidden_from(self, person_id: str) -> bool:
        return self.kind in OWN and self.requested_by != person_id


def claim(session: Session, run: JobRun, now: datetime) -> bool:
    """Take the run if nobody has: exactly one of several claimants gets True."""
    asked = update(JobRun).where(JobRun.id == run.id, JobRun.state == "asked")
    taken = session.execute(asked.values(state="running", started_at=now))
    return bool(taken.rowcount)  # type: ignore[attr-defined]


class Event(Scoped, Observed, Base):
    """Something happened: a state change, a boot, a port going down, an ambiguous identity.

    Later strata turn events into drafts, notices and work. `text` is what a person reads.
    """

    __tablename__ = "event"

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_key)
    device_id: Mapped[str | None] = mapped_column(points_to("device.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    text: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
