"""The steps of a scrapping: asked, agreed, wiped, handed over, received; the things go along."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from inventory import approval as approving
from inventory import stock
from inventory.approval import Rule, rule
from inventory.attachment import attachments
from inventory.disposal import Share, pieces, shares, worth
from inventory.lifecycle import AT_HAND
from inventory.lifecycle import STATES as THING
from inventory.moving import events, move
from inventory.notice import settle
from inventory.paper import as_shown, elsewhere, late_key, sign_typed, write
from inventory.paper_line import lines_of
from inventory.register import FieldError, Rejected
from inventory.sanitisation import AHEAD, cleared, needs_clearing
from inventory.scrapping import LOOSE, Scrapping
from inventory.signature import sign
from inventory.stepping import Step, Taken, moving, offer, refused

KIND = "scrap"
_RECEIVED = ("receiver_unit", "receiver", "document_no", "handed_at", "taker_id")


def on(session: Session, paper: Scrapping) -> tuple[Share, ...]:
    """What stands on the paper."""
    return shares(session, lines_of(session, paper))


def uncleared(session: Session, paper: Scrapping) -> Iterator[FieldError]:
    """The things whose data are not dealt with, and why (Article 125)."""
    for one in on(session, paper):
        if one.thing is not None and one.thing.state != "lost" and needs_clearing(one.thing):
            cause = cleared(session, paper, one.thing)
            if cause:
                yield FieldError("listing", one.label, cause)


def _ask(session: Session, paper: Scrapping, taken: Taken) -> None:
    told = on(session, paper)
    _unless(paper, _unready(session, paper, told))
    facts = {"listing": _listing(session, paper, told), "count": pieces(told), "worth": worth(told)}
    write(session, paper, facts, "清单有变化")
    _move(session, paper, "scrapping", stock.set_aside)
    paper.state, paper.asked_at = "asked", datetime.now(UTC)
    approving.ask(session, KIND, paper, taken.who, paper.reason)


def _unready(session: Session, paper: Scrapping, told: tuple[Share, ...]) -> Iterator[FieldError]:
    if not told:
        yield paper.wrong("listing", "还没有设备或配件，请先在下面加入")
    if not _hung(session, paper, "photo"):
        yield paper.wrong("listing", "请先上传实物照片（附件，材料选“实物照片”）")
    if any(one.since is None for one in told) and not (paper.age or "").strip():
        yield paper.wrong("age", "有的没有购置和启用日期，请写明大约用了几年")
    for one in told:
        if one.line.equipment_id and (cause := _held(session, paper, one.thing)):
            yield FieldError("listing", one.label, cause)


def _held(session: Session, paper: Scrapping, thing: Any) -> str:
    """Why a thing on the paper cannot be scrapped, "" when nothing stands against it."""
    if cause := elsewhere(session, paper, thing):
        return cause
    if thing.state not in AT_HAND:
        return f"现在是“{THING[thing.state]}”，不能报废"
    if thing.state == "repair":
        return "正在维修，请先办结维修单"
    return "正在借出中，请先收回" if thing.lent else ""


def _listing(session: Session, paper: Scrapping, told: tuple[Share, ...]) -> str:
    """What is agreed to, in words: every line, and which photos were shown."""
    lines = [one.words for one in told]
    photos = [f"照片 {one}" for one in _hung(session, paper, "photo")]
    return "\n".join((*(f"{n}. {line}" for n, line in enumerate(lines, 1)), *photos))


def _hung(session: Session, paper: Scrapping, part: str) -> list[str]:
    found = attachments(session, paper)
    return sorted(one.sha256 for one in found if one.part == part and one.retired_at is None)


def _move(
    session: Session, paper: Scrapping, to: str, parts: Callable[..., Any] | None,
    only: str = "",
) -> None:  # fmt: skip
    """Every thing on the paper (in the state `only`), and every lot of parts, one step on."""
    for one in on(session, paper):
        if one.thing is None and parts is not None:
            parts(session, one.line, paper)
        elif one.thing is not None and (not only or one.thing.state == only):
            move(session, one.thing, to or _before(session, one, paper), paper,
                 reason=paper.reason)  # fmt: skip


def _before(session: Session, one: Share, paper: Scrapping) -> str:
    """The state that a thing had when this paper took it."""
    own = [step for step in events(session, one.thing) if step.paper_id == paper.id]  # type: ignore[arg-type]
    return own[-1].from_state


def _agreed(session: Session, paper: Scrapping) -> None:
    with moving(session, paper):
        _move(session, paper, "approved", None, only="scrapping")
        paper.state, paper.approved_at = "approved", datetime.now(UTC)


def _given_back(state: str) -> Callable[[Session, Scrapping], None]:
    def back(session: Session, paper: Scrapping) -> None:
        with moving(session, paper):
            _move(session, paper, "", stock.give_back, only="scrapping")
            paper.state = state

    return back


def _hand(session: Session, paper: Scrapping, taken: Taken) -> None:
    as_shown(session, paper, taken)
    _unless(paper, uncleared(session, paper))
    now = datetime.now(UTC)
    handed = taken.given.get("handed_at") or now
    if not (paper.approved_at or now) <= handed <= now + AHEAD:
        raise refused(paper, "handed_at", "应在批准之后、现在之前")
    if taken.given.get("taker_id") == taken.who.id:
        raise refused(paper, "taker_id", "移交和接收不能是同一个人")
    values = {**taken.given, "handed_at": handed}
    sign_typed(session, paper, "hand", taken, values, "登记移交")
    paper.state = "handed"


def _take(session: Session, paper: Scrapping, taken: Taken) -> None:
    assert taken.proof is not None
    sign(session, paper, "take", taken.who, taken.proof, taken.seen)
    _received(session, paper)


def _receipt(session: Session, paper: Scrapping, taken: Taken) -> None:
    """Whoever registers the taker's paper signs that it says so."""
    as_shown(session, paper, taken)
    if not _hung(session, paper, "receipt"):
        raise refused(paper, "state", "请先上传签过字的接收回执（附件，材料选“接收回执”）")
    sign_typed(session, paper, "fill", taken, taken.given, "登记接收回执")
    _received(session, paper)


def _received(session: Session, paper: Scrapping) -> None:
    _unless(paper, uncleared(session, paper))
    _move(session, paper, "scrapped", stock.hand_in, only="approved")
    paper.state, paper.finished_at = "done", datetime.now(UTC)
    settle(session, late_key(paper))


def _take_back(_session: Session, paper: Scrapping, _taken: Taken) -> None:
    paper.state = "approved"


def _cancel(_session: Session, paper: Scrapping, _taken: Taken) -> None:
    paper.state = "cancelled"


def _unless(paper: Scrapping, wrong: Iterator[FieldError]) -> None:
    found = tuple(wrong)
    if found:
        raise Rejected(found, paper.id)


rule(
    Rule(
        KIND, "设备报废", "approve", approved=_agreed, refused=_given_back("refused"),
        withdrawn=_given_back("draft"), ask_right="record",
    )
)  # fmt: skip

offer(
    Scrapping,
    Step(
        "ask", "申请报废", LOOSE, _ask,
        help="先加入设备和配件、上传实物照片；提出后设备转为“待报废”，等领导批准。",
    ),
    Step(
        "hand", "移交签字", ("approved",), _hand, asks=_RECEIVED,
        needs=("receiver_unit", "receiver"), proof=True,
        help="有存储介质的设备须先登记数据清除。签字后等接收单位签收。",
    ),
    Step(
        "take", "接收签字", ("handed",), _take, right="view", proof=True,
        fits=lambda _session, paper: bool(paper.taker_id),
        help="由接收人本人用自己的账号签字。",
    ),
    Step(
        "receipt", "登记回执", ("handed",), _receipt, asks=("receiver", "document_no"),
        needs=("receiver", "document_no"), fits=lambda _session, paper: not paper.taker_id,
        proof=True, help="接收人没有账号：先上传签过字的接收回执，与本单核对一致后签字。",
    ),
    Step(
        "back", "收回移交", ("handed",), _take_back, confirm="收回 %(name)s 的移交，重新登记？",
        help="接收单位没有收，或接收人写错了。",
    ),
    Step(
        "cancel", "作废", LOOSE, _cancel, danger=True, confirm="作废 %(name)s？",
    ),
)  # fmt: skip
