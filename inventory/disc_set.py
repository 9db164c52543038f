"""Quarterly disc sets: all four kinds of Article 140 on discs (Articles 140, 142(3); duty E7).

What goes on the discs is chosen by the console; a person accepts what is missing, with a reason,
and the leader approves that databases are on them at all. Its steps: `inventory.disc_steps`.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Index, inspect
from sqlalchemy.orm import Mapped, Session

from inventory.cadence import period_of
from inventory.drafted import Drafted
from inventory.paper import Paper
from inventory.register import FieldError, entry
from inventory.shanghai import today
from inventory.stepping import is_moving

STATES: Mapping[str, str] = {
    "planned": "待制作", "imaged": "映像已生成", "burned": "已刻录", "read": "已回读核对",
    "closed": "已入库",
}  # fmt: skip
CAPACITIES: Mapping[str, int] = {"cd": 737_280_000, "dvd": 4_700_372_992, "bd": 25_025_314_816}
MEDIA: Mapping[str, str] = {"cd": "CD-R 700 MB", "dvd": "DVD±R 4.7 GB", "bd": "BD-R 25 GB"}
_COLOURS = {
    "planned": "info", "imaged": "warning", "burned": "warning", "read": "warning", "closed": "ok",
}  # fmt: skip
_PERIOD = re.compile(r"20\d\d(Q[1-4])?")


class DiscSet(Paper):
    """The discs of one centre and quarter ("2026Q4"), or of one year for the archive ("2026").

    `contents` names the encrypted backups, a line each: an approval is given over exactly these.
    `lacking` is what Article 140 asks for and nobody has, accepted with `lack_reason`; `left_out`
    what there is but is not burned, and why. `discs` counts the discs, `size` the bytes on them.
    """

    __tablename__ = "disc_set"
    slug: ClassVar[str] = "disc-sets"
    title: ClassVar[str] = "光盘备份"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    topic: ClassVar[str] = "数据备份"
    articles: ClassVar[tuple[int, ...]] = (140, 142, 143)
    prefix: ClassVar[str] = "GP"
    template: ClassVar[str] = "backups/disc_set.html"
    below: ClassVar[tuple[tuple[str, str], ...]] = (("Disc", "disc_set_id"),)
    sealed: ClassVar[tuple[str, ...]] = ("number", "period", "databases", "contents")
    meanings: ClassVar[tuple[str, ...]] = ("approve",)
    loose: ClassVar[tuple[str, ...]] = ("planned",)
    over: ClassVar[tuple[str, ...]] = ("closed",)
    flow: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "planned": ("imaged",), "imaged": ("burned", "planned"), "burned": ("read", "imaged"),
        "read": ("closed", "imaged"), "closed": ("imaged",),
    }  # fmt: skip
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "未完成": {"state": "planned,imaged,burned,read"}, "已入库": {"state": "closed"},
    }  # fmt: skip

    period: Mapped[str] = entry(
        "所属期", required=True, listed=True, searched=True, longest=12,
        help="季度写 2026Q4；年终归档的整年光盘写 2026",
    )  # fmt: skip
    capacity: Mapped[str] = entry("光盘种类", "choice", choices=MEDIA, default="dvd", listed=True)
    databases: Mapped[bool] = entry(
        "刻入数据库备份", "yes", default=True,
        help="只刻加密的备份，须领导批准；不刻入的会写明原因",
    )  # fmt: skip
    state: Mapped[str] = entry("状态", "choice", choices=STATES, default="planned", settled=True)
    note: Mapped[str | None] = entry("备注", "note")
    discs: Mapped[int] = entry("张数", "whole", default=0, listed=True, settled=True)
    size: Mapped[int] = entry("数据量", "size", default=0, listed=True, settled=True)
    contents: Mapped[str | None] = entry("刻入的加密备份", "note", group="内容", settled=True)
    left_out: Mapped[str | None] = entry("未刻入及原因", "note", group="内容", settled=True)
    lacking: Mapped[str | None] = entry("缺少的备份", "note", group="内容", settled=True)
    lack_reason: Mapped[str | None] = entry("缺少原因", "note", group="内容", settled=True)
    closed_at: Mapped[datetime | None] = entry("入库时间", "time", group="内容", settled=True)

    __table_args__ = (
        Index("uq_disc_set_number", "number", unique=True),
        Index("ix_disc_set_period", "centre_id", "period"),
    )

    @property
    def headline(self) -> str:
        return f"{self.number} {self.period}"

    @property
    def label(self) -> str:
        return f"{self.number} {self.period}"

    @property
    def room(self) -> int:
        """Bytes of one disc of this kind."""
        return CAPACITIES[self.capacity]

    @classmethod
    def begin(cls) -> Mapping[str, Any]:
        return {"period": period_of("quarterly", today())}

    def unfit(self, session: Session, meaning: str, who: Any) -> str:
        return "请在“审批”里办理"

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.kept(session)
        if not _PERIOD.fullmatch(self.period or ""):
            yield self.wrong("period", "季度写成 2026Q4，整年写成 2026")
        if self.state != "planned" and inspect(self).persistent and not is_moving(session, self):
            for name in ("period", "capacity", "databases", "centre_id"):
                if inspect(self).attrs[name].history.has_changes():
                    yield self.wrong(name, "映像已生成，不能再改；请先“退回重做”")

    def drafts(self) -> Iterator[Drafted]:
        if self.closed_at and self.state == "closed":
            told = f"{self.period} 备份光盘 {self.discs} 张刻录、回读核对并入库（{self.number}）"
            yield Drafted("discs", "backup", told, self.closed_at)
