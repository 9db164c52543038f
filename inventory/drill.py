"""Drills: a backup is opened and restored for trial, and what came of it is evidence (Articles 33
and 120; duty E10). Failed ones stay."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Index, inspect
from sqlalchemy.orm import Mapped, Session

from inventory.drafted import Drafted
from inventory.paper import Numbered, changed
from inventory.register import FieldError, entry, fields
from inventory.revision import Signable

KINDS: Mapping[str, str] = {
    "files": "文件恢复", "database": "数据库恢复", "console": "值守台整体恢复",
    "disc": "用密钥单打开旧盘",
}  # fmt: skip
VERDICTS: Mapping[str, str] = {"good": "通过", "bad": "未通过", "cancelled": "中止"}
_COLOURS = {"good": "ok", "bad": "critical", "cancelled": "unknown"}


class Drill(Signable, Numbered):
    """One drill as it ended, written once by the console and never changed: from which copy, into
    what, what was counted there and what it was held against. Who did it signs “填报”, another
    reviews it. `digest` is SHA-256 over what was restored, in the words of `compared`."""

    __tablename__ = "drill"
    slug: ClassVar[str] = "drills"
    title: ClassVar[str] = "恢复演练"
    paper: ClassVar[str] = "恢复演练记录"
    topic: ClassVar[str] = "数据备份"
    articles: ClassVar[tuple[int, ...]] = (33, 120)
    prefix: ClassVar[str] = "YL"
    by_hand: ClassVar[bool] = False
    begins: ClassVar[str] = (
        "在“恢复演练”页选一份备份开始演练；每个来源每半年一次，每年用密钥单打开一次旧盘。"
    )
    also: ClassVar[tuple[tuple[str, str], ...]] = (("drills.new", "做一次演练"),)
    meanings: ClassVar[tuple[str, ...]] = ("fill", "review")
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "通过": {"verdict": "good"}, "未通过": {"verdict": "bad"},
    }  # fmt: skip

    kind: Mapped[str] = entry(
        "演练", "choice", choices=KINDS, required=True, listed=True, settled=True
    )
    source_id: Mapped[str | None] = entry(
        "来源", "ref", refers="BackupSource", listed=True, settled=True
    )
    set_id: Mapped[str | None] = entry(
        "备份", "ref", refers="BackupSet", listed=True, settled=True,
        help="从旧盘打开、登记里已没有的，见“取自”",
    )  # fmt: skip
    taken_from: Mapped[str] = entry(
        "取自", default="", listed=True, searched=True, settled=True, longest=200
    )
    target: Mapped[str] = entry("恢复到", default="", settled=True, longest=200)
    started_at: Mapped[datetime] = entry("开始", "time", required=True, listed=True, settled=True)
    ended_at: Mapped[datetime] = entry("结束", "time", required=True, settled=True)
    verdict: Mapped[str] = entry(
        "结论", "choice", choices=VERDICTS, required=True, listed=True, settled=True
    )
    reason: Mapped[str] = entry("未通过的原因", "note", default="", searched=True, settled=True)
    files: Mapped[int] = entry("文件数", "whole", default=0, settled=True)
    size: Mapped[int] = entry("大小", "size", default=0, settled=True)
    tables: Mapped[int] = entry("表数", "whole", default=0, settled=True)
    rows: Mapped[int] = entry("行数", "whole", default=0, settled=True)
    compared: Mapped[str] = entry("对照", "note", default="", settled=True)
    digest: Mapped[str] = entry("恢复内容 SHA-256", default="", settled=True, longest=64)
    print_id: Mapped[str] = entry("密钥指纹", default="", settled=True, longest=16)
    tool: Mapped[str] = entry("工具", default="", settled=True, longest=120)
    author: Mapped[str] = entry("演练人", default="", listed=True, settled=True, longest=80)
    by_id: Mapped[str | None] = entry("演练人账号", "ref", refers="Person", settled=True)

    __table_args__ = (
        Index("uq_drill_number", "number", unique=True),
        Index("ix_drill_source", "source_id", "started_at"),
    )

    @property
    def label(self) -> str:
        return f"{self.number} {KINDS.get(self.kind, '')}"

    @property
    def stage(self) -> tuple[str, str]:
        return _COLOURS[self.verdict], VERDICTS[self.verdict]

    def unfit(self, session: Session, meaning: str, who: Any) -> str:
        own = self.by_id in (None, who.id)
        return "" if meaning != "fill" or own else "由做演练的人填报"

    def check(self, session: Session) -> Iterator[FieldError]:
        """Evidence stands as it was written."""
        if not inspect(self).persistent:
            return
        for one in fields(Drill):
            if changed(self, one.name):
                yield self.wrong(one.name, "演练记录不能更改；做错了的请再做一次")
        if self.retired_at is not None:
            yield self.wrong("verdict", "没有通过的演练也要留在台账上，不能停用")

    def drafts(self) -> Iterator[Drafted]:
        section = "backup" if self.verdict == "good" else "problem"
        text = f"恢复演练{VERDICTS[self.verdict]}：{self.label}，{self.taken_from}"
        yield Drafted("drill", section, f"{text}。{self.reason}".rstrip("。"), self.ended_at)
