"""Who holds which address with which network card, at which port (Articles 34, 107, 109; D1–D3)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Index, inspect, text
from sqlalchemy.orm import Mapped, Session

from inventory.address_book import next_free, prefix_of, range_named
from inventory.address_ranges import place
from inventory.binding_rules import against
from inventory.prefix import Prefix
from inventory.register import CentreRegister, FieldError, RowAct, entry
from inventory.revision import Signable
from inventory.stepping import Stepped, is_moving
from inventory.text import mac as canonical_mac

STATES = {
    "draft": "草拟", "asked": "已申请", "active": "在用", "refused": "未批准", "released": "已释放",
}  # fmt: skip
_COLOURS = {"draft": "info", "asked": "warning", "active": "ok"}
_IN_FORCE = text("state = 'active' AND retired_at IS NULL")


class Binding(Stepped, Signable, CentreRegister):
    """One address given to one network card. In force between `since` and `until`; a released one
    stays, so that it is known who held an address when. What is in force is not corrected but
    replaced by another (`replaces_id`), so that no moment is left without a binding."""

    __tablename__ = "binding"
    slug: ClassVar[str] = "bindings"
    title: ClassVar[str] = "地址绑定"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    topic: ClassVar[str] = "地址与绑定"
    articles: ClassVar[tuple[int, ...]] = (34, 107, 109)
    names: ClassVar[tuple[str, ...]] = ("ip", "mac", "centre_id")
    order: ClassVar[str] = "ip"
    confidential: ClassVar[bool] = True
    edit_act: ClassVar[str] = "record"
    living: ClassVar[str] = "全部"
    views: ClassVar[dict[str, dict[str, str]]] = {
        "在用": {"state": "active"}, "草拟": {"state": "draft"}, "待批准": {"state": "asked"},
        "建议释放": {"state": "active", "leaving": "yes"}, "已释放": {"state": "released"},
    }  # fmt: skip
    acts: ClassVar[tuple[RowAct, ...]] = (
        RowAct("ask", "申请审批", step="ask"),
        RowAct("release", "释放", step="release", confirm="释放所选的地址绑定？地址可以再分配。"),
    )
    over: ClassVar[tuple[str, ...]] = ("refused", "released")
    again: ClassVar[tuple[str, ...]] = ("active", "refused", "released")
    meanings: ClassVar[tuple[str, ...]] = ("fill", "approve")
    anew: ClassVar[tuple[str, ...]] = ("asked", "refused")
    sealed: ClassVar[tuple[str, ...]] = (
        "prefix_id", "ip", "mac", "local_why", "holder", "unit_id", "equipment_id", "device_id",
        "port", "vlan", "replaces_id",
    )  # fmt: skip
    afresh: ClassVar[tuple[str, ...]] = ("ip", "mac", "replaces_id", "request_id")

    state: Mapped[str] = entry(
        "状态", "choice", choices=STATES, default="draft", settled=True, listed=True
    )
    prefix_id: Mapped[str] = entry(
        "网段", "ref", refers="Prefix", listed=True, help="空着：按地址找到所在网段"
    )
    ip: Mapped[str] = entry(
        "IP 地址", "ip", default="", listed=True, searched=True,
        help="空着：分配所选网段中下一个空闲地址",
    )  # fmt: skip
    mac: Mapped[str] = entry("MAC 地址", "mac", required=True, listed=True, searched=True)
    local_why: Mapped[str] = entry(
        "本地 MAC 的理由", default="", longest=200,
        help="第二位是 2、6、A、E 的 MAC 是随机的或虚拟机的；只有固定不变的才登记，写明理由",
    )  # fmt: skip
    holder: Mapped[str] = entry(
        "使用人", default="", listed=True, searched=True, longest=80,
        help="谁负责这台机器；申请前必须填写",
    )  # fmt: skip
    unit_id: Mapped[str | None] = entry("部门", "ref", refers="Centre", listed=True)
    equipment_id: Mapped[str | None] = entry("设备", "ref", refers="Equipment", listed=True)
    device_id: Mapped[str | None] = entry(
        "接入交换机", "ref", refers="Device", listed=True, help="空着：不核对端口"
    )
    port: Mapped[str] = entry("端口", default="", listed=True, searched=True, longest=60)
    vlan: Mapped[int | None] = entry("VLAN", "whole", low=1, high=4094)
    request_id: Mapped[str | None] = entry("入网申请", "ref", refers="AccessRequest")
    replaces_id: Mapped[str | None] = entry(
        "取代的绑定", "ref", refers="Binding", among={"state": "active"},
        help="换网卡、换端口时选原来的绑定：新的批准时，原来的同时释放",
    )  # fmt: skip
    since: Mapped[datetime | None] = entry("启用时间", "time", settled=True, listed=True)
    until: Mapped[datetime | None] = entry("释放时间", "time", settled=True)
    leaving: Mapped[bool] = entry("建议释放", "yes", default=False, settled=True)
    leaving_why: Mapped[str] = entry("建议释放的原因", default="", longest=200, settled=True)
    note: Mapped[str | None] = entry("备注", "note")

    __table_args__ = (
        Index(
            "uq_binding_in_force", "prefix_id", "ip", unique=True,
            sqlite_where=_IN_FORCE, postgresql_where=_IN_FORCE,
        ),
        Index("ix_binding_mac", "mac"),
        Index("ix_binding_ip", "ip"),
        Index("ix_binding_place", "prefix_id", "sort_key"),
    )  # fmt: skip

    @property
    def label(self) -> str:
        """Whose address it is stands wherever it is named: whoever replaces or releases it sees."""
        return " ".join(filter(None, (self.ip, self.mac, self.holder)))

    @property
    def headline(self) -> str:
        return self.label

    @property
    def stage(self) -> tuple[str, str]:
        if self.leaving and self.state == "active":
            return "warning", "建议释放"
        return super().stage

    @property
    def touched(self) -> bool:
        """Is what is approved of it new or changed? What stood before is not judged anew."""
        state: Any = inspect(self)
        names = (*self.sealed, "centre_id")
        return not state.persistent or any(state.attrs[n].history.has_changes() for n in names)

    def prefix(self, session: Session) -> Prefix | None:
        """Its range: the one named, else the one its address lies in."""
        if self.prefix_id:
            return range_named(session, self.prefix_id, self.centre_id)
        with session.no_autoflush:
            return prefix_of(session, self.ip, None, self.centre_id) if self.ip else None

    def prepare(self, session: Session) -> None:
        """An address left empty is the next free one of its range."""
        self.mac = canonical_mac(self.mac)
        if not self.prefix_id or not self.ip:
            found = self.prefix(session)
            self.prefix_id = found.id if found else self.prefix_id
            if found is not None and not self.ip:
                with session.no_autoflush:
                    self.ip = next_free(session, found) or ""
        super().prepare(session)
        self.sort_key = place(self.ip)

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.stood(session)
        if self.retired_at is not None:
            if self.state in ("asked", "active"):
                yield self.wrong("state", f"{STATES[self.state]}的绑定不能停用：请释放，或撤回申请")
            return
        if not self.touched:
            return
        if self.state in ("active", "released") and not is_moving(session, self):
            cause = f"{STATES[self.state]}的绑定不能改：请另登记一条，在“取代的绑定”里选它"
            yield self.wrong("ip", cause)
            return
        yield from against(session, self)
