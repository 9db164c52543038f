"""The PBX: extensions and what each may do; users change nothing (Articles 98 and 99)."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, Session

from inventory.reasoned import Reasoned
from inventory.register import CentreRegister, FieldError, entry

CLASSES = {
    "inner": "内线", "city": "市话", "long": "国内长途", "full": "国际长途",
}  # fmt: skip
_ALIVE = text("retired_at IS NULL")


class Extension(Reasoned, CentreRegister):
    """One extension of a PBX: set up by whoever is in charge of it, and only for a reason."""

    __tablename__ = "extension"
    slug: ClassVar[str] = "extensions"
    title: ClassVar[str] = "程控分机"
    topic: ClassVar[str] = "电话"
    articles: ClassVar[tuple[int, ...]] = (98, 99)
    names: ClassVar[tuple[str, ...]] = ("number", "centre_id")
    order: ClassVar[str] = "number"
    guarded: ClassVar[tuple[str, ...]] = (
        "number", "pbx_id", "circuit", "staff_id", "room_id", "outlet_id", "rank", "features",
        "outside",
    )  # fmt: skip
    afresh: ClassVar[tuple[str, ...]] = ("circuit", "outlet_id", "staff_id")

    number: Mapped[str] = entry("分机号", required=True, listed=True, searched=True, longest=20)
    pbx_id: Mapped[str | None] = entry(
        "程控交换机", "ref", refers="Equipment", among={"category": "pbx"}, listed=True
    )
    circuit: Mapped[str | None] = entry("用户板端口", searched=True, longest=40)
    staff_id: Mapped[str | None] = entry("使用人", "ref", refers="Staff", listed=True)
    room_id: Mapped[str | None] = entry("房间", "ref", refers="Room", listed=True)
    outlet_id: Mapped[str | None] = entry("信息点", "ref", refers="Outlet", listed=True)
    rank: Mapped[str] = entry("呼叫等级", "choice", choices=CLASSES, default="city", listed=True)
    features: Mapped[str | None] = entry("功能", longest=200, help="如来电转移、代答组、叫醒")
    outside: Mapped[str | None] = entry("外线号码", searched=True, longest=20)
    changed_on: Mapped[date | None] = entry("设置日期", "day", listed=True)
    reason: Mapped[str] = entry(
        "设置或变更原因", required=True, searched=True, help="不得随意更改；谁同意的，为什么改"
    )
    note: Mapped[str | None] = entry("备注", "note")

    __table_args__ = (
        Index(
            "uq_extension", "centre_id", "number", unique=True,
            sqlite_where=_ALIVE, postgresql_where=_ALIVE,
        ),
    )  # fmt: skip

    def check(self, session: Session) -> Iterator[FieldError]:
        if not self.number.replace("-", "").isdigit():
            yield self.wrong("number", "分机号只含数字")
        yield from self.reasons()
