"""How old the protection of a host may grow: the norm's weeks, and what a centre sets itself."""

from typing import ClassVar

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from inventory.register import CentreRegister, entry


class ProtectionLimit(CentreRegister):
    """The limits of one centre and whatever is below it; the nearest one holds."""

    __tablename__ = "protection_limit"
    slug: ClassVar[str] = "protection-limits"
    title: ClassVar[str] = "主机防护期限"
    topic: ClassVar[str] = "软件与安全"
    articles: ClassVar[tuple[int, ...]] = (119, 121)
    names: ClassVar[tuple[str, ...]] = ("centre_id",)
    order: ClassVar[str] = "scan_days"

    scan_days: Mapped[int] = entry(
        "查杀期限", "whole", default=7, low=1, high=7, unit="天", listed=True,
        help="第一百一十九条：每台设备至少一星期查杀一次",
    )  # fmt: skip
    definitions_days: Mapped[int] = entry(
        "病毒库期限", "whole", default=7, low=1, high=60, unit="天", listed=True,
        help="规范要求“及时更新”；7 天是本系统的默认值",
    )  # fmt: skip
    patch_days: Mapped[int] = entry(
        "补丁期限", "whole", default=90, low=7, high=365, unit="天", listed=True,
        help="规范要求“及时打安全补丁”；90 天是本系统的默认值",
    )  # fmt: skip
    silent_days: Mapped[int] = entry(
        "无报告期限", "whole", default=14, low=1, high=90, unit="天", listed=True,
        help="超过这么多天没有报告的主机列为问题；14 天是本系统的默认值",
    )  # fmt: skip
    reason: Mapped[str | None] = entry("调整理由", "note")

    __table_args__ = (Index("uq_protection_limit", "centre_id", unique=True),)
