"""Which sections of the day sheet a centre has settled otherwise than its tier does."""

from typing import ClassVar

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from inventory.log_sections import LOG_TIERS, SECTIONS
from inventory.register import CentreRegister, entry


class LogSection(CentreRegister):
    """One section of one centre: must it be filled before the sheet is submitted?"""

    __tablename__ = "log_section"
    slug: ClassVar[str] = "log-sections"
    title: ClassVar[str] = "日志栏目设置"
    topic: ClassVar[str] = "值班日志"
    articles: ClassVar[tuple[int, ...]] = (26, 105)
    names: ClassVar[tuple[str, ...]] = ("centre_id", "section")
    order: ClassVar[str] = "section"

    centre_id: Mapped[str] = entry(
        "所属单位", "ref", refers="Centre", required=True, listed=True,
        among={"tier": ",".join(LOG_TIERS)},
    )  # fmt: skip
    section: Mapped[str] = entry("栏目", "choice", choices=SECTIONS, required=True, listed=True)
    mandatory: Mapped[bool] = entry(
        "必填", "yes", default=True, listed=True, help="提交日志前须有记录或“无”"
    )
    reason: Mapped[str] = entry("理由", required=True, listed=True, searched=True)

    __table_args__ = (Index("uq_log_section", "centre_id", "section", unique=True),)

    @property
    def label(self) -> str:
        return SECTIONS.get(self.section, self.section)
