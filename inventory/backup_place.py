"""Where copies of backups go by themselves: the second host, a second path (Article 142(1), E5)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import ClassVar

from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.columns import UtcDateTime
from inventory.db import Base, Observed, Scoped, points_to
from inventory.register import CentreRegister, FieldError, entry

KINDS: Mapping[str, str] = {"sftp": "另一台主机（SFTP）", "path": "本机挂载的目录"}
PURPOSES: Mapping[str, str] = {"host": "双机备份", "spare": "附加副本"}


class BackupPlaceState(Scoped, Observed, Base):
    """The latest word on one place. `success_at` stays when a later attempt fails; nothing is
    tried before `next_at` (None: at once)."""

    __tablename__ = "backup_place_state"

    place_id: Mapped[str] = mapped_column(points_to("backup_place.id"), primary_key=True)
    success_at: Mapped[datetime | None] = entry("最近成功", "time", listed=True)
    attempt_at: Mapped[datetime | None] = entry("最近尝试", "time", listed=True)
    why: Mapped[str] = entry("未成功原因", "note", listed=True, default="")
    failures: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BackupPlace(CentreRegister):
    """One place that gets a copy of every good set of its centre and those below it.

    `purpose` "host" counts as the second host of 双机备份, and therefore must not be a disk of this
    machine: a path is taken for one only while something is mounted there. `keep` is the number of
    verified copies kept of each source, 0 for all; `limit_kbps` 0 means unlimited.
    """

    __tablename__ = "backup_place"
    slug: ClassVar[str] = "backup-places"
    title: ClassVar[str] = "备份存放处"
    topic: ClassVar[str] = "数据备份"
    articles: ClassVar[tuple[int, ...]] = (142,)
    edit_act: ClassVar[str] = "operate"
    template: ClassVar[str] = "backups/place.html"
    observed = BackupPlaceState
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        label: {"purpose": word} for word, label in PURPOSES.items()
    }

    name: Mapped[str] = entry("名称", required=True, listed=True, searched=True, longest=60)
    purpose: Mapped[str] = entry(
        "用途", "choice", choices=PURPOSES, default="host", listed=True,
        help="双机备份必须在另一台主机上（第一百四十二条）",
    )  # fmt: skip
    kind: Mapped[str] = entry("方式", "choice", choices=KINDS, default="sftp", listed=True)
    device_id: Mapped[str | None] = entry(
        "主机", "ref", refers="Device", listed=True,
        help="SFTP 必填；登录用它的 SSH 凭据，主机密钥变了就拒绝",
    )  # fmt: skip
    folder: Mapped[str] = entry(
        "目录", required=True, listed=True, searched=True, help="写绝对路径；只给值守台使用"
    )
    keep: Mapped[int] = entry(
        "每个来源保留几份", "whole", default=0, low=0, high=400, unit="份",
        help="0 为全部保留；只数已核对的",
    )  # fmt: skip
    limit_kbps: Mapped[int] = entry(
        "限速", "whole", default=0, low=0, high=10_000_000, unit="KB/s",
        help="0 为不限；2M 线路建议 150",
    )  # fmt: skip
    paused: Mapped[bool] = entry("暂停", "yes", default=False)
    note: Mapped[str | None] = entry("备注", "note")

    def check(self, session: Session) -> Iterator[FieldError]:
        if self.kind == "sftp" and not self.device_id:
            yield self.wrong("device_id", "经 SFTP 复制的必须选主机")
        if not whole_path(self.folder or ""):
            yield self.wrong("folder", "写完整的绝对路径，如 /data/backup，不能有 . 或 ..")


def whole_path(path: str) -> bool:
    """Is this an absolute path that says itself where it leads?"""
    parts = path.rstrip("/").split("/")
    plain = all(part not in ("", ".", "..") for part in parts[1:])
    return path.startswith("/") and len(parts) > 1 and plain and path.isprintable()
