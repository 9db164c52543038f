"""The book of what was imported from antivirus and patch servers, and what columns people once
explained."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from inventory.entry import supply
from inventory.register import CentreRegister, entry
from inventory.reporter import labels


class HostImport(CentreRegister):
    """One file taken in: which, by whom, and what it changed."""

    __tablename__ = "host_import"
    slug: ClassVar[str] = "host-imports"
    title: ClassVar[str] = "防护数据导入记录"
    topic: ClassVar[str] = "软件与安全"
    articles: ClassVar[tuple[int, ...]] = (129,)
    names: ClassVar[tuple[str, ...]] = ("file", "at")
    order: ClassVar[str] = "at"
    falling: ClassVar[bool] = True
    by_hand: ClassVar[bool] = False
    edit_act: ClassVar[str] = "record"

    file: Mapped[str] = entry("文件", required=True, listed=True, searched=True, longest=200)
    at: Mapped[datetime] = entry("导入时间", "time", required=True, listed=True)
    by_id: Mapped[str] = entry("导入人", "ref", refers="Person", required=True, listed=True)
    source: Mapped[str] = entry("来源", required=True, listed=True, longest=40)
    told_at: Mapped[datetime | None] = entry("导出时间", "time", listed=True)
    rows: Mapped[int] = entry("行数", "whole", default=0, listed=True)
    matched: Mapped[int] = entry("对上台账", "whole", default=0, listed=True)
    added: Mapped[int] = entry("新增", "whole", default=0, listed=True)
    changed: Mapped[int] = entry("更新", "whole", default=0, listed=True)
    older: Mapped[int] = entry("比现有旧", "whole", default=0, listed=True)
    refused: Mapped[int] = entry("没有写入", "whole", default=0, listed=True)
    digest: Mapped[str] = entry("文件校验值（SHA-256）", required=True, searched=True, longest=64)


class ReportLayout(CentreRegister):
    """Which column is what in files that look like this one: told once, used from then on."""

    __tablename__ = "report_layout"
    slug: ClassVar[str] = "report-layouts"
    title: ClassVar[str] = "防护数据列对应"
    topic: ClassVar[str] = "软件与安全"
    names: ClassVar[tuple[str, ...]] = ("name", "source")
    by_hand: ClassVar[bool] = False
    edit_act: ClassVar[str] = "record"

    name: Mapped[str] = entry("表头", required=True, listed=True, searched=True, longest=200)
    source: Mapped[str] = entry("来源", required=True, listed=True, longest=40)
    header: Mapped[str] = mapped_column(String(64))
    columns: Mapped[str] = mapped_column(Text, default="{}")

    __table_args__ = (Index("uq_report_layout", "centre_id", "header", unique=True),)

    @property
    def told(self) -> Mapping[str, str]:
        """Kind → header."""
        return {str(kind): str(header) for kind, header in json.loads(self.columns).items()}


supply("HostImport", "source", labels)
supply("ReportLayout", "source", labels)
