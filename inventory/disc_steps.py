"""What is done with disc sets and discs: what is missing is accepted, databases are approved,
discs are burned elsewhere, put away, spoiled, burned again (Article 142(3); duty E7)."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from inventory import approval
from inventory.approval import Rule, rule
from inventory.disc import GOOD, Disc
from inventory.disc_choice import choice
from inventory.disc_progress import Finding, checked, discs_of, follow
from inventory.disc_set import DiscSet
from inventory.paper import write
from inventory.shanghai import today
from inventory.stepping import Step, Taken, moving, offer, refused

DATABASES = "disc_databases"


def unready(session: Session, paper: DiscSet) -> str:
    """Why no images may be made of it now, "" when they may."""
    told = choice(session, paper.centre_id, paper.period)
    if told.lacking and paper.lacking != "\n".join(told.lacking):
        return "有缺少的备份还没有写明原因，请先“确认缺少的备份”"
    if not paper.databases or not told.sealed:
        return ""
    if paper.contents != told.listing:
        return "要刻入的数据库备份与申请时不同，请重新“申请数据库备份刻盘”"
    if approval.approved(session, DATABASES, paper) is None:
        return "数据库备份刻盘还没有领导批准；不刻入数据库的，请编辑后取消“刻入数据库备份”"
    return ""


def _accept(session: Session, paper: DiscSet, _taken: Taken) -> None:
    paper.lacking = "\n".join(choice(session, paper.centre_id, paper.period).lacking)


def _ask(session: Session, paper: DiscSet, taken: Taken) -> None:
    listing = choice(session, paper.centre_id, paper.period).listing
    if not listing:
        raise refused(paper, "contents", "这一期没有要加密刻入的备份，不必申请")
    write(session, paper, {"contents": listing}, "要刻入的备份有变化")
    approval.ask(session, DATABASES, paper, taken.who, f"{paper.period} 光盘刻入加密的数据库备份")


def _redo(session: Session, paper: DiscSet, _taken: Taken) -> None:
    discs = discs_of(session, paper)
    if any(one.state in ("burned", *GOOD, "spoiled") for one in discs):
        raise refused(paper, "state", "已经有光盘刻录，不能整套退回；单张请在光盘上办理")
    with moving(session, *discs):
        for one in discs:
            one.state = "planned"
    paper.state = "planned"


def _close(session: Session, paper: DiscSet, _taken: Taken) -> None:
    left = [one.label for one in discs_of(session, paper) if one.state != "stored"]
    if left:
        raise refused(
            paper, "state", f"还没有入库：{'、'.join(left[:5])}；请逐张登记存放处和保管人"
        )
    paper.state, paper.closed_at = "closed", datetime.now(UTC)


def _outside(session: Session, disc: Disc, taken: Taken) -> None:
    """Somebody burned it on another machine, and says so; reading it back comes next."""
    disc.state, disc.burned_by = "burned", taken.who.name
    follow(session, session.get_one(DiscSet, disc.disc_set_id))


def _again(session: Session, disc: Disc, _taken: Taken) -> None:
    disc.state, disc.burned_on, disc.place, disc.keeper_id = "imaged", None, None, None
    follow(session, session.get_one(DiscSet, disc.disc_set_id))


def _spoiled(session: Session, disc: Disc, taken: Taken) -> None:
    checked(
        session, disc,
        Finding("told", disc.remark or "", by_id=taken.who.id, author=taken.who.name),
    )  # fmt: skip


def _store(session: Session, disc: Disc, _taken: Taken) -> None:
    disc.state, disc.stored_on = "stored", today()
    follow(session, session.get_one(DiscSet, disc.disc_set_id))


rule(Rule(DATABASES, "数据库备份刻盘", "approve", ask_right="record"))
offer(
    DiscSet,
    Step(
        "accept", "确认缺少的备份", ("planned",), _accept, asks=("lack_reason",),
        needs=("lack_reason",), help="第一百四十条的四类资料缺哪些、为什么，写在光盘说明里。",
    ),
    Step(
        "ask", "申请数据库备份刻盘", ("planned",), _ask,
        fits=lambda _s, one: bool(one.databases), help="只刻加密的备份，密钥单另行保管。",
    ),
    Step(
        "redo", "退回重做", ("imaged",), _redo, danger=True,
        confirm="退回 %(name)s？已生成的映像作废，重新生成。",
    ),
    Step(
        "close", "全部入库，结束", ("read",), _close,
        confirm="%(name)s 的光盘都已入库？映像文件会从本机清除，以后从光盘读取。",
    ),
)  # fmt: skip
offer(
    Disc,
    Step(
        "outside", "登记在别处刻录", ("imaged",), _outside, asks=("made_by", "batch", "burned_on"),
        needs=("made_by", "burned_on"), help="刻录后还要回读核对：上传校验文件，或放入本机光驱。",
    ),
    Step("again", "刻坏了，重刻", ("burned", "verified", "spoiled"), _again, danger=True,
         confirm="%(name)s 作废重刻？"),
    Step(
        "store", "入库", ("verified",), _store, asks=("place", "keeper_id"),
        needs=("place", "keeper_id"),
    ),
    Step(
        "spoiled", "登记丢失或损坏", ("stored",), _spoiled, asks=("remark",), needs=("remark",),
        danger=True, confirm="登记 %(name)s 丢失或损坏？",
    ),
)  # fmt: skip
