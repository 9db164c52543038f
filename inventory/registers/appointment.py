"""Who is in charge of what: the machine room, the PBX, the archive (Articles 96, 98 and 144)."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from sqlalchemy.orm import Mapped, Session

from inventory.register import CentreRegister, FieldError, entry
from inventory.shanghai import today

DUTIES = {
    "machine_room": "机房专职管理", "pbx": "程控交换机管理", "documents": "技术资料保管",
    "equipment": "设备台账管理", "secrecy": "保密员", "safety": "消防安全员", "other": "其他",
}  # fmt: skip


class Appointment(CentreRegister):
    """One person in charge of one thing, from a day until another is (专人管理)."""

    __tablename__ = "appointment"
    slug: ClassVar[str] = "appointments"
    title: ClassVar[str] = "专人任命"
    topic: ClassVar[str] = "人员"
    articles: ClassVar[tuple[int, ...]] = (96, 98, 144)
    names: ClassVar[tuple[str, ...]] = ("duty", "staff_id", "since")
    order: ClassVar[str] = "since"
    falling: ClassVar[bool] = True
    edit_act: ClassVar[str] = "record"

    duty: Mapped[str] = entry("职责", "choice", choices=DUTIES, required=True, listed=True)
    staff_id: Mapped[str] = entry("人员", "ref", refers="Staff", required=True, listed=True)
    room_id: Mapped[str | None] = entry("房间", "ref", refers="Room", listed=True)
    since: Mapped[date] = entry("任命日期", "day", required=True, listed=True)
    until: Mapped[date | None] = entry("止于", "day", listed=True)
    document_no: Mapped[str | None] = entry("任命文号", searched=True, listed=True, longest=80)
    note: Mapped[str | None] = entry("备注", "note")

    @property
    def label(self) -> str:
        return DUTIES[self.duty]

    @property
    def stage(self) -> tuple[str, str]:
        ended = self.until is not None and self.until < today()
        return ("unknown", "已卸任") if ended else ("ok", "在任")

    def check(self, session: Session) -> Iterator[FieldError]:
        if self.until is not None and self.until < self.since:
            yield self.wrong("until", "早于任命日期")
