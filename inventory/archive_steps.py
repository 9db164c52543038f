"""The steps of a year-end transfer: databases are approved, the folder is checked, both sides sign
(Article 143; duty E8)."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from inventory import approval
from inventory.approval import Rule, rule
from inventory.archive_transfer import CHECKS, ArchiveTransfer
from inventory.attachment import attachments
from inventory.disc_choice import Choice, choice
from inventory.handover_hands import staff
from inventory.paper import as_shown, sign_typed, write
from inventory.revision import digest
from inventory.signature import sign
from inventory.stepping import Step, Taken, moving, offer, refused

DATABASES = "archive_databases"


def chosen(session: Session, paper: ArchiveTransfer) -> Choice:
    """What the year has; read it with everything in sight."""
    return choice(session, paper.centre_id, str(paper.year))


def unready(session: Session, paper: ArchiveTransfer, told: Choice) -> str:
    """Why the folder may not be made now, "" when it may."""
    if not paper.databases or not told.sealed:
        return ""
    if paper.secrets != told.listing:
        return "要移交的数据库备份与申请时不同，请重新“申请移交数据库备份”"
    if approval.approved(session, DATABASES, paper) is None:
        return "移交数据库备份还没有领导批准；不移交的，请编辑后取消“移交数据库备份”"
    return ""


def packed(
    session: Session, paper: ArchiveTransfer, listing: str, lacking: str, told: tuple[int, int, str]
) -> None:
    """The folder lies on disk: files, bytes and the SHA-256 of its manifest are `told`."""
    files, size, sha256 = told
    with moving(session, paper):
        values: dict[str, Any] = {
            "listing": listing, "files": files, "size": size, "sha256": sha256,
        }  # fmt: skip
        paper.lacking, paper.packed_at, paper.state = lacking, datetime.now(UTC), "packed"
        write(session, paper, values, "移交包重新生成")


def _ask(session: Session, paper: ArchiveTransfer, taken: Taken) -> None:
    listing = chosen(session, paper).listing
    if not listing:
        raise refused(paper, "secrets", "这一年没有加密的备份，不必申请")
    write(session, paper, {"secrets": listing}, "要移交的备份有变化")
    approval.ask(session, DATABASES, paper, taken.who, f"{paper.year} 年度移交加密的数据库备份")


def _give(session: Session, paper: ArchiveTransfer, taken: Taken) -> None:
    """The giver's hand, over the listing and over what was checked."""
    as_shown(session, paper, taken)  # before any question flushes what was typed
    taker = staff(session, paper.taker_id)
    if taker is None:
        raise refused(paper, "taker_id", "必须填写：请先编辑，选档案室的接收人")
    paper.pen_only, paper.remark = not taker.person_id, None
    typed = {name: taken.given.get(name) for name in CHECKS}
    sign_typed(session, paper, "hand", taken, typed, "移交前的检验结果")
    paper.state = "given"


def _take(session: Session, paper: ArchiveTransfer, taken: Taken) -> None:
    assert taken.proof is not None
    sign(session, paper, "take", taken.who, taken.proof, taken.seen)
    paper.state, paper.done_at = "done", datetime.now(UTC)


def _confirm(session: Session, paper: ArchiveTransfer, taken: Taken) -> None:
    """A second person has compared the form signed by hand with this one."""
    assert taken.proof is not None
    hung = [one for one in attachments(session, paper) if one.part == "signed"]
    living = sorted(one.sha256 for one in hung if one.retired_at is None)
    if not living:
        raise refused(paper, "scan", "请先打印登记表，双方手签后把扫描件上传到“签字扫描件”")
    paper.scan = "\n".join(living)
    sign(session, paper, "review", taken.who, taken.proof, taken.seen or digest(paper))
    paper.state, paper.done_at = "done", datetime.now(UTC)


def _back(session: Session, paper: ArchiveTransfer, taken: Taken) -> None:
    paper.state, paper.reopened_at, paper.pen_only = "draft", datetime.now(UTC), False


def _cancel(session: Session, paper: ArchiveTransfer, taken: Taken) -> None:
    for one in approval.approvals(session, paper):
        if one.state == "asked" and one.asked_by == taken.who.id:
            approval.withdraw(session, one, taken.who, "移交取消")
    paper.state = "cancelled"


rule(Rule(DATABASES, "移交数据库备份", "approve", ask_right="record"))
offer(
    ArchiveTransfer,
    Step(
        "ask", "申请移交数据库备份", ("draft",), _ask,
        fits=lambda _s, one: bool(one.databases), help="批准后按加密形式移交，密钥单另行交接。",
    ),
    Step(
        "give", "检验并签字移交", ("packed",), _give, right="view", proof=True,
        asks=tuple(CHECKS), needs=tuple(CHECKS),
        help="写明各项检验的结果；病毒检验写明杀毒软件和版本。",
    ),
    Step(
        "take", "签字接收", ("given",), _take, right="view", proof=True,
        fits=lambda _s, one: not one.pen_only, help="由档案室接收人本人用自己的账号签字。",
    ),
    Step(
        "confirm", "确认签字扫描件", ("given",), _confirm, right="sign", proof=True,
        fits=lambda _s, one: one.pen_only,
        help="接收人没有账号：核对手签的登记表扫描件与本单一致后签字。",
    ),
    Step(
        "return", "退回修改", ("packed", "given"), _back, asks=("remark",), needs=("remark",),
        help="退回后重新生成移交包、重新签字。",
    ),
    Step(
        "cancel", "取消", ("draft", "packed", "given"), _cancel, danger=True,
        confirm="取消 %(name)s？",
    ),
)  # fmt: skip
