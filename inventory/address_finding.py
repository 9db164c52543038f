"""What was seen against the register of addresses: detected, acted upon, signed off (D3)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Index, Text, inspect, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.columns import UtcDateTime
from inventory.db import Base, Observed, Scoped, points_to
from inventory.drafted import Drafted
from inventory.register import CentreRegister, FieldError, RowAct, entry
from inventory.revision import Signable
from inventory.stepping import Stepped

KINDS = {
    "spoof": "冒充网关", "taken": "地址被他人占用", "duplicate": "地址冲突",
    "other_ip": "改用其他地址", "unknown": "未登记的机器", "silent": "未分配的地址有人使用",
    "moved": "换了端口", "random": "随机 MAC 地址", "missing": "设备上没有这条绑定",
    "extra": "设备上有未登记的绑定",
}  # fmt: skip
SEVERITIES = {"critical": "严重", "warning": "警告", "info": "提示"}
STATES = {"open": "未处理", "handled": "已整改", "closed": "已销号", "gone": "已消失"}
# What somebody did, and has to be set right and signed off also when it is over (duty D3); the rest
# is over when it is gone or registered.
OWED = ("spoof", "taken", "duplicate", "other_ip")
_COLOURS = {"open": "critical", "handled": "warning", "closed": "ok", "gone": "unknown"}
_OPEN = text("state IN ('open', 'handled') AND retired_at IS NULL")


class AddressFinding(Stepped, Signable, CentreRegister):
    """One violation from its detection to its end. `object` names it (kind, range, address, MAC):
    what comes again before it is signed off, or within a day, is the same one."""

    __tablename__ = "address_finding"
    slug: ClassVar[str] = "address-findings"
    title: ClassVar[str] = "地址违规"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    topic: ClassVar[str] = "地址与绑定"
    articles: ClassVar[tuple[int, ...]] = (34, 109)
    names: ClassVar[tuple[str, ...]] = ("object", "first_at", "centre_id")
    order: ClassVar[str] = "first_at"
    inner: ClassVar[tuple[str, ...]] = ("object",)
    falling: ClassVar[bool] = True
    by_hand: ClassVar[bool] = False
    template: ClassVar[str] = "addresses/finding.html"
    edit_act: ClassVar[str] = "record"
    living: ClassVar[str] = "全部"
    views: ClassVar[dict[str, dict[str, str]]] = {
        "未处理": {"state": "open"}, "待销号": {"state": "handled"},
        "严重": {"severity": "critical"},
    }  # fmt: skip
    acts: ClassVar[tuple[RowAct, ...]] = (RowAct("register", "登记", step="register"),)
    meanings: ClassVar[tuple[str, ...]] = ("fill", "approve")
    sealed: ClassVar[tuple[str, ...]] = ("object", "cause", "remedy")

    kind: Mapped[str] = entry(
        "情形", "choice", choices=KINDS, settled=True, required=True, listed=True
    )
    severity: Mapped[str] = entry(
        "级别", "choice", choices=SEVERITIES, settled=True, required=True, listed=True
    )
    state: Mapped[str] = entry("状态", "choice", choices=STATES, default="open", settled=True)
    object: Mapped[str] = entry("对象", settled=True, required=True, longest=200)
    prefix_id: Mapped[str | None] = entry("网段", "ref", refers="Prefix", settled=True)
    ip: Mapped[str | None] = entry("IP 地址", "ip", settled=True, listed=True, searched=True)
    mac: Mapped[str | None] = entry("MAC 地址", "mac", settled=True, listed=True, searched=True)
    binding_id: Mapped[str | None] = entry("绑定", "ref", refers="Binding", settled=True)
    device_id: Mapped[str | None] = entry("设备", "ref", refers="Device", settled=True, listed=True)
    port: Mapped[str] = entry("端口", default="", settled=True, listed=True, longest=60)
    evidence: Mapped[str] = entry("依据", "note", required=True, settled=True, searched=True)
    first_at: Mapped[datetime] = entry("发现时间", "time", settled=True, required=True, listed=True)
    ended_at: Mapped[datetime | None] = entry("消失时间", "time", settled=True)
    handled_at: Mapped[datetime | None] = entry("整改时间", "time", settled=True)
    change_id: Mapped[str | None] = entry("配置操作", "ref", refers="Change", settled=True)
    cause: Mapped[str | None] = entry("原因", "note", settled=True, group="整改")
    remedy: Mapped[str | None] = entry("整改情况", "note", settled=True, group="整改")

    __table_args__ = (
        Index(
            "uq_address_finding", "centre_id", "object", unique=True,
            sqlite_where=_OPEN, postgresql_where=_OPEN,
        ),
    )  # fmt: skip

    @property
    def label(self) -> str:
        return f"{KINDS[self.kind]} {self.ip or self.mac or ''}".strip()

    @property
    def owed(self) -> bool:
        """Must it be set right and signed off, even when it is over?"""
        return self.kind in OWED

    def drafts(self) -> Iterator[Drafted]:
        """What is only for information, or not on a device yet, would fill the log of a centre
        that begins to register."""
        if self.severity == "info" or self.kind in ("missing", "extra"):
            return
        about = f"{KINDS[self.kind]}：{self.ip or ''} {self.mac or ''}".strip()
        where, text = {"device_id": self.device_id}, self.evidence.split("\n")[0]
        yield Drafted("found", "problem", f"{about}。{text}", self.first_at, **where)
        if self.state in ("handled", "closed") and self.remedy and self.handled_at:
            yield Drafted("done", "solved", f"{about}，{self.remedy}", self.handled_at, **where)

    def check(self, session: Session) -> Iterator[FieldError]:
        """Only the console makes one (`by_hand`), so a new one may hold what no form can say."""
        yield from self.lasting()
        if inspect(self).persistent:
            yield from self.stood(session)


def notice_key(finding_id: str) -> str:
    """The key of the notice that this was found."""
    return f"address-finding:{finding_id}"


class FindingSeen(Scoped, Observed, Base):
    """How a finding stands in the tables now: told anew each cycle, so never audited."""

    __tablename__ = "finding_seen"

    finding_id: Mapped[str] = mapped_column(points_to("address_finding.id"), primary_key=True)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    times: Mapped[int] = mapped_column(default=1)
    present: Mapped[bool] = mapped_column(default=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    text: Mapped[str] = mapped_column(Text, default="")
