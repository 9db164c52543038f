"""The steps of a day sheet and of one's own part of it: submitted, read and signed, returned."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from inventory.log_book import content_of, empty, entries_of, owing, shares_of, whole
from inventory.log_day import WRITABLE, LogDay
from inventory.log_sections import SECTIONS
from inventory.log_share import LogShare
from inventory.log_sheet import sheet_of
from inventory.notice import settle, tell
from inventory.paper import as_shown, write
from inventory.revision import fix
from inventory.signature import sign
from inventory.stepping import Step, Taken, moving, offer, refused


def against(session: Session, sheet: LogDay) -> tuple[str, ...]:
    """What stands against submitting this sheet as it is, in words; who has not signed is not
    among it: a reason may be given for that."""
    lacking = "、".join(SECTIONS[one] for one in empty(session, sheet))
    causes = [f"这些栏目还没有记录：{lacking}；没有的请填“无”"] if lacking else []
    signed = [one for one in shares_of(session, sheet) if one.state == "signed"]
    return (*causes, *(() if signed else ("还没有人签字",)))


def key_of(sheet: LogDay) -> str:
    """The key of the notice that this sheet waits for the leader."""
    return f"log:{sheet.id}"


def _back_of(sheet: LogDay) -> str:
    """The key of the notice that it was sent back."""
    return f"log-back:{sheet.id}"


def _submit(session: Session, sheet: LogDay, taken: Taken) -> None:
    """The day stands still for the leader; whoever wrote on it counts as an author."""
    reason = (taken.given.get("unsigned") or "").strip()
    as_shown(session, sheet, taken)
    for cause in against(session, sheet):
        raise refused(sheet, "state", cause)
    missing = "、".join(owing(session, sheet).values())
    if missing and not reason:
        raise refused(sheet, "unsigned", f"{missing} 还没有签字：请本人签字，或在这里说明")
    _count_unsigned(session, sheet)
    parts = shares_of(session, sheet)
    values = {
        "people": "、".join(one.author for one in parts if one.state == "signed"),
        "unsigned": f"{missing}：{reason}" if missing else None,
        "entries": sum(one.entries for one in parts), "content": whole(session, sheet),
    }  # fmt: skip
    write(session, sheet, values, "重新提交")
    fix(session, sheet, beside={one.author_id: one.author for one in parts})
    sheet.state, sheet.submitted_at = "submitted", datetime.now(UTC)
    settle(session, _back_of(sheet))
    tell(
        session, "signature", f"工作日志待审阅：{sheet.headline}", centre_id=sheet.centre_id,
        right="sign", link=f"/r/log-days/{sheet.id}", key=key_of(sheet),
    )  # fmt: skip


def _count_unsigned(session: Session, sheet: LogDay) -> None:
    """What somebody wrote and never signed goes up as it stands, and stands still, too."""
    for one in shares_of(session, sheet):
        if one.state != "signed":
            entries = entries_of(session, sheet, one.author_id)
            told = content_of(session, sheet, one.author_id)
            with moving(session, one):
                write(session, one, {"content": told, "entries": len(entries)}, "未签字即提交")


def _review(session: Session, sheet: LogDay, taken: Taken) -> None:
    assert taken.proof is not None
    sign(session, sheet, "review", taken.who, taken.proof, taken.seen)
    sheet.state, sheet.reviewed_at = "signed", datetime.now(UTC)
    settle(session, key_of(sheet))


def _return(session: Session, sheet: LogDay, _taken: Taken) -> None:
    """Back to whoever wrote it: every part is open, and signed anew."""
    sheet.state, sheet.submitted_at = "returned", None
    session.flush()
    settle(session, key_of(sheet))
    for one in shares_of(session, sheet):
        with moving(session, one):
            _reopen(one)
        tell(
            session, "decision", f"工作日志退回：{sheet.label}，{sheet.remark}",
            centre_id=sheet.centre_id, person_id=one.author_id, level="warning",
            link=f"/r/log-days/{sheet.id}", key=_back_of(sheet),
        )  # fmt: skip


def _recall(session: Session, sheet: LogDay, _taken: Taken) -> None:
    sheet.state, sheet.submitted_at = "open", None
    settle(session, key_of(sheet))


def _unsign(session: Session, share: LogShare, taken: Taken) -> None:
    """One's own part is open again; the signature stays on the revision it was given on."""
    sheet = sheet_of(session, share.day_id)
    if taken.who.id != share.author_id:
        raise refused(share, "state", f"须由{share.author}本人撤回")
    if sheet is None or sheet.state not in WRITABLE:
        raise refused(share, "state", "日志已经提交，须先退回或撤回提交")
    _reopen(share)


def _reopen(share: LogShare) -> None:
    share.state, share.signed_at, share.reopened_at = "writing", None, datetime.now(UTC)


offer(
    LogDay,
    Step(
        "submit", "提交审阅", WRITABLE, _submit, asks=("unsigned",),
        help="必填栏目都有记录或“无”，值班人员都已签字，才能提交；提交后不能再改。",
    ),
    Step(
        "review", "审阅签字", ("submitted",), _review, right="sign", asks=("remark",), proof=True
    ),
    Step(
        "return", "退回", ("submitted",), _return, right="sign", asks=("remark",),
        needs=("remark",), danger=True,
    ),
    Step("recall", "撤回提交", ("submitted",), _recall, confirm="撤回 %(name)s 的提交？"),
)  # fmt: skip
offer(LogShare, Step("recall", "撤回签字", ("signed",), _unsign))
