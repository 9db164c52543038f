"""A document is filed, lent for a month, renewed once, returned; or made good."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from inventory.act import EVERYTHING, Scope
from inventory.db import Database
from inventory.document import Document, DocumentCopy
from inventory.document_loan import DocumentLoan
from inventory.lending import borrowed, due, give_back, lend, running
from inventory.proof import Proof
from inventory.register import Rejected
from inventory.revision import digest
from inventory.shanghai import month_after, today
from inventory.signature import sign
from inventory.staff import Staff
from inventory.stepping import Taken, offered, take
from tests.inventory.conftest import Tree
from tests.inventory.signing import Actor, actor

DAY = timedelta(days=1)


@dataclass
class Library:
    """兰考's documents, the technician who keeps them, and two people who borrow."""

    database: Database
    keeper: Actor
    copies: list[str]
    wang: str
    li: str

    def do(self, work: Callable[[Any], Any]) -> Any:
        with self.database.transaction(self.keeper.act()) as session:
            return work(session)

    def lend(self, copy: int = 0, staff: str = "") -> str:
        def work(session: Any) -> str:
            found = session.get_one(DocumentCopy, self.copies[copy])
            borrower = session.get_one(Staff, staff or self.wang)
            return lend(session, found, borrower, self.keeper.standing).id

        return str(self.do(work))

    def back(self, copy: int = 0) -> None:
        self.do(
            lambda s: give_back(s, s.get_one(DocumentCopy, self.copies[copy]), self.keeper.standing)
        )

    def step(self, loan: str, name: str, **given: Any) -> None:
        told = Taken(self.keeper.standing, given)
        self.do(lambda s: take(s, s.get_one(DocumentLoan, loan), name, told))

    def loan(self, key: str) -> DocumentLoan:
        with self.database.view(EVERYTHING) as session:
            return session.get_one(DocumentLoan, key)

    def state(self, copy: int = 0) -> str:
        with self.database.view(EVERYTHING) as session:
            return session.get_one(DocumentCopy, self.copies[copy]).state

    def lent_ago(self, days: int, copy: int = 0, staff: str = "") -> str:
        """A loan that began so many days ago, noted today."""

        def work(session: Any) -> str:
            row = DocumentLoan(centre_id=self.keeper.standing.centre_id,
                               copy_id=self.copies[copy], staff_id=staff or self.wang)  # fmt: skip
            session.add(row)
            told = Taken(self.keeper.standing, {"lent_on": today() - days * DAY})
            take(session, row, "lend", told)
            return row.id

        return str(self.do(work))


@pytest.fixture
def library(database: Database, tree: Tree) -> Library:
    keeper = actor(database, tree.lankao, "tech", "王技", "technician")
    with database.transaction(keeper.act()) as session:
        people = [Staff(centre_id=tree.lankao.id, name=name) for name in ("王技", "李小红")]
        people[0].person_id = keeper.id
        session.add_all(people)
        book = Document(
            centre_id=tree.lankao.id, heading="S5720 交换机配置指南", kind="device", year=2026,
            copies=2, price=86.5,
        )  # fmt: skip
        session.add(book)
        session.flush()
        assert book.number == "410225-2026-1-0001"
        query = select(DocumentCopy).where(DocumentCopy.document_id == book.id)
        copies = session.scalars(query.order_by(DocumentCopy.barcode)).all()
        assert [one.barcode for one in copies] == [f"{book.number}-1", f"{book.number}-2"]
        later = DocumentCopy(centre_id=tree.lankao.id, document_id=book.id)
        session.add(later)
        session.flush()
        assert later.barcode == f"{book.number}-3"
        book.heading = "S5720 交换机配置手册"
        session.flush()
        assert later.label == f"S5720 交换机配置手册 {later.barcode}" and "jhj" in later.search
        book.heading = "S5720 交换机配置指南"
    keys = [one.id for one in (*copies, later)]
    return Library(database, keeper, keys, people[0].id, people[1].id)


def test_a_copy_goes_out_for_a_month_and_comes_back(library: Library) -> None:
    key = library.lend()
    loan = library.loan(key)
    assert (loan.state, loan.lent_on, loan.due_on) == ("out", today(), month_after(today()))
    assert library.state() == "lent" and loan.number.startswith("JY-")
    with pytest.raises(Rejected, match="不能借出"):
        library.lend(staff=library.li)
    with library.database.view(EVERYTHING) as session:
        copy = session.get_one(DocumentCopy, library.copies[0])
        found = running(session, copy)
        assert found is not None and found.id == key
        told = loan.lines(session)
        assert told is not None and told.rows[0][0] == "S5720 交换机配置指南"
    library.back()
    assert (library.loan(key).state, library.loan(key).returned_on) == ("back", today())
    assert library.state() == "shelf"
    with pytest.raises(Rejected, match="没有借出"):
        library.back()
    library.lend(staff=library.li)


def test_a_loan_is_never_longer_than_a_month_and_renewed_once(library: Library) -> None:
    begun = today() - 3 * DAY
    for due_on, cause in ((month_after(begun) + DAY, "超过一个月"), (begun - DAY, "早于")):
        with pytest.raises(Rejected, match=cause):
            library.do(lambda s, day=due_on: take(  # type: ignore[misc]
                s, _draft(s, library), "lend",
                Taken(library.keeper.standing, {"lent_on": begun, "due_on": day}),
            ))  # fmt: skip
    with pytest.raises(Rejected, match="还没有到这一天"):
        library.lent_ago(-1)
    key = library.lent_ago(3)
    first = month_after(begun)
    with pytest.raises(Rejected, match="超过一个月"):
        library.step(key, "renew", renewed_to=month_after(first) + DAY)
    library.step(key, "renew")
    assert library.loan(key).owed_on == month_after(first)
    with library.database.view(EVERYTHING) as session:
        told = offered(session, session.get_one(DocumentLoan, key), library.keeper.standing)
        assert [one.name for one in told] == ["give_back", "harm"]
    with pytest.raises(Rejected, match="只能续借一次"):
        library.step(key, "renew")


def test_whoever_is_late_gets_nothing_more(library: Library) -> None:
    old = library.lent_ago(40)
    assert library.loan(old).late.startswith("已逾期 ")
    with pytest.raises(Rejected, match="逾期未还"):
        library.lend(1)
    assert library.state(1) == "shelf"
    with pytest.raises(Rejected, match="请先归还"):
        library.step(old, "renew")
    library.lend(1, library.li)
    with library.database.view(EVERYTHING) as session:
        assert [one.id for one in due(session, today() - DAY)] == [old]
        assert len(due(session, today() + 40 * DAY)) == 2
        assert [one.id for one in borrowed(session, session.get_one(Staff, library.wang))] == [old]
    library.back()
    library.lend(2)


def test_loss_is_made_good_and_damage_seen_later_too(library: Library) -> None:
    lost = library.lend()
    with pytest.raises(Rejected, match="必须填写"):
        library.step(lost, "harm", harm="lost")
    library.step(lost, "harm", harm="lost", harm_told="出差途中遗失")
    assert (library.loan(lost).state, library.state()) == ("owing", "lost")
    with pytest.raises(Rejected, match="收据号"):
        library.step(lost, "pay", price=86.5, paid_on=today())
    library.step(lost, "pay", price=86.5, paid_on=today(), receipt_no="0012")
    assert library.loan(lost).state == "paid"
    torn = library.lend(1)
    library.back(1)
    library.step(torn, "harm", harm="damaged", harm_told="第 3 页撕破")
    assert (library.loan(torn).state, library.state(1)) == ("owing", "damaged")
    with pytest.raises(Rejected, match="损坏"):
        library.lend(1)
    library.do(
        lambda s: take(
            s, s.get_one(DocumentCopy, library.copies[1]), "shelve", Taken(library.keeper.standing)
        )
    )
    library.lend(1)


def test_only_staff_of_the_system_and_only_by_steps(library: Library, tree: Tree) -> None:
    with library.database.transaction(tree.act(tree.luoyang)) as session:
        session.add(Staff(centre_id=tree.luoyang.id, name="外县人"))
    with library.database.view(Scope((tree.lankao.path,))) as session:
        assert session.scalars(select(Staff).where(Staff.name == "外县人")).all() == []
    library.do(lambda s: s.get_one(Staff, library.li).turn(gone=True))
    with pytest.raises(Rejected, match="概不外借"):
        library.lend(staff=library.li)
    key = library.lend()
    for name, value in (("state", "back"), ("due_on", date(2099, 1, 1)), ("renewed_to", today())):
        with pytest.raises(Rejected, match="只随办理步骤"):
            library.do(lambda s, n=name, v=value: setattr(s.get_one(DocumentLoan, key), n, v))  # type: ignore[misc]
    for row, cls in ((library.copies[0], DocumentCopy), (key, DocumentLoan)):
        with pytest.raises(Rejected):
            library.do(lambda s, r=row, c=cls: s.get_one(c, r).turn(gone=True))  # type: ignore[misc]


def test_the_borrower_may_sign_and_nobody_for_him(library: Library, tree: Tree) -> None:
    key = library.lend()
    other = actor(library.database, tree.lankao, "net", "李网", "network_admin")
    for who, meaning, cause in ((other, "take", "本人"), (library.keeper, "take", "")):
        proof = Proof(who.id, "password", datetime.now(UTC))
        try:
            with library.database.transaction(who.act()) as session:
                row = session.get_one(DocumentLoan, key)
                sign(session, row, meaning, who.standing, proof, digest(row))
            assert cause == ""
        except Rejected as error:
            assert cause and cause in str(error)


@given(st.dates(date(1999, 1, 1), date(2098, 12, 31)))
def test_a_month_is_a_calendar_month(day: date) -> None:
    after = month_after(day)
    assert 28 <= (after - day).days <= 31
    assert (after.year * 12 + after.month) - (day.year * 12 + day.month) == 1
    assert after.day == day.day or (after + DAY).day == 1


def _draft(session: Any, library: Library) -> DocumentLoan:
    row = DocumentLoan(
        centre_id=library.keeper.standing.centre_id, copy_id=library.copies[0],
        staff_id=library.wang,
    )  # fmt: skip
    session.add(row)
    return row
