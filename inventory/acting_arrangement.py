"""Who does the work where there is no information centre (Article 149; management Article 31)."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from sqlalchemy.orm import Mapped, Session

from inventory.register import CentreRegister, FieldError, entry


class ActingArrangement(CentreRegister):
    """One unit without a centre of its own, and the department that stands in for it."""

    __tablename__ = "acting_arrangement"
    slug: ClassVar[str] = "acting"
    title: ClassVar[str] = "职能代行"
    topic: ClassVar[str] = "人员"
    articles: ClassVar[tuple[int, ...]] = (149,)
    names: ClassVar[tuple[str, ...]] = ("department", "since", "centre_id")
    order: ClassVar[str] = "since"
    falling: ClassVar[bool] = True
    edit_act: ClassVar[str] = "record"

    department: Mapped[str] = entry(
        "代行部门", required=True, default="发展规划部门", listed=True, searched=True, longest=80
    )
    staff_id: Mapped[str | None] = entry("负责人", "ref", refers="Staff", listed=True)
    since: Mapped[date] = entry("自", "day", required=True, listed=True)
    until: Mapped[date | None] = entry("至", "day", listed=True, help="空着表示仍在代行")
    document_no: Mapped[str | None] = entry("依据文号", searched=True, listed=True, longest=80)
    note: Mapped[str | None] = entry("备注", "note")

    def check(self, session: Session) -> Iterator[FieldError]:
        if self.until is not None and self.since and self.until < self.since:
            yield self.wrong("until", "早于起始日期")
