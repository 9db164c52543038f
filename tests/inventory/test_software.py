"""Software: never more installed than licensed without being told, renewals as rows, each tier its
own edition, and nothing given or home-made in use before the province has said so."""

import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory import approval as approving
from inventory.act import EVERYTHING, system
from inventory.attachment import attach
from inventory.business_package import packages
from inventory.centre import Centre
from inventory.db import Database
from inventory.installation import Installation
from inventory.licence import Licence, LicencePeriod
from inventory.register import Rejected
from inventory.registers.media_scan import MediaScan
from inventory.registers.package_exception import PackageException
from inventory.revision import correct
from inventory.secret import Key
from inventory.software import Software
from inventory.software_findings import (
    Count,
    barred,
    counts,
    coverage,
    endings,
    outdated,
    square,
)  # fmt: skip
from inventory.stepping import Taken, take
from tests.inventory.conftest import Tree, grown
from tests.inventory.visitors import PDF, Room, room

TODAY = date(2026, 11, 22)


def office(tree: Tree, **facts: Any) -> Software:
    plain = {"centre_id": tree.lankao.id, "name": "办公套件", "kind": "office"}
    return Software(**(plain | facts))


def put(software: Software, host: str, **facts: Any) -> Installation:
    plain = {"centre_id": software.centre_id, "software_id": software.id, "host": host,
             "installed_on": TODAY}  # fmt: skip
    return Installation(**(plain | facts))


def test_installed_against_licensed(database: Database, tree: Tree) -> None:
    with database.transaction(system("登记")) as session:
        one = office(tree, newest="2026")
        session.add(one)
        session.flush()
        lasting = Licence(centre_id=tree.lankao.id, number="A", software_id=one.id, seats=1)
        renewed = Licence(centre_id=tree.lankao.id, number="B", software_id=one.id, seats=1,
                          term="periods")  # fmt: skip
        session.add_all([lasting, renewed])
        session.add_all(put(one, f"PC-{n}", version="2024") for n in range(3))
        session.flush()
        for begin, end in ((date(2025, 1, 1), date(2025, 12, 31)), (date(2026, 1, 1), TODAY)):
            session.add(LicencePeriod(centre_id=tree.lankao.id, licence_id=renewed.id,
                                      from_on=begin, to_on=end, cost=100))  # fmt: skip
    with database.view(EVERYTHING) as session:
        assert _only(counts(session, TODAY)) == (3, 2, 1)
        assert _only(counts(session, TODAY + timedelta(days=1))) == (3, 1, 2)
        assert [one.to_on for one in endings(session, TODAY - timedelta(days=60))] == [TODAY]
        assert endings(session, TODAY - timedelta(days=61)) == []
        assert outdated(session) == 3
    with database.transaction(system("卸载")) as session:
        for row in session.query(Installation).all()[:2]:
            row.removed_on = TODAY
    with database.view(EVERYTHING) as session:
        assert _only(counts(session, TODAY)) == (1, 2, 0)


def _only(told: list[Count]) -> tuple[int, int | None, int]:
    (one,) = told
    return one.installed, one.licensed, one.short


@pytest.mark.parametrize(
    ("facts", "cause"),
    [
        ({"from_on": date(2026, 6, 1), "to_on": date(2026, 7, 1)}, "重叠"),
        ({"from_on": date(2027, 6, 1), "to_on": date(2027, 5, 1)}, "早于"),
    ],
)
def test_a_renewal_neither_overlaps_nor_runs_backwards(
    sqlite_database: Database, facts: dict[str, date], cause: str
) -> None:
    tree = grown(sqlite_database)
    with sqlite_database.transaction(system("登记")) as session:
        one = office(tree)
        licence = Licence(centre_id=tree.lankao.id, number="B", software_id=one.id, seats=1,
                          term="periods")  # fmt: skip
        first = LicencePeriod(centre_id=tree.lankao.id, licence_id=licence.id,
                              from_on=date(2026, 1, 1), to_on=date(2026, 12, 31))  # fmt: skip
        session.add_all([one, licence, first])
    with (
        pytest.raises(Rejected, match=cause),
        sqlite_database.transaction(system("续期")) as session,
    ):
        session.add(LicencePeriod(centre_id=tree.lankao.id, licence_id=licence.id, **facts))


def test_twice_on_one_machine_is_refused_and_again_after_removal_is_not(
    sqlite_database: Database,
) -> None:
    tree = grown(sqlite_database)
    with sqlite_database.transaction(system("登记")) as session:
        one = office(tree)
        first = put(one, "PC-1")
        session.add_all([one, first])
    with (
        pytest.raises(Rejected, match="没有卸载"),
        sqlite_database.transaction(system("登记")) as session,
    ):
        session.add(put(one, "PC-1", installed_on=TODAY + timedelta(days=1)))
    with sqlite_database.transaction(system("重装")) as session:
        session.get_one(Installation, first.id).removed_on = TODAY
        session.flush()
        session.add(put(one, "PC-1", installed_on=TODAY + timedelta(days=1)))


def test_a_key_is_sealed_and_never_shown(sqlite_database: Database, tmp_path: Any) -> None:
    tree, key = grown(sqlite_database), Key.load(tmp_path / "key")
    with sqlite_database.transaction(system("登记")) as session:
        one = office(tree)
        row = Licence(centre_id=tree.lankao.id, number="A", software_id=one.id,
                      licence_key=key.seal("ABCD-1234"))  # fmt: skip
        session.add_all([one, row])
    assert row.licence_key is not None and "1234" not in f"{row.licence_key} {vars(row)}"
    with (
        pytest.raises(Exception, match="sealed"),
        sqlite_database.transaction(system("改")) as session,
    ):
        session.get_one(Licence, row.id).licence_key = "ABCD"  # type: ignore[assignment]


@settings(max_examples=12, deadline=None)
@given(
    editions=st.sets(st.sampled_from(("city", "county", "township", "village"))),
    tier=st.sampled_from(("city", "county", "township", "village")),
)
def test_a_unit_needs_its_own_tiers_edition(editions: set[str], tier: str) -> None:
    unit = Centre(code="1", name="单位", tier=tier)
    found = square(packages()["pfp_mis"], unit, editions, ())
    assert found.state == ("ok" if tier in editions else "wrong" if editions else "missing")
    assert square(packages()["other"], unit, (), ()).state == "open"


def test_coverage_tells_what_is_missing_and_what_is_excused(sqlite_database: Database) -> None:
    tree = grown(sqlite_database)
    with sqlite_database.transaction(system("登记")) as session:
        wrong = office(tree, name="乡级", kind="business", package="floating", edition="township")
        right = office(tree, name="县级", kind="business", package="pfp_mis", edition="county")
        session.add_all([wrong, right])
        session.flush()
        session.add_all([put(wrong, "PC-1"), put(right, "PC-1")])
        session.add(PackageException(centre_id=tree.kaifeng.id, package="finance",
                                     reason="已停用", document_no="演示〔2026〕3 号"))  # fmt: skip
    with sqlite_database.view(EVERYTHING) as session:
        squares = next(c.squares for c in coverage(session) if c.unit.id == tree.lankao.id)
    states = {word: square.state for word, square in squares.items()}
    assert (states["pfp_mis"], states["floating"], states["finance"]) == ("ok", "wrong", "excused")
    assert (states["clinic"], states["national"], states["other"]) == ("missing", "open", "open")


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"kind": "business"}, "package"),
        ({"package": "finance"}, "package"),
        ({"kind": "business", "package": "finance"}, "edition"),
        ({"kind": "business", "package": "strange"}, "package"),
        ({"state": "approved"}, "state"),
    ],
)
def test_software_says_what_it_is(
    sqlite_database: Database, facts: dict[str, str], field: str
) -> None:
    tree = grown(sqlite_database)
    with (
        pytest.raises(Rejected) as refused,
        sqlite_database.transaction(system("登记")) as session,
    ):
        session.add(office(tree, **facts))
    assert refused.value.errors[0].field == field


def test_home_made_business_software_waits_for_the_province(
    sqlite_database: Database, tmp_path: Path
) -> None:
    tree = grown(sqlite_database)
    desk = room(sqlite_database, tmp_path, tree.lankao, tree.luoyang)
    with sqlite_database.transaction(desk.act("tech")) as session:
        one = office(tree, name="采集工具", kind="business", package="other", origin="own")
        session.add(one)

    def step(name: str, **typed: Any) -> None:
        with sqlite_database.transaction(desk.act("tech")) as session:
            row = session.get_one(Software, one.id)
            take(session, row, name, Taken(desk.people["tech"], typed))

    def install() -> None:
        with sqlite_database.transaction(desk.act("tech")) as session:
            session.add(put(one, "PC-1"))

    with pytest.raises(Rejected, match="省批准以前不得使用"):
        install()
    letter = {"document_no": "豫人口〔2026〕1 号", "document_on": TODAY}
    with pytest.raises(Rejected, match="上传"):
        step("ask", **letter)
    _hang(desk, one.id)
    step("ask", **letter)
    with pytest.raises(Rejected, match="不得使用"):
        install()
    _agree(desk, one.id)
    install()
    with sqlite_database.view(EVERYTHING) as session:
        assert session.get_one(Software, one.id).state == "approved" and not barred(session)
    with sqlite_database.transaction(desk.act("tech")) as session:
        row = session.get_one(Software, one.id)
        correct(session, row, {"maker": "别的公司"}, "写错了")
    with sqlite_database.view(EVERYTHING) as session:
        assert [row.state for row in barred(session)] == ["listed"]  # what was approved was another


def _hang(desk: Room, software_id: str) -> None:
    with desk.database.transaction(desk.act("tech")) as session:
        row = session.get_one(Software, software_id)
        attach(session, row, desk.store.keep(io.BytesIO(PDF), "批复.pdf"), "approval")


def _agree(desk: Room, software_id: str) -> None:
    with desk.database.transaction(desk.act("lead")) as session:
        (asked,) = approving.approvals(session, session.get_one(Software, software_id))
        proof = desk.proof("lead")
        approving.decide(session, asked, desk.people["lead"], proof, asked.digest, True, remark="")


def test_media_are_scanned_before_they_are_used(sqlite_database: Database) -> None:
    tree, now = grown(sqlite_database), datetime.now(UTC)
    plain = {"centre_id": tree.lankao.id, "name": "U 盘", "brought_by": "张三", "tool": "某杀毒",
             "purpose": "拷报表", "scanned_at": now, "result": "clean"}  # fmt: skip
    for facts, field in (
        ({"used_at": now - timedelta(hours=1)}, "used_at"),
        ({"result": "infected", "virus": "X", "used_at": now}, "used_at"),
        ({"result": "cleaned"}, "virus"),
    ):
        with (
            pytest.raises(Rejected) as refused,
            sqlite_database.transaction(system("登记")) as session,
        ):
            session.add(MediaScan(**(plain | facts)))
        assert [one.field for one in refused.value.errors] == [field]
