"""Asking for a place on the local network: the department answers for its computers, the port is
opened once that is agreed (Articles 64, 65, 107 and 110; duty A25)."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, Session

from inventory import approval
from inventory.approval import Rule, rule
from inventory.binding_opening import carried_over
from inventory.binding_steps import propose_release
from inventory.numbering import Yearly
from inventory.register import CentreRegister, FieldError, entry
from inventory.revision import Signable
from inventory.shanghai import today
from inventory.stepping import Step, Stepped, Taken, moving, offer, refused

KINDS = {"join": "接入", "move": "移位", "leave": "撤除"}
STATES = {
    "draft": "草拟", "asked": "已申请", "approved": "已批准", "done": "已开通", "refused": "未批准",
    "closed": "已撤除",
}  # fmt: skip
_COLOURS = {"asked": "warning", "approved": "info", "done": "ok"}


class AccessRequest(Stepped, Signable, Yearly, CentreRegister):
    """One computer that is to join the local network, and who answers for it."""

    __tablename__ = "access_request"
    slug: ClassVar[str] = "access-requests"
    title: ClassVar[str] = "入网申请"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    prefix: ClassVar[str] = "RW"
    topic: ClassVar[str] = "机房与线路"
    articles: ClassVar[tuple[int, ...]] = (64, 65, 107, 110)
    names: ClassVar[tuple[str, ...]] = ("number", "centre_id")
    order: ClassVar[str] = "number"
    falling: ClassVar[bool] = True
    edit_act: ClassVar[str] = "record"
    paper: ClassVar[str] = "入网申请表"
    living: ClassVar[str] = "全部"
    views: ClassVar[dict[str, dict[str, str]]] = {
        "待批准": {"state": "asked"}, "待开通": {"state": "approved"}, "已开通": {"state": "done"},
    }  # fmt: skip
    meanings: ClassVar[tuple[str, ...]] = ("fill", "approve")
    anew: ClassVar[tuple[str, ...]] = ("asked", "approved", "refused")
    sealed: ClassVar[tuple[str, ...]] = (
        "kind", "head_id", "user_id", "equipment_id", "hostname", "mac", "room_id", "purpose",
        "internet",
    )  # fmt: skip
    afresh: ClassVar[tuple[str, ...]] = ("hostname", "equipment_id")

    number: Mapped[str] = entry(
        "编号", default="", listed=True, searched=True, longest=40, help="空着由系统编号"
    )
    kind: Mapped[str] = entry("事项", "choice", choices=KINDS, default="join", listed=True)
    state: Mapped[str] = entry("状态", "choice", choices=STATES, default="draft", settled=True)
    head_id: Mapped[str] = entry(
        "部门负责人", "ref", refers="Staff", required=True, listed=True,
        help="计算机由部门负责人负责管理（第一百零七条）",
    )  # fmt: skip
    user_id: Mapped[str | None] = entry("使用人", "ref", refers="Staff", listed=True)
    equipment_id: Mapped[str | None] = entry("设备", "ref", refers="Equipment", listed=True)
    hostname: Mapped[str | None] = entry("主机名", searched=True, longest=80)
    mac: Mapped[str | None] = entry("MAC 地址", "mac", listed=True, searched=True)
    room_id: Mapped[str | None] = entry("房间", "ref", refers="Room")
    purpose: Mapped[str] = entry("用途", required=True, listed=True, searched=True)
    internet: Mapped[bool] = entry("访问互联网", "yes", default=False)
    outlet_id: Mapped[str | None] = entry(
        "信息点", "ref", refers="Outlet", group="开通", settled=True
    )
    device_id: Mapped[str | None] = entry(
        "接入设备", "ref", refers="Device", group="开通", settled=True
    )
    port: Mapped[str | None] = entry("端口", longest=60, group="开通", searched=True, settled=True)
    ip: Mapped[str | None] = entry("分配地址", "ip", group="开通", searched=True, settled=True)
    done_on: Mapped[date | None] = entry("开通日期", "day", group="开通", settled=True)
    closed_on: Mapped[date | None] = entry("撤除日期", "day", group="开通", settled=True)
    note: Mapped[str | None] = entry("备注", "note")

    __table_args__ = (Index("uq_access_request", "centre_id", "number", unique=True),)

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.stood(session)


def _ask(session: Session, request: Any, taken: Taken) -> None:
    if not (request.equipment_id or request.mac):
        raise refused(request, "mac", "请选设备，或填写网卡的 MAC 地址")
    approval.ask(session, "access", request, taken.who, request.purpose)
    request.state = "asked"


def _open(session: Session, request: Any, taken: Taken) -> None:
    if approval.approved(session, "access", request) is None:
        raise refused(request, "state", "现在的内容没有批准，请重新申请")
    request.state, request.done_on = "done", request.done_on or today()
    carried_over(session, request, taken.who)


def _close(session: Session, request: Any, _taken: Taken) -> None:
    request.state, request.closed_on = "closed", request.closed_on or today()
    propose_release(session, f"入网申请 {request.number} 已撤除", request=request.id)


def _decided(state: str) -> Any:
    def follow(session: Session, request: Any) -> None:
        with moving(session, request):
            request.state = state

    return follow


rule(
    Rule(
        "access", "入网申请", "approve", approved=_decided("approved"),
        refused=_decided("refused"), withdrawn=_decided("draft"), ask_right="record",
    )
)  # fmt: skip
offer(
    AccessRequest,
    Step("ask", "申请审批", ("draft", "refused"), _ask),
    Step(
        "open", "登记开通", ("approved",), _open, right="edit",
        asks=("outlet_id", "device_id", "port", "ip", "done_on"), needs=("port",),
    ),
    Step(
        "close", "登记撤除", ("done",), _close, right="edit", asks=("closed_on",), danger=True,
        confirm="登记 %(name)s 已撤除？",
    ),
)  # fmt: skip
