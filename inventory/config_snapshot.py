"""Saved configurations: one row for each state a device was found in (Article 140(4), duty E4).

The row is the catalogue. What the device said lies encrypted in the vault, whole, as it was said;
what people read lies without its secrets in the centre's git history.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from inventory.db import points_to
from inventory.drafted import Drafted
from inventory.register import CentreRegister, entry
from inventory.shanghai import SHANGHAI

ORIGINS: Mapping[str, str] = {
    "syslog": "设备日志", "trap": "SNMP 告警", "snmp": "SNMP 变更时间", "sweep": "每日巡检",
    "asked": "人工发起", "import": "人工导入", "procedure": "配置操作",
}  # fmt: skip


class ConfigSnapshot(CentreRegister):
    """One configuration of one device. Only a changed one makes a row; that it was looked at and
    found the same stands in `ConfigState`. Never changed, never retired.

    `sha256` is of a file brought in by hand, "" for what a device told: of a text that is known
    but for one secret, it would let anybody guess that secret. `form` is keyed, and of the text
    less its volatile lines: by it two reads are the same. `repo` and `commit` name the readable
    text, "" where there is none (a binary export). `added`, `removed` count its lines against the
    one before (`before_id`, None for a device's first).
    """

    __tablename__ = "config_snapshot"
    append_only: ClassVar[bool] = True
    slug: ClassVar[str] = "config-snapshots"
    title: ClassVar[str] = "配置备份"
    topic: ClassVar[str] = "设备"
    articles: ClassVar[tuple[int, ...]] = (98, 140, 141)
    names: ClassVar[tuple[str, ...]] = ("device_id", "taken_at")
    order: ClassVar[str] = "taken_at"
    confidential: ClassVar[bool] = True
    falling: ClassVar[bool] = True
    living: ClassVar[str] = "全部"
    by_hand: ClassVar[bool] = False
    page: ClassVar[str] = "configs.snapshot"
    edit_act: ClassVar[str] = "operate"

    device_id: Mapped[str] = entry("设备", "ref", refers="Device", required=True, listed=True)
    taken_at: Mapped[datetime] = entry("备份时间", "time", required=True, listed=True)
    origin: Mapped[str] = entry("起因", "choice", choices=ORIGINS, required=True, listed=True)
    author: Mapped[str] = entry(
        "修改人", default="", listed=True, searched=True, longest=80,
        help="设备日志里说的登录用户；人工导入的是导入人",
    )  # fmt: skip
    source: Mapped[str] = entry("从哪里改的", default="", searched=True, longest=80)
    evidence: Mapped[str] = entry("依据", "note", default="", searched=True)
    reason: Mapped[str] = entry("说明", "note", default="", searched=True)
    added: Mapped[int] = entry("新增行", "whole", default=0, listed=True)
    removed: Mapped[int] = entry("减少行", "whole", default=0, listed=True)
    lines_total: Mapped[int] = entry("总行数", "whole", default=0)
    size: Mapped[int] = entry("字节数", "whole", default=0)
    file_name: Mapped[str] = entry("文件名", default="", searched=True, longest=200)
    sha256: Mapped[str] = entry("原文 SHA-256", default="", longest=64)
    form: Mapped[str] = mapped_column(String(64), default="")
    repo: Mapped[str] = mapped_column(String(40), default="")
    commit: Mapped[str] = mapped_column(String(40), default="")
    before_id: Mapped[str | None] = mapped_column(points_to("config_snapshot.id"))
    by_id: Mapped[str | None] = mapped_column(points_to("person.id"))

    __table_args__ = (Index("ix_config_snapshot_device", "device_id", "taken_at"),)

    @property
    def label(self) -> str:
        return f"{self.taken_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M} {ORIGINS[self.origin]}"

    @property
    def readable(self) -> bool:
        """Is it a text? One that a damaged history did not take has lines, but no commit."""
        return bool(self.commit or self.lines_total)

    def drafts(self) -> Iterator[Drafted]:
        yield Drafted("config", "backup", self._told(), self.taken_at, device_id=self.device_id)

    def _told(self) -> str:
        lines = f"增加 {self.added} 行，减少 {self.removed} 行" if self.before_id else ""
        if self.origin == "import":
            who = f"，导入人 {self.author}" if self.author else ""
            what = lines or f"{self.size} 字节"
            return f"人工导入设备配置文件“{self.file_name}”（{what}）{who}：{self.reason}"
        if not self.before_id:
            return f"首次备份设备配置，共 {self.lines_total} 行"
        who = f"，由 {self.author} 修改" if self.author else ""
        whence = f"（从 {self.source}）" if self.source else ""
        return f"设备配置有变动并已备份{who}{whence}：{lines}"
