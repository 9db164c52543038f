"""Media and programs from outside: scanned before anything is done with them (Articles 121, 127;
duty A26)."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy.orm import Mapped, Session

from inventory.drafted import Drafted
from inventory.register import CentreRegister, FieldError, entry
from inventory.shanghai import ahead

MEDIA = {
    "usb": "U 盘", "disk": "移动硬盘", "disc": "光盘", "card": "存储卡", "mail": "邮件附件",
    "net": "网上下载", "other": "其他",
}  # fmt: skip
RESULTS = {
    "clean": "无毒", "cleaned": "有毒，已清除", "infected": "有毒，不能清除",
}  # fmt: skip


class MediaScan(CentreRegister):
    """One medium, from whom it came, and what the scan found before it was used."""

    __tablename__ = "media_scan"
    slug: ClassVar[str] = "media-scans"
    title: ClassVar[str] = "外来介质查杀"
    topic: ClassVar[str] = "软件与安全"
    articles: ClassVar[tuple[int, ...]] = (121, 127)
    names: ClassVar[tuple[str, ...]] = ("name", "scanned_at", "centre_id")
    order: ClassVar[str] = "scanned_at"
    falling: ClassVar[bool] = True
    living: ClassVar[str] = "全部"
    edit_act: ClassVar[str] = "record"
    recalls: ClassVar[str] = "brought_by"
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {"有毒": {"result": "infected"}}
    afresh: ClassVar[tuple[str, ...]] = ("scanned_at", "used_at", "result", "virus")

    name: Mapped[str] = entry(
        "介质或文件", required=True, listed=True, searched=True, longest=120,
        help="如：金士顿 16G U 盘、季度报表安装包",
    )  # fmt: skip
    medium: Mapped[str] = entry("种类", "choice", choices=MEDIA, default="usb", listed=True)
    brought_by: Mapped[str] = entry(
        "来源单位和人", required=True, listed=True, searched=True, longest=120
    )
    purpose: Mapped[str] = entry(
        "查杀后作何用", required=True, listed=True, searched=True, longest=200
    )
    scanned_at: Mapped[datetime] = entry("查杀时间", "time", required=True, listed=True)
    tool: Mapped[str] = entry("查杀软件", required=True, searched=True, longest=80)
    definitions_on: Mapped[date | None] = entry("病毒库日期", "day")
    result: Mapped[str] = entry("结果", "choice", choices=RESULTS, required=True, listed=True)
    virus: Mapped[str | None] = entry("病毒名称", searched=True, longest=120)
    used_at: Mapped[datetime | None] = entry(
        "开始使用时间", "time", help="不能早于查杀；有毒不能清除的不得使用"
    )
    equipment_id: Mapped[str | None] = entry("查杀用的计算机", "ref", refers="Equipment")
    scanned_by_id: Mapped[str | None] = entry("查杀人", "ref", refers="Staff", listed=True)
    note: Mapped[str | None] = entry("备注", "note")

    @property
    def unsafe(self) -> tuple[str, ...]:
        return ("有毒，不得使用",) if self.result == "infected" else ()

    def drafts(self) -> Iterator[Drafted]:
        found = f"，{self.virus}" if self.virus else ""
        text = f"外来介质查杀：{self.name}（{self.brought_by}），{RESULTS[self.result]}{found}"
        yield Drafted("scan", "other", text, self.scanned_at, self.equipment_id)

    @classmethod
    def begin(cls) -> Mapping[str, Any]:
        return {"scanned_at": datetime.now(UTC).replace(second=0, microsecond=0)}

    def check(self, session: Session) -> Iterator[FieldError]:
        if self.scanned_at and ahead(self.scanned_at):
            yield self.wrong("scanned_at", "还没有到这个时间")
        if self.used_at and self.scanned_at and self.used_at < self.scanned_at:
            yield self.wrong("used_at", "早于查杀时间；外来介质查杀以后才能使用（第一百二十七条）")
        if self.used_at and self.result == "infected":
            yield self.wrong("used_at", "有毒而不能清除的，不得使用（第一百二十七条）")
        if self.result in ("cleaned", "infected") and not (self.virus or "").strip():
            yield self.wrong("virus", "有毒的要写明病毒名称")
