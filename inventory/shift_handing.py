"""The steps of a shift's handover: drafted with what the console knows, signed by the one who goes,
signed by the one who comes."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.holders import holders
from inventory.notice import settle, tell
from inventory.paper import sign_typed, write
from inventory.shift_handover import TOLD, ShiftHandover, overdue
from inventory.shift_prefill import prefilled
from inventory.signature import sign
from inventory.stepping import Step, Taken, offer, refused


def drafted(
    session: Session, centre_id: str, day: date, shift: str, giver_id: str
) -> ShiftHandover:
    """This person's handover of that shift: the one that is there already, a draft, handed or
    taken over (nobody hands one shift over twice), or a new one, prefilled."""
    query = select(ShiftHandover).where(
        ShiftHandover.centre_id == centre_id, ShiftHandover.day == day,
        ShiftHandover.shift == shift, ShiftHandover.giver_id == giver_id,
        ShiftHandover.retired_at.is_(None),
    )  # fmt: skip
    there = session.scalars(query.order_by(ShiftHandover.number.desc())).first()
    if there is not None:
        return there
    made = ShiftHandover(
        centre_id=centre_id, day=day, shift=shift, giver_id=giver_id,
        **prefilled(session, centre_id),
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def waiting(session: Session, person_id: str) -> Sequence[ShiftHandover]:
    """What this person is to take over, oldest first."""
    query = select(ShiftHandover).where(
        ShiftHandover.state == "handed", ShiftHandover.taker_id == person_id
    )
    return session.scalars(query.order_by(ShiftHandover.handed_at)).all()


def tell_untaken(session: Session, row: ShiftHandover, now: datetime) -> None:
    """Whoever keeps the log there is told when nobody has taken this shift over in time."""
    if overdue(row, now):
        tell(
            session, "due", f"交接班没有人接：{row.headline}", centre_id=row.centre_id,
            right="record", level="warning", link=_link(row), key=late_of(row),
        )  # fmt: skip


def _refresh(session: Session, row: ShiftHandover, taken: Taken) -> None:
    """What the console knows by now; what was written by hand (keys, remarks) stays."""
    _giver(row, taken)
    write(session, row, _known(session, row), "重新写入")


def _stale(session: Session, row: ShiftHandover) -> bool:
    """Does the console know something else by now than what stands there?"""
    return any(getattr(row, name) != text for name, text in _known(session, row).items())


def _known(session: Session, row: ShiftHandover) -> dict[str, str | None]:
    told = dict(prefilled(session, row.centre_id))
    told.pop("keys")
    return told


def _hand(session: Session, row: ShiftHandover, taken: Taken) -> None:
    _giver(row, taken)
    taker = taken.given.get("taker_id", row.taker_id)
    if taker == row.giver_id:
        raise refused(row, "taker_id", "接班人和交班人不能是同一人")
    sign_typed(session, row, "hand", taken, taken.given, "交班")
    if taker not in holders(session, "record", row.centre_id):
        raise refused(row, "taker_id", "接班人在这个单位没有填写台账和日志的权限")
    row.state, row.handed_at, row.reply = "handed", datetime.now(UTC), None
    tell(
        session, "signature", f"请接班：{row.headline}", centre_id=row.centre_id,
        person_id=taker, link=_link(row), key=key_of(row),
    )  # fmt: skip


def _take(session: Session, row: ShiftHandover, taken: Taken) -> None:
    assert taken.proof is not None
    _taker(row, taken)
    sign(session, row, "take", taken.who, taken.proof, taken.seen)
    row.state, row.taken_at = "taken", datetime.now(UTC)
    _settle(session, row)


def _refuse(session: Session, row: ShiftHandover, taken: Taken) -> None:
    _taker(row, taken)
    _reopen(session, row)
    tell(
        session, "decision", f"交接班已退回：{row.headline}", centre_id=row.centre_id,
        person_id=row.giver_id, link=_link(row), level="warning", text=row.reply or "",
    )  # fmt: skip


def _withdraw(session: Session, row: ShiftHandover, taken: Taken) -> None:
    _giver(row, taken)
    _reopen(session, row)


def _reopen(session: Session, row: ShiftHandover) -> None:
    row.state, row.handed_at, row.reopened_at = "draft", None, datetime.now(UTC)
    _settle(session, row)


def _giver(row: ShiftHandover, taken: Taken) -> None:
    if row.giver_id != taken.who.id:
        raise refused(row, "giver_id", "须由交班人本人办理")


def _taker(row: ShiftHandover, taken: Taken) -> None:
    if row.taker_id != taken.who.id:
        raise refused(row, "taker_id", "须由接班人本人办理")


def key_of(row: ShiftHandover) -> str:
    """The key of the notice that this shift waits to be taken over."""
    return f"shift:{row.id}"


def late_of(row: ShiftHandover) -> str:
    """The key of the notice that nobody has taken it over in time."""
    return f"shift-late:{row.id}"


def _settle(session: Session, row: ShiftHandover) -> None:
    settle(session, key_of(row))
    settle(session, late_of(row))


def _link(row: ShiftHandover) -> str:
    return f"/r/{row.slug}/{row.id}"


offer(
    ShiftHandover,
    Step(
        "hand", "签字交班", ("draft",), _hand, asks=("taker_id", *TOLD), needs=("taker_id",),
        proof=True, help="系统已写入未了的事项，看过、补充后签字；签字后内容固定，由接班人签收。",
    ),
    Step(
        "refresh", "重新写入未了事项", ("draft",), _refresh, fits=_stale,
        confirm="按现在的情况重写 %(name)s 的未了事项？手工补充的内容会被替换。",
    ),
    Step(
        "take", "签字接班", ("handed",), _take, proof=True,
        help="逐项看过，钥匙、工具当面点清再签。",
    ),
    Step("refuse", "退回", ("handed",), _refuse, asks=("reply",), needs=("reply",)),
    Step("withdraw", "撤回修改", ("handed",), _withdraw, confirm="撤回 %(name)s？"),
)  # fmt: skip
