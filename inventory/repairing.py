"""The steps of a repair: mended here or sent out, come back, judged, closed. Each moves the thing,
its data and its blame together; nothing else does."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from inventory import approval as approving
from inventory.approval import Rule, rule
from inventory.db import RecordSession
from inventory.deployment import deploy, serving
from inventory.device import Device
from inventory.equipment import Equipment
from inventory.moving import move
from inventory.notice import settle
from inventory.paper import as_shown, late_key, write
from inventory.repair import BLAMED, HELD, RESULTS, Repair
from inventory.sanitisation import AHEAD
from inventory.scrapping import Scrapping, put_on
from inventory.stepping import Step, Taken, moving, offer, refused
from inventory.unstable import UnstableDevice

KIND = "blame"
_RESULT = (
    "result", "cause", "done", "returned_at", "cost", "budget_id", "back_to", "responsible_id",
    "decision", "compensation",
)  # fmt: skip
_BLAME = ("cause", "responsible_id", "decision", "compensation")


def begin(session: Session, repair: Repair) -> None:
    """The thing goes into repair with the paper that says so; a second time nothing happens."""
    thing = thing_of(session, repair)
    if thing is None or repair.came_from:
        return
    served = serving(session, thing=thing.id)
    with moving(session, repair):
        repair.came_from = thing.state
        repair.device_id = served.device_id if served else None
    move(session, thing, "repair", repair, reason=repair.fault, at=repair.reported_at)


@event.listens_for(RecordSession, "before_commit")
def _begin_all(session: Session) -> None:
    """Whoever writes a repair, by page, sheet, API or program: its thing goes with it."""
    if session.info.get("mode") != "transaction":
        return
    session.flush()
    for repair in session.info.pop("begun", ()):
        begin(session, repair)


@event.listens_for(RecordSession, "after_soft_rollback")
def _forget(session: Session, _transaction: Any) -> None:
    session.info.pop("begun", None)


def thing_of(session: Session, repair: Repair) -> Equipment | None:
    return session.get(Equipment, repair.equipment_id) if repair.equipment_id else None


def repair_of(session: Session, thing: Equipment) -> Repair | None:
    """The paper on which a thing is in repair now."""
    query = select(Repair).where(Repair.equipment_id == thing.id, Repair.state.in_(HELD))
    return session.scalars(query.where(Repair.retired_at.is_(None))).first()


def lost_on(session: Session, thing: Equipment) -> None:
    """The thing was lost where it was to be mended: nothing more will come of its repair."""
    repair = repair_of(session, thing)
    if repair is not None:
        _end(session, repair, "lost")


def _inhouse(session: Session, repair: Repair, _taken: Taken) -> None:
    begin(session, repair)
    repair.state = "inhouse"


def _send(session: Session, repair: Repair, _taken: Taken) -> None:
    begin(session, repair)
    now = datetime.now(UTC)
    repair.sent_at = repair.sent_at or now
    if not repair.reported_at <= repair.sent_at <= now + AHEAD:
        raise refused(repair, "sent_at", "应在报修之后、现在之前")
    repair.state = "out"


def _finish(session: Session, repair: Repair, taken: Taken) -> None:
    begin(session, repair)
    now = datetime.now(UTC)
    repair.returned_at = repair.returned_at or now
    if not (repair.sent_at or repair.reported_at) <= repair.returned_at <= now + AHEAD:
        raise refused(repair, "returned_at", "应在报修和送修之后、现在之前")
    _answered(repair)
    _put_back(session, repair)
    _judge(session, repair, taken)


def _rejudge(session: Session, repair: Repair, taken: Taken) -> None:
    as_shown(session, repair, taken)
    write(session, repair, taken.given, "重新定责")
    _answered(repair)
    _judge(session, repair, taken)


def _answered(repair: Repair) -> None:
    """Damage by people has somebody who answers for it, and says how (Article 138)."""
    if repair.cause not in BLAMED:
        return
    if not repair.responsible_id:
        raise refused(repair, "responsible_id", "人为损坏或丢失须写明责任人（第一百三十八条）")
    if not (repair.decision or "").strip():
        raise refused(repair, "decision", "须写明怎样处理，由领导批准")


def _judge(session: Session, repair: Repair, taken: Taken) -> None:
    if repair.cause not in BLAMED:
        _end(session, repair, "closed")
        return
    repair.state = "blame"
    approving.ask(session, KIND, repair, taken.who, repair.decision or "")


def _put_back(session: Session, repair: Repair) -> None:
    """Where it was, where it was said to go, or put away and asked to be scrapped."""
    thing = thing_of(session, repair)
    if thing is None:
        return
    to = repair.back_to or "was"
    state = {"was": repair.came_from or "idle", "scrap": "idle"}.get(to, to)
    reason = f"{RESULTS[repair.result or '']}：{repair.done}"
    move(session, thing, state, repair, reason=reason[:300], at=repair.returned_at)
    if to == "scrap":
        _scrap(session, repair, thing)
    _serve_again(session, repair, thing)


def _scrap(session: Session, repair: Repair, thing: Equipment) -> None:
    paper = Scrapping(centre_id=repair.centre_id, reason=f"{repair.number} {repair.done}"[:300])
    session.add(paper)
    session.flush()
    put_on(session, paper, thing)


def _serve_again(session: Session, repair: Repair, thing: Equipment) -> None:
    """Back in use it is again what it was, unless another box has taken its place; what was put
    out of service because of it is watched again."""
    device = session.get(Device, repair.device_id) if repair.device_id else None
    free = device is not None and device.retired_at is None
    if device is not None and free and thing.state == "in_use":
        if serving(session, device=device.id) is None:
            deploy(session, thing, device, repair.number, repair.returned_at)
        _restart(session, repair, device)


def _restart(session: Session, repair: Repair, device: Device) -> None:
    query = select(UnstableDevice).where(
        UnstableDevice.repair_id == repair.id, UnstableDevice.state == "stopped"
    )
    for one in session.scalars(query).all():
        device.paused = False
        with moving(session, one):
            one.state = "repaired"


def _cancel(session: Session, repair: Repair, _taken: Taken) -> None:
    begin(session, repair)
    thing = thing_of(session, repair)
    if thing is not None:
        move(session, thing, repair.came_from or "idle", repair, reason="撤销报修")
        _serve_again(session, repair, thing)
    _end(session, repair, "cancelled")


def _end(session: Session, repair: Repair, state: str) -> None:
    with moving(session, repair):
        repair.state, repair.closed_at = state, datetime.now(UTC)
    settle(session, late_key(repair))


def _agreed(session: Session, repair: Repair) -> None:
    _end(session, repair, "closed")


def _sent_back(session: Session, repair: Repair) -> None:
    with moving(session, repair):
        repair.state = "refused"


rule(
    Rule(
        KIND, "损坏赔偿", "approve", approved=_agreed, refused=_sent_back, withdrawn=_sent_back,
        ask_right="record",
    )
)  # fmt: skip

offer(
    Repair,
    Step("inhouse", "自修", ("open",), _inhouse, asks=("repairer_id",)),
    Step(
        "send", "送修", ("open", "inhouse"), _send, asks=("vendor", "sent_at", "carrier_id"),
        needs=("vendor", "carrier_id"), help="有存储介质的设备，先在下面登记数据清除，再送出。",
    ),
    Step(
        "finish", "登记结果", HELD, _finish, asks=_RESULT, needs=("result", "cause", "done"),
        help="自然损耗等随即办结；人为损坏或丢失的写明责任人和处理意见，报领导批准。",
    ),
    Step(
        "rejudge", "重新定责", ("refused",), _rejudge, asks=_BLAME, needs=("cause",),
        help="按领导的意见更正后重新报批。",
    ),
    Step(
        "cancel", "撤销报修", ("open", "inhouse"), _cancel, danger=True,
        confirm="撤销报修 %(name)s？设备恢复原来的状态。",
    ),
)  # fmt: skip
