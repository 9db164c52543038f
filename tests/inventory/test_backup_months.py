"""One honest light: green is said of today only, and the first duty that fails is named."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING, system
from inventory.backup_copy import BackupCopy
from inventory.backup_declaration import BackupDeclaration
from inventory.backup_due import owed
from inventory.backup_evidence import reread, unmended
from inventory.backup_light import Made, Rule, failings, judge
from inventory.backup_miss import BackupMiss
from inventory.backup_months import Line, duties, months
from inventory.backup_place import BackupPlace
from inventory.backup_set import BackupSet
from inventory.backup_source import BackupSource
from inventory.cadence import period_of
from inventory.db import Database
from inventory.disc import Disc
from inventory.disc_set import DiscSet
from inventory.drill import Drill
from inventory.register import Rejected
from inventory.revision import digest
from inventory.shanghai import SHANGHAI, today
from inventory.signature import sign
from inventory.stepping import moving
from tests.inventory.conftest import Tree
from tests.inventory.signing import Actor, actor

NOW = datetime(2026, 11, 22, 10, tzinfo=SHANGHAI)
RULE = Rule("software", "monthly", 5, 1, date(2025, 1, 1), "county")
ALL = frozenset(("host", "medium", "disc"))
GOOD = Made("good", checked_at=NOW - timedelta(days=3), places=ALL, archived=True)


def _at(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(hour=12, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("period", "made", "light", "duty"),
    [
        ("2026-11", GOOD, "ok", ""),
        ("2026-11", None, "warning", "E1"),
        ("2026-12", None, "unknown", ""),
        ("2026-10", None, "critical", "E1"),
        ("2026-11", Made("failed", "口令不对"), "critical", "E1"),
        ("2026-11", Made("running"), "unknown", "E1"),
        ("2026-10", Made("running"), "critical", "E1"),
        ("2026-10", Made("cancelled"), "critical", "E1"),
        ("2026-10", Made("damaged", "少一个分卷"), "critical", "E1"),
        ("2026-11", replace(GOOD, checked_at=NOW - timedelta(days=401)), "warning", "E1"),
        ("2026-11", replace(GOOD, checked_at=None), "warning", "E1"),
        ("2026-11", replace(GOOD, places=ALL - {"host"}), "warning", "E5"),
        ("2026-10", replace(GOOD, places=ALL - {"host"}), "critical", "E5"),
        ("2026-11", replace(GOOD, places=ALL - {"medium"}), "warning", "E6"),
        ("2026-10", replace(GOOD, places=ALL - {"disc"}), "ok", ""),
        ("2026-09", replace(GOOD, places=ALL - {"disc"}), "critical", "E7"),
        ("2025-12", replace(GOOD, archived=False), "critical", "E8"),
        ("2025-12", replace(GOOD, state="expired", places=frozenset({"disc"})), "ok", ""),
        ("2025-12", replace(GOOD, state="expired", places=frozenset()), "critical", "E5"),
    ],
)
def test_the_first_duty_that_fails(period: str, made: Made | None, light: str, duty: str) -> None:
    told = judge(RULE, period, made, NOW)
    assert (told.light, told.duty) == (light, duty)
    assert told.words
    assert told.step or told.light == "ok"


def test_a_pause_is_never_green_and_a_quarter_has_its_days_of_grace() -> None:
    paused = replace(RULE, paused="服务器搬迁")
    told = judge(paused, "2026-11", None, NOW)
    assert (told.light, "服务器搬迁" in told.words) == ("warning", True)
    assert judge(paused, "2026-10", None, NOW).light == "critical"
    undisced = replace(GOOD, places=ALL - {"disc"})
    assert judge(RULE, "2026-09", undisced, _at("2026-10-15")).light == "warning"
    assert judge(RULE, "2026-09", undisced, _at("2026-10-17")).light == "critical"
    unarchived = replace(GOOD, archived=False)
    assert judge(RULE, "2025-12", unarchived, _at("2026-01-31")).light == "warning"
    assert judge(RULE, "2025-12", unarchived, _at("2026-02-01")).light == "critical"
    township = replace(RULE, tier="township")
    bare = replace(GOOD, places=frozenset(), archived=False)
    assert [one.duty for one in failings(township, "2026-09", bare, NOW)] == ["E7"]
    assert [one.duty for one in failings(RULE, "2025-12", bare, NOW)] == ["E5", "E6", "E7", "E8"]


def _lines(database: Database, tree: Tree, since: str, until: str) -> dict[str, Line]:
    ids = [tree.lankao.id]
    with database.view(EVERYTHING) as session:
        first, last = (date.fromisoformat(one) for one in (since, until))
        return {one.kind: one for one in months(session, ids, first, last, NOW)}


def test_without_a_source_only_a_leaders_signature_makes_it_green(
    database: Database, tree: Tree
) -> None:
    """And only that one, on what stands there now, for its days."""
    net = actor(database, tree.lankao, "net", "李网管", "network_admin")
    lead = actor(database, tree.lankao, "lead", "王主任", "leader")
    row = BackupDeclaration(
        centre_id=tree.lankao.id, kind="software", reason="省建立数据中心，本级不建数据库",
        starts=date(2026, 11, 1), ends=date(2026, 12, 31),
    )  # fmt: skip
    with database.transaction(net.act()) as session:
        session.add(row)
    _signs(database, net, row.id, "fill")
    assert _software(database, tree) == ["critical", "critical", "unknown"]
    with pytest.raises(Rejected):
        _signs(database, net, row.id, "approve")
    _signs(database, lead, row.id, "approve")
    assert _software(database, tree) == ["critical", "ok", "unknown"]
    with database.view(EVERYTHING) as session:
        told = duties(session, [tree.lankao.id], NOW)
    assert {told[duty].light for duty in ("E1", "E2", "E3")} == {"critical"}


def _signs(database: Database, who: Actor, key: str, meaning: str) -> None:
    with database.transaction(who.act()) as session:
        row = session.get_one(BackupDeclaration, key)
        sign(session, row, meaning, who.standing, who.proof, digest(row))


def _software(database: Database, tree: Tree) -> list[str]:
    line = _lines(database, tree, "2026-10-01", "2026-12-31")["software"]
    return [cell.light.light for cell in line.cells]


def test_a_declaration_lasts_a_year_at_most(database: Database, tree: Tree) -> None:
    with (
        pytest.raises(Rejected, match="最长一年"),
        database.transaction(system("试验")) as session,
    ):
        session.add(
            BackupDeclaration(
                centre_id=tree.lankao.id, kind="logs", reason="没有服务器",
                starts=date(2026, 1, 1), ends=date(2027, 1, 2),
            )
        )  # fmt: skip


def test_months_of_a_source_from_its_sets_and_copies(database: Database, tree: Tree) -> None:
    """September is safe, twice; October's copy was not read for too long; November failed; a run
    that a clock ahead of time called December's counts for nothing."""
    _autumn(database, tree)
    line = _lines(database, tree, "2026-07-01", "2026-12-31")["software"]
    told = {cell.month: (cell.light.light, cell.light.duty) for cell in line.cells}
    assert told == {
        "2026-07": ("unknown", ""),
        "2026-08": ("critical", "E1"),
        "2026-09": ("critical", "E6"),
        "2026-10": ("critical", "E5"),
        "2026-11": ("critical", "E1"),
        "2026-12": ("unknown", ""),
    }
    assert "口令不对" in line.cells[4].light.words
    with database.view(EVERYTHING) as session:
        lights = duties(session, [tree.lankao.id], NOW)
    assert lights["E9"].light == "warning"
    assert lights["E7"].light == "critical"  # August lacks it as everything else
    assert lights["E10"].light == "ok"  # younger than half a year
    with database.view(EVERYTHING) as session:
        later = duties(session, [tree.lankao.id], NOW.astimezone(UTC) + timedelta(days=120))
    assert later["E10"].light == "warning"


def test_the_register_is_green_only_while_it_agrees_with_what_lies_there(
    database: Database, tree: Tree
) -> None:
    """Whatever is wrong is red until it is put right; an old disc is opened once a year, too."""
    _autumn(database, tree)
    steps: list[tuple[type[BackupSet | BackupCopy], str, str, str]] = [
        (BackupSet, "2026-10", "damaged", "critical"), (BackupSet, "2026-10", "good", "warning"),
        (BackupCopy, "host", "missing", "critical"), (BackupCopy, "host", "verified", "warning"),
        (BackupCopy, "own", "diverged", "warning"),
    ]  # fmt: skip
    for cls, which, state, light in steps:
        _moved(database, cls, which, state)
        assert _light(database, tree, "E9", NOW) == light, (which, state)
    spring = NOW.replace(year=2027, month=3)
    assert _light(database, tree, "E10", spring) == "warning", "the source"
    _drilled(database, tree, spring, "files")
    assert _light(database, tree, "E10", spring) == "ok"
    winter = spring.replace(month=10)
    _drilled(database, tree, winter, "files")
    assert _light(database, tree, "E10", winter) == "warning", "the disc"
    _drilled(database, tree, winter, "disc")
    assert _light(database, tree, "E10", winter) == "ok"


def test_a_copy_is_mended_by_giving_up_its_place_or_by_another_backup(
    database: Database, tree: Tree
) -> None:
    _autumn(database, tree)
    _moved(database, BackupCopy, "own", "diverged")
    _moved(database, BackupCopy, "host", "missing")
    assert _unmended(database) == ["host"] * 4 + ["own"] * 4
    with database.transaction(system("试验")) as session:
        place = session.scalars(select(BackupPlace)).one()
        source = session.scalars(select(BackupSource)).one()
        _ran(session, source, "elsewhere", ("2026-10", "good"), NOW)
        place.retired_at = NOW
    assert _unmended(database) == ["own"] * 3


def _unmended(database: Database) -> list[str]:
    with database.view(EVERYTHING) as session:
        return sorted(session.scalars(select(BackupCopy.place).where(unmended())))


def test_a_disc_in_store_is_read_every_year(database: Database, tree: Tree) -> None:
    home = tree.lankao.id
    with database.transaction(system("试验")) as session:
        paper = DiscSet(centre_id=home, period="2025Q3")
        session.add(paper)
        session.flush()
        facts = {"centre_id": home, "disc_set_id": paper.id, "recheck_on": today(NOW)}
        session.add(Disc(identifier="GP-1/D01", state="stored", **facts))
        session.add(Disc(identifier="GP-1/D02", state="verified", ordinal=2, **facts))
    with database.view(EVERYTHING) as session:
        assert list(reread(session, [home], NOW)) == []
        [light] = reread(session, [home], NOW + timedelta(days=1))
        assert (light.light, light.duty, light.words[:3]) == ("warning", "E7", "1 张")
        assert list(reread(session, [], NOW + timedelta(days=1))) == []


def test_no_duty_is_green_before_anything_was_owed_nor_without_a_set(
    database: Database, tree: Tree
) -> None:
    """Sources declared this morning owe nothing yet, and say so; months of gaps are gaps of their
    copies and discs, too."""
    with database.transaction(system("试验")) as session:
        for kind in ("software", "logs", "documents"):
            session.add(_source(tree, kind, since=NOW.date(), day=28))
    with database.view(EVERYTHING) as session:
        fresh = duties(session, [tree.lankao.id], NOW)
        later = duties(session, [tree.lankao.id], NOW + timedelta(days=120))
    assert {one.light for one in fresh.values()} == {"unknown"}
    assert all(one.words and one.step for one in fresh.values())
    gone = {duty for duty, one in later.items() if one.light == "critical"}
    assert gone == {"E1", "E2", "E3", "E5", "E6", "E7", "E8"}
    assert later["E10"].light == "unknown"


def test_what_was_owed_stays_owed_whoever_edits_the_source(database: Database, tree: Tree) -> None:
    """A later first day, another cadence, putting it away beside another of its kind: the gaps
    of the months before stay red, and the duty tells of every one of them."""
    with database.transaction(system("试验")) as session:
        rows = [_source(tree, "logs", since=date(2026, 8, 1)) for _ in range(3)]
        for number, row in enumerate(rows):
            row.name = f"日志{number}"
        rows.append(_source(tree, "logs", since=today()))
        session.add_all(rows)
        session.flush()
        late = BackupSet(
            centre_id=tree.lankao.id, source_id=rows[0].id, kind="logs", period="2026-09",
            started_at=_at("2026-09-02"),
        )  # fmt: skip
        session.add(late)
    with pytest.raises(Rejected, match="最晚填 2026-09-01"):
        _edit(database, rows[0], since=today())
    _edit(database, rows[0], since=date(2026, 9, 1))
    _edit(database, rows[1], cadence="quarterly")
    _edit(database, rows[2], retired_at=datetime.now(UTC))
    end = today() + timedelta(days=70)
    now = datetime.combine(end, time(12), SHANGHAI)
    with database.view(EVERYTHING) as session:
        lines = months(session, [tree.lankao.id], date(2026, 8, 1), end, now)
        owing = owed(session.get_one(BackupSource, rows[1].id), (), now)
    red = {
        one.name: [cell.month for cell in one.cells if cell.light.light == "critical"]
        for one in lines
    }
    assert red["日志0"][0] == "2026-09"
    assert red["日志1"][:3] == red["日志2"][:3] == ["2026-08", "2026-09", "2026-10"]
    assert red["日志2"][-1] < period_of("monthly", end - timedelta(days=31))
    assert owing.missed[:3] == ("2026-08", "2026-09", "2026-10")


def _edit(database: Database, row: BackupSource, **values: object) -> None:
    with database.transaction(system("改")) as session:
        stored = session.get_one(BackupSource, row.id)
        for name, value in values.items():
            setattr(stored, name, value)


def _source(tree: Tree, kind: str, **facts: object) -> BackupSource:
    told = {"name": kind, "method": "files", "paths": "/srv", **facts}
    return BackupSource(centre_id=tree.lankao.id, kind=kind, **told)


def _light(database: Database, tree: Tree, duty: str, now: datetime) -> str:
    with database.view(EVERYTHING) as session:
        return duties(session, [tree.lankao.id], now)[duty].light


def _moved(
    database: Database, cls: type[BackupSet | BackupCopy], which: str, state: str
) -> None:  # fmt: skip
    """One set of a period, or the copies at a kind of place, are found so."""
    of = BackupSet.period if cls is BackupSet else BackupCopy.place
    with database.transaction(system("核对")) as session:
        for row in session.scalars(select(cls).where(of == which)):
            with moving(session, row):
                setattr(row, "state", state)  # noqa: B010 - either class has one


def _drilled(database: Database, tree: Tree, at: datetime, kind: str) -> None:
    with database.transaction(system("演练")) as session:
        source = session.scalars(select(BackupSource.id)).one() if kind != "disc" else None
        session.add(
            Drill(
                centre_id=tree.lankao.id, kind=kind, source_id=source, verdict="good",
                started_at=at, ended_at=at,
            )
        )  # fmt: skip


def _autumn(database: Database, tree: Tree) -> None:
    states = {"2026-09": "good", "2026-10": "good", "2026-12": "good", "2026-11": "failed"}
    with database.transaction(system("试验")) as session:
        home = tree.lankao.id
        source = BackupSource(
            centre_id=home, name="人事库", kind="software", method="sqlite", paths="/srv/a.db",
            since=date(2026, 8, 20), day=5,
        )  # fmt: skip
        place = BackupPlace(centre_id=home, name="第二台", kind="path", folder="/mnt/second")
        session.add_all([source, place])
        session.flush()
        for period, state in states.items():
            age = timedelta(days=500 if period == "2026-10" else 1)
            _ran(session, source, place.id, (period, state), NOW - age)
        missed = {"source_id": source.id, "kind": "software", "period": "2026-08"}
        session.add(BackupMiss(centre_id=home, told_at=NOW, **missed))


def _ran(
    session: Session, source: BackupSource, place: str, ended: tuple[str, str], read: datetime
) -> None:  # fmt: skip
    """A run of this period that ended in this state, its copies `read` for the last time then."""
    row = BackupSet(
        centre_id=source.centre_id, source_id=source.id, kind="software", period=ended[0],
        started_at=_at(f"{ended[0]}-06"),
    )  # fmt: skip
    session.add(row)
    session.flush()
    with moving(session, row):
        row.state, row.checked_at, row.reason = ended[1], row.started_at, "口令不对"
    session.add_all(
        BackupCopy(
            centre_id=row.centre_id, set_id=row.id, place=kind, state="verified",
            place_id=place * (kind == "host"), made_at=row.started_at, verified_at=read,
        )
        for kind in ("own", "host", "disc")
    )  # fmt: skip
