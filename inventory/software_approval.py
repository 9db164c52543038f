"""The province's word on given or home-made business software: told here, confirmed by a leader
who has seen the letter (Article 68)."""

from sqlalchemy.orm import Session

from inventory import approval as approving
from inventory.approval import Rule, rule
from inventory.software import BY_LEAVE, Software
from inventory.stepping import Step, Taken, moving, offer, refused

KIND = "software"


def _ask(session: Session, row: Software, taken: Taken) -> None:
    if not row.document_files:
        raise refused(row, "document_files", "请先在附件里上传，材料选“省级批复扫描件”")
    approving.ask(session, KIND, row, taken.who, f"省批复 {row.document_no}")
    row.state = "asked"


def _take_back(session: Session, row: Software, taken: Taken) -> None:
    for one in approving.approvals(session, row):
        if one.state == "asked":
            approving.withdraw(session, one, taken.who, "")


def _by_leave(_session: Session, row: Software) -> bool:
    return row.kind == "business" and row.origin in BY_LEAVE


def _approved(session: Session, row: Software) -> None:
    _settle(session, row, "approved")


def _refused(session: Session, row: Software) -> None:
    _settle(session, row, "refused")


def _withdrawn(session: Session, row: Software) -> None:
    _settle(session, row, "listed")


def _settle(session: Session, row: Software, state: str) -> None:
    with moving(session, row):
        row.state = state


rule(
    Rule(
        KIND, "业务软件使用（省批复）", "approve", approved=_approved, refused=_refused,
        withdrawn=_withdrawn, ask_right="record",
    )
)  # fmt: skip
offer(
    Software,
    Step(
        "ask", "报领导核对省批复", ("listed", "refused"), _ask,
        asks=("document_no", "document_on"), needs=("document_no", "document_on"), fits=_by_leave,
        help="先在附件里上传省级批复扫描件；领导核对后才能登记安装（第六十八条）",
    ),
    Step("withdraw", "撤回报批", ("asked",), _take_back, fits=_by_leave),
)  # fmt: skip
