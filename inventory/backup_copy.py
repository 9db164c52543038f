"""Where a backup lies: its own place, the second host, a removable medium, a disc (Article 142;
duties E5–E7)."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import ClassVar

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.paper import changed
from inventory.register import CentreRegister, FieldError, entry
from inventory.stepping import Stepped

WHERES: Mapping[str, str] = {
    "own": "本机", "host": "其他存放处", "medium": "移动存储设备", "disc": "光盘",
}  # fmt: skip
STATES: Mapping[str, str] = {
    "copying": "待核对", "verified": "已核对", "failed": "未完成", "diverged": "内容不一致",
    "missing": "找不到", "cleared": "已清理",
}  # fmt: skip
_COLOURS = {
    "copying": "info", "verified": "ok", "failed": "warning", "diverged": "critical",
    "missing": "critical", "cleared": "unknown",
}  # fmt: skip


class BackupCopy(Stepped, CentreRegister):
    """One copy of one set at one place. `verified` only after every part was read there again and
    its digests compared; one that differs is told, never overwritten. `place_id` is the key of the
    BackupPlace, Medium or Disc, "" for the console's own folder."""

    __tablename__ = "backup_copy"
    slug: ClassVar[str] = "backup-copies"
    title: ClassVar[str] = "备份副本"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    topic: ClassVar[str] = "数据备份"
    articles: ClassVar[tuple[int, ...]] = (142,)
    names: ClassVar[tuple[str, ...]] = ("set_id", "place_name")
    order: ClassVar[str] = "made_at"
    falling: ClassVar[bool] = True
    by_hand: ClassVar[bool] = False
    begins: ClassVar[str] = "登记第二台机器或移动存储设备后，每次备份都复制过去并核对。"
    living: ClassVar[str] = "全部"
    edit_act: ClassVar[str] = "operate"
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        label: {"place": word} for word, label in WHERES.items()
    }

    set_id: Mapped[str] = entry(
        "备份", "ref", refers="BackupSet", required=True, listed=True, settled=True
    )
    place: Mapped[str] = entry(
        "位置", "choice", choices=WHERES, required=True, listed=True, settled=True
    )
    place_name: Mapped[str] = entry(
        "存放处", required=True, default="", listed=True, searched=True, settled=True, longest=120
    )
    state: Mapped[str] = entry("状态", "choice", choices=STATES, default="copying", settled=True)
    size: Mapped[int] = entry("大小", "size", default=0, listed=True, settled=True)
    made_at: Mapped[datetime] = entry("建立", "time", required=True, listed=True, settled=True)
    verified_at: Mapped[datetime | None] = entry("最近核对", "time", listed=True, settled=True)
    cleared_at: Mapped[datetime | None] = entry("清理", "time", settled=True)
    reason: Mapped[str] = entry("说明", "note", default="", settled=True)
    redo: Mapped[bool] = entry(
        "等待重新复制", "yes", default=False, settled=True, help="原来那份先改名留着，再复制一份"
    )
    mounted_at: Mapped[str | None] = entry(
        "挂载位置", settled=True, longest=120,
        help="插在值守台主机上以后的绝对路径，如 /media/backup",
    )  # fmt: skip
    place_id: Mapped[str] = mapped_column(String(26), default="")

    __table_args__ = (Index("uq_backup_copy", "set_id", "place", "place_id", unique=True),)

    @property
    def label(self) -> str:
        return f"{WHERES[self.place]} {self.place_name}".strip()

    def prepare(self, session: Session) -> None:
        if changed(self, "state"):  # whoever clears it away, by whichever way
            gone = self.state == "cleared"
            self.cleared_at = (self.cleared_at or datetime.now(UTC)) if gone else None
        super().prepare(session)

    def check(self, session: Session) -> Iterator[FieldError]:
        """The console's own work moves it, not only steps; nobody's form can (`settled`)."""
        if self.retired_at is not None:
            yield self.wrong("state", "副本随核对和清理改变状态，不能停用")
