"""Removable media that backups are copied to: which there are, who has them, where they lie
(Article 142(2); duty E6)."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import ClassVar

from sqlalchemy import inspect
from sqlalchemy.orm import Mapped, Session

from inventory.paper import Numbered, changed
from inventory.register import CentreRegister, FieldError, entry
from inventory.shanghai import today
from inventory.stepping import Stepped, is_moving

KINDS: Mapping[str, str] = {
    "disk": "移动硬盘", "usb": "U 盘", "card": "存储卡", "tape": "磁带", "other": "其他",
}  # fmt: skip
STATES: Mapping[str, str] = {
    "in": "在库", "out": "已取出", "lost": "遗失", "retired": "已停用",
}  # fmt: skip
DEEDS: Mapping[str, str] = {
    "in": "入库", "out": "取出", "back": "归还", "lost": "报失", "found": "找回", "retired": "停用",
    "move": "换地方或保管人",
}  # fmt: skip
_WHERE = ("keeper_id", "kept_at")
_COLOURS = {"in": "ok", "out": "info", "lost": "critical", "retired": "unknown"}


class Medium(Stepped, Numbered):
    """One stick or disk. A file on it names this row's id, so that another stick is refused.
    `capacity` in bytes. Where it is moves by steps only, and each is a line of the movements."""

    __tablename__ = "medium"
    slug: ClassVar[str] = "media"
    title: ClassVar[str] = "移动存储介质"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    alarm: ClassVar[str] = "warning"
    topic: ClassVar[str] = "数据备份"
    articles: ClassVar[tuple[int, ...]] = (142,)
    prefix: ClassVar[str] = "YD"
    over: ClassVar[tuple[str, ...]] = ("lost", "retired")
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        label: {"state": word} for word, label in STATES.items()
    }
    below: ClassVar[tuple[tuple[str, str], ...]] = (("MediumMovement", "medium_id"),)
    afresh: ClassVar[tuple[str, ...]] = ("number", "serial")

    name: Mapped[str] = entry("名称", required=True, listed=True, searched=True, longest=60)
    kind: Mapped[str] = entry("种类", "choice", choices=KINDS, default="disk", listed=True)
    serial: Mapped[str] = entry(
        "序列号", required=True, listed=True, searched=True, longest=80, help="印在外壳上的"
    )
    capacity: Mapped[int | None] = entry("容量", "size", listed=True)
    keeper_id: Mapped[str] = entry("保管人", "ref", refers="Staff", required=True, listed=True)
    kept_at: Mapped[str] = entry(
        "存放处", required=True, listed=True, searched=True, longest=120, help="如 资料室 2 号柜"
    )
    state: Mapped[str] = entry(
        "状态", "choice", choices=STATES, default="in", listed=True, settled=True
    )
    holder_id: Mapped[str | None] = entry(
        "取出人", "ref", refers="Staff", listed=True, settled=True
    )
    taken_to: Mapped[str | None] = entry("取到何处", settled=True, longest=120)
    due_on: Mapped[date | None] = entry("应还日期", "day", listed=True, settled=True)
    mounted_at: Mapped[str | None] = entry(
        "挂载位置",
        settled=True,
        longest=120,
        help="插在值守台主机上以后的绝对路径，如 /media/backup",
    )
    labelled_at: Mapped[datetime | None] = entry(
        "写入标识", "time", settled=True, help="值守台写在介质上的标识文件"
    )
    written_at: Mapped[datetime | None] = entry("最近写入", "time", listed=True, settled=True)
    why: Mapped[str | None] = entry("说明", "note", settled=True)
    note: Mapped[str | None] = entry("备注", "note")

    @property
    def label(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def late(self) -> str:
        if self.state != "out" or self.due_on is None or self.due_on >= today():
            return ""
        return f"已逾期 {(today() - self.due_on).days} 天未归还"

    def prepare(self, session: Session) -> None:
        fresh = not inspect(self).persistent
        super().prepare(session)
        if fresh:
            self.enter(session, "in", self.keeper_id, self.kept_at)
        elif not is_moving(session, self) and any(changed(self, name) for name in _WHERE):
            self.enter(session, "move", self.keeper_id, self.kept_at)

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.stood(session)
        yield from self.numbered()
        if self.retired_at is not None:
            yield self.wrong("state", "介质要留在登记簿上：不再使用的请办理“停用”")

    def enter(self, session: Session, deed: str, staff_id: str | None, place: str) -> None:
        """Write a line of the movements; `deed` is a key of DEEDS."""
        session.add(
            MediumMovement(
                centre_id=self.centre_id, medium_id=self.id, deed=deed, staff_id=staff_id,
                place=place, at=datetime.now(UTC), why=self.why,
            )
        )  # fmt: skip


class MediumMovement(CentreRegister):
    """One line of the in-and-out book of media: what, when, through whose hands, where to."""

    __tablename__ = "medium_movement"
    slug: ClassVar[str] = "medium-movements"
    title: ClassVar[str] = "介质出入登记"
    topic: ClassVar[str] = "数据备份"
    articles: ClassVar[tuple[int, ...]] = (142,)
    names: ClassVar[tuple[str, ...]] = ("medium_id", "at")
    order: ClassVar[str] = "at"
    falling: ClassVar[bool] = True
    by_hand: ClassVar[bool] = False
    begins: ClassVar[str] = "介质借出、归还、遗失、找回时自动登记。"
    append_only: ClassVar[bool] = True
    living: ClassVar[str] = "全部"
    edit_act: ClassVar[str] = "record"

    medium_id: Mapped[str] = entry("介质", "ref", refers="Medium", required=True, listed=True)
    at: Mapped[datetime] = entry("时间", "time", required=True, listed=True)
    deed: Mapped[str] = entry("办理", "choice", choices=DEEDS, required=True, listed=True)
    staff_id: Mapped[str | None] = entry("经手人", "ref", refers="Staff", listed=True)
    place: Mapped[str] = entry("去处", default="", listed=True, searched=True, longest=120)
    why: Mapped[str | None] = entry("说明", "note")

    @property
    def label(self) -> str:
        return DEEDS[self.deed]
