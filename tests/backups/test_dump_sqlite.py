"""An SQLite file that is written to is copied as of one moment; the console backs up itself."""

import sqlite3
import subprocess
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url

from backups import restoring
from backups.gathering import NotGathered
from backups.pace import Pace, Stopped
from backups.vault import Vault
from inventory.db import Database
from inventory.secret import Key
from inventory.vault_key import data_key
from tests.backups.dumps import amid, counts_of, dumped, order_of
from tests.postgres import Lender

_ROWS = 4000


def _book(place: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(place, isolation_level=None)
    connection.execute(f"PRAGMA journal_mode={mode}")
    connection.executescript("""
        CREATE TABLE visit (id INTEGER PRIMARY KEY, note TEXT, face BLOB);
        CREATE TABLE "odd ""name" (a, b);
        INSERT INTO "odd ""name" VALUES (1.5, NULL), (x'00ff', '张三');
    """)
    rows = [(f"张三 {n}" * 20, bytes([n % 256]) * 200) for n in range(_ROWS)]
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO visit (note, face) VALUES (?, ?)", rows)
    connection.execute("COMMIT")
    return connection


@pytest.mark.parametrize("mode", ["wal", "delete"])
def test_a_file_that_is_written_to_is_copied_as_of_one_moment(mode: str, tmp_path: Path) -> None:
    """In the older mode each commit lets the copy begin anew, until it makes the writer wait."""
    source, refused = tmp_path / "门诊 库.db", []
    with closing(_book(source, mode)) as writing:
        writing.execute("PRAGMA busy_timeout = 0")

        def write() -> None:
            try:
                writing.execute("INSERT INTO visit (note) VALUES ('趁复制时写入')")
            except sqlite3.OperationalError as error:
                refused.append(str(error))

        pace = Pace(tell=lambda _: write(), clock=iter(range(0, 10**9, 10)).__next__)
        order = order_of(tmp_path, "sqlite", paths=(str(source),))
        (copy, _), _ = dumped(order, tmp_path / "set", pace)
        [(now,)] = writing.execute("SELECT count(*) FROM visit").fetchall()
    counts = counts_of(copy)
    assert copy.relative_to(tmp_path / "set").as_posix() == str(source).strip("/")
    seen = counts.tables["visit"].rows
    assert _ROWS <= seen <= now and (mode == "delete" or seen < now)
    assert bool(refused) == (mode == "delete")
    name = restoring.scratch_name()
    restoring.restore_database(order, copy, name, Pace())
    assert list(counts.differences(restoring.counted(order, name))) == []
    with closing(sqlite3.connect(order.work / name)) as restored, restored:
        restored.execute("""UPDATE "odd ""name" SET b = '李四' WHERE a = x'00ff'""")
    told = list(counts.differences(restoring.counted(order, name)))
    assert told == ['表 odd "name 行数相同（2），内容校验和不同']
    restoring.drop(order, name)
    assert list(order.work.iterdir()) == []


def test_what_is_no_database_or_damaged_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "a.db"
    order = order_of(tmp_path, "sqlite", paths=(str(place),))
    with pytest.raises(NotGathered, match="读不到"):
        dumped(order, tmp_path)
    for content in (b"", b"id,name\n1,a\n" * 1000):
        place.write_bytes(content)
        with pytest.raises(NotGathered, match="不是 SQLite 数据库") as told:
            dumped(order, tmp_path)
        assert told.value.permanent
    place.unlink()
    _book(place, "delete").close()
    content = place.read_bytes()
    place.write_bytes(content[:8192] + b"\xee" * 4096 + content[12288:])
    with pytest.raises(NotGathered, match=r"完整性检查|已损坏"):
        dumped(order, tmp_path)
    assert list(order.work.iterdir()) == []


def test_whoever_stops_it_leaves_nothing(tmp_path: Path) -> None:
    place, asked = tmp_path / "a.db", []
    _book(place, "wal").close()
    order = order_of(tmp_path, "sqlite", paths=(str(place),))
    pace = amid(lambda: asked.append(1))
    pace.stop = lambda: bool(asked)
    with pytest.raises(Stopped):
        dumped(order, tmp_path, pace)
    assert list(order.work.iterdir()) == []


def test_the_console_backs_up_itself_without_its_keys(
    founded_database: Database, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    key = Key.load(home / "secret.key") if home.mkdir() is None else None
    assert key is not None
    (home / "session.key").write_text("geheim" * 8)
    raw = data_key(founded_database, key, "configs")
    Vault(home / "vault" / "configs", raw).folder.mkdir(parents=True)
    (home / "vault" / "configs" / "a.cfg").write_bytes(b"netops-vault 1")
    (home / "vault" / "configs" / "drafts").mkdir()
    (home / "vault" / "configs" / "drafts" / "half").write_bytes(b"half")
    (home / "audit.heads").write_text("{}\n")
    repository = home / "configs" / "410225.git"
    subprocess.run(["git", "init", "-q", "--bare", repository], check=True)
    url = founded_database.engine.url
    order = order_of(tmp_path, "console", paths=(str(home),), database=str(url.database))
    files, _ = dumped(order, tmp_path / "set")
    names = [path.relative_to(tmp_path / "set").as_posix() for path in files]
    assert names[0] == "database/netops.db" and "vault/configs/a.cfg" in names
    assert not [name for name in names if name.endswith(".key") or "drafts" in name]
    refs = [n for n, name in enumerate(names) if name.endswith("410225.git/HEAD")]
    assert refs and all(refs[0] < n for n, name in enumerate(names) if "/objects/" in name)
    told = (tmp_path / "set" / "说明.txt").read_text()
    assert key.id in told and "secret.key" in told and "session.key" in told
    with closing(sqlite3.connect(files[0])) as copy:
        assert copy.execute("SELECT count(*) FROM centre").fetchone() != (0,)


def test_a_console_on_postgresql_dumps_its_database_in_one_snapshot(
    lender: Lender, tmp_path: Path
) -> None:
    with lender.lent() as address:
        url = make_url(address)
        order = order_of(
            tmp_path, "console", paths=(str(tmp_path / "home"),), database=str(url.database),
            host=str(url.host), port=url.port, user=str(url.username),
        )  # fmt: skip
        files, _ = dumped(order, tmp_path / "set")
        names = [path.relative_to(tmp_path / "set").as_posix() for path in files]
        assert names == ["database/netops.dump", "database/netops.dump.counts.json", "说明.txt"]
        own = replace(order, method="postgresql")
        assert list(counts_of(files[0]).differences(restoring.counted(own, own.database))) == []
        assert "public.audit" in counts_of(files[0]).tables
