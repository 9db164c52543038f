"""The demo county's shifts and errors: one shift taken over, one that waits; an entry corrected and
checked, an error that waits for the leader."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING
from inventory.db import Database
from inventory.error_record import ErrorRecord
from inventory.grant import standing
from inventory.log_addenda import begun_from
from inventory.log_day import LogDay
from inventory.log_entry import LogEntry
from inventory.login import prove
from inventory.person import Person
from inventory.proof import Proof
from inventory.revision import digest
from inventory.role import Standing
from inventory.shanghai import today
from inventory.shift_handing import drafted
from inventory.shift_handover import ShiftHandover
from inventory.stepping import Taken, take

_KEYS = "机房钥匙 2 把（值班室钥匙柜）；网线钳、测线仪各 1 件"
Hands = Mapping[str, tuple[Standing, Proof]]


def write_shifts(database: Database, passwords: Mapping[str, str]) -> None:
    """By the steps that a real county takes, each in an act of whoever takes it."""
    hands = {login: _hand(database, login, passwords) for login in ("tech", "net", "leader")}
    _hand_over(database, hands, "tech", "net", taken=True)
    _hand_over(database, hands, "net", "tech", taken=False)
    _correct(database, hands)
    _wait(database, hands)


def _hand(database: Database, login: str, passwords: Mapping[str, str]) -> tuple[Standing, Proof]:
    with database.view(EVERYTHING) as session:
        found = session.scalars(select(Person).where(Person.login == login)).one()
        who = standing(session, found)
    with database.transaction(who.act("演示", "demo")) as session:
        return who, prove(session, who.id, passwords[login])


def _hand_over(database: Database, hands: Hands, giver: str, taker: str, *, taken: bool) -> None:
    who, other = hands[giver][0], hands[taker][0]
    shift = "day" if taken else "night"
    day = today() - timedelta(days=1)
    with database.transaction(who.act("交接班", "demo")) as session:
        row = drafted(session, who.centre_id, day, shift, who.id)
        given = {"taker_id": other.id, "keys": _KEYS, "remark": "空调已报修，维修人员明天上午到"}
        _step(session, row, "hand", hands[giver], given)
    if taken:
        with database.transaction(other.act("交接班", "demo")) as session:
            _step(session, session.get_one(ShiftHandover, row.id), "take", hands[taker])


def _correct(database: Database, hands: Hands) -> None:
    """An entry of a signed day: what was wrong, what is right, checked by the leader."""
    who, lead = hands["tech"][0], hands["leader"][0]
    with database.transaction(who.act("登记差错", "demo")) as session:
        query = select(LogEntry).join(LogDay, LogDay.id == LogEntry.day_id).where(
            LogDay.state == "signed", LogDay.centre_id == who.centre_id, LogEntry.section == "room"
        )  # fmt: skip
        entry = session.scalars(query.order_by(LogEntry.number)).first()
        if entry is None:
            return
        told = {**begun_from(entry), "right": "湿度应为 55%，抄表时看错", "cause": "抄写时没有复核"}
        row = _error(session, told)
        _step(session, row, "fill", hands["tech"])
    with database.transaction(lead.act("审核差错", "demo")) as session:
        _step(session, session.get_one(ErrorRecord, row.id), "check", hands["leader"])


def _wait(database: Database, hands: Hands) -> None:
    who = hands["net"][0]
    with database.transaction(who.act("登记差错", "demo")) as session:
        told = {
            "centre_id": who.centre_id, "kind": "data", "object": "考城镇 10 月上报数据",
            "what": "上报文件缺少 3 个村", "right": "已补齐 3 个村后重新上报",
        }  # fmt: skip
        _step(session, _error(session, told), "fill", hands["net"])


def _error(session: Session, told: Mapping[str, Any]) -> ErrorRecord:
    row = ErrorRecord(found_at=datetime.now(UTC), **told)
    session.add(row)
    session.flush()
    return row


def _step(
    session: Session, row: Any, name: str, hand: tuple[Standing, Proof],
    given: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    take(session, row, name, Taken(hand[0], given or {}, hand[1], digest(row)))
