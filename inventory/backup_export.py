"""What auditors took along: each export of the backup register, by whom, of what period, and the
digest by which the file can be recognised (Articles 28 and 41; duty E9)."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Index, inspect
from sqlalchemy.orm import Mapped, Session

from inventory.paper import Numbered
from inventory.register import FieldError, entry


class BackupExport(Numbered):
    """One export. `digest` is SHA-256 of the bag's signed list of files (tagmanifest-sha256.txt),
    `chain` the audit chain's head in it (seq:hash), `key` the fingerprint of the signing key."""

    __tablename__ = "backup_export"
    append_only: ClassVar[bool] = True
    slug: ClassVar[str] = "backup-exports"
    title: ClassVar[str] = "备份登记导出"
    topic: ClassVar[str] = "数据备份"
    articles: ClassVar[tuple[int, ...]] = (28, 41)
    prefix: ClassVar[str] = "DC"
    by_hand: ClassVar[bool] = False
    begins: ClassVar[str] = "在“导出备份登记”选一段时间，导出后登记在这里。"
    edit_act: ClassVar[str] = "export"
    also: ClassVar[tuple[tuple[str, str], ...]] = (("backup_exports.index", "导出备份登记"),)

    first: Mapped[date] = entry("自", "day", required=True, listed=True)
    last: Mapped[date] = entry("至", "day", required=True, listed=True)
    made_at: Mapped[datetime] = entry("导出时间", "time", required=True, listed=True)
    author: Mapped[str] = entry("导出人", default="", listed=True, searched=True, longest=80)
    by_id: Mapped[str | None] = entry("导出人账号", "ref", refers="Person")
    rows: Mapped[int] = entry("行数", "whole", default=0, listed=True)
    digest: Mapped[str] = entry("清单 SHA-256", required=True, searched=True, longest=64)
    chain: Mapped[str] = entry("审计链头", default="", longest=90)
    key: Mapped[str] = entry("签名密钥指纹", default="", longest=40)

    __table_args__ = (Index("uq_backup_export_number", "number", unique=True),)

    @property
    def label(self) -> str:
        return f"{self.number} {self.first}—{self.last}"

    def check(self, session: Session) -> Iterator[FieldError]:
        if inspect(self).persistent:
            yield self.wrong("number", "导出记录不能更改")
