"""Whose hand a handover takes: the giver's, the taker's, and a second person's where a hand signed
on paper only."""

from typing import Any

from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.revision import latest
from inventory.role import Standing, can
from inventory.signature import Signature, signatures
from inventory.staff import Staff


def unfit(session: Session, paper: Any, meaning: str, who: Standing) -> str:
    """Why this person may not sign this paper so, "" when nothing stands against it."""
    if meaning == "hand":
        return _giving(session, paper, who)
    if meaning == "review":
        return "交方不能自己确认，须由另一人核对" if gave(session, paper, who.id) else ""
    judge = _taking_back if paper.state == "out" else _taking
    return judge(session, paper, who)


def staff(session: Session, key: str | None) -> Staff | None:
    return session.get(Staff, key) if key else None


def gave(session: Session, paper: Any, person_id: str) -> bool:
    """Did this person sign the present content as its giver?"""
    return any(one.signer_id == person_id for one in given(session, paper))


def given(session: Session, paper: Any) -> list[Signature]:
    """The givers' signatures on the present content."""
    last = latest(session, paper)
    told = signatures(session, paper)
    return [one for one in told if one.meaning == "hand" and last and one.revision_id == last.id]


def _giving(session: Session, paper: Any, who: Standing) -> str:
    giver = staff(session, paper.giver_id)
    own = giver is not None and giver.person_id == who.id
    if giver is not None and giver.person_id and not own:
        return f"交方是{giver.name}，须由本人签字"
    if not own and not can(who, "record", paper):
        return "您在这个单位没有填写台账的权限"
    taker = staff(session, paper.taker_id)
    return "接收人不能自己当交方" if taker and taker.person_id == who.id else ""


def _taking(session: Session, paper: Any, who: Standing) -> str:
    taker = staff(session, paper.taker_id)
    if taker is None or not taker.person_id:
        return "接收人没有账号：请打印交接单签字，上传扫描件后由另一人确认"
    if taker.person_id != who.id:
        return f"须由接收人{taker.name}本人签字"
    if gave(session, paper, who.id):
        return "您已经作为交方签过字，不能再接收"
    to = session.get(Centre, paper.to_centre_id) if paper.kind == "transfer" else None
    if to is not None and not can(who, "", to):
        return f"您在接收单位“{to.name}”没有授权，不能接收"
    return ""


def _taking_back(session: Session, paper: Any, who: Standing) -> str:
    taker = staff(session, paper.taker_id)
    if taker is not None and taker.person_id == who.id:
        return "借用人不能自己签收归还，须由另一人收回"
    return "" if can(who, "record", paper) else "您在这个单位没有填写台账的权限"
