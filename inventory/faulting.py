"""The steps of a fault: handled, told to the centre above, answered, confirmed, closed. A minor one
is closed by whoever records it, a major or puzzling one by a leader; both sign."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from inventory import approval as approving
from inventory.approval import Rule, rule
from inventory.deployment import serving
from inventory.device import Device
from inventory.equipment import Equipment
from inventory.fault import GRAVE, SEVERITIES, WAYS, WORKED, Fault
from inventory.fault_diagnosis import diagnosis
from inventory.fault_limit import upper
from inventory.fault_step import FaultStep, told, worked
from inventory.notice import settle, tell
from inventory.paper import as_shown, before, late_key, sign_typed, write
from inventory.register import FieldError, Rejected
from inventory.repair import Repair
from inventory.repairing import begin
from inventory.stepping import Step, Taken, moving, offer, refused, typed_at

KIND = "fault"
_ENDING = ("cause_kind", "cause", "result", "restored_at")
_NEEDED = ("phenomenon", "cause_kind", "cause", "result")
_UPPER = ("escalated_to", "upper_person", "upper_way", "escalated_at", "asked")


def notice_keys(fault: Fault) -> tuple[str, str, str]:
    """The keys of the notices that it was not told above in time: to network administrators, to
    leaders; and that it was told, to those above."""
    return f"fault-report:{fault.id}", f"fault-lead:{fault.id}", f"fault-asked:{fault.id}"


def missing(
    session: Session, fault: Fault, given: Mapping[str, Any] | None = None
) -> Iterator[FieldError]:
    """What Article 105 asks for of a major or puzzling fault and is not there, with what is being
    typed (`given`)."""
    typed = given or {}
    for name in _NEEDED:
        if not str(typed.get(name, getattr(fault, name)) or "").strip():
            yield fault.wrong(name, "重大和疑难的必须填写（第一百零五条）")
    if not worked(session, [fault.id]):
        yield fault.wrong("process", "至少记一条处理步骤（第一百零五条）")
    elif not told(session, fault.id)[1]:
        yield fault.wrong("participants", "没有参加人员（第一百零五条）")


def _start(session: Session, fault: Fault, _taken: Taken) -> None:
    fault.state = "handling"


def _diagnose(session: Session, fault: Fault, taken: Taken) -> None:
    """Copied below what was copied before: how a fault changed is part of its story."""
    text = diagnosis(session, fault.device_id or "", datetime.now(UTC))
    whole = "\n\n".join(filter(None, (fault.diagnosis, text)))
    write(session, fault, {"diagnosis": whole}, "采集诊断信息")


def _escalate(session: Session, fault: Fault, taken: Taken) -> None:
    first = before(fault, "escalated_at")
    as_shown(session, fault, taken)
    at = typed_at(fault, taken, "escalated_at", fault.found_at)
    given = {**taken.given, "escalated_at": min(first, at) if first else at}
    person, way = given.get("upper_person"), WAYS[given["upper_way"]]
    whom = f"{given['escalated_to']}（{'，'.join(filter(None, (person, way)))}）"
    _note(session, fault, "escalate", at, f"上报{whom}：{given['asked']}")
    write(session, fault, given, "上报")
    fault.state = "escalated"
    report, lead, asked = notice_keys(fault)
    for key in (report, lead):
        settle(session, key)
    above = upper(session, fault.centre_id)[0]
    if above:
        tell(
            session, "wrong", f"下级上报故障：{fault.headline}", centre_id=above, right="edit",
            level="warning", link=f"/r/faults/{fault.id}", key=asked,
        )  # fmt: skip


def _answer(session: Session, fault: Fault, taken: Taken) -> None:
    as_shown(session, fault, taken)
    at = typed_at(fault, taken, "answered_at", fault.escalated_at)
    given = {**taken.given, "answered_at": at}
    _note(session, fault, "answer", at, f"{given['answered_by']}答复：{given['answer']}")
    write(session, fault, given, "上级答复")
    fault.state = "handling"
    settle(session, notice_keys(fault)[2])


def _submit(session: Session, fault: Fault, taken: Taken) -> None:
    if fault.severity not in GRAVE:
        raise refused(fault, "severity", "一般故障由记录人关闭，不用报请确认")
    _signed(session, fault, taken)
    fault.state = "confirm"
    approving.ask(session, KIND, fault, taken.who, fault.result or "")


def _close(session: Session, fault: Fault, taken: Taken) -> None:
    if fault.severity in GRAVE:
        raise refused(
            fault, "state", f"{SEVERITIES[fault.severity]}故障由领导确认后关闭，请“报请确认”"
        )
    _signed(session, fault, taken)
    _end(session, fault, "closed")


def _signed(session: Session, fault: Fault, taken: Taken) -> None:
    """Signed is what stands on the page, what was typed beside it, and the process as it is."""
    as_shown(session, fault, taken)
    wrong = tuple(missing(session, fault, taken.given)) if fault.grave else ()
    if wrong:
        raise Rejected(wrong, fault.id)
    process, participants = told(session, fault.id)
    given = {**taken.given, "process": process or None, "participants": participants or None}
    sign_typed(session, fault, "fill", taken, given, "处理完毕")


def _repair(session: Session, fault: Fault, taken: Taken) -> None:
    """The repair begins with what the fault says: nothing is typed twice."""
    thing, name = _broken(session, fault)
    now = datetime.now(UTC)
    repair = Repair(
        centre_id=fault.centre_id, fault=f"{fault.number} {fault.phenomenon}"[:300],
        reported_at=now, reporter=taken.who.name[:60],
        **({"equipment_id": thing.id} if thing is not None else {"named": name}),
    )  # fmt: skip
    session.add(repair)
    session.flush()
    begin(session, repair)
    _note(session, fault, "repair", now, f"转维修 {repair.number}")
    fault.repair_id = repair.id


def _broken(session: Session, fault: Fault) -> tuple[Equipment | None, str]:
    """The thing the fault names, or the one that serves as its device; else the device's name."""
    served = serving(session, device=fault.device_id) if fault.device_id else None
    key = fault.equipment_id or (served.equipment_id if served else None)
    device = session.get(Device, fault.device_id) if fault.device_id else None
    return session.get(Equipment, key) if key else None, device.name if device else ""


def _cancel(session: Session, fault: Fault, _taken: Taken) -> None:
    if fault.revised:
        raise refused(fault, "state", "已经签过字，不能撤销")
    _end(session, fault, "cancelled")


def _end(session: Session, fault: Fault, state: str) -> None:
    with moving(session, fault):
        fault.state, fault.closed_at = state, datetime.now(UTC)
    for key in (*notice_keys(fault), late_key(fault)):
        settle(session, key)


def _back(session: Session, fault: Fault) -> None:
    """Refused or taken back: it is handled further. What was corrected meanwhile already is."""
    if fault.state == "confirm":
        with moving(session, fault):
            fault.state = "handling"


def _note(session: Session, fault: Fault, kind: str, at: datetime, text: str) -> None:
    session.add(
        FaultStep(centre_id=fault.centre_id, fault_id=fault.id, at=at, text=text[:500], kind=kind)
    )
    session.flush()


rule(
    Rule(
        KIND, "故障确认", "approve", approved=lambda session, row: _end(session, row, "closed"),
        refused=_back, withdrawn=_back, ask_right="record",
    )
)  # fmt: skip
offer(
    Fault,
    Step("start", "开始处理", ("new",), _start),
    Step(
        "diagnose", "采集诊断信息", WORKED, _diagnose,
        fits=lambda _session, row: bool(row.device_id),
    ),
    Step(
        "escalate", "上报", WORKED, _escalate, asks=_UPPER,
        needs=("escalated_to", "upper_way", "asked"),
        help="乡镇报县、县报市、市报省（第三十条）。时间空着就是现在。",
    ),
    Step(
        "answer", "登记答复", ("escalated",), _answer,
        asks=("answer", "answered_by", "answered_at"), needs=("answer", "answered_by"),
    ),
    Step(
        "submit", "报请确认", ("handling", "escalated"), _submit, asks=_ENDING, proof=True,
        fits=lambda _session, row: row.grave,
        help="写清原因和结果并签字，由领导确认后关闭（第一百零五条）。",
    ),
    Step(
        "close", "关闭", WORKED, _close, asks=_ENDING, needs=("result",), proof=True,
        fits=lambda _session, row: not row.grave, help="填写结果并签字。",
    ),
    Step(
        "repair", "转维修", WORKED, _repair, confirm="为故障 %(name)s 开维修单？设备随即转为维修。",
        fits=lambda session, row: not row.repair_id and any(_broken(session, row)),
    ),
    Step(
        "cancel", "撤销（误报）", ("new", "handling"), _cancel, asks=("cancel_reason",),
        needs=("cancel_reason",), danger=True, confirm="撤销故障 %(name)s？",
    ),
)  # fmt: skip
