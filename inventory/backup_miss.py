"""Periods of which there is no backup and never will be: told once, explained by a person, never
made up (Articles 140 and 141; duties E1–E3, E9)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, Session

from inventory.backup_source import KINDS
from inventory.drafted import Drafted
from inventory.register import CentreRegister, FieldError, entry

STATES: Mapping[str, str] = {"missed": "漏做", "void": "不作数"}


class BackupMiss(CentreRegister):
    """One period of one source that nobody backed up while there was time. `void` once it turns out
    that there was time yet, or a backup: the clock had run ahead, a set was found on a disc."""

    __tablename__ = "backup_miss"
    slug: ClassVar[str] = "backup-misses"
    title: ClassVar[str] = "漏做的备份"
    topic: ClassVar[str] = "数据备份"
    articles: ClassVar[tuple[int, ...]] = (28, 140, 141)
    names: ClassVar[tuple[str, ...]] = ("source_id", "period")
    order: ClassVar[str] = "told_at"
    falling: ClassVar[bool] = True
    living: ClassVar[str] = "全部"
    by_hand: ClassVar[bool] = False
    begins: ClassVar[str] = (
        "没有漏做的备份：到期没有备份、时间又已过去的，会自动记在这里，由人说明原因。"
    )
    edit_act: ClassVar[str] = "operate"

    source_id: Mapped[str] = entry(
        "来源", "ref", refers="BackupSource", required=True, listed=True, settled=True
    )
    kind: Mapped[str] = entry(
        "资料种类", "choice", choices=KINDS, required=True, listed=True, settled=True
    )
    period: Mapped[str] = entry(
        "所属期", required=True, listed=True, searched=True, settled=True, longest=12
    )
    state: Mapped[str] = entry("状态", "choice", choices=STATES, default="missed", settled=True)
    told_at: Mapped[datetime] = entry("发现时间", "time", required=True, listed=True, settled=True)
    why: Mapped[str | None] = entry(
        "原因说明", "note", listed=True, searched=True, help="由网络管理员填写，如停电、设备故障"
    )

    __table_args__ = (Index("uq_backup_miss", "source_id", "period", unique=True),)

    @property
    def label(self) -> str:
        return f"{self.period} {STATES[self.state]}"

    @property
    def stage(self) -> tuple[str, str]:
        return ("critical" if self.state == "missed" else "unknown"), STATES[self.state]

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.lasting()

    def drafts(self) -> Iterator[Drafted]:
        if self.state == "missed":
            told = f"数据备份漏做：{self.period} 期没有备份，原因"
            yield Drafted("miss", "problem", f"{told}{self.why or '待查明'}", self.told_at)
