"""The steps of a patrol: answered line by line, signed with what was found, and every finding
closed by somebody who says how."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from inventory.notice import settle
from inventory.paper import sign_typed
from inventory.patrol import NOTED_WITHIN, Patrol, open_patrol
from inventory.patrol_item import CADENCES
from inventory.patrol_lists import items_of
from inventory.patrol_result import RESULTS, PatrolResult, findings, results
from inventory.register import FieldError, Rejected
from inventory.role import Standing, can
from inventory.room import Room
from inventory.signature import acting
from inventory.stepping import Step, Taken, moving, offer, refused

Answers = Mapping[str, tuple[str, str]]  # item id → (a key of RESULTS, what was seen)


def start(session: Session, room: Room, kind: str, who: Standing) -> Patrol:
    """The walk of this kind that goes on in the room, or a new one. Raises Rejected without the
    right, or when there is nothing to look at."""
    acting(session, who)
    going = open_patrol(session, room.id, kind)
    if going is not None:
        return going
    made = Patrol(
        centre_id=room.centre_id, room_id=room.id, kind=kind,
        at=datetime.now(UTC).replace(second=0, microsecond=0),
    )  # fmt: skip
    if not can(who, "record", room):
        raise refused(made, "room_id", "您在这个单位没有填写台账的权限")
    if kind not in CADENCES or not items_of(session, room, kind):
        raise refused(made, "room_id", "这个房间还没有巡检项目，请先登记或采用默认项目")
    session.add(made)
    session.flush()
    return made


def put(session: Session, patrol: Patrol, answers: Answers, who: Standing) -> None:
    """Note answers while the walk goes on; the last one of a line counts. Raises Rejected."""
    acting(session, who)
    if patrol.state != "open" or patrol.retired_at is not None or not can(who, "record", patrol):
        raise refused(patrol, "state", "这张巡检表已经签字或作废，不能再填")
    known = {one.item_id: one for one in results(session, patrol)}
    for line in checklist(session, patrol):
        result, note = answers.get(line.id, ("", ""))
        if result in RESULTS:
            made = known.get(line.id) or _line_of(session, patrol, line)
            made.result = result
            made.note = note.strip()[:300] or None if result == "abnormal" else None
    session.flush()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the checklist of a walk, with its answer so far ("" while there is none)."""

    id: str  # of the PatrolItem
    name: str
    position: int
    subject: str = ""
    how: str = ""
    result: str = ""
    note: str = ""


def checklist(session: Session, patrol: Patrol) -> list[Line]:
    """What is looked at on this walk: the lines in force, and those answered already."""
    room = session.get_one(Room, patrol.room_id)
    items = {one.id: one for one in items_of(session, room, patrol.kind)}
    lines = {
        one.id: Line(one.id, one.name, one.position, one.subject, one.how or "")
        for one in items.values()
    }
    for one in results(session, patrol):
        key = one.item_id or one.id
        had = lines.get(key) or Line(key, one.name, one.position)
        lines[key] = replace(had, name=one.name, result=one.result, note=one.note or "")
    return sorted(lines.values(), key=lambda one: (one.position, one.id))


def _line_of(session: Session, patrol: Patrol, line: Line) -> PatrolResult:
    made = PatrolResult(
        centre_id=patrol.centre_id, patrol_id=patrol.id, item_id=line.id, name=line.name,
        room_id=patrol.room_id, at=patrol.at, position=line.position,
    )  # fmt: skip
    session.add(made)
    return made


def _finish(session: Session, patrol: Patrol, taken: Taken) -> None:
    """Every line answered, what was abnormal described: signed as one text."""
    now = datetime.now(UTC)
    if now - patrol.at > NOTED_WITHIN:
        raise refused(patrol, "at", "巡检时间在三天以前，请作废后重新巡检")
    done = results(session, patrol)
    _complete(session, patrol, done)
    values = {"summary": summary(done), "told": "\n".join(map(_line, done))}
    sign_typed(session, patrol, "fill", taken, values, "巡检结果")
    odd = [one for one in done if one.result == "abnormal"]
    with moving(session, *odd):
        for one in odd:
            one.state = "open"
    patrol.by, patrol.signed_at = taken.who.name, now
    patrol.state = "found" if odd else "closed"
    patrol.closed_at = None if odd else now
    settle(session, due_key(patrol.room_id, patrol.kind))


def _complete(session: Session, patrol: Patrol, done: Sequence[PatrolResult]) -> None:
    left = [one for one in checklist(session, patrol) if not one.result]
    wrong = [FieldError("result", one.name, "还没有选结果") for one in left]
    wrong += [
        FieldError("note", one.name, "请写明异常现象")
        for one in done
        if one.result == "abnormal" and not one.note
    ]
    if wrong or not done:
        raise Rejected(tuple(wrong) or refused(patrol, "told", "没有巡检项目").errors, patrol.id)


def summary(done: Sequence[PatrolResult]) -> str:
    """正常 12 项，异常 1 项（设备连接线缆牢固完好：松动），不适用 1 项"""
    counted = {word: sum(one.result == word for one in done) for word in RESULTS}
    odd = "；".join(f"{one.name}：{one.note}" for one in done if one.result == "abnormal")
    parts = [
        f"{RESULTS[word]} {number} 项" + (f"（{odd}）" if word == "abnormal" else "")
        for word, number in counted.items()
        if number
    ]
    text = "，".join(parts)
    return text if len(text) <= 300 else text[:299] + "…"


def _line(one: PatrolResult) -> str:
    return f"{one.name}：{RESULTS[one.result]}" + (f"，{one.note}" if one.note else "")


def _cancel(session: Session, patrol: Patrol, _taken: Taken) -> None:
    patrol.state = "cancelled"


def _close(session: Session, one: PatrolResult, taken: Taken) -> None:
    """Dealt with; the last one of its patrol closes that, too."""
    one.state, one.closed_by, one.closed_at = "closed", taken.who.name, datetime.now(UTC)
    session.flush()
    patrol = session.get_one(Patrol, one.patrol_id)
    if patrol.state == "found" and not findings(session, patrol):
        with moving(session, patrol):
            patrol.state, patrol.closed_at = "closed", one.closed_at


def due_key(room_id: str, kind: str) -> str:
    """The key of the notice that this room should have been walked through."""
    return f"patrol:{room_id}:{kind}"


offer(
    Patrol,
    Step("finish", "完成并签字", ("open",), _finish, proof=True),
    Step(
        "cancel", "作废", ("open",), _cancel, danger=True,
        confirm="作废 %(name)s？已填的结果保留在记录里，但不算巡检。",
    ),
)  # fmt: skip
offer(
    PatrolResult,
    Step("close", "登记处理", ("open",), _close, asks=("done",), needs=("done",)),
)
