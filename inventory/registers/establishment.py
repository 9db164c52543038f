"""What the minimum of equipment is counted by: posts, sections, staff of each unit (C48–C50)."""

from datetime import date
from typing import ClassVar

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from inventory.register import CentreRegister, entry

KINDS = {
    "authority": "机关", "station": "技术服务中心（站）、药具站", "town_station": "乡技术服务所",
    "other": "其他直属机构",
}  # fmt: skip


class Establishment(CentreRegister):
    """The counting bases of one unit, as the personnel office confirmed them on a day."""

    __tablename__ = "establishment"
    slug: ClassVar[str] = "establishments"
    title: ClassVar[str] = "编制与配备基数"
    topic: ClassVar[str] = "制度与经费"
    articles: ClassVar[tuple[int, ...]] = (48, 49, 50, 63)
    names: ClassVar[tuple[str, ...]] = ("centre_id",)
    order: ClassVar[str] = "as_of"
    edit_act: ClassVar[str] = "record"
    also: ClassVar[tuple[tuple[str, str], ...]] = (("standards.index", "配备标准"),)

    kind: Mapped[str] = entry("单位类型", "choice", choices=KINDS, default="authority", listed=True)
    posts: Mapped[int | None] = entry(
        "公务员编制", "whole", unit="人", low=0, high=100000, listed=True
    )
    staff: Mapped[int | None] = entry(
        "编制人数", "whole", unit="人", low=0, high=100000, listed=True
    )
    sections: Mapped[int | None] = entry(
        "业务科室", "whole", unit="个", low=0, high=1000, listed=True
    )
    dedicated: Mapped[int] = entry(
        "专用机器", "whole", unit="台", low=0, high=1000, default=0, listed=True,
        help="应用专项业务软件、须另配专用机器的数量",
    )  # fmt: skip
    as_of: Mapped[date] = entry("核定日期", "day", required=True, listed=True)
    source: Mapped[str | None] = entry("依据", searched=True, longest=120, help="编制批文等")
    note: Mapped[str | None] = entry("备注", "note")

    __table_args__ = (Index("uq_establishment", "centre_id", unique=True),)

    @property
    def label(self) -> str:
        return f"{self.as_of}"
