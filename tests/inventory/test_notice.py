"""Telling and reading: who gets a copy, once, and the bell counts exactly what is unread."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from inventory.act import EVERYTHING, system
from inventory.centre import Centre
from inventory.db import Database, open_database
from inventory.grant import Delegation, Grant, standing
from inventory.holders import holders
from inventory.mailbox import NoticeAsk, notices, own, read, unread
from inventory.migrations import migrate
from inventory.notice import Notice, NoticeReceipt, settle, tell
from inventory.person import Person
from inventory.role import Standing
from tests.inventory.conftest import Tree

NOW = datetime.now(UTC)


def person(database: Database, centre: Centre, name: str, *roles: str, **facts: object) -> Person:
    """Somebody of that centre with these roles over it."""
    who = Person(centre_id=centre.id, login=name, name=name, must_change=False)
    given_ = {"centre_id": centre.id, "person_id": who.id, "agreed_at": NOW, **facts}
    with database.transaction(system("加人")) as session:
        session.add_all([who, *(Grant(role=role, **given_) for role in roles)])
    return who


def stands(database: Database, who: Person) -> Standing:
    with database.view(EVERYTHING) as session:
        return standing(session, session.get_one(Person, who.id))


def count(database: Database, who: Person) -> int:
    standing_ = stands(database, who)
    with database.view(EVERYTHING) as session:
        return unread(session, standing_).unread


def copies(database: Database) -> int:
    with database.view(EVERYTHING) as session:
        return session.scalar(select(func.count()).select_from(NoticeReceipt)) or 0


def test_a_right_reaches_its_holders_over_the_place_whoever_tells(
    database: Database, tree: Tree
) -> None:
    boss = person(database, tree.kaifeng, "市领导", "leader")
    local = person(database, tree.lankao, "县领导", "leader")
    far = person(database, tree.luoyang, "外市领导", "leader")
    tech = person(database, tree.lankao, "技术员", "technician")
    with database.transaction(tree.act(tree.lankao)) as session:  # sees nothing above 兰考
        tell(session, "approval", "有申请", centre_id=tree.lankao.id, right="approve")
    assert [count(database, who) for who in (boss, local, far, tech)] == [1, 1, 0, 0]


def test_what_is_rolled_back_was_never_told(database: Database, tree: Tree) -> None:
    who = person(database, tree.lankao, "县领导", "leader")
    with pytest.raises(RuntimeError), database.transaction(tree.act(tree.lankao)) as session:
        tell(session, "wrong", "断网", centre_id=tree.lankao.id, person_id=who.id)
        raise RuntimeError
    assert count(database, who) == 0


def test_the_same_key_is_told_once_until_it_is_read(database: Database, tree: Tree) -> None:
    one = person(database, tree.lankao, "甲", "leader")
    two = person(database, tree.lankao, "乙", "leader")

    def again() -> Notice | None:
        with database.observe() as session:
            return tell(
                session, "due", "该检查了", centre_id=tree.lankao.id, right="approve", key="k1"
            )

    assert again() is not None
    assert again() is None
    with database.observe() as session:
        read(session, stands(database, one), NOW)
    assert again() is not None
    assert (count(database, one), count(database, two)) == (1, 1), "乙 has not read the first yet"


def test_a_key_that_found_nobody_waits_for_the_first_holder(database: Database, tree: Tree) -> None:
    with database.observe() as session:
        facts = {"centre_id": tree.lankao.id, "right": "approve", "key": "k2"}
        assert tell(session, "due", "无人", **facts) is not None  # type: ignore[arg-type]
        assert tell(session, "due", "无人", **facts) is None  # type: ignore[arg-type]
    assert copies(database) == 0


def test_settled_is_unread_no_more(database: Database, tree: Tree) -> None:
    one = person(database, tree.lankao, "甲", "leader")
    two = person(database, tree.lankao, "乙", "leader")
    with database.observe() as session:
        tell(session, "approval", "申请", centre_id=tree.lankao.id, right="approve", key="k3")
        tell(session, "due", "别的", centre_id=tree.lankao.id, person_id=two.id)
    with database.transaction(tree.act(tree.lankao)) as session:
        settle(session, "k3")
    assert (count(database, one), count(database, two)) == (0, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "gossip"},
        {"level": "loud"},
        {"link": "https://elsewhere.example/"},
        {"link": "//elsewhere.example/"},
        {"right": "approve"},  # and a person, too
        {"person_id": None},
    ],
)
def test_what_is_no_notice_is_refused(
    sqlite_database: Database, wrong: dict[str, str | None]
) -> None:
    told = {"kind": "due", "person_id": "p", "centre_id": "c", **wrong}
    with pytest.raises(ValueError, match="notice"), sqlite_database.observe() as session:
        tell(session, told.pop("kind") or "", "标题", **told)  # type: ignore[arg-type]


def test_a_title_is_one_line_of_bounded_length(database: Database, tree: Tree) -> None:
    who = person(database, tree.lankao, "甲", "leader")
    with database.observe() as session:
        text = "交换机\r\nBcc: all@example.com\x00" + "长" * 300
        told = tell(session, "wrong", text, centre_id=tree.lankao.id, person_id=who.id)
    assert told is not None
    assert told.title.startswith("交换机 Bcc: all@example.com 长")
    assert len(told.title) == 200
    assert told.title.isprintable()


def test_a_copy_goes_and_comes_back_with_the_right(database: Database, tree: Tree) -> None:
    who = person(database, tree.lankao, "甲", "leader")
    person(database, tree.lankao, "丙", "manager")
    with database.observe() as session:
        told = tell(session, "approval", "申请", centre_id=tree.lankao.id, right="approve")
    assert told is not None
    with database.transaction(system("停用")) as session:
        session.scalars(select(Grant).where(Grant.person_id == who.id)).one().turn(gone=True)
    gone = stands(database, who)
    with database.view(EVERYTHING) as session:
        assert unread(session, gone).unread == 0
        assert own(session, gone, told.id) is None
    with database.observe() as session:
        assert read(session, gone, NOW) == 0
    with database.transaction(system("另授")) as session:
        session.add(
            Grant(centre_id=tree.lankao.id, person_id=who.id, role="manager", agreed_at=NOW)
        )
    assert count(database, who) == 1


def test_nobody_reads_or_opens_anothers(database: Database, tree: Tree) -> None:
    who = person(database, tree.lankao, "甲", "leader")
    other = stands(database, person(database, tree.lankao, "乙", "leader"))
    with database.observe() as session:
        told = tell(session, "account", "口令将到期", centre_id=tree.lankao.id, person_id=who.id)
        assert told is not None
        assert read(session, other, NOW, [told.id]) == 0
    with database.view(EVERYTHING) as session:
        assert own(session, other, told.id) is None
    assert count(database, who) == 1


def test_holders_are_in_office_today(database: Database, tree: Tree) -> None:
    leader = person(database, tree.lankao, "领导", "leader")
    deputy = person(database, tree.lankao, "副职", "technician")
    person(database, tree.lankao, "已到期", "leader", ends=date(2020, 1, 1))
    person(database, tree.lankao, "没复核", "leader", agreed_at=None)
    left = person(database, tree.lankao, "已离任", "leader")
    days = {"starts": NOW.date() - timedelta(1), "ends": NOW.date() + timedelta(1)}
    with database.transaction(system("委托")) as session:
        session.scalars(select(Grant).where(Grant.person_id == left.id)).one().turn(gone=True)
        session.get_one(Person, left.id).turn(gone=True)
        session.add(
            Delegation(
                centre_id=tree.lankao.id, giver_id=leader.id, taker_id=deputy.id, role="leader",
                reason="出差", agreed_at=NOW, **days,
            )
        )  # fmt: skip
    with database.view(EVERYTHING) as session:
        assert holders(session, "approve", tree.lankao.id) == {leader.id, deputy.id}
        later = NOW + timedelta(days=5)
        assert holders(session, "approve", tree.lankao.id, later) == {leader.id}
        assert holders(session, "approve", tree.kaifeng.id) == set(), "not above their place"


def test_the_inbox_filters_searches_and_pages(database: Database, tree: Tree) -> None:
    who = person(database, tree.lankao, "甲", "leader")
    with database.observe() as session:
        for n in range(5):
            kind, level = ("due", "info") if n % 2 else ("wrong", "critical")
            tell(
                session, kind, f"第{n}件 100%_", centre_id=tree.lankao.id, person_id=who.id,
                level=level,
            )  # fmt: skip
    mine = stands(database, who)

    def titles(**ask: object) -> list[str]:
        with database.view(EVERYTHING) as session:
            page = notices(session, mine, NoticeAsk(**ask), size=2)  # type: ignore[arg-type]
            return [notice.title[:3] for notice, _at in page.rows]

    assert titles() == ["第4件", "第3件"]
    assert titles(page=3) == ["第0件"]
    assert titles(page=99) == ["第0件"]
    assert titles(kinds=("due",)) == ["第3件", "第1件"]
    assert titles(levels=("critical",), page=2) == ["第0件"]
    assert titles(search="第2件 100%_") == ["第2件"]
    assert titles(search="100%%") == []
    with database.view(EVERYTHING) as session:
        assert (unread(session, mine).unread, unread(session, mine).critical) == (5, 3)
        page = notices(session, mine, NoticeAsk(), size=1)
    newest = page.rows[0][0].id
    with database.observe() as session:
        assert read(session, mine, NOW, [newest, newest, "unknown"]) == 1
        assert read(session, mine, NOW, [newest]) == 0
    assert titles(unread=True) == ["第3件", "第2件"]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Centre, Centre]]:
    """One database for all examples: each brings people of its own."""
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('notices')}/n.db")
    migrate(database.engine)
    with database.transaction(system("建")) as session:
        city = Centre(code="410200", name="开封市", tier="city")
        session.add(city)
        county = Centre(code="410225", name="兰考县", tier="county", parent_id=city.id)
        session.add(county)
    yield database, city, county
    database.close()


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("tell"), st.integers(0, 2), st.sampled_from(["", "a", "b"])),
        st.tuples(st.just("right"), st.sampled_from(["approve", "health"]),
                  st.sampled_from(["", "a", "b"])),
        st.tuples(st.just("read"), st.integers(0, 2), st.sampled_from(["all", "one"])),
        st.tuples(st.just("settle"), st.just(0), st.sampled_from(["a", "b"])),
    ),
    max_size=14,
)  # fmt: skip


class Office:
    """Three people in a new example, and a plain model of what each has not read."""

    def __init__(self, shared: tuple[Database, Centre, Centre]) -> None:
        self.database, city, self.county = shared
        self.mark = uuid4().hex[:8]  # no example meets another's keys
        seats = ((city, "leader"), (self.county, "technician"), (self.county, "leader"))
        self.people = [
            person(self.database, place, f"{self.mark}{n}", role)
            for n, (place, role) in enumerate(seats)
        ]
        self.left: list[list[str]] = [[], [], []]  # the keys of each one's unread notices

    def tell(self, who: int, key: str) -> None:
        self._say({who}, key, person_id=self.people[who].id)

    def right(self, right: str, key: str) -> None:
        self._say({"approve": {0, 2}, "health": {0, 1, 2}}[right], key, right=right)

    def _say(self, told: set[int], key: str, **to: str) -> None:
        with self.database.observe() as session:
            named = key and self.mark + key
            tell(session, "due", "x", centre_id=self.county.id, key=named, **to)  # type: ignore[arg-type]
        for n in told:
            if not key or key not in self.left[n]:
                self.left[n].append(key)

    def read(self, who: int, which: str) -> None:
        mine, left = stands(self.database, self.people[who]), self.left[who]
        with self.database.view(EVERYTHING) as session:
            rows = notices(session, mine, NoticeAsk(unread=True)).rows
        with self.database.observe() as session:
            ids = None if which == "all" else [row.id for row, _at in rows[:1]]
            assert read(session, mine, NOW, ids) == (len(left) if ids is None else len(ids))
        gone = [key.removeprefix(self.mark) for key in [row.key for row, _at in rows]]
        for key in gone if which == "all" else gone[:1]:
            left.remove(key)

    def settle(self, _who: int, key: str) -> None:
        with self.database.observe() as session:
            settle(session, self.mark + key)
        self.left = [[one for one in keys if one != key] for keys in self.left]


@given(acts=ACTS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_unread_counts_equal_a_plain_model(
    shared: tuple[Database, Centre, Centre], acts: list[tuple[str, object, str]]
) -> None:
    """Whatever was told, read and settled: the bell says what is left."""
    office = Office(shared)
    for act, who, word in acts:
        getattr(office, act)(who, word)
        assert [count(office.database, p) for p in office.people] == list(map(len, office.left))
    with office.database.transaction(system("散场")) as session:
        for grant in session.scalars(select(Grant).where(Grant.retired_at.is_(None))):
            grant.turn(gone=True)
