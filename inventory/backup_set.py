"""Backups: one set for each time a source was backed up, good or failed (Articles 28, 140–143;
duties E1–E3, E9). The set's files lie in the home's folder of sets; this row is the catalogue."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import ClassVar

from sqlalchemy import Index, String, func, inspect, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.backup_source import KINDS, METHODS, BackupSource
from inventory.db import points_to
from inventory.drafted import Drafted
from inventory.paper import Numbered, changed
from inventory.register import FieldError, entry
from inventory.stepping import Stepped

STATES: Mapping[str, str] = {
    "running": "进行中", "good": "已核对", "failed": "失败", "interrupted": "中断",
    "cancelled": "已取消", "damaged": "已损坏", "expired": "已按期清理",
}  # fmt: skip
ORIGINS: Mapping[str, str] = {
    "due": "按计划", "late": "补做", "asked": "人工发起", "uploaded": "人工导入",
    "found": "从介质找回",
}  # fmt: skip
_COLOURS = {
    "running": "info", "good": "ok", "failed": "critical", "interrupted": "warning",
    "cancelled": "unknown", "damaged": "critical", "expired": "unknown",
}  # fmt: skip
_RUNNING = text("state = 'running'")


class BackupSet(Stepped, Numbered):
    """One backup of one source. Made as `running` before anything is read, so that a killed run is
    seen; `good` only once every part was read back from disk, decrypted and compared.

    `period` is the cadence's ("2026-11", "2026-W47", "2026Q4", "2026-11-22", "2026"). `sha256` is
    of its manifest, which names every part with SHA-256 and SM3. `method` and `opaque` are the
    source's when it was made: whatever becomes of the source. `size` is of what was read,
    `stored` of what lies on disk, both bytes. A held set is never cleared away.
    """

    __tablename__ = "backup_set"
    slug: ClassVar[str] = "backup-sets"
    title: ClassVar[str] = "备份登记"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    topic: ClassVar[str] = "数据备份"
    articles: ClassVar[tuple[int, ...]] = (28, 140, 141, 142)
    prefix: ClassVar[str] = "SJ"
    order: ClassVar[str] = "started_at"
    by_hand: ClassVar[bool] = False
    begins: ClassVar[str] = "先登记备份来源；到期自动备份，也可以在来源页“立即备份”。"
    edit_act: ClassVar[str] = "operate"
    template: ClassVar[str] = "backups/set.html"
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "已核对": {"state": "good"}, "失败": {"state": "failed,interrupted,damaged"},
    }  # fmt: skip

    source_id: Mapped[str] = entry(
        "来源", "ref", refers="BackupSource", required=True, listed=True, settled=True
    )
    kind: Mapped[str] = entry(
        "资料种类", "choice", choices=KINDS, required=True, listed=True, settled=True
    )
    period: Mapped[str] = entry(
        "所属期", required=True, listed=True, searched=True, settled=True, longest=12
    )
    state: Mapped[str] = entry("状态", "choice", choices=STATES, default="running", settled=True)
    origin: Mapped[str] = entry("起因", "choice", choices=ORIGINS, default="due", settled=True)
    started_at: Mapped[datetime] = entry("开始", "time", required=True, listed=True, settled=True)
    ended_at: Mapped[datetime | None] = entry("结束", "time", settled=True)
    checked_at: Mapped[datetime | None] = entry("最近核对", "time", listed=True, settled=True)
    cleared_at: Mapped[datetime | None] = entry("清理", "time", settled=True)
    author: Mapped[str] = entry("操作人", default="值守台", listed=True, settled=True, longest=80)
    size: Mapped[int] = entry("原始大小", "size", default=0, listed=True, settled=True)
    stored: Mapped[int] = entry("占用大小", "size", default=0, settled=True)
    files: Mapped[int] = entry("文件数", "whole", default=0, settled=True)
    tool: Mapped[str] = entry("备份工具", default="", settled=True, longest=120)
    server: Mapped[str] = entry("服务端版本", default="", settled=True, longest=120)
    sha256: Mapped[str] = entry("清单 SHA-256", default="", settled=True, longest=64)
    sm3: Mapped[str] = entry("清单 SM3", default="", settled=True, longest=64)
    key_id: Mapped[str | None] = entry("备份密钥", "ref", refers="BackupKey", settled=True)
    reason: Mapped[str] = entry("原因", "note", default="", searched=True, settled=True)
    held: Mapped[bool] = entry("保留不清理", "yes", default=False, listed=True, settled=True)
    held_why: Mapped[str | None] = entry("保留原因", "note", settled=True)
    method: Mapped[str | None] = entry("方式", "choice", choices=METHODS, settled=True)
    opaque: Mapped[bool] = entry("人口核心库", "yes", default=False, settled=True)
    by_id: Mapped[str | None] = mapped_column(points_to("person.id"))
    run_id: Mapped[str] = mapped_column(String(26), default="")
    ordinal: Mapped[int] = mapped_column(default=0)  # counts its source's runs, whatever clocks say
    permanent: Mapped[bool] = mapped_column(default=False)  # waits for somebody's doing …
    declared: Mapped[int] = mapped_column(default=0)  # … or another revision of its source

    __table_args__ = (
        Index("ix_backup_set_source", "source_id", "period"),
        Index(
            "uq_backup_set_running", "source_id", unique=True,
            sqlite_where=_RUNNING, postgresql_where=_RUNNING,
        ),
    )  # fmt: skip

    @property
    def label(self) -> str:
        return f"{self.number} {self.period}"

    def prepare(self, session: Session) -> None:
        source = session.get(BackupSource, self.source_id)
        if source is not None and not inspect(self).persistent:
            self.method = self.method or source.method
            self.opaque = self.opaque or source.opaque
        if not self.ordinal and self.origin != "found":
            known = select(func.max(BackupSet.ordinal)).where(BackupSet.source_id == self.source_id)
            others = [one for one in session.new if isinstance(one, BackupSet)]
            waiting = [one.ordinal or 0 for one in others if one.source_id == self.source_id]
            self.ordinal = max(session.scalar(known) or 0, *waiting, 0) + 1
        if changed(self, "state"):
            gone = self.state == "expired"
            self.cleared_at = (self.cleared_at or datetime.now(UTC)) if gone else None
        super().prepare(session)

    def check(self, session: Session) -> Iterator[FieldError]:
        """Only the console makes one (`by_hand`), so a new one may hold what no form can say."""
        yield from self.lasting()
        if inspect(self).persistent:
            yield from self.stood(session)
            yield from self.numbered()

    def drafts(self) -> Iterator[Drafted]:
        if self.state == "good" and self.ended_at:
            yield Drafted("set", "backup", f"数据备份完成并核对：{self.label}", self.ended_at)
        elif self.state in ("failed", "interrupted", "damaged"):
            at = self.ended_at or self.started_at
            yield Drafted("set", "problem", f"数据备份{STATES[self.state]}：{self.label}", at)
