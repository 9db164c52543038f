"""Discs: where each one is, who keeps it, and every time it was read back (Article 142(3); E7)."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Index, Text, inspect
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.db import points_to
from inventory.register import CentreRegister, FieldError, entry
from inventory.shanghai import today
from inventory.stepping import Stepped

STATES: Mapping[str, str] = {
    "planned": "待制作映像", "imaged": "待刻录", "burned": "已刻录，待回读",
    "verified": "已核对，待入库", "stored": "已入库", "spoiled": "读不出，待重刻",
}  # fmt: skip
GOOD = ("verified", "stored")  # what is on it can be counted on
HOWS: Mapping[str, str] = {
    "device": "光驱读盘", "folder": "光盘目录", "list": "回读校验文件", "told": "人工登记，未读盘",
}  # fmt: skip
RESULTS: Mapping[str, str] = {"ok": "完好", "failed": "不符"}
_COLOURS = {
    "planned": "info", "imaged": "warning", "burned": "warning", "verified": "warning",
    "stored": "ok", "spoiled": "critical",
}  # fmt: skip


class Disc(Stepped, CentreRegister):
    """One disc, `place` of the set's `of`. `label` in the ISO image is `volume` (ASCII); what tells
    it from every other disc is `identifier`, the bag's External-Identifier. The digests are of the
    image, `size` in bytes. It is read anew on `recheck_on`, a year after it was read last."""

    __tablename__ = "disc"
    slug: ClassVar[str] = "discs"
    title: ClassVar[str] = "光盘"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    topic: ClassVar[str] = "数据备份"
    articles: ClassVar[tuple[int, ...]] = (142,)
    names: ClassVar[tuple[str, ...]] = ("identifier",)
    order: ClassVar[str] = "identifier"
    falling: ClassVar[bool] = True
    by_hand: ClassVar[bool] = False
    begins: ClassVar[str] = "在“光盘组”建立一个季度并生成映像，光盘就列在这里。"
    living: ClassVar[str] = "全部"
    edit_act: ClassVar[str] = "record"
    template: ClassVar[str] = "backups/disc.html"
    below: ClassVar[tuple[tuple[str, str], ...]] = (("DiscCheck", "disc_id"),)
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        STATES[word]: {"state": word} for word in ("imaged", "burned", "verified", "stored")
    }

    identifier: Mapped[str] = entry(
        "光盘编号", required=True, listed=True, searched=True, settled=True, longest=40
    )
    disc_set_id: Mapped[str] = entry(
        "光盘备份", "ref", refers="DiscSet", required=True, listed=True, settled=True
    )
    ordinal: Mapped[int] = entry("第几张", "whole", default=1, listed=True, settled=True)
    total: Mapped[int] = entry("共几张", "whole", default=1, settled=True)
    volume: Mapped[str] = entry("卷标", default="", searched=True, settled=True, longest=32)
    state: Mapped[str] = entry(
        "状态", "choice", choices=STATES, default="planned", listed=True, settled=True
    )
    size: Mapped[int] = entry("映像大小", "size", default=0, listed=True, settled=True)
    files: Mapped[int] = entry("文件数", "whole", default=0, settled=True)
    sha256: Mapped[str] = entry("映像 SHA-256", default="", settled=True, longest=64)
    md5: Mapped[str] = entry("映像 MD5", default="", settled=True, longest=32)
    made_by: Mapped[str | None] = entry(
        "刻录设备或地点", group="刻录", settled=True, longest=120, help="在别处刻录的写明在哪台机器"
    )
    batch: Mapped[str | None] = entry("盘片品牌和批号", group="刻录", settled=True, longest=80)
    burned_on: Mapped[date | None] = entry("刻录日期", "day", group="刻录", settled=True)
    burned_by: Mapped[str | None] = entry("刻录人", group="刻录", settled=True, longest=80)
    remark: Mapped[str | None] = entry("情况说明", "note", group="保管", settled=True)
    place: Mapped[str | None] = entry(
        "存放处", group="保管", listed=True, searched=True, settled=True, longest=120
    )
    keeper_id: Mapped[str | None] = entry(
        "保管人", "ref", refers="Staff", group="保管", listed=True, settled=True
    )
    stored_on: Mapped[date | None] = entry("入库日期", "day", group="保管", settled=True)
    checked_at: Mapped[datetime | None] = entry("最近核对", "time", group="保管", settled=True)
    recheck_on: Mapped[date | None] = entry(
        "下次核对", "day", group="保管", listed=True, settled=True, help="每年至少读一次"
    )
    sets: Mapped[str] = mapped_column(Text, default="")  # ids of the backups on it, a line each

    __table_args__ = (
        Index("uq_disc_identifier", "identifier", unique=True),
        Index("ix_disc_state", "state", "recheck_on"),
    )

    @property
    def label(self) -> str:
        return f"{self.identifier}（{self.ordinal}/{self.total}）"

    @property
    def late(self) -> str:
        if self.state != "stored" or self.recheck_on is None or self.recheck_on >= today():
            return ""
        return f"应于 {self.recheck_on} 前再读一次，已过 {(today() - self.recheck_on).days} 天"

    def check(self, session: Session) -> Iterator[FieldError]:
        """Only the console makes one, so a new one may hold what no form can say."""
        if inspect(self).persistent:
            yield from self.stood(session)
        if self.retired_at is not None and self.state != "planned":
            yield self.wrong("state", "光盘要留在登记簿上，不能停用")


class DiscCheck(CentreRegister):
    """One reading of one disc: when, how, by whom, and what was found. Never changed."""

    __tablename__ = "disc_check"
    append_only: ClassVar[bool] = True
    slug: ClassVar[str] = "disc-checks"
    title: ClassVar[str] = "光盘核对"
    topic: ClassVar[str] = "数据备份"
    articles: ClassVar[tuple[int, ...]] = (142,)
    names: ClassVar[tuple[str, ...]] = ("disc_id", "at")
    order: ClassVar[str] = "at"
    falling: ClassVar[bool] = True
    living: ClassVar[str] = "全部"
    by_hand: ClassVar[bool] = False
    edit_act: ClassVar[str] = "record"

    disc_id: Mapped[str] = entry("光盘", "ref", refers="Disc", required=True, listed=True)
    at: Mapped[datetime] = entry("核对时间", "time", required=True, listed=True)
    how: Mapped[str] = entry("方式", "choice", choices=HOWS, required=True, listed=True)
    result: Mapped[str] = entry("结果", "choice", choices=RESULTS, required=True, listed=True)
    reason: Mapped[str] = entry("说明", "note", default="", listed=True, searched=True)
    author: Mapped[str] = entry("核对人", default="值守台", listed=True, longest=80)
    sha256: Mapped[str] = entry("读到的 SHA-256", default="", longest=64)
    by_id: Mapped[str | None] = mapped_column(points_to("person.id"))

    @property
    def label(self) -> str:
        return f"{RESULTS[self.result]} {self.reason}".strip()
