"""Two persons at night: a missing role for some hours, watched and looked at afterwards."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from inventory.act import EVERYTHING
from inventory.approval import review
from inventory.asked import Approval
from inventory.audit import AuditRow, verify
from inventory.breakglass import Seat, break_glass, running
from inventory.centre import Centre
from inventory.grant import Grant
from inventory.notice import Notice
from inventory.person import Person
from inventory.proof import Proof
from inventory.register import Rejected
from tests.inventory.test_consent import Office, office

__all__ = ["office"]

REASON = "核心交换机配置丢失，安全管理员联系不上"


def broken(  # noqa: PLR0917  (what may be wrong, one by one)
    at: Office,
    who: str = "technician",
    other: str = "leader",
    role: str = "security_admin",
    hours: int = 4,
    reason: str = REASON,
    old: bool = False,
) -> str:
    standing = at.who(who)
    moment = datetime.now(UTC) - (timedelta(minutes=6) if old else timedelta())
    with at.database.transaction(standing.act("应急授权", "test")) as session:
        seat = Seat(role, hours, reason, session.get_one(Centre, at.tree.lankao.id))
        proof = Proof(standing.id, "password", datetime.now(UTC))
        witness = Proof(at.ids[other], "totp", moment)
        return break_glass(session, standing, proof, witness, seat).id


def test_it_is_in_force_at_once_and_everybody_is_told(office: Office) -> None:
    approval = broken(office)
    assert office.roles("technician") == ("security_admin", "technician")
    held = [one for one in office.who("technician").held if one.until]
    assert timedelta(hours=3.9) < held[0].until - datetime.now(UTC) <= timedelta(hours=4)  # type: ignore[operator]
    with office.database.view(EVERYTHING) as session:
        asked = session.get_one(Approval, approval)
        assert (asked.state, "leader某在场确认" in asked.reason) == ("emergency", True)
        assert asked.due_at is not None
        assert asked.due_at - asked.asked_at == timedelta(hours=24)
        told = session.scalars(select(Notice).order_by(Notice.right)).all()
        assert [(one.right, one.kind) for one in told] == [
            ("review", "review"),
            ("trail", "security"),
        ]
        witness = session.scalars(select(AuditRow.after).where(AuditRow.change == "event")).all()
        assert any(office.ids["leader"] in after for after in witness)
        assert verify(session) is None


def test_an_administrators_own_seat_is_set_aside(office: Office) -> None:
    broken(office, who="system_admin")
    assert office.roles("system_admin") == ("security_admin",)


def test_nobody_sits_on_two_of_the_three_seats_at_night(office: Office) -> None:
    broken(office)
    with pytest.raises(Rejected, match="三员分立"):
        broken(office, role="system_admin")
    broken(office, role="network_admin")
    assert office.roles("technician") == ("network_admin", "security_admin", "technician")


def test_it_ends_early_and_for_good(office: Office) -> None:
    broken(office)
    standing = office.who("technician")
    with office.database.transaction(standing.act("结束", "test")) as session:
        for row in running(session, standing.id, datetime.now(UTC)):
            row.turn(gone=True)
    assert office.roles("technician") == ("technician",)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"other": "technician"}, "另一个人"),
        ({"other": "audit_admin"}, "没有可以确认"),
        ({"old": True}, "过期"),
        ({"hours": 9}, "1 到 8"),
        ({"hours": 0}, "1 到 8"),
        ({"role": "audit_admin"}, "缺少的角色"),
        ({"reason": "急"}, "理由"),
    ],
)
def test_what_is_refused(office: Office, facts: dict[str, object], said: str) -> None:
    with pytest.raises(Rejected, match=said):
        broken(office, **facts)  # type: ignore[arg-type]
    with office.database.view(EVERYTHING) as session:
        assert list(session.scalars(select(Grant).where(Grant.lapses_at.is_not(None)))) == []


def test_what_a_third_finds_wrong_ends_at_once(office: Office) -> None:
    approval, who = broken(office), office.who("manager")
    with office.database.transaction(who.act("复核", "test")) as session:
        proof = Proof(who.id, "password", datetime.now(UTC))
        asked = session.get_one(Approval, approval)
        review(session, asked, who, proof, good=False, remark="安全管理员在岗，不必应急")
    assert office.roles("technician") == ("technician",)


@pytest.mark.parametrize("third", ["manager", "audit_admin"])  # of three people, the auditor
def test_a_third_person_looks_at_it(office: Office, third: str) -> None:
    approval = broken(office)
    for role, good in (("technician", False), ("leader", False), (third, True)):
        who = office.who(role)
        with office.database.transaction(who.act("复核", "test")) as session:
            asked = session.get_one(Approval, approval)
            proof = Proof(who.id, "password", datetime.now(UTC))
            if good:
                review(session, asked, who, proof, good=True)
            else:
                with pytest.raises(Rejected):
                    review(session, asked, who, proof, good=True)
    with office.database.view(EVERYTHING) as session:
        assert session.get_one(Approval, approval).state == "reviewed"
        assert session.get_one(Person, office.ids["manager"]).name == "manager某"
