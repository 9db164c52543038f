"""Restores: what was kept is brought back to a place somebody names, for a reason (duty E10)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import PurePosixPath
from typing import ClassVar

from sqlalchemy import Index, inspect
from sqlalchemy.orm import Mapped, Session

from inventory.backup_set import BackupSet
from inventory.backup_source import BackupSource
from inventory.drafted import Drafted
from inventory.paper import Paper
from inventory.register import FieldError, entry

TARGETS: Mapping[str, str] = {
    "folder": "本机目录", "host": "另一台机器（SFTP）", "database": "新建的数据库",
}  # fmt: skip
STATES: Mapping[str, str] = {
    "draft": "待执行", "asked": "待批准", "approved": "已批准", "refused": "未批准",
    "waiting": "执行中", "done": "已恢复", "failed": "失败", "cancelled": "已取消",
}  # fmt: skip
_COLOURS = {
    "draft": "info", "asked": "warning", "approved": "info", "refused": "unknown",
    "waiting": "info", "done": "ok", "failed": "critical", "cancelled": "unknown",
}  # fmt: skip
_DATABASES = ("postgresql", "mariadb")  # what a set of theirs can be made into
_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


class BackupRestore(Paper):
    """One restore of one set, or of some of its files. The core population database is restored
    whole, and only once a second person has agreed (or in an emergency, judged afterwards). What
    is there already is written over only when it was named a second time at the step itself."""

    __tablename__ = "backup_restore"
    slug: ClassVar[str] = "backup-restores"
    title: ClassVar[str] = "数据恢复"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    paper: ClassVar[str] = "数据恢复单"
    topic: ClassVar[str] = "数据备份"
    articles: ClassVar[tuple[int, ...]] = (33, 120)
    prefix: ClassVar[str] = "HF"
    edit_act: ClassVar[str] = "operate"
    meanings: ClassVar[tuple[str, ...]] = ("fill", "approve")
    anew: ClassVar[tuple[str, ...]] = ("asked", "approved", "refused")
    over: ClassVar[tuple[str, ...]] = ("done", "failed", "cancelled")
    loose: ClassVar[tuple[str, ...]] = ("draft", "refused", "cancelled")
    flow: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "draft": ("asked", "approved", "waiting", "cancelled"),
        "asked": ("approved", "refused", "draft", "cancelled"),
        "approved": ("waiting", "draft", "cancelled"),
        "refused": ("asked", "draft", "cancelled"),
        "waiting": ("done", "failed", "cancelled"),
        "failed": ("waiting", "cancelled"),
    }
    sealed: ClassVar[tuple[str, ...]] = (
        "number", "set_id", "only", "target", "place", "device_id", "reason",
    )  # fmt: skip
    afresh: ClassVar[tuple[str, ...]] = ("number", "place")
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "待批准": {"state": "asked"}, "待执行": {"state": "draft,approved"},
        "失败": {"state": "failed"},
    }  # fmt: skip

    set_id: Mapped[str] = entry("备份", "ref", refers="BackupSet", required=True, listed=True)
    only: Mapped[str | None] = entry(
        "只恢复这些文件", "note", help="一行一个路径，文件夹连同其下全部；空着恢复全部"
    )
    target: Mapped[str] = entry("恢复到", "choice", choices=TARGETS, default="folder", listed=True)
    place: Mapped[str] = entry(
        "位置", required=True, listed=True, searched=True, longest=200,
        help="目录：允许恢复的目录以下，如 审计查阅；另一台机器：绝对路径；数据库：新的库名",
    )  # fmt: skip
    device_id: Mapped[str | None] = entry(
        "机器", "ref", refers="Device", help="恢复到另一台机器时必填"
    )
    reason: Mapped[str] = entry("理由", "note", required=True, searched=True)
    state: Mapped[str] = entry("状态", "choice", choices=STATES, default="draft", settled=True)
    overwrite: Mapped[str | None] = entry(
        "覆盖已有内容", settled=True, longest=200, group="执行",
        help="位置里已有内容时，把“位置”原样再写一遍才会覆盖；空着遇到已有内容即停止",
    )  # fmt: skip
    started_at: Mapped[datetime | None] = entry("开始", "time", group="执行", settled=True)
    ended_at: Mapped[datetime | None] = entry(
        "结束", "time", listed=True, group="执行", settled=True
    )
    author: Mapped[str] = entry("执行人", default="", group="执行", settled=True, longest=80)
    files: Mapped[int] = entry("文件数", "whole", default=0, group="执行", settled=True)
    size: Mapped[int] = entry("大小", "size", default=0, group="执行", settled=True)
    result: Mapped[str] = entry("结果", "note", default="", group="执行", settled=True)

    __table_args__ = (Index("uq_backup_restore_number", "number", unique=True),)

    @property
    def headline(self) -> str:
        return f"{self.number} {TARGETS[self.target]} {self.place}：{self.reason}"

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.kept(session)
        if self.state != "draft" and inspect(self).persistent:
            return
        source = source_of(session, self)
        if source is None:
            yield self.wrong("set_id", "不在您的权限范围内")
            return
        if self.of_core(session) and (self.only or self.target == "host"):
            yield self.wrong("only", "人口核心库只能整库恢复到本机或新建的数据库")
        yield from self._placed(source)

    def of_core(self, session: Session) -> bool:
        """Is it the core population database, by what its source was then or is now?"""
        found, source = session.get(BackupSet, self.set_id), source_of(session, self)
        return (found is not None and found.opaque) or (source is not None and source.opaque)

    def _placed(self, source: BackupSource) -> Iterator[FieldError]:
        place = (self.place or "").strip()
        if self.target == "host" and not self.device_id:
            yield self.wrong("device_id", "恢复到另一台机器时必填")
        if self.target == "host" and not place.startswith("/"):
            yield self.wrong("place", "请写那台机器上的绝对路径")
        if self.target != "database" and ".." in PurePosixPath(place).parts:
            yield self.wrong("place", "不能含“..”")
        if self.target == "database" and source.method not in _DATABASES:
            yield self.wrong("target", "只有 PostgreSQL、MariaDB 能恢复成数据库；请恢复到目录")
        if self.target == "database" and not (0 < len(place) <= 60 and set(place) <= _NAME):
            yield self.wrong("place", "新库名只能用小写字母、数字和下划线")

    def drafts(self) -> Iterator[Drafted]:
        if self.state in ("done", "failed") and self.ended_at:
            text = f"数据恢复{STATES[self.state]}：{self.headline}"
            section = "backup" if self.state == "done" else "problem"
            yield Drafted("restore", section, text, self.ended_at)


def source_of(session: Session, restore: BackupRestore) -> BackupSource | None:
    """Whose backup it is; None out of sight."""
    found = session.get(BackupSet, restore.set_id) if restore.set_id else None
    return session.get(BackupSource, found.source_id) if found is not None else None
