"""A sheet that the leader signs by hand: printed with its hash, signed, scanned, hung on the sheet;
a person who wrote none of it confirms whose hand is on it, over which content.

Here, too, what the database itself keeps of a signed sheet: it came there by a signature, and
stands.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from inventory.attachment import attachments
from inventory.centre import Centre
from inventory.log_day import LogDay
from inventory.log_rules import house
from inventory.log_steps import key_of
from inventory.notice import settle
from inventory.register import FieldError, Rejected
from inventory.revision import digest, latest
from inventory.role import can, path_of
from inventory.shanghai import today
from inventory.signature import Hand, put, refusals, wrote
from inventory.staff import Staff
from inventory.stepping import Step, Taken, offer
from inventory.triggers import trigger

LEAST = 12  # hexadecimal digits: what a page shows of a hash
LEADERS = ("leader", "manager")


def _confirm(session: Session, sheet: LogDay, taken: Taken) -> None:
    """The scan bears that hand, over the content of now: it counts as signed on paper."""
    assert taken.proof is not None
    last, leader = latest(session, sheet), session.get(Staff, sheet.wet_by_id or "")
    hand = Hand(taken.who, taken.proof, taken.seen)
    wrong = [
        *refusals(sheet, hand, digest(sheet)), *_confirming(sheet, taken, last),
        *_signed(session, sheet, leader, last), *_paper(session, sheet),
    ]  # fmt: skip
    if leader is not None and leader.person_id == taken.who.id:
        wrong.append(sheet.wrong("wet_by_id", "您自己的签字请用“审阅签字”，不能自己确认自己的手签"))
    if wrong or leader is None or last is None:
        raise Rejected(tuple(wrong), sheet.id)
    named = replace(taken.who, name=f"{leader.name}（手签，{taken.who.name}核对）")
    on_paper = Hand(named, replace(taken.proof, method="paper"), taken.seen)
    put(session, sheet, last, "review", on_paper)
    sheet.state, sheet.reviewed_at = "signed", datetime.now(UTC)
    settle(session, key_of(sheet))


def _confirming(sheet: LogDay, taken: Taken, last: Any) -> Iterator[FieldError]:
    """Whoever confirms keeps or signs logs here, and wrote nothing on this one."""
    who = taken.who
    if not (can(who, "record", sheet) or can(who, "sign", sheet)):
        yield sheet.wrong("state", "您在这个单位没有填写或审阅日志的权限")
    if last is not None and wrote(last, who, "sign", path_of(sheet) or ""):
        yield sheet.wrong("state", "您在这张日志上有填报，须由没有填报的人核对")


def _signed(
    session: Session, sheet: LogDay, leader: Staff | None, last: Any
) -> Iterator[FieldError]:
    """The hand on the paper is a leader's, given after it was submitted, not an author's."""
    if leader is None or leader.job not in LEADERS:
        yield sheet.wrong("wet_by_id", "请选在纸上签字的分管领导或中心主任")
    elif not _over(session, leader, sheet):
        yield sheet.wrong("wet_by_id", f"{leader.name}不是这个单位或上级的领导")
    elif last is not None and leader.person_id in last.writers:
        yield sheet.wrong("wet_by_id", f"{leader.name}在这张日志上有填报，须由别人审阅")
    day, begun = sheet.wet_on, sheet.submitted_at
    if day is None or begun is None or not today(begun) <= day <= today():
        yield sheet.wrong("wet_on", "应在提交之后、今天以前")


def _over(session: Session, leader: Staff, sheet: LogDay) -> bool:
    """Does this leader, or their department, belong to the centre of the sheet or one above?"""
    home = session.get(Centre, house(session, leader.centre_id) or "")
    return home is not None and (path_of(sheet) or "").startswith(home.path)


def _paper(session: Session, sheet: LogDay) -> Iterator[FieldError]:
    """The scan hangs on the sheet, and the paper is of this very content."""
    told = [one for one in attachments(session, sheet) if one.part == "scan"]
    living = sorted(one.sha256 for one in told if one.retired_at is None)
    if not living:
        yield sheet.wrong("scan", "请先打印、手签，把扫描件上传到附件的“手签扫描件”")
    typed = "".join((sheet.wet_hash or "").split()).lower()
    if len(typed) < LEAST:
        yield sheet.wrong("wet_hash", f"至少输入前 {LEAST} 位")
    elif not digest(sheet).startswith(typed):
        yield sheet.wrong("wet_hash", "与现在的内容不一致：纸上签的不是这一版，请重新打印")
    sheet.scan = "\n".join(living) or None


offer(
    LogDay,
    Step(
        "wet", "确认纸质签字", ("submitted",), _confirm, right="view",
        asks=("wet_by_id", "wet_on", "wet_hash"), needs=("wet_by_id", "wet_on", "wet_hash"),
        proof=True,
        help="领导在打印的日志上手签、扫描上传以后，由没有填报这张日志的人核对扫描件再签。",
    ),
)  # fmt: skip

_TOLD = "log_day: signed by a signature only, and then for good"
_BY = (
    "EXISTS (SELECT 1 FROM signature WHERE thing = 'LogDay' AND thing_id = NEW.id"
    " AND number = NEW.revised AND meaning = 'review')"
)
_KEPT = " OR ".join(
    f"NEW.{name} IS DISTINCT FROM OLD.{name}"
    for name in (
        "centre_id", "day", "shift", "people", "unsigned", "entries", "content", "submitted_at",
        "reviewed_at", "remark", "wet_by_id", "wet_on", "wet_hash", "scan", "revised",
    )
)  # fmt: skip
_WRONG = (
    f"(OLD.state <> 'signed' AND NEW.state = 'signed' AND NOT {_BY})"
    f" OR (OLD.state = 'signed' AND ({_KEPT}))"
)
trigger(
    "log_day_signed", "log_day",
    sqlite=f"SELECT RAISE(ABORT, '{_TOLD}') WHERE {_WRONG.replace('DISTINCT FROM', 'NOT')};",
    postgresql=f"IF {_WRONG} THEN RAISE EXCEPTION '{_TOLD}' USING ERRCODE = '23000'; END IF;",
)  # fmt: skip
