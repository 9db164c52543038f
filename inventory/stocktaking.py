"""The steps of a stock-take: begun, counted by several people, sorted out, signed by two."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.equipment import Equipment
from inventory.lifecycle import ENDED
from inventory.revision import correct
from inventory.role import Standing, can
from inventory.signature import acting, sign
from inventory.stepping import Step, Taken, offer, refused
from inventory.stock_tally import everything, missing, report
from inventory.stocktake import DECISIONS, StockItem, StockTake


def decide(
    session: Session, take: StockTake, told: Mapping[str, tuple[str, str]], who: Standing
) -> int:
    """Say what became of things not seen: item id → (a key of DECISIONS, remark); how many were
    decided. Raises Rejected: a thing elsewhere or lost needs a word about it."""
    acting(session, who)
    if take.state != "sorting" or not can(who, "record", take):
        raise refused(take, "state", "请先“结束扫描”，再逐件处理未盘到的")
    done = 0
    for item, thing in missing(session, take):
        decision, remark = told.get(item.id, ("", ""))
        if not decision or (decision, remark) == (item.decision, item.remark):
            continue
        if decision not in DECISIONS or (decision != "found" and not remark.strip()):
            raise refused(take, "result", f"{thing.label}：请写明在哪里，或怎样遗失")
        item.decision, item.remark, item.decided_by = decision, remark.strip()[:200], who.name
        done += 1
    return done


def _begin(session: Session, take: StockTake, _taken: Taken) -> None:
    """What is expected from here on: everything of ours by the book, in these rooms."""
    rooms = take.chosen_rooms(session)
    query = select(Equipment).where(
        Equipment.centre_id.in_(_units(session, take)), Equipment.retired_at.is_(None),
        Equipment.state.not_in(ENDED),
    )  # fmt: skip
    if rooms:
        query = query.where(Equipment.room_id.in_([room.id for room in rooms]))
    things = session.scalars(query.order_by(Equipment.tag)).all()
    if not things:
        raise refused(take, "rooms", "这个范围里没有登记设备")
    session.add_all(
        StockItem(
            centre_id=take.centre_id, take_id=take.id, equipment_id=one.id, room_id=one.room_id
        )
        for one in things
    )
    take.state, take.begun_at = "open", datetime.now(UTC)


def _to(state: str) -> Any:
    def follow(_session: Session, take: StockTake, _taken: Taken) -> None:
        take.state = state

    return follow


def _close(session: Session, take: StockTake, _taken: Taken) -> None:
    """Every difference has been explained: the result is written, rooms are put right. Keepers and
    units stay as they are: they change on handovers."""
    undecided = [thing.label for item, thing in missing(session, take) if not item.decision]
    if undecided:
        names = "、".join(undecided[:5])
        raise refused(take, "result", f"还有 {len(undecided)} 件未盘到没有处理：{names}")
    told = report(session, take)
    for one in everything(session, take):
        if one.moved and one.thing.room_id != one.room_id:
            one.thing.room_id = one.room_id
    if take.revised:
        correct(session, take, {"result": told}, "重新核对")
    take.result, take.state, take.ended_at = told, "closed", datetime.now(UTC)


def _sign(session: Session, take: StockTake, taken: Taken) -> None:
    assert taken.proof is not None
    sign(session, take, "fill", taken.who, taken.proof, taken.seen)
    take.state = "filled"


def _review(session: Session, take: StockTake, taken: Taken) -> None:
    assert taken.proof is not None
    sign(session, take, "review", taken.who, taken.proof, taken.seen)
    take.state = "done"


def _sort_again(_session: Session, take: StockTake, taken: Taken) -> None:
    """By those who count and those who review; whoever only reads the book sends nothing back."""
    if not (can(taken.who, "record", take) or can(taken.who, "sign", take)):
        raise refused(take, "state", "您在这个单位没有填写台账、审阅签字的权限")
    take.state, take.reopened_at = "sorting", datetime.now(UTC)


def _units(session: Session, take: StockTake) -> list[str]:
    centre = session.get_one(Centre, take.centre_id)
    if not take.with_units:
        return [centre.id]
    return list(session.scalars(select(Centre.id).where(Centre.path.startswith(centre.path))))


offer(
    StockTake,
    Step(
        "begin", "开始盘点", ("draft",), _begin, confirm="开始 %(name)s？应盘清单以此刻台账为准。"
    ),
    Step("pause", "暂停", ("open",), _to("paused")),
    Step("resume", "继续盘点", ("paused", "sorting"), _to("open")),
    Step(
        "finish", "结束扫描", ("open", "paused"), _to("sorting"),
        help="之后逐件处理未盘到的；需要时还可以继续盘点。",
    ),
    Step(
        "close", "完成核对", ("sorting",), _close,
        help="写出盘点结果，更正房间；保管人和单位的变更另办交接。",
    ),
    Step("sign", "签字", ("closed",), _sign, proof=True, help="由参加盘点的人签字。"),
    Step(
        "review", "审核签字", ("filled",), _review, right="sign", proof=True,
        help="由没有参加盘点的另一人审核。",
    ),
    Step(
        "return", "退回核对", ("closed", "filled"), _sort_again, right="view", asks=("remark",),
        needs=("remark",),
    ),
    Step(
        "cancel", "取消", ("draft", "open", "paused", "sorting"), _to("cancelled"), danger=True,
        confirm="取消 %(name)s？已扫描的记录保留。",
    ),
)  # fmt: skip
