"""The steps of a handover: the giver signs, the taker signs, and in that act the things move."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import approval
from inventory.approval import Rule, rule
from inventory.attachment import attachments
from inventory.equipment import Equipment
from inventory.handing_lines import against, is_loan, listing, relist, unless
from inventory.handover import KINDS, Handover
from inventory.handover_hands import staff
from inventory.handover_needs import missing
from inventory.moving import move
from inventory.notice import settle, tell
from inventory.paper import sign_typed, write
from inventory.paper_line import things_on
from inventory.register import FieldError
from inventory.role import Standing
from inventory.shanghai import today
from inventory.signature import acting, sign
from inventory.staff import Staff
from inventory.stepping import Step, Taken, moving, offer, refused

OUTSIDE = "lend_outside"


def _relist(session: Session, paper: Handover, _taken: Taken) -> None:
    relist(session, paper)


def stale(session: Session, paper: Handover) -> bool:
    """Does the listing say something else than the book of equipment by now?"""
    return listing(session, paper) != (paper.listing or "")


def _ask(session: Session, paper: Handover, taken: Taken) -> None:
    unless(paper, _unready(session, paper))
    write(session, paper, {"giver_id": _giver(session, paper, taken.who)}, "写明交方")
    if approval.approved(session, OUTSIDE, paper) is not None:  # taken back, nothing changed
        paper.state = "approved"
        return
    approval.ask(session, OUTSIDE, paper, taken.who, paper.purpose)
    paper.state = "asked"


def _give(session: Session, paper: Handover, taken: Taken) -> None:
    """The giver's hand; from here on nothing of the content changes."""
    unless(paper, _unready(session, paper))
    giver = {"giver_id": _giver(session, paper, taken.who)}
    sign_typed(session, paper, "hand", taken, giver, "写明交方")
    taker = staff(session, paper.taker_id)
    paper.pen_only = taker is None or not taker.person_id
    paper.state, paper.remark = "given", None
    _tell(session, paper, taker)


def _take(session: Session, paper: Handover, taken: Taken) -> None:
    assert taken.proof is not None
    giver = staff(session, paper.giver_id)
    if giver is not None and not giver.person_id:
        _scanned(session, paper)  # the giver has no account: his hand is on the paper
    sign(session, paper, "take", taken.who, taken.proof, taken.seen)
    settle_hands(session, paper)


def _confirm(session: Session, paper: Handover, taken: Taken) -> None:
    """A second person has compared the paper that was signed by hand with this one."""
    assert taken.proof is not None
    _scanned(session, paper)
    sign(session, paper, "review", taken.who, taken.proof, taken.seen)
    settle_hands(session, paper)


def receive(session: Session, paper: Handover, taken: Taken) -> None:
    """The named taker signs, wherever he has a grant: the paper need not lie within it (the act's
    scope must). Raises Rejected."""
    acting(session, taken.who)
    if paper.state != "given" or paper.pen_only:
        raise refused(paper, "state", "这张交接单现在不等您接收")
    with moving(session, paper):
        _take(session, paper, taken)


def send_back(session: Session, paper: Handover, who: Standing, remark: str) -> None:
    """The named taker does not take it, and says why. Raises Rejected."""
    acting(session, who)
    if paper.state != "given" or not remark.strip():
        raise refused(paper, "remark", "必须填写：为什么不接收")
    with moving(session, paper):
        paper.remark = remark.strip()
        reopen(session, paper)


def settle_hands(session: Session, paper: Handover) -> None:
    """Both hands are there: everything on the paper moves, or nothing does."""
    things = things_on(session, paper)
    unless(paper, (cause for one in things for cause in against(session, paper, one)))
    if stale(session, paper):
        raise refused(paper, "listing", "清单中的设备资料在提交之后有变化，请交方撤回后重新提交")
    _unless_approved(session, paper)
    reason = f"{KINDS[paper.kind]}：{paper.purpose}"
    for one in things:
        to, keeping = _going(paper, one)
        move(session, one, to, paper, reason=reason, keeping=keeping)
        with moving(session, one):
            one.lent = is_loan(paper)
    paper.state, paper.done_at = "out" if is_loan(paper) else "done", datetime.now(UTC)
    settle(session, key_of(paper))


def reopen(session: Session, paper: Handover) -> None:
    """Back to the giver: what was signed so far is signed anew."""
    paper.state, paper.pen_only, paper.reopened_at = "draft", False, datetime.now(UTC)
    settle(session, key_of(paper))


def key_of(paper: Handover) -> str:
    """The key of the notice that this paper waits for a signature."""
    return f"handover:{paper.id}"


def _giver(session: Session, paper: Handover, who: Standing) -> str:
    """Who gives it: whoever is named, else whoever submits it, by their name in the staff."""
    if paper.giver_id:
        return paper.giver_id
    own = select(Staff.id).where(Staff.person_id == who.id, Staff.retired_at.is_(None))
    if key := session.scalars(own.order_by(Staff.id)).first():
        return key
    raise refused(paper, "giver_id", "您的账号还没有对应的人员名册，请选择交方")


def _going(paper: Handover, one: Equipment) -> tuple[str, dict[str, Any]]:
    """The state a thing goes to, and who keeps it where."""
    room = paper.room_id or one.room_id
    kept: dict[str, Any] = {"keeper_id": paper.taker_id, "room_id": room}
    if paper.kind == "issue":
        return "in_use", kept | {"started_on": one.started_on or today()}
    if paper.kind == "return":
        return paper.back_as, kept | {"rack": None}
    if paper.kind == "transfer":
        there = {"centre_id": paper.to_centre_id, "room_id": paper.room_id, "rack": None}
        return one.state, kept | there
    return one.state, {} if is_loan(paper) else kept


def _unready(session: Session, paper: Handover) -> Iterator[FieldError]:
    """What stands against the giver's signature, or against asking for consent."""
    things = things_on(session, paper)
    yield from missing(session, paper)
    if is_loan(paper) and paper.due_on and paper.due_on < today():
        yield paper.wrong("due_on", f"{paper.due_on} 已过，请先改期")
    if not things:
        yield paper.wrong("listing", "还没有物品，请先把要交接的设备加进来")
    if stale(session, paper):
        yield paper.wrong("listing", "设备资料有变化，请先“更新清单”再看一遍")
    for one in things:
        yield from against(session, paper, one)
    if paper.kind == "outside" and paper.state == "approved":
        _unless_approved(session, paper)


def _unless_approved(session: Session, paper: Handover) -> None:
    if paper.kind == "outside" and approval.approved(session, OUTSIDE, paper) is None:
        raise refused(paper, "state", "外借没有领导批准（或批准之后内容有变化），请重新申请")


def _scanned(session: Session, paper: Handover) -> None:
    told = [one for one in attachments(session, paper) if one.part == "signed"]
    living = sorted(one.sha256 for one in told if one.retired_at is None)
    if not living:
        raise refused(paper, "scan", "请先打印交接单，手签后把扫描件上传到“签字扫描件”")
    paper.scan = "\n".join(living)


def _tell(session: Session, paper: Handover, taker: Any) -> None:
    what = f"{KINDS[paper.kind]} {paper.number}"
    if paper.pen_only:
        tell(
            session, "signature", f"请核对手签的交接单：{what}", centre_id=paper.centre_id,
            right="sign", link=f"/r/{paper.slug}/{paper.id}", key=key_of(paper),
        )  # fmt: skip
        return
    tell(
        session, "signature", f"请接收：{what}", centre_id=taker.centre_id,
        person_id=taker.person_id, link=f"/take/{paper.id}", key=key_of(paper),
    )  # fmt: skip


def _taken_back(session: Session, paper: Handover, taken: Taken) -> None:
    for one in approval.approvals(session, paper):
        if one.state == "asked":
            approval.withdraw(session, one, taken.who, paper.remark or "撤回")
    reopen(session, paper)


def _cancel(session: Session, paper: Handover, taken: Taken) -> None:
    _taken_back(session, paper, taken)
    paper.state = "cancelled"


def _decided(state: str) -> Any:
    def follow(session: Session, paper: Handover) -> None:
        with moving(session, paper):
            paper.state = state

    return follow


rule(
    Rule(
        OUTSIDE, "设备外借", "approve", approved=_decided("approved"), refused=_decided("draft"),
        withdrawn=_decided("draft"), ask_right="record",
    )
)  # fmt: skip
offer(
    Handover,
    Step("relist", "更新清单", ("draft",), _relist, fits=stale),
    Step(
        "ask", "申请外借", ("draft",), _ask, fits=lambda _s, one: one.kind == "outside",
        help="外借是例外，须领导批准；批准后才能交出。",
    ),
    Step(
        "give", "签字交出", ("draft", "approved"), _give, right="view", proof=True,
        fits=lambda _s, one: (one.kind == "outside") == (one.state == "approved"),
        help="签字后由接收人签收；双方签字之前，设备的状态、保管人都不变。",
    ),
    Step(
        "take", "签字接收", ("given",), _take, right="view", proof=True,
        fits=lambda _s, one: not one.pen_only, help="由接收人本人用自己的账号签字。",
    ),
    Step(
        "confirm", "确认签字扫描件", ("given",), _confirm, right="sign", proof=True,
        fits=lambda _s, one: one.pen_only,
        help="接收人没有账号：核对手签的交接单扫描件与本单一致后签字。",
    ),
    Step(
        "return", "退回", ("given",), _taken_back, asks=("remark",), needs=("remark",),
        help="退回后可以更改，重新签字。",
    ),
    Step("withdraw", "撤回修改", ("asked", "approved"), _taken_back),
    Step(
        "cancel", "取消", ("draft", "asked", "approved", "given"), _cancel, danger=True,
        confirm="取消 %(name)s？",
    ),
)  # fmt: skip
