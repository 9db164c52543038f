"""Awards and penalties, kept at the three levels of the rules (Article 133; M30)."""

from datetime import date
from typing import ClassVar

from sqlalchemy.orm import Mapped

from inventory.register import CentreRegister, entry

KINDS = {
    "praise": "表彰", "prize": "奖励", "criticism": "批评", "correction": "责令改正",
    "penalty": "处分", "answering": "追究责任",
}  # fmt: skip
LEVELS = {"decision": "领导决策层", "management": "管理服务层", "operation": "操作应用层"}


class Award(CentreRegister):
    """One award or penalty, to one person or to the unit as a whole."""

    __tablename__ = "award"
    slug: ClassVar[str] = "awards"
    title: ClassVar[str] = "奖惩记录"
    topic: ClassVar[str] = "制度与经费"
    names: ClassVar[tuple[str, ...]] = ("subject", "decided_on", "staff_id", "centre_id")
    order: ClassVar[str] = "decided_on"
    falling: ClassVar[bool] = True
    edit_act: ClassVar[str] = "record"

    subject: Mapped[str] = entry("事由", required=True, listed=True, searched=True)
    kind: Mapped[str] = entry("奖惩", "choice", choices=KINDS, required=True, listed=True)
    staff_id: Mapped[str | None] = entry(
        "人员", "ref", refers="Staff", listed=True, help="空着表示对单位"
    )
    level: Mapped[str] = entry(
        "层次", "choice", choices=LEVELS, default="operation", listed=True,
        help="奖惩按领导决策层、管理服务层、操作应用层设置",
    )  # fmt: skip
    decided_on: Mapped[date] = entry("决定日期", "day", required=True, listed=True)
    decided_by: Mapped[str] = entry("决定单位", required=True, listed=True, longest=120)
    document_no: Mapped[str | None] = entry("文号", searched=True, longest=80)
    outcome: Mapped[str | None] = entry("落实情况", "note", searched=True)
