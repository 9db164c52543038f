"""The steps of an error: told on one's own signature, checked by somebody else, closed."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from inventory.error_record import ErrorRecord
from inventory.notice import settle, tell
from inventory.paper import late_key
from inventory.signature import sign
from inventory.stepping import Step, Taken, offer, refused


def _fill(session: Session, row: ErrorRecord, taken: Taken) -> None:
    assert taken.proof is not None
    sign(session, row, "fill", taken.who, taken.proof, taken.seen)
    row.state, row.filled_by_id, row.filled_at = "filled", taken.who.id, datetime.now(UTC)
    row.reply = None
    tell(
        session, "signature", f"请审核差错登记：{row.headline}", centre_id=row.centre_id,
        right="sign", link=f"/r/{row.slug}/{row.id}", key=key_of(row),
    )  # fmt: skip


def _check(session: Session, row: ErrorRecord, taken: Taken) -> None:
    """Another person has compared the error with what is said to be right."""
    assert taken.proof is not None
    sign(session, row, "review", taken.who, taken.proof, taken.seen)
    row.state, row.checked_by_id, row.checked_at = "closed", taken.who.id, datetime.now(UTC)
    settle(session, key_of(row))
    settle(session, late_key(row))


def _refuse(session: Session, row: ErrorRecord, _taken: Taken) -> None:
    _reopen(session, row)
    tell(
        session, "decision", f"差错登记已退回：{row.headline}", centre_id=row.centre_id,
        person_id=row.filled_by_id, link=f"/r/{row.slug}/{row.id}", level="warning",
        text=row.reply or "",
    )  # fmt: skip


def _withdraw(session: Session, row: ErrorRecord, taken: Taken) -> None:
    if row.filled_by_id != taken.who.id:
        raise refused(row, "state", "只有填报人可以撤回；审核人请用“退回”")
    _reopen(session, row)


def _reopen(session: Session, row: ErrorRecord) -> None:
    row.state, row.reopened_at = "draft", datetime.now(UTC)
    settle(session, key_of(row))


def key_of(row: ErrorRecord) -> str:
    """The key of the notice that this error waits to be checked."""
    return f"error:{row.id}"


offer(
    ErrorRecord,
    Step(
        "fill", "签字填报", ("draft",), _fill, proof=True,
        help="签字后内容固定，由另一人审核；原来的记录不改，更正并列显示。",
    ),
    Step(
        "check", "审核通过", ("filled",), _check, right="sign", asks=("reply",), proof=True,
        help="与原始情况核对无误后签字；填报人不能自己审核。",
    ),
    Step(
        "refuse", "退回", ("filled",), _refuse, right="sign", asks=("reply",), needs=("reply",),
        help="写明哪里不对；填报人改后重新签字。",
    ),
    Step("withdraw", "撤回修改", ("filled",), _withdraw),
)  # fmt: skip
