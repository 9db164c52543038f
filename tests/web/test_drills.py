"""Drills and restores: what is kept opens, what does not is evidence, nothing is written over
(Articles 33 and 120; duty E10)."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, select, update

from backups.backup_keys import centre_key
from backups.disc_opening import sets_on
from backups.gathering import Item, Order, gather
from backups.key_text import key_text
from backups.pace import Pace, Stopped
from backups.restoring import restore_database, scratch_name
from backups.set_manifest import SetFacts
from backups.set_writing import write_set
from backups.sets import folder_of
from inventory.act import EVERYTHING, system
from inventory.approval import Approval
from inventory.audit import AuditRow
from inventory.backup_key import BackupKey
from inventory.backup_restore import BackupRestore
from inventory.backup_set import BackupSet
from inventory.backup_source import BackupSource
from inventory.credential import Credential
from inventory.disc_choice import choice
from inventory.drill import Drill
from inventory.drill_due import half_year, lacking
from inventory.grant import standing
from inventory.notice import Notice
from inventory.person import Person
from inventory.proof import Proof
from inventory.register import Rejected
from inventory.revision import digest
from inventory.run import JobRun
from inventory.secret import Key
from inventory.shanghai import today
from inventory.signature import sign
from inventory.staff import Staff
from inventory.stepping import moving
from playbooks.dispatch import Pool
from playbooks.drill_scratch import begin, note, scratch
from playbooks.duties import WORKS
from playbooks.imaging import sweep_work
from playbooks.jobs import take_asked
from playbooks.site import Site
from tests.backups.set_trees import item
from tests.lab import need_programs
from tests.patience import PATIENCE
from tests.web.county import PASSWORD, Browser, County
from tests.web.test_printing import ended, site

TREE = {"台账/2026.xlsx": b"PK" * 900, "台账/说明.txt": "第一季度".encode(), "a.log": b"x\n" * 99}
NOW = datetime.now(UTC)


@dataclass
class Vault:
    """A county with a key, and sets that really lie in its home."""

    county: County
    site: Site
    key_id: str
    key: bytes
    print_id: str

    def source(self, **told: object) -> BackupSource:
        row = BackupSource(
            centre_id=self.county.centres["county"].id, kind="documents", paths="/srv", **told
        )
        with self.county.database.transaction(system("来源")) as session:
            session.add(row)
        return row

    def keep(self, source: BackupSource, items: list[Item], tool: str = "") -> BackupSet:
        """One good set of these entries."""
        row = BackupSet(
            centre_id=source.centre_id, source_id=source.id, kind=source.kind, period="2026-11",
            state="good", started_at=NOW, ended_at=NOW, key_id=self.key_id, tool=tool,
        )  # fmt: skip
        with self.county.database.transaction(system("备份")) as session:
            session.add(row)
            session.flush()
            facts = SetFacts(
                row.id, row.number, source.id, source.name, row.centre_id, "兰考县", row.kind,
                source.method, row.period, NOW, tool=tool, opaque=source.opaque,
            )  # fmt: skip
            folder = folder_of(self.site.home, row)
            made = write_set(folder, facts, self.key, self.print_id, iter(items), Pace())
            with moving(session, row):
                row.sha256 = made.sha256
        return row

    def done(self, run: str) -> JobRun:
        pool = Pool(1)
        take_asked(self.site, pool, WORKS)
        found = ended(self.county, run)
        pool.close()
        return found

    def drilled(self, who: Browser, row: BackupSet) -> tuple[JobRun, Drill]:
        led = who.post("/backups/drills/new", {"set": row.id})
        run = self.done(str(led.location.rpartition("/")[2]))
        return run, self.county.rows(select(Drill).order_by(Drill.number))[-1]

    def restored(self, who: Browser, row: BackupRestore, **typed: str) -> BackupRestore:
        """Its step "begin", and what came of it."""
        led = who.post(
            f"/r/backup-restores/{row.id}/do/begin", {"proof_password": PASSWORD, **typed}
        )
        assert led.status_code == 302, re.findall("field-error.*", led.text)
        runs = select(JobRun).where(JobRun.kind == "restore", JobRun.subject == row.id)
        self.done(self.county.rows(runs.order_by(JobRun.requested_at))[-1].id)
        after: BackupRestore = self.county.one(BackupRestore, row.id)
        return after

    def paper(self, row: BackupSet, **told: object) -> BackupRestore:
        made = BackupRestore(centre_id=row.centre_id, set_id=row.id, reason="审计查阅", **told)
        with self.county.database.transaction(system("恢复单")) as session:
            session.add(made)
        return made


@pytest.fixture
def vault(county: County) -> Vault:
    key = Key.load(county.settings.key_file)
    here = replace(site(county), key=key)
    return Vault(county, here, *centre_key(county.database, key, county.centres["county"].id))


def items() -> list[Item]:
    return [item(path, data) for path, data in TREE.items()]


def test_files_come_back_and_a_damaged_set_is_evidence(vault: Vault) -> None:
    county, source = vault.county, vault.source(name="业务资料", method="files")
    tech = county.login("tech")
    with county.database.view(county.act().scope) as session:
        assert lacking(session, today()) == [], "nothing to try yet"
    row = vault.keep(source, items())
    with county.database.view(county.act().scope) as session:
        (owed,) = lacking(session, today())
    assert (owed.source_id, owed.set_id, owed.due) == (source.id, row.id, half_year(today())[1])
    assert row.label in tech.get(f"/backups/drills/new?set={row.id}").text

    run, good = vault.drilled(tech, row)
    assert (run.state, good.verdict, good.files) == ("done", "good", 3), run.note
    assert (good.size, good.author) == (sum(map(len, TREE.values())), "王技")
    assert re.fullmatch(r"YL-\d{4}-0001", good.number) and good.print_id == vault.print_id
    assert list((vault.site.home / "drills").iterdir()) == [], "nothing of it is left"
    with county.database.view(county.act().scope) as session:
        assert lacking(session, today()) == []

    part = folder_of(vault.site.home, row) / "content.000"
    data = part.read_bytes()
    part.write_bytes(data[:50] + bytes([data[50] ^ 1]) + data[51:])
    run, bad = vault.drilled(tech, row)
    assert (run.state, bad.verdict) == ("failed", "bad") and "content.000" in bad.reason
    told = county.rows(select(Notice).where(Notice.title.contains(bad.number)))
    assert told and bad.number in told[0].title
    evidence(county, bad)


def evidence(county: County, row: Drill) -> None:
    """It stands, is signed by who did it, and judged by another."""
    for change in ({"verdict": "good"}, {"retired_at": NOW}):
        with (
            pytest.raises(Rejected),
            county.database.transaction(county.act()) as session,
        ):
            here = session.get_one(Drill, row.id)
            for name, value in change.items():
                setattr(here, name, value)
    signed(county, "tech", row, "fill")
    with pytest.raises(Rejected):
        signed(county, "net", row, "review")
    signed(county, "chief", row, "review")


def signed(county: County, login: str, row: Drill, meaning: str) -> None:
    with county.database.view(county.act().scope) as session:
        who = standing(session, session.scalars(select(Person).where(Person.login == login)).one())
    with county.database.transaction(who.act("签字", "test")) as session:
        here = session.get_one(Drill, row.id)
        proof = Proof(who.id, "password", datetime.now(UTC))
        sign(session, here, meaning, who, proof, digest(here))


def test_the_sheet_is_printed_never_stored_and_opens_an_old_disc(
    vault: Vault, tmp_path_factory: pytest.TempPathFactory
) -> None:
    need_programs("pdftotext", "xorriso")
    county, row = vault.county, vault.keep(vault.source(name="资料", method="files"), items())
    net, tech, sheet = county.login("net"), county.login("tech"), key_text(vault.key)
    url = f"/backups/keys/{vault.key_id}/sheet"
    assert tech.post(url, {"proof_password": PASSWORD}).status_code == 403
    refused = net.post(url, {"proof_password": "wrong"})
    assert refused.status_code == 422 and sheet.split()[1] not in refused.text
    printed = net.post(url, {"proof_password": PASSWORD})
    assert (printed.mimetype, printed.headers["Cache-Control"]) == ("application/pdf", "no-store")
    paper = tmp_path_factory.mktemp("paper") / "sheet.pdf"
    paper.write_bytes(printed.data)
    words = subprocess.run(["pdftotext", "-layout", paper, "-"], capture_output=True, check=True)
    told = words.stdout.decode()
    assert all(line in told for line in sheet.splitlines()) and vault.print_id in told
    assert len(county.rows(select(AuditRow).where(AuditRow.act == "打印备份密钥单"))) == 2
    nowhere(county, vault)

    lines = sheet.splitlines()
    torn = "\n".join([lines[0], lines[1][:-1] + ("0" if lines[1][-1] != "0" else "1"), *lines[2:]])
    wrong = tech.post(f"{url}/proof", {"typed": torn})
    assert wrong.status_code == 422 and "2" in wrong.text and lines[0] not in wrong.text
    other = tech.post(f"{url}/proof", {"typed": key_text(bytes(32))})
    assert other.status_code == 422 and "不是这把密钥" in other.text
    assert county.one(BackupKey, vault.key_id).proved_on is None
    assert tech.post(f"{url}/proof", {"typed": sheet.lower()}).status_code == 302
    assert county.one(BackupKey, vault.key_id).proved_on == today()
    escrowed(county, net, vault.key_id)
    old_disc(vault, row, tmp_path_factory.mktemp("disc"), sheet)


def nowhere(county: County, vault: Vault) -> None:
    """Neither the sheet's text nor the key is in any file of the home, the database included."""
    line = key_text(vault.key).splitlines()[2].encode()
    for file in vault.site.home.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert line not in data and vault.key not in data, file


def escrowed(county: County, net: Browser, key_id: str) -> None:
    with county.database.transaction(system("人员")) as session:
        keeper = Staff(centre_id=county.centres["county"].id, name="保管员")
        session.add(keeper)
    url = f"/r/backup-keys/{key_id}/do/escrow"
    assert net.post(url, {"keeper_id": keeper.id}).status_code == 422
    assert net.post(url, {"keeper_id": keeper.id, "kept_at": "保险柜"}).status_code == 302
    row = county.one(BackupKey, key_id)
    assert (row.state, row.keeper_id, row.kept_at) == ("escrowed", keeper.id, "保险柜")


def old_disc(vault: Vault, row: BackupSet, disc: Path, sheet: str) -> None:
    """Opened with the sheet alone: this console's own key is no help."""
    tech = vault.county.login("tech")
    shutil.copytree(folder_of(vault.site.home, row), disc / "data" / "set")
    shutil.rmtree(vault.site.home / "sets")

    def tried(typed: str, places: str = str(disc)) -> tuple[JobRun, Drill]:
        led = tech.post("/backups/drills/disc", {"folder": places, "typed": typed})
        run = vault.done(str(led.location.rpartition("/")[2]))
        return run, vault.county.rows(select(Drill).order_by(Drill.number))[-1]

    run, good = tried(sheet)
    assert (run.state, good.kind, good.verdict, good.files) == ("done", "disc", "good", 3), run.note
    assert row.number in good.compared and good.print_id == vault.print_id
    assert sheet.split()[1] not in str(run.params)
    run, bad = tried(key_text(bytes(range(32))))
    assert (run.state, bad.verdict, bad.reason != "") == ("failed", "bad", True)
    nowhere(vault.county, vault)
    assert tech.post("/backups/drills/disc", {"folder": "here", "typed": sheet}).status_code == 422
    spread(disc / "data" / "set", disc.parent / "two")
    for n in (1, 2):
        burned = ("-outdev", f"stdio:{disc.parent}/{n}.iso", "-map", f"{disc.parent}/two/{n}", "/")
        subprocess.run(["xorriso", "-no_rc", *burned, "-commit"], check=True, capture_output=True)
    first, second = (str(disc.parent / f"{n}.iso") for n in (1, 2))
    run, alone = tried(sheet, first)
    assert (run.state, "没有一份完整的备份" in alone.reason) == ("failed", True)
    run, both = tried(sheet, f"{first}\r\n{second}\r\n")
    assert (run.state, both.files, both.taken_from) == ("done", 3, f"{first}、{second}"), run.note
    run, bad = tried(sheet, str(vault.county.settings.home / "netops.key"))
    assert (bad.verdict, bad.reason[-4:] != "") == ("bad", True)
    for ours in ("/", str(vault.site.home), str(vault.site.home / "sets")):
        run, bad = tried(sheet, ours)
        assert "值守台自己的目录" in bad.reason, ours
    assert not list((vault.site.home / "drills").iterdir())


def test_a_search_for_sets_ends_and_can_be_stopped(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*"abcdefghij")
    deep.mkdir(parents=True)
    (deep / "manifest.json").touch()
    assert sets_on([tmp_path], tmp_path, Pace()) == []
    (deep.parents[3] / "manifest.json").touch()
    assert sets_on([tmp_path], tmp_path, Pace()) == [deep.parents[3]]
    with pytest.raises(Stopped):
        sets_on([tmp_path], tmp_path, Pace(stop=lambda: True))


def spread(kept: Path, discs: Path) -> None:
    """The manifest and the listing on one disc, the content on the next."""
    for file in kept.iterdir():
        place = discs / ("2" if file.name.startswith("content") else "1") / "data" / kept.name
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, place)


def test_files_are_restored_and_nothing_is_written_over(vault: Vault) -> None:
    county, row = vault.county, vault.keep(vault.source(name="资料", method="files"), items())
    net, here = county.login("net"), vault.site.home / "restored"
    paper = vault.paper(row, place="查阅", only="台账")
    done = vault.restored(net, paper)
    assert (done.state, done.files, done.author) == ("done", 2, "李网"), done.result
    out = here / "查阅"
    assert (out / "台账/说明.txt").read_bytes() == TREE["台账/说明.txt"]
    assert not (out / "a.log").exists()

    (out / "own.txt").write_text("写了一半的报告")
    again = vault.paper(row, place="查阅")
    failed = vault.restored(net, again)
    assert (failed.state, "已有内容" in failed.result) == ("failed", True)
    wrong = net.post(
        f"/r/backup-restores/{again.id}/do/begin",
        {"proof_password": PASSWORD, "overwrite": "别处"},
    )
    assert wrong.status_code == 422 and (out / "own.txt").exists()
    done = vault.restored(net, again, overwrite="查阅")
    assert done.state == "done" and (out / "a.log").read_bytes() == TREE["a.log"]
    kept = here / f"查阅.before-{again.number}" / "own.txt"
    assert kept.read_text() == "写了一半的报告", "what was there is kept under another name"

    outside = vault.restored(net, vault.paper(row, place="/etc/netops-restored"))
    assert outside.state == "failed" and "不在允许恢复的目录以下" in outside.result
    assert not Path("/etc/netops-restored").exists()
    with pytest.raises(Rejected):
        vault.paper(row, place="../外面")
    tech = county.login("tech")
    begun = tech.post(
        f"/r/backup-restores/{vault.paper(row, place='技').id}/do/begin",
        {"proof_password": PASSWORD},
    )
    assert begun.status_code == 422, "it takes the right to operate"


def test_what_a_killed_restore_or_making_left_in_the_clear_goes_at_the_next_start(
    vault: Vault,
) -> None:
    big = [item("a.log", os.urandom(4 << 20)), item("b.log", os.urandom(4 << 20))]
    home, row = vault.site.home, vault.keep(vault.source(name="资料", method="files"), big)
    url = vault.county.database.engine.url.render_as_string(hide_password=False)
    words = [sys.executable, "-m", "tests.web.kill_restoring", url, home,
             vault.county.settings.key_file, row.id]  # fmt: skip
    assert subprocess.run(words, check=False, timeout=PATIENCE).returncode == -signal.SIGKILL
    plain = home / "discs" / "one" / "work" / "fw.log"
    plain.parent.mkdir(parents=True)
    plain.write_text("deny tcp")
    (home / "restored" / ".own").mkdir()
    assert [one.name for one in (home / "restored").rglob("*.log")] == ["a.log"]
    sweep_work(vault.site)
    begin(vault.site)
    assert [one.name for one in (home / "restored").iterdir()] == [".own"], "somebody else's"
    assert not any(one.is_dir() for one in (home / "drills").iterdir())
    assert not plain.parent.exists()


def test_a_database_is_tried_counted_dropped_and_the_core_one_needs_two(
    vault: Vault, postgres_server: str, tmp_path: Path
) -> None:
    url = make_url(postgres_server)
    server = Server(url.host or "127.0.0.1", url.port or 0, url.username or "postgres")
    server.run("CREATE DATABASE drill_county")
    server.run(
        "CREATE TABLE citizen (id int PRIMARY KEY, name text); INSERT INTO citizen"
        " SELECT n, '张三' || n FROM generate_series(1, 500) n", "drill_county",
    )  # fmt: skip
    try:
        county_database(vault, server, tmp_path)
    finally:
        for name in server.names():
            if name.startswith(("drill_county", "restored_core", "netops_drill")):
                server.run(f'DROP DATABASE "{name}" WITH (FORCE)')


@dataclass
class Server:
    host: str
    port: int
    user: str

    def run(self, statement: str, database: str = "postgres") -> None:
        with psycopg.connect(
            host=self.host, port=self.port, user=self.user, dbname=database, autocommit=True
        ) as connection:
            connection.execute(statement)

    def names(self) -> list[str]:
        with psycopg.connect(
            host=self.host, port=self.port, user=self.user, dbname="postgres"
        ) as connection:
            return [str(one) for (one,) in connection.execute("SELECT datname FROM pg_database")]


def county_database(vault: Vault, server: Server, tmp_path: Path) -> None:
    county, tech = vault.county, vault.county.login("tech")
    with county.database.transaction(system("凭据")) as session:
        login = Credential(
            centre_id=county.centres["county"].id, name="演练", kind="db", user=server.user,
            password=vault.site.key.seal("any"),
        )  # fmt: skip
        session.add(login)
    source = vault.source(
        name="人口库", method="postgresql", database="drill_county", opaque=True,
        host=server.host, port=server.port, login_id=login.id,
    )  # fmt: skip
    work = tmp_path / "work"
    work.mkdir()
    order = Order(
        source.id, source.name, "software", "postgresql", "local", work, database="drill_county",
        host=server.host, port=server.port, user=server.user,
    )  # fmt: skip
    with gather(order, Pace()) as gathered:
        items = [replace_open(one) for one in gathered.items]
        row = vault.keep(source, items, "pg_dump 15")

    run, good = vault.drilled(tech, row)
    assert (run.state, good.kind, good.tables, good.rows) == ("done", "database", 1, 500), run.note
    assert not [one for one in server.names() if one.startswith("netops_drill")]
    assert "citizen" not in good.compared + good.reason

    lied = [replace_counts(one) for one in items]
    run, bad = vault.drilled(tech, vault.keep(source, lied, "pg_dump 15"))
    assert (bad.verdict, bad.reason) == ("bad", "1 张表与转储时不一致"), "no table is named"
    left_behind(vault, server, order, next(one for one in items if "counts" not in one.path))
    consented(vault, server, row)


def replace_open(one: Item) -> Item:
    """The same entry from memory: what was gathered is gone afterwards."""
    with one.open() as file:
        return replace(item(one.path, file.read()), mode=one.mode)


def replace_counts(one: Item) -> Item:
    with one.open() as file:
        return item(one.path, file.read().replace(b"500", b"501"))


def left_behind(vault: Vault, server: Server, order: Order, dump: Item) -> None:
    """A drill that was killed: the next start drops its database."""
    name, place = scratch_name(), vault.site.home / "drills" / "killed"
    with scratch(vault.site, "killed"):
        pass
    place.mkdir(parents=True)
    (place / "x.dump").write_bytes(dump.open().read())
    note(place, order.source_id, name)
    restore_database(order, place / "x.dump", name, Pace())
    assert name in server.names()
    with scratch(vault.site, "by-command") as alive:
        begin(vault.site)
        assert alive.is_dir(), "somebody is at it"
    assert name not in server.names() and not place.exists()


def consented(vault: Vault, server: Server, row: BackupSet) -> None:
    """The core population database comes back whole, once somebody else has agreed."""
    county, net = vault.county, vault.county.login("net")
    with pytest.raises(Rejected):
        vault.paper(row, target="database", place="restored_core", only="pfp.dump")
    paper = vault.paper(row, target="database", place="restored_core")
    url = f"/r/backup-restores/{paper.id}/do"
    assert net.post(f"{url}/begin", {"proof_password": PASSWORD}).status_code == 422
    assert net.post(f"{url}/ask").status_code == 302
    assert net.post(f"{url}/begin", {"proof_password": PASSWORD}).status_code == 422
    assert county.one(BackupRestore, paper.id).state == "asked"
    [asked] = county.rows(select(Approval).where(Approval.thing_id == paper.id))
    say = {"decision": "yes", "seen": asked.digest, "proof_password": PASSWORD}
    assert net.post(f"/approvals/{asked.id}/decide", say).status_code >= 400, "not by who asks"
    assert county.login("leader").post(f"/approvals/{asked.id}/decide", say).status_code == 302
    assert county.one(BackupRestore, paper.id).state == "approved"
    done = vault.restored(net, paper)
    assert done.state == "done" and "1 张表、500 行" in done.result, done.result
    assert "restored_core" in server.names()
    again = vault.paper(row, target="database", place="restored_core")
    urgent = net.post(f"/r/backup-restores/{again.id}/do/urgent", {"proof_password": PASSWORD})
    assert urgent.status_code == 302
    taken = vault.restored(net, again)
    assert (taken.state, "restored_core" in taken.result) == ("failed", True), "taken"


def test_the_console_comes_back_whole(vault: Vault, tmp_path: Path) -> None:
    """Its database opens at the present schema, and the audit chain in it holds; one that was
    changed on the way does not."""
    county, tech = vault.county, vault.county.login("tech")
    place = county.database.engine.url.database or ""
    source = vault.source(name="值守台", method="console", database=place)
    work = tmp_path / "console-work"
    work.mkdir()
    order = Order(
        source.id, source.name, "software", "console", "local", work,
        paths=(str(vault.site.home),), database=place,
    )  # fmt: skip
    with gather(order, Pace()) as gathered:
        items = [replace_open(one) for one in gathered.items]
    run, good = vault.drilled(tech, vault.keep(source, items, "SQLite"))
    assert (run.state, good.kind, good.verdict) == ("done", "console", "good"), run.note
    assert "审计链" in good.compared and good.tables > 100

    forged = tmp_path / "forged.db"
    forged.write_bytes(next(one for one in items if one.path.endswith("netops.db")).open().read())
    with closing(sqlite3.connect(forged)) as other:
        rules = other.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in rules:
            if name.startswith("audit"):
                other.execute(f'DROP TRIGGER "{name}"')
        other.execute("UPDATE audit SET actor_name = '别人' WHERE seq = 3")
        other.commit()
    changed = [
        item(one.path, forged.read_bytes()) if one.path.endswith("netops.db") else one
        for one in items
    ]
    _run, bad = vault.drilled(tech, vault.keep(source, changed, "SQLite"))
    assert bad.verdict == "bad" and ("审计链不符" in bad.reason or "触发器" in bad.reason)


def test_the_core_database_stays_it_whatever_its_source_becomes(vault: Vault) -> None:
    """A set is judged by what its source was; the source cannot be made plain once it has one."""
    county, net = vault.county, vault.county.login("net")
    source = vault.source(name="人口库", method="sqlite", opaque=True)
    row = vault.keep(source, items())
    with (
        pytest.raises(Rejected, match="另建来源"),
        county.database.transaction(system("改")) as session,
    ):
        session.get_one(BackupSource, source.id).opaque = False
    with (
        pytest.raises(Rejected, match="只在它自己的服务器上演练"),
        county.database.transaction(system("改")) as session,
    ):
        session.get_one(BackupSource, source.id).drill_host = "10.66.9.9"
    with county.database.engine.begin() as connection:  # as one might who writes there directly
        connection.execute(update(BackupSource).values(opaque=False, method="files"))
    with county.database.view(EVERYTHING) as session:
        told = choice(session, source.centre_id, "2026Q4")
    assert ([one.id for one in told.sealed], told.plain) == ([row.id], ())
    page = net.get(f"/backups/sets/{row.id}/restore").text
    assert ("只能整库恢复" in page, "a.log" in page) == (True, False)
    with pytest.raises(Rejected):
        vault.paper(row, target="folder", place="偷看", only="a.log")
    paper = vault.paper(row, target="folder", place="偷看")
    url = f"/r/backup-restores/{paper.id}/do/begin"
    assert net.post(url, {"proof_password": PASSWORD}).status_code == 422
    assert county.one(BackupRestore, paper.id).state == "draft"


def test_a_half_year_is_one_of_shanghai() -> None:
    assert half_year(today().replace(month=6, day=30))[1] == today().replace(month=6, day=30)
    first, last = half_year(today().replace(month=7, day=1))
    assert first.month == 7 and last + timedelta(days=1) == first.replace(
        year=first.year + 1, month=1
    )
