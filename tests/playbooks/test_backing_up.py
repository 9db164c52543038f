"""Sources backed up for real: what is due is done, what fails is told and leaves nothing, a kill at
any step leaves the truth, and the next run succeeds."""

import os
import resource
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url, select

from backups import staging
from backups.backup_keys import key_of
from backups.pace import Pace
from backups.set_manifest import read_manifest
from backups.set_reading import listing, verify
from backups.sets import folder_of
from backups.uploads import take_upload, uploads
from inventory.act import EVERYTHING, system
from inventory.backup_copy import BackupCopy
from inventory.backup_due import Run, may_try
from inventory.backup_miss import BackupMiss
from inventory.backup_set import BackupSet
from inventory.backup_source import BackupSource
from inventory.credential import Credential
from inventory.db import Database
from inventory.founding import found
from inventory.home import home_fact
from inventory.keys import new_key
from inventory.log_draft import LogDraft
from inventory.notice import Notice
from inventory.run import JobRun
from inventory.secret import Key
from inventory.shanghai import SHANGHAI, today
from inventory.stepping import moving
from playbooks import backup_duty, starting
from playbooks.backing_up import back_up, take_up
from playbooks.dispatch import Pool
from playbooks.drilling import Asked, perform
from playbooks.jobs import Job, Unfinished, do, take_asked
from playbooks.site import Site, open_site
from tests.local_sources import allow
from tests.patience import until

SCRIPT = Path(__file__).with_name("kill_backing.py")
STEPS = ("entered", "begun", "content.000", "listing.000", "manifest", "verified", "settled")
CONTENT = {"a.txt": b"one\n" * 5000, "sub/b.txt": os.urandom(5000)}


@dataclass(frozen=True)
class Desk:
    """A site with one source: a folder of documents, monthly."""

    site: Site
    pool: Pool
    source: str
    folder: Path

    def job(self, **params: Any) -> Job:
        """A claimed request for the source."""
        key = new_key()
        with self.site.database.observe() as session:
            session.add(
                JobRun(
                    id=key, site="local", kind="backup", slot=key, subject=self.source,
                    state="running", params=params, centre_id=self.site.centre_id,
                    requested_at=datetime.now(UTC),
                )
            )  # fmt: skip
        return Job(self.site, self.pool, key, self.source, params)

    def sets(self) -> list[BackupSet]:
        return self.rows(BackupSet)

    def rows(self, cls: Any) -> list[Any]:
        with self.site.database.view(EVERYTHING) as session:
            return list(session.scalars(select(cls).order_by(cls.id)))

    def states(self) -> list[str]:
        return [row.state for row in self.sets()]

    def change(self, **values: Any) -> None:
        with self.site.database.transaction(system("更正")) as session:
            row = session.get_one(BackupSource, self.source)
            for name, value in values.items():
                setattr(row, name, value)

    def whole(self, row: BackupSet) -> None:
        """The set lies there, opens and is what the catalogue says."""
        folder = folder_of(self.site.home, row)
        with self.site.database.view(EVERYTHING) as session:
            key = key_of(session, self.site.key, read_manifest(folder).print_id)
        verify(folder, key, Pace(), row.sha256)

    def left(self) -> list[str]:
        """What lies below the sets and the scratch folder, but for locks."""
        found = [*self.site.home.glob("sets/*/*/*"), *self.site.home.glob("backup-work/*")]
        return sorted(one.name for one in found if not one.name.startswith("."))


@pytest.fixture
def desk(founded_database: Database, tmp_path: Path) -> Iterator[Desk]:
    folder = tmp_path / "documents"
    for name, content in CONTENT.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    told = {"name": "业务文件", "kind": "documents", "method": "files", "paths": str(folder)}
    allow(tmp_path, folder)
    with _desk(founded_database, tmp_path, told) as desk:
        yield desk


@contextmanager
def _desk(database: Database, home: Path, told: dict[str, Any]) -> Iterator[Desk]:
    """A founded console with this one source."""
    key_file = home / "secret.key"
    Key.load(key_file)
    with database.transaction(system("登记")) as session:
        row = BackupSource(centre_id=home_fact(session, "centre"), day=1, hour=0, **told)
        session.add(row)
    pool = Pool(2)
    yield Desk(open_site(database, home, key_file), pool, row.id, home / "documents")
    pool.close()


def test_a_source_is_backed_up_and_everything_is_told(desk: Desk) -> None:
    told = back_up(desk.job())
    [row] = desk.sets()
    assert (row.state, row.origin, row.period) == ("good", "due", f"{today():%Y-%m}")
    assert (row.files, row.size) == (told["files"], sum(map(len, CONTENT.values())))
    assert row.sha256 and row.stored and row.key_id and row.checked_at and row.ended_at
    desk.whole(row)
    [copy] = desk.rows(BackupCopy)
    assert (copy.set_id, copy.place, copy.state, copy.size) == (
        row.id,
        "own",
        "verified",
        row.stored,
    )
    assert desk.left() == [row.id]
    assert [(one.section, row.number in one.text) for one in desk.rows(LogDraft)] == [
        ("backup", True)
    ]
    assert backup_duty.look(desk.site, datetime.now(UTC)) == []


def test_a_server_and_the_console_itself_on_either_database(
    database: Database, postgres_server: str, tmp_path: Path
) -> None:
    """The whole way: ordered, dumped, sealed, and what was kept restored for trial."""
    found(database, "410225", "admin", "管理员")
    source = {"name": "业务库", "kind": "software", "method": "postgresql", "database": "kept_here"}
    with _served(postgres_server) as server, _desk(database, tmp_path, source) as desk:
        with database.transaction(system("凭据")) as session:
            login = Credential(
                centre_id=desk.site.centre_id, name="业务库", kind="db", user=server["user"],
                password=desk.site.key.seal("any"),
            )  # fmt: skip
            session.add(login)
        desk.change(host=server["host"], port=server["port"], login_id=login.id)
        row, names = _kept(desk)
        assert names == ["kept_here.dump", "kept_here.dump.counts.json"]
        tried = perform(desk.site, Asked("first", "值守台", set_id=row.id), Pace())
        assert (tried.verdict, tried.kind, tried.tables, tried.rows) == (
            "good", "database", 1, 300,
        ), tried.reason  # fmt: skip
        desk.change(
            name="值守台", method="console", database=None, host=None, port=None, login_id=None
        )
        row, names = _kept(desk)
        dumped = "netops.dump" if database.engine.name == "postgresql" else "netops.db"
        assert {f"database/{dumped}", f"database/{dumped}.counts.json", "说明.txt"} <= {*names}
        tried = perform(desk.site, Asked("second", "值守台", set_id=row.id), Pace())
        assert (tried.verdict, tried.tables > 100) == ("good", True), tried.reason
        killed = tmp_path / "drills" / "killed" / "set"
        killed.mkdir(parents=True)
        starting.begin(desk.site)
        assert not killed.exists(), "what a killed drill left in the clear"
    assert desk.left() == sorted(one.id for one in desk.sets())


@contextmanager
def _served(url: str) -> Iterator[dict[str, Any]]:
    """A database with one table of 300 rows on the server; how to get there."""
    where = make_url(url)
    told: dict[str, Any] = {"host": where.host, "port": where.port, "user": where.username}
    with psycopg.connect(**told, dbname="postgres", autocommit=True) as server:
        server.execute("CREATE DATABASE kept_here")
        try:
            with psycopg.connect(**told, dbname="kept_here", autocommit=True) as inside:
                inside.execute("CREATE TABLE paper AS SELECT generate_series(1, 300) AS n")
            yield told
            names = server.execute("SELECT datname FROM pg_database").fetchall()
            assert not [one for (one,) in names if one.startswith("netops_drill")]
        finally:
            server.execute("DROP DATABASE kept_here WITH (FORCE)")


def _kept(desk: Desk) -> tuple[BackupSet, list[str]]:
    """One more set, good, and what its listing names."""
    back_up(desk.job(accept=True))
    row, folder = desk.sets()[-1], folder_of(desk.site.home, desk.sets()[-1])
    assert row.state == "good"
    with desk.site.database.view(EVERYTHING) as session:
        key = key_of(session, desk.site.key, read_manifest(folder).print_id)
    return row, [one.path for one in listing(folder, key) if one.kind == "file"]


def test_half_of_it_gone_waits_for_a_person(desk: Desk) -> None:
    back_up(desk.job())
    (desk.folder / "a.txt").unlink()
    (desk.folder / "sub" / "b.txt").write_bytes(b"x")
    with pytest.raises(Unfinished, match="少了一半以上"):
        back_up(desk.job())
    good, bad = desk.sets()
    assert (bad.state, bad.permanent, desk.left()) == ("failed", True, [good.id])
    [notice] = desk.rows(Notice)
    assert "少了一半以上" in notice.text
    back_up(desk.job(accept=True))
    assert desk.states() == ["good", "failed", "good"]
    desk.whole(desk.sets()[2])


def test_of_this_machine_only_what_its_owner_listed(desk: Desk, tmp_path: Path) -> None:
    """Whoever declares a source reads neither the console's key nor other people's files, and runs
    no program here, by whatever path or reach it is called."""
    home, outside = desk.site.home, tmp_path / "documents" / "link"
    outside.symlink_to("/etc")
    (home / "netops.db").touch()
    allow(home, desk.folder, Path("/"))  # even to whom everything is listed, the home is not
    for own in ("secret.key", "netops.db", "sets", ".", "..", "documents/../secret.key"):
        for told in ({"method": "files"}, {"method": "sqlite"}, {"reach": "mount"}):
            desk.change(**{"method": "files", "reach": "local", "paths": f"{home}/{own}"} | told)
            with pytest.raises(Unfinished, match="值守台自己"):
                back_up(desk.job())
    allow(home, desk.folder)
    for path in ("/etc/shadow", f"{outside}/passwd", f"{desk.folder}/../elsewhere", "/"):
        desk.change(method="files", reach="local", paths=f"{desk.folder}\n{path}")
        with pytest.raises(Unfinished, match=r"source-roots|值守台自己"):
            back_up(desk.job())
    ran = tmp_path / "documents" / "ran"
    allow(home, desk.folder, commands=("/usr/bin/touch",))
    for words in (f"sh -c 'touch {ran}'", f"/bin/sh -c 'touch {ran}'", f"touch {ran}", "'"):
        for reach in ("local", "agent", "mount"):
            desk.change(method="command", reach=reach, command=words)
            with pytest.raises(Unfinished, match="backup-commands"):
                back_up(desk.job())
    assert (ran.exists(), set(desk.states())) == (False, {"failed"})
    desk.change(reach="local", command=f"/usr/bin/touch {ran}")
    with pytest.raises(Unfinished):
        back_up(desk.job())  # it leaves no dump
    assert ran.exists()
    desk.change(method="files", paths=str(desk.folder))
    back_up(desk.job())
    assert desk.states()[-1] == "good"


def test_what_cannot_succeed_by_itself_waits_for_a_change_or_a_day(desk: Desk) -> None:
    now = datetime.now(UTC)
    desk.change(paths=str(desk.folder / "gone"))
    assert _turn(desk, now) == (True, ["failed"])
    assert _turn(desk, now + timedelta(hours=12)) == (False, ["failed"])
    assert _turn(desk, now + timedelta(hours=25)) == (True, ["failed"] * 2)
    desk.change(paths=str(desk.folder))
    assert _turn(desk, now) == (True, ["failed", "failed", "good"])
    assert _turn(desk, now) == (False, ["failed", "failed", "good"])
    assert [one.key for one in desk.rows(Notice)] == [f"backup:{desk.source}"]


def _turn(desk: Desk, now: datetime) -> tuple[bool, list[str]]:
    """One look of the duty and the work it asks for: whether it did, and the runs so far."""
    asked = backup_duty.look(desk.site, now)
    taken = take_asked(desk.site, desk.pool, {"backup": back_up})
    until(lambda: all(run.ended for run in desk.rows(JobRun) if run.id in taken))
    return bool(asked), desk.states()


@pytest.mark.parametrize(
    ("states", "minutes", "may"),
    [
        (["failed"], 14, False), (["failed"], 15, True), (["failed"] * 2, 59, False),
        (["failed", "interrupted"], 60, True), (["failed"] * 4, 1439, False),
        (["failed"] * 9, 1441, True), (["failed", "good", "failed"], 15, True),
        (["cancelled"], 1439, False), (["cancelled"], 1441, True), (["failed"], -6, True),
        (["failed"], -4, False), (["good", "running"], 0, True),
    ],
)  # fmt: skip
def test_after_failures_it_is_tried_later_and_later(
    states: Sequence[str], minutes: int, may: bool
) -> None:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    ran = [Run("S", n, at, "2026-11", one, at, False, 3) for n, one in enumerate(states, 1)]
    now = at + timedelta(minutes=minutes)
    assert may_try(BackupSource(revision=3), ran, None, now) is may
    assert may_try(BackupSource(revision=4), ran, None, now)


def test_a_disk_that_is_full_leaves_nothing_and_the_next_run_succeeds(desk: Desk) -> None:
    (desk.folder / "big").write_bytes(os.urandom(3_000_000))
    was = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, was[1]))
    try:
        with pytest.raises(Unfinished, match="磁盘已满"):
            back_up(desk.job())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, was)
    assert (desk.states(), desk.left()) == (["failed"], [])
    back_up(desk.job())
    assert desk.states() == ["failed", "good"]


def test_a_person_stops_it(desk: Desk) -> None:
    desk.change(limit_kbps=1)
    job = desk.job()
    with desk.site.database.observe() as session:
        session.get_one(JobRun, job.run_id).cancel_requested = True
    do(job, back_up)
    [run] = desk.rows(JobRun)
    assert (desk.states(), desk.left(), run.state) == (["cancelled"], [], "cancelled")
    assert desk.rows(Notice) == []
    assert backup_duty.look(desk.site, datetime.now(UTC)) == []
    assert backup_duty.look(desk.site, datetime.now(UTC) + timedelta(days=1, hours=1)) == [
        desk.source
    ]


@pytest.fixture(scope="module")
def another() -> Iterator[subprocess.Popen[str]]:
    """Another process that backs up what it is told, and dies where it is told."""
    with subprocess.Popen(
        [sys.executable, str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        bufsize=1,
    ) as process:  # fmt: skip
        yield process


def _elsewhere(another: subprocess.Popen[str], desk: Desk, step: str) -> int:
    """How a backup by the other process ended, or its id when it stands still."""
    assert another.stdin is not None and another.stdout is not None
    url = desk.site.database.engine.url.render_as_string(hide_password=False)
    words = (url, desk.site.home, desk.source, desk.job().run_id, step)
    another.stdin.write(" ".join(map(str, words)) + "\n")
    return int(another.stdout.readline())


def test_killed_at_any_step_the_truth_is_told_and_the_next_run_succeeds(
    desk: Desk, another: subprocess.Popen[str]
) -> None:
    """Before the seal nothing of it stays; after it the set is read whole and taken over."""
    back_up(desk.job())
    first = desk.sets()[0]
    for step in STEPS:
        assert _elsewhere(another, desk, step) == -9
        assert desk.states()[-1] == "running"
        assert take_up(desk.site) == 1
        sealed, row = step in ("manifest", "verified", "settled"), desk.sets()[-1]
        assert row.state == "interrupted"
        assert (row.id in desk.left()) is sealed
        told = back_up(desk.job())
        assert ("adopted" in told) is sealed
        assert desk.sets()[-1].state == "good"
        desk.whole(desk.sets()[-1])
        desk.whole(first)
        assert take_up(desk.site) == 0
    states = desk.states()
    assert Counter(states) == {"good": 1 + len(STEPS), "interrupted": len(STEPS) - 3}
    assert len(desk.left()) == 1 + len(STEPS)
    assert [row.ordinal for row in desk.sets()] == list(range(1, len(states) + 1))


def test_what_was_brought_by_hand_is_in_one_set(
    founded_database: Database, tmp_path: Path, another: subprocess.Popen[str]
) -> None:
    """The files of one period must not make the next one green."""
    told = {"name": "乡镇", "kind": "documents", "method": "uploaded"}
    with _desk(founded_database, tmp_path, told) as desk:
        waiting = staging.folder_of(desk.site.home, desk.source)
        for step in ("verified", "settled"):
            take_upload(waiting, "十一月.xlsx", BytesIO(b"november"), "李")
            assert _elsewhere(another, desk, step) == -9
            take_upload(waiting, "十二月.xlsx", BytesIO(b"december"), "李")
            take_up(desk.site)
            assert "adopted" in back_up(desk.job())
            assert [one.name for one in uploads(waiting)] == ["十二月.xlsx"], step
            back_up(desk.job())
            assert list(uploads(waiting)) == []
            with pytest.raises(Unfinished, match="还没有上传"):
                back_up(desk.job())
        assert Counter(desk.states()) == {"good": 4, "failed": 2}


def test_two_starts_at_once_are_one_set(desk: Desk, another: subprocess.Popen[str]) -> None:
    child = _elsewhere(another, desk, "wait")
    try:
        with pytest.raises(Unfinished, match="正在备份"):
            back_up(desk.job())
        assert take_up(desk.site) == 0
        assert desk.states() == ["running"]  # its owner lives
    finally:
        os.kill(child, signal.SIGKILL)
        assert another.stdout is not None
        assert another.stdout.readline() == "-9\n"
    back_up(desk.job())
    assert desk.states() == ["interrupted", "good"]


def test_a_sealed_set_that_was_damaged_meanwhile_is_not_taken_over(
    desk: Desk, another: subprocess.Popen[str]
) -> None:
    assert _elsewhere(another, desk, "manifest") == -9
    take_up(desk.site)
    [row] = desk.sets()
    part = folder_of(desk.site.home, row) / "content.000"
    part.write_bytes(part.read_bytes()[:-1])
    back_up(desk.job())
    assert desk.states() == ["damaged", "good"]


def _set(desk: Desk, period: str, at: datetime) -> None:
    with desk.site.database.transaction(system("补录")) as session:
        row = BackupSet(
            centre_id=desk.site.centre_id, source_id=desk.source, kind="documents", period=period,
            started_at=at,
        )  # fmt: skip
        session.add(row)
        session.flush()
        with moving(session, row):
            row.state = "good"


def test_months_without_a_backup_are_told_once_and_not_made_up(desk: Desk) -> None:
    """A box that was off for months; then a clock that runs ahead, and is set right."""
    desk.change(since=date(2026, 3, 10))
    now = datetime(2026, 7, 5, 12, tzinfo=SHANGHAI)
    _set(desk, "2026-04", datetime(2026, 4, 2, tzinfo=SHANGHAI))
    for _again in range(2):
        backup_duty.look(desk.site, now)
    missed = {row.period: row.state for row in desk.rows(BackupMiss)}
    assert missed == {"2026-03": "missed", "2026-05": "missed", "2026-06": "missed"}
    assert [one.key for one in desk.rows(Notice)] == [f"missed:{desk.source}:2026-06"]
    [run] = desk.rows(JobRun)
    assert (run.subject, run.state) == (desk.source, "asked")
    backup_duty.look(desk.site, datetime(2026, 10, 2, tzinfo=SHANGHAI))  # two months ahead
    assert {row.period for row in desk.rows(BackupMiss)} >= {"2026-07", "2026-08", "2026-09"}
    _set(desk, "2026-10", datetime(2026, 10, 2, tzinfo=SHANGHAI))
    _set(desk, "2026-07", now)
    backup_duty.look(desk.site, now + timedelta(hours=1))
    standing = {row.period for row in desk.rows(BackupMiss) if row.state == "missed"}
    assert standing == {"2026-03", "2026-05", "2026-06"}
    assert f"clock:{desk.source}" in [one.key for one in desk.rows(Notice)]
    desk.change(paused=True, paused_why="服务器搬迁")
    assert backup_duty.look(desk.site, datetime(2026, 12, 2, tzinfo=SHANGHAI)) == []
    assert "2026-11" in {row.period for row in desk.rows(BackupMiss)}, "a pause excuses nothing"
