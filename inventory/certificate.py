"""Certificates: who may do the job, by whose word and until when (Articles 5, 6 and 47)."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import ClassVar

from sqlalchemy.orm import Mapped, Session

from inventory.register import CentreRegister, FieldError, entry
from inventory.shanghai import today

KINDS = {
    "network_admin": "网络管理员证", "technician": "信息技术员证",
    "egov": "电子政务应用能力证书", "other": "其他",
}  # fmt: skip
ISSUERS = {"province": "省级", "city": "市级", "other": "其他"}


class Certificate(CentreRegister):
    """One certificate of one person. Without an end it holds for good."""

    __tablename__ = "certificate"
    slug: ClassVar[str] = "certificates"
    title: ClassVar[str] = "上岗证书"
    topic: ClassVar[str] = "人员"
    articles: ClassVar[tuple[int, ...]] = (5, 6, 47)
    names: ClassVar[tuple[str, ...]] = ("number", "kind")
    order: ClassVar[str] = "number"
    edit_act: ClassVar[str] = "record"

    staff_id: Mapped[str] = entry("持证人", "ref", refers="Staff", required=True, listed=True)
    kind: Mapped[str] = entry("证书", "choice", choices=KINDS, default="technician", listed=True)
    number: Mapped[str] = entry("证书编号", required=True, listed=True, searched=True, longest=80)
    level: Mapped[str] = entry(
        "颁发级别", "choice", choices=ISSUERS, default="province", listed=True,
        help="市县技术人员的证书由省颁发，乡级的由市颁发（第六条）",
    )  # fmt: skip
    issued_by: Mapped[str | None] = entry("颁发机关", listed=True, searched=True, longest=120)
    issued_on: Mapped[date] = entry("颁发日期", "day", required=True, listed=True)
    valid_to: Mapped[date | None] = entry("有效期至", "day", listed=True, help="空着为长期有效")
    note: Mapped[str | None] = entry("备注", "note")

    @property
    def late(self) -> str:
        over = self.valid_to is not None and self.valid_to < today() and not self.retired_at
        return f"已于 {self.valid_to} 到期" if over else ""

    def check(self, session: Session) -> Iterator[FieldError]:
        if self.valid_to is not None and self.issued_on and self.valid_to < self.issued_on:
            yield self.wrong("valid_to", "早于颁发日期")

    def holds(self, day: date) -> bool:
        """Is it good on that day?"""
        ended = self.valid_to is not None and self.valid_to < day
        return self.retired_at is None and self.issued_on <= day and not ended


def certified(held: Iterable[Certificate], job: str, level: str, day: date) -> bool:
    """Does one of these certificates let its holder do this job in a unit whose certificates are
    given by `level`? What the province gives is good everywhere."""
    good = {"province", level}
    return any(one.kind == job and one.level in good and one.holds(day) for one in held)
