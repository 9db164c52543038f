"""Reports of antivirus and patch servers: matched in any notation, never guessed, never merged;
twice is once; nothing older overwrites something newer; what is too old is told, worst first."""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from inventory.act import EVERYTHING, Act, system
from inventory.db import Database
from inventory.equipment import Equipment
from inventory.host_health import Fault, Host, Limits, faults, hosts, uncovered
from inventory.host_held import From
from inventory.host_import import HostImport
from inventory.host_import_steps import File, rematch, take_in
from inventory.host_match import Identity, Index, Known, host_name, identity, ips, macs
from inventory.host_plan import HostPlan, compare
from inventory.host_report import moment, told
from inventory.person import Person
from inventory.protection import HostProtection
from inventory.registers.protection_limit import ProtectionLimit
from inventory.reporter import KINDS, likely, reporters, words
from inventory.shanghai import SHANGHAI
from inventory.sheet import Sheet, read
from tests.inventory.conftest import Tree, grown

NOW = datetime.now(UTC).replace(microsecond=0)
CLOCK = NOW.astimezone(SHANGHAI)  # what a server prints
MAC = st.integers(1, 0xFFFFFFFFFFFE).map("{:012x}".format)


def spelled(digits: str, style: int) -> str:
    """One address as Huawei, Cisco, Windows, Linux or a label writes it."""
    pairs = [digits[at : at + 2] for at in range(0, 12, 2)]
    quads = [digits[at : at + 4] for at in range(0, 12, 4)]
    return ("-".join(quads), ".".join(quads), "-".join(pairs).upper(), ":".join(pairs), digits)[
        style
    ]


@settings(max_examples=15, deadline=None)
@given(
    cards=st.lists(MAC, min_size=2, max_size=6, unique=True),
    styles=st.tuples(st.integers(0, 4), st.integers(0, 4)),
    order=st.randoms(),
)
def test_any_notation_finds_its_own_thing_and_no_other(
    cards: list[str], styles: tuple[int, int], order: Any
) -> None:
    things = [
        Known(str(n), f"PC-{n}", identity(f"pc-{n}", spelled(card, styles[0]), f"10.1.0.{n}", ""))
        for n, card in enumerate(cards, 1)
    ]
    order.shuffle(things)
    index = Index(things)
    for n, card in enumerate(cards, 1):
        by_card = index.match(identity("", spelled(card, styles[1]), "", ""))
        by_name = index.match(identity(f"COUNTY\\Ｐc-{n}.lk.local", "", "", ""))
        assert by_card.thing and by_card.thing.id == str(n)
        assert by_name.thing and by_name.thing.id == str(n)
        other = cards[n % len(cards)]
        mixed = index.match(identity(f"pc-{n}", other, "", ""))  # the card of another thing
        assert mixed.thing is None and "分不清" in mixed.why
        foreign = index.match(identity("", "02:00:00:00:00:00", f"10.1.0.{n}", ""))
        assert foreign.thing is None or "02:00:00:00:00:00" in foreign.thing.identity.macs


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (identity("pc-9", "", "", ""), "没有这台"),
        (identity("", "", "10.1.0.1", ""), ""),
        (identity("stranger", "", "10.1.0.1", ""), "主机名与台账不符"),
        (identity("pc-1", "00-11-22-33-44-99", "10.1.0.1", ""), "MAC 地址与台账不符"),
        (identity("pc-1", "", "10.1.0.2", ""), "分不清"),
        (identity("other-name", "0011-2233-4401", "10.1.0.77", ""), ""),  # the card is sure
        (identity("", "", "", "豫a-2"), ""),
        (identity("clone", "", "", ""), "分不清"),
    ],
)
def test_what_contradicts_is_left_alone(told: Identity, why: str) -> None:
    index = Index(
        [
            Known("1", "A", identity("PC-1", "00:11:22:33:44:01", "10.1.0.1", "豫A-1")),
            Known("2", "B", identity("PC-2", "00:11:22:33:44:02", "10.1.0.2", "豫A-2")),
            Known("3", "C", identity("CLONE", "", "", "豫A-3")),
            Known("4", "D", identity("CLONE", "", "", "豫A-4")),
        ]
    )
    found = index.match(told)
    assert (found.thing is None) == bool(why) and why in found.why


def test_cells_hold_several_addresses_and_nonsense() -> None:
    assert macs("00-11-22-33-44-55; 0011.2233.4466,00:00:00:00:00:00 x") == {
        "00:11:22:33:44:55", "00:11:22:33:44:66",
    }  # fmt: skip
    assert ips("10.1.2.3/24；127.0.0.1 fe80::1%3 169.254.3.4") == {"10.1.2.3"}
    assert host_name("10.1.2.3") == "10.1.2.3"


@pytest.mark.parametrize(
    "text", ["2026-11-20 08:05", "2026/11/20 8:05:00", "11/20/2026 8:05:00 AM", "2026.11.20 08:05"]
)
def test_times_as_servers_print_them(text: str) -> None:
    assert moment(text) == datetime(2026, 11, 20, 0, 5, tzinfo=UTC)


def test_profiles_say_that_they_were_not_seen_on_the_real_thing() -> None:
    assert len(reporters()) == 7
    for one in reporters().values():
        assert one.verified == "未经实机验证" and one.basis and set(one.headers) <= set(KINDS)
        header = tuple(dict.fromkeys(known[0] for known in one.headers.values()))
        assert one.word in [found.word for found in likely((*one.own, *header))], one.word


HUORONG = (
    "终端名称",
    "IP地址",
    "MAC地址",
    "病毒库时间",
    "上次扫描时间",
    "文件实时监控",
    "最近登录时间",
)


def sheet(
    rows: Sequence[Sequence[Any]], header: Sequence[str] = HUORONG, kind: str = "gbk"
) -> Sheet:
    if kind == "gbk":
        lines = [",".join(map(str, line)) for line in (header, *rows)]
        return read("\r\n".join(lines).encode("gbk"), "终端列表.csv", known=words())
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["终端列表"])
    for line in (header, *rows):
        page.append(list(line))
    out = io.BytesIO()
    book.save(out)
    return read(out.getvalue(), "终端列表.xlsx", known=words())


def line(name: str, ip: str, mac: str, days: float = 0) -> tuple[str, ...]:
    at = (CLOCK - timedelta(days=days)).strftime("%Y-%m-%d %H:%M:%S")
    return name, ip, mac, at[:10], at, "已开启", at


class Desk:
    """A county with three computers in use, and a server that reports."""

    def __init__(self, database: Database, tree: Tree) -> None:
        self.database, self.tree = database, tree
        with database.transaction(system("建账")) as session:
            self.person = Person(centre_id=tree.lankao.id, login="tech", name="王技")
            session.add(self.person)
            facts: tuple[Mapping[str, Any], ...] = (
                {"hostname": "LK-01", "ip": "10.41.1.1", "mac": "00e0-fc00-0001"},
                {"hostname": "LK-02", "ip": "10.41.1.2", "mac": "00e0-fc00-0002"},
                {"hostname": "LK-03", "ip": "10.41.1.3"},
            )
            self.things = [
                Equipment(centre_id=tree.lankao.id, name=f"电脑 {n}", category="desktop",
                          opening="in_use", **told)
                for n, told in enumerate(facts, 1)
            ]  # fmt: skip
            session.add_all(self.things)

    @property
    def act(self) -> Act:
        return system("导入")

    def take(self, given: Sheet, exported_at: datetime | None = None) -> HostPlan:
        (by,) = likely(given.columns)
        rows = told(given, by.columns(given.columns), by)
        with self.database.transaction(self.act) as session:
            where = From(by.word, session.get_one(type(self.tree.lankao), self.tree.lankao.id),
                         exported_at)  # fmt: skip
            file = File("终端列表.csv", "0" * 64, self.person.id)
            now = datetime.now(UTC)
            before = compare(session, rows, where, now).fingerprint
            done = take_in(session, rows, where, file, now)
            assert done.fingerprint == before
        return done

    def things_taken(self) -> list[str | None]:
        with self.database.view(EVERYTHING) as session:
            return list(session.scalars(select(HostProtection.equipment_id)))

    def rows(self) -> dict[str, HostProtection]:
        with self.database.view(EVERYTHING) as session:
            return {row.host: row for row in session.scalars(select(HostProtection))}


def outcomes(done: HostPlan) -> list[str]:
    return [one.outcome for one in done.changes]


def test_a_file_is_taken_in_once_and_nothing_older_overwrites(
    database: Database, tree: Tree
) -> None:
    desk = Desk(database, tree)
    given = sheet([
        line("lk-01", "10.41.1.1", "00:E0:FC:00:00:01"),
        line("LK-02.lk.local", "10.41.9.9", "00-e0-fc-00-00-02", days=10),
        line("NEW-PC", "10.41.1.50", "00-e0-fc-00-00-50"),
        line("", "", "", 0),
    ])  # fmt: skip
    done = desk.take(given)
    assert outcomes(done) == ["new", "new", "new", "refused"] and done.matched == 2
    first = desk.rows()
    assert first["lk-01"].equipment_id == desk.things[0].id and first["lk-01"].running == "running"
    assert first["LK-02.lk.local"].mac == "00:e0:fc:00:00:02"
    assert first["NEW-PC"].equipment_id is None and "没有这台" in (first["NEW-PC"].why or "")
    again = desk.take(sheet([list(row) for row in (
        line("lk-01", "10.41.1.1", "00:E0:FC:00:00:01"),
        line("LK-02.lk.local", "10.41.9.9", "00-e0-fc-00-00-02", days=10),
        line("NEW-PC", "10.41.1.50", "00-e0-fc-00-00-50"),
    )], kind="xlsx"))  # fmt: skip
    assert outcomes(again) == ["same"] * 3
    assert {k: v.revision for k, v in desk.rows().items()} == {
        k: v.revision for k, v in first.items()
    }
    stale = desk.take(sheet([line("lk-01", "10.41.1.1", "00:e0:fc:00:00:01", days=3)]))
    assert outcomes(stale) == ["older"] and desk.rows()["lk-01"].told_at == first["lk-01"].told_at
    with database.view(EVERYTHING) as session:
        book = session.scalars(select(HostImport).order_by(HostImport.id)).all()
        assert [(one.rows, one.added, one.older, one.refused) for one in book] == [
            (4, 3, 0, 1), (3, 0, 0, 0), (1, 0, 1, 0),
        ]  # fmt: skip


def test_two_hosts_are_never_taken_for_one(sqlite_database: Database) -> None:
    desk = _desk(sqlite_database)
    done = desk.take(sheet([
        line("lk-01", "10.41.1.1", ""), line("LK-01", "10.41.1.77", ""),  # one name, two hosts
        line("a", "", "00e0fc000088"), line("b", "", "00-e0-fc-00-00-88"),  # one card, two hosts
        line("lk-02", "", "00e0fc000002;00e0fc000099"), line("x", "", "00e0fc000099"),
        line("lk-03", "10.41.1.3", "00e0fc000003"), line("", "10.41.1.3", ""),
    ]))  # fmt: skip
    assert outcomes(done) == ["refused"] * 6 + ["new"] * 2
    assert [one.thing for one in done.changes[6:]] == [None, None]  # both look like one thing
    assert all(row.equipment_id is None for row in desk.rows().values())


_HOST = st.tuples(
    st.sampled_from(("", "lk-01", "LK-02.x", "lk-03", "pc-9")),
    st.sampled_from(("", "10.41.1.1", "10.41.1.2", "10.41.1.3", "10.41.1.9")),
    st.sampled_from(("", "00e0-fc00-0001", "00-E0-FC-00-00-02", "00:e0:fc:00:00:09")),
)


def test_whatever_is_told_no_thing_has_two_hosts_and_twice_is_once(
    sqlite_database: Database,
) -> None:
    desk = _desk(sqlite_database)

    @settings(max_examples=15, deadline=None)
    @given(st.lists(_HOST, min_size=1, max_size=5))
    def told_so(hosts_told: list[tuple[str, str, str]]) -> None:
        given_sheet = sheet([line(*host) for host in hosts_told])
        first = desk.take(given_sheet)
        taken = [one for one in desk.things_taken() if one]
        assert len(taken) == len(set(taken))
        again = desk.take(given_sheet)
        assert not again.of("new", "changed") and again.matched == first.matched

    told_so()


def test_what_a_person_named_stays_and_a_new_thing_finds_its_host(
    sqlite_database: Database,
) -> None:
    desk = _desk(sqlite_database)
    desk.take(sheet([line("NEW-PC", "10.41.1.50", ""), line("ODD", "10.41.1.3", "")]))
    with sqlite_database.transaction(desk.act) as session:
        odd = session.scalars(select(HostProtection).where(HostProtection.host == "ODD")).one()
        odd.equipment_id = desk.things[2].id
        session.add(
            Equipment(centre_id=desk.tree.lankao.id, name="新电脑", category="desktop",
                      hostname="new-pc")
        )  # fmt: skip
        session.flush()
        assert rematch(session, session.get_one(type(desk.tree.lankao), desk.tree.lankao.id)) == 1
    assert desk.rows()["ODD"].matching == "hand" and desk.rows()["NEW-PC"].matching == "auto"
    later = desk.take(sheet([line("ODD", "10.41.1.60", "", -0.01), line("LK-03", "10.41.1.3", "")]))
    assert later.changes[0].thing and later.changes[0].thing.id == desk.things[2].id
    assert later.changes[1].thing is None and "另一台主机" in later.changes[1].why


def test_a_file_without_times_needs_its_own(sqlite_database: Database) -> None:
    desk = _desk(sqlite_database)
    header, row = ("Computer Name", "IP Address", "Needed Count"), ("lk-01", "10.41.1.1", "3")
    assert outcomes(desk.take(sheet([row], header))) == ["refused"]
    assert outcomes(desk.take(sheet([row], header), NOW)) == ["new"]
    assert outcomes(desk.take(sheet([row], header), NOW - timedelta(days=1))) == ["older"]
    wrong = desk.take(sheet([("lk-01", "10.41.1.1", "许多")], header), NOW)
    assert outcomes(wrong) == ["refused"] and "Needed Count" in wrong.changes[0].why
    ahead = desk.take(sheet([line("lk-01", "10.41.1.1", "", -9)]))
    assert outcomes(ahead) == ["refused"] and "将来" in ahead.changes[0].why


def test_the_worst_comes_first_and_limits_are_the_nearest(sqlite_database: Database) -> None:
    desk = _desk(sqlite_database)
    desk.take(sheet([line("lk-01", "10.41.1.1", "", 2), line("lk-02", "10.41.1.2", "", 9)]))
    header = ("Computer Name", "Last Status Report", "Needed Count")
    seen = CLOCK.strftime("%Y-%m-%d %H:%M:%S")
    desk.take(sheet([("LK-01", seen, "0"), ("LK-02", seen, "5")], header))
    with sqlite_database.view(EVERYTHING) as session:
        worst, best = hosts(session, NOW)
        assert [f.kind for f in worst.faults] == ["definitions", "scan", "patch"]
        assert best.faults == () and worst.name.lower() == "lk-02"
        assert [one.id for one in uncovered(session)] == [desk.things[2].id]
    with sqlite_database.transaction(system("限")) as session:
        session.add(ProtectionLimit(centre_id=desk.tree.kaifeng.id, definitions_days=1))
    with sqlite_database.view(EVERYTHING) as session:
        assert Fault("definitions", 2) in hosts(session, NOW)[1].faults


def test_a_week_is_over_on_the_eighth_day() -> None:
    today = date(2026, 11, 22)
    noon = datetime(2026, 11, 22, 4, tzinfo=UTC)

    def kinds(days: int, **facts: Any) -> list[str]:
        day = today - timedelta(days=days)
        at = noon - timedelta(days=days)
        plain = {"product": "某", "running": "running", "missing": None, "told_at": noon} | facts
        host = Host("1", "pc", "c", None, definitions_on=day, scanned_at=at, patched_on=day,
                    why="", **plain)  # fmt: skip
        return [one.kind for one in faults(host, Limits(), noon)]

    assert kinds(7) == [] and kinds(8) == ["definitions", "scan"]
    assert kinds(91) == ["definitions", "scan", "patch"]
    assert kinds(91, missing=0) == ["definitions", "scan"]
    assert kinds(0, running="stopped") == ["stopped"] and kinds(0, product="") == ["bare"]


def _desk(database: Database) -> Desk:
    return Desk(database, grown(database))
