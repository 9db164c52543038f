"""What one person gives is in force once a second has agreed."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from inventory.act import EVERYTHING, system
from inventory.approval import decide
from inventory.asked import Approval
from inventory.consent import propose
from inventory.db import Database
from inventory.exchange import apply
from inventory.grant import Delegation, Grant, standing
from inventory.inbox import waiting
from inventory.person import Person
from inventory.policy import Policy, policy
from inventory.proof import Proof
from inventory.register import Register, Rejected
from inventory.role import Standing, can
from inventory.shanghai import today
from inventory.sheet import Sheet, SheetRow
from tests.inventory.conftest import Tree

DAY = timedelta(days=1)


@dataclass
class Office:
    """People of one county by their role."""

    database: Database
    tree: Tree
    ids: dict[str, str]

    def who(self, role: str) -> Standing:
        with self.database.view(EVERYTHING) as session:
            return standing(session, session.get_one(Person, self.ids[role]))

    def written(self, role: str, row: Register) -> str:
        with self.database.transaction(self.who(role).act("试验", "test")) as session:
            session.add(row)
            propose(session, row)
        return row.id

    def decided(self, role: str, row_id: str, yes: bool = True, remark: str = "") -> None:
        who = self.who(role)
        with self.database.transaction(who.act("复核", "test")) as session:
            query = select(Approval).where(Approval.thing_id == row_id)
            asked = session.scalars(query).one()
            proof = Proof(who.id, "password", datetime.now(UTC))
            decide(session, asked, who, proof, asked.digest, yes=yes, remark=remark)

    def grant(self, to: str, role: str, **facts: object) -> Grant:
        return Grant(centre_id=self.tree.lankao.id, person_id=self.ids[to], role=role, **facts)

    def roles(self, of: str) -> tuple[str, ...]:
        return self.who(of).roles


@pytest.fixture
def office(database: Database, tree: Tree) -> Office:
    roles = ("system_admin", "security_admin", "audit_admin", "leader", "manager", "technician")
    ids: dict[str, str] = {}
    with database.transaction(system("建人")) as session:
        for role in roles:
            person = Person(centre_id=tree.lankao.id, login=role, name=f"{role}某")
            session.add(person)
            ids[role] = person.id
            session.add(
                Grant(
                    centre_id=tree.lankao.id, person_id=person.id, role=role,
                    agreed_at=datetime.now(UTC),
                )
            )  # fmt: skip
    return Office(database, tree, ids)


def test_a_grant_waits_for_a_second_person(office: Office) -> None:
    row = office.written("security_admin", office.grant("technician", "auditor"))
    assert office.roles("technician") == ("technician",)
    office.decided("leader", row)
    assert office.roles("technician") == ("auditor", "technician")


@pytest.mark.parametrize("second", ["security_admin", "audit_admin", "technician"])
def test_who_may_not_be_the_second(office: Office, second: str) -> None:
    """The asker, and whoever holds no right to it."""
    row = office.written("security_admin", office.grant("technician", "auditor"))
    with pytest.raises(Rejected):
        office.decided(second, row)
    assert office.roles("technician") == ("technician",)


def test_nobody_agrees_to_what_is_given_to_oneself(office: Office) -> None:
    row = office.written("security_admin", office.grant("leader", "technician"))
    with pytest.raises(Rejected, match="本人"):
        office.decided("leader", row)
    with office.database.view(EVERYTHING) as session:
        offered = {
            role: len(session.scalars(waiting(office.who(role))).all())
            for role in ("leader", "manager", "security_admin")
        }
    assert offered == {"leader": 0, "manager": 1, "security_admin": 0}
    office.decided("system_admin", row)
    assert office.roles("leader") == ("leader", "technician")


def test_what_is_refused_is_put_away(office: Office) -> None:
    row = office.written("security_admin", office.grant("technician", "auditor"))
    office.decided("leader", row, yes=False, remark="不需要")
    with office.database.view(EVERYTHING) as session:
        assert session.get_one(Grant, row).stage == ("unknown", "已停用")
    assert office.roles("technician") == ("technician",)


def test_a_right_ends_at_once(office: Office) -> None:
    with office.database.transaction(office.who("security_admin").act("停用", "test")) as session:
        query = select(Grant).where(Grant.person_id == office.ids["leader"])
        session.scalars(query).one().turn(gone=True)
    assert office.roles("leader") == ()


def test_an_agreed_grant_stays_as_agreed(office: Office) -> None:
    row = office.written("security_admin", office.grant("technician", "auditor", ends=today()))
    office.decided("leader", row)
    with (
        pytest.raises(Rejected),
        office.database.transaction(office.who("security_admin").act("改", "test")) as session,
    ):
        session.get_one(Grant, row).ends = today() + timedelta(days=900)


def test_a_sheet_asks_too(office: Office) -> None:
    labels = ("人员", "角色", "所属单位")
    cells = ("technician", "信息审计员", "410225")
    sheet = Sheet(labels, (SheetRow(2, dict(zip(labels, cells, strict=True))),))
    with office.database.transaction(office.who("security_admin").act("导入", "t")) as session:
        row = apply(session, Grant, sheet).new[0].id
    assert office.roles("technician") == ("technician",)
    office.decided("manager", row)
    assert office.roles("technician") == ("auditor", "technician")


def test_a_policy_waits_as_well(office: Office) -> None:
    version = Policy(centre_id=office.tree.lankao.id, name="一", password_length=16)
    row = office.written("security_admin", version)
    with office.database.view(EVERYTHING) as session:
        assert policy(session).password_length == 12
    office.decided("leader", row)
    with office.database.view(EVERYTHING) as session:
        assert (policy(session).name, policy(session).password_length) == ("一", 16)


@pytest.mark.parametrize(("here", "good"), [("10.41.0.9", True), ("10.9.0.9", False)])
def test_nobody_drafts_a_policy_that_shuts_the_drafter_out(
    office: Office, here: str, good: bool
) -> None:
    who = office.who("security_admin")
    version = Policy(centre_id=office.tree.lankao.id, name="一", admin_addresses="10.41.0.0/24")
    try:
        with office.database.transaction(who.act("拟", f"page {here}")) as session:
            session.add(version)
            propose(session, version)
    except Rejected as error:
        assert (good, error.errors[0].field) == (False, "admin_addresses")
    else:
        assert good


def away(office: Office, taker: str = "technician", **facts: object) -> Delegation:
    plain: dict[str, object] = {"starts": today(), "ends": today(), "reason": "出差"}
    return Delegation(
        centre_id=office.tree.lankao.id, giver_id=office.ids["leader"],
        taker_id=office.ids[taker], role="leader", **(plain | facts),
    )  # fmt: skip


def test_a_leader_delegates_by_oneself(office: Office) -> None:
    office.written("leader", away(office))
    who = office.who("technician")
    assert (who.roles, can(who, "approve", office.tree.lankao.path)) == (
        ("leader", "technician"), True,
    )  # fmt: skip
    assert who.on_behalf("approve", office.tree.lankao.path) == "leader某"
    with office.database.view(EVERYTHING) as session:
        assert session.scalars(select(Approval)).all() == []


def test_others_delegate_with_the_givers_consent(office: Office) -> None:
    row = office.written("security_admin", away(office))
    assert office.roles("technician") == ("technician",)
    office.decided("leader", row)
    assert office.roles("technician") == ("leader", "technician")


def test_a_delegation_ends_with_its_day_and_with_its_giver(office: Office) -> None:
    office.written("leader", away(office))
    assert office.roles("technician") == ("leader", "technician")
    with office.database.view(EVERYTHING) as session:
        clerk = session.get_one(Person, office.ids["technician"])
        assert standing(session, clerk, datetime.now(UTC) + DAY).roles == ("technician",)
    with pytest.raises(Rejected, match="委托不能事后补办"):
        office.written("leader", away(office, starts=today() - DAY, ends=today() - DAY))
    office.written("leader", away(office, "manager"))
    assert office.roles("manager") == ("leader", "manager")
    with office.database.transaction(system("停用")) as session:
        query = select(Grant).where(Grant.person_id == office.ids["leader"])
        session.scalars(query).one().turn(gone=True)
    assert office.roles("manager") == ("manager",)


@pytest.mark.parametrize("change", ["ends = '2099-12-31'", "taker_id = giver_id"])
def test_no_sql_stretches_what_a_leader_delegated(office: Office, change: str) -> None:
    office.written("leader", away(office))
    with pytest.raises(IntegrityError), office.database.engine.begin() as connection:
        connection.execute(text(f"UPDATE delegation SET {change}"))


def test_nobody_revives_what_a_leader_took_back(office: Office) -> None:
    row = office.written("leader", away(office))
    turned(office, "leader", row, gone=True)
    with pytest.raises(Rejected, match="不能恢复"):
        turned(office, "security_admin", row, gone=False)
    assert office.roles("technician") == ("technician",)


def test_a_delegation_can_be_refused_when_its_giver_holds_the_role_no_more(office: Office) -> None:
    row = office.written("security_admin", away(office, "manager"))
    with office.database.transaction(system("停用")) as session:
        query = select(Grant).where(Grant.person_id == office.ids["leader"])
        session.scalars(query).one().turn(gone=True)
    office.decided("system_admin", row, yes=False, remark="已不在任")
    with office.database.view(EVERYTHING) as session:
        assert session.get_one(Delegation, row).retired_at is not None


def turned(office: Office, role: str, row_id: str, *, gone: bool) -> None:
    with office.database.transaction(office.who(role).act("委托", "test")) as session:
        session.get_one(Delegation, row_id).turn(gone=gone)


def test_the_command_line_is_no_second_person(office: Office) -> None:
    with office.database.transaction(system("登记", "cli")) as session:
        row = office.grant("technician", "auditor")
        session.add(row)
        assert propose(session, row) is None
    assert office.roles("technician") == ("technician",)
