"""A real PostgreSQL that is written to is dumped whole or not at all, and restored equal."""

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from backups import restoring
from backups.gatherers.postgresql import reach, readable
from backups.gathering import NotGathered, Order
from backups.pace import Pace, Stopped
from tests.backups.dumps import amid, counts_of, dumped, order_of
from tests.backups.small_set import login
from tests.openssh import sshd
from tests.patience import until

PASSWORD = r"gänz:\'geheim"
_COUNTY = """
CREATE TYPE grade AS ENUM ('甲', '乙');
CREATE TABLE "a ""still" (id int PRIMARY KEY, name text, face bytea, at timestamptz, g grade,
  weight float8, told jsonb, "netops" int[]);
INSERT INTO "a ""still" SELECT n, '张三' || md5(n::text), sha512(n::text::bytea), now(), '乙',
  n / 3.0, '{"a": null}', NULL FROM generate_series(1, 9000) n;
CREATE TABLE visit (id serial PRIMARY KEY, note text);
INSERT INTO visit (note) SELECT md5(n::text) FROM generate_series(1, 3000) n;
CREATE TABLE parted (id int) PARTITION BY RANGE (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
INSERT INTO parted VALUES (1), (1), (2);
CREATE MATERIALIZED VIEW seen AS SELECT count(*) FROM visit;
SELECT lo_from_bytea(4711, '照片'), lo_from_bytea(4712, 'x');
GRANT SELECT ON LARGE OBJECT 4711, 4712 TO keeper;
"""


@pytest.fixture(scope="module")
def county(postgres_server: str) -> Iterator[Order]:
    """A database, and somebody who may read it and must show a password."""
    url = make_url(postgres_server)
    with _connected(url.port) as admin:
        admin.execute("CREATE DATABASE dumped_county")
        admin.execute("CREATE ROLE keeper LOGIN CREATEDB IN ROLE pg_read_all_data")
        admin.execute(psycopg.sql.SQL("ALTER ROLE keeper PASSWORD {}").format(PASSWORD))
        rules = Path(_one(admin, "SHOW hba_file"))
        before = rules.read_text()
        rules.write_text(f"host all keeper 127.0.0.1/32 scram-sha-256\n{before}")
        admin.execute("SELECT pg_reload_conf()")
        with _connected(url.port, "dumped_county") as inside:
            inside.execute(_COUNTY)
        until(lambda: _refused(url.port), "the rule is not in force")
        yield Order(
            "s1", "", "software", "postgresql", "local", Path(), database="dumped_county",
            port=url.port or 0, user="keeper", password=PASSWORD,
        )  # fmt: skip
        rules.write_text(before)
        admin.execute("SELECT pg_reload_conf()")
        admin.execute("DROP DATABASE dumped_county WITH (FORCE)")
        admin.execute("DROP ROLE keeper")


@pytest.fixture
def order(county: Order, tmp_path: Path) -> Order:
    return replace(county, work=order_of(tmp_path, "postgresql").work)


def _connected(port: int | None, database: str = "postgres") -> psycopg.Connection[Any]:
    return psycopg.connect(
        host="127.0.0.1", port=port, user="netops", dbname=database, autocommit=True
    )


def _refused(port: int | None) -> bool:
    try:
        psycopg.connect(host="127.0.0.1", port=port, user="keeper", dbname="postgres").close()
    except psycopg.OperationalError:
        return True
    return False


def _one(connection: psycopg.Connection[Any], statement: str) -> Any:
    row = connection.execute(statement).fetchone()
    return row[0] if row else None


def _write(order: Order) -> None:
    with _connected(order.port, order.database) as connection:
        connection.execute("INSERT INTO visit (note) VALUES ('趁转储时写入')")


def test_what_is_written_to_is_dumped_as_of_one_moment_and_restored_equal(
    order: Order, tmp_path: Path
) -> None:
    seen: list[bytes] = []

    def meanwhile() -> None:
        _write(order)
        for place in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # one that has just ended
                if (place / "comm").read_text().startswith("pg_dump"):
                    seen.append((place / "cmdline").read_bytes() + (place / "environ").read_bytes())

    (dump, _), warnings = dumped(order, tmp_path, amid(meanwhile))
    counts = counts_of(dump)
    assert (warnings, counts.unsure, counts.tables["public.parted_1"].rows) == ([], (), 3)
    assert seen and not any(b"geheim" in one for one in seen)
    now = list(counts.differences(restoring.counted(order, order.database)))
    assert len(now) == 1 and now[0].startswith("表 public.visit 原有 ")
    name = restoring.scratch_name()
    restoring.restore_database(order, dump, name, Pace())
    assert list(counts.differences(restoring.counted(order, name))) == []
    with psycopg.connect(
        host="127.0.0.1", port=order.port, user="keeper", password=PASSWORD, dbname=name
    ) as inside:
        inside.execute("""UPDATE "a ""still" SET weight = weight + 1e-9 WHERE id = 7""")
        inside.execute("DELETE FROM parted_1 WHERE id = 2")
        inside.execute("SELECT lo_put(4711, 0, 'y')")
    assert list(counts.differences(restoring.counted(order, name))) == [
        '表 public."a ""still" 行数相同（9000），内容校验和不同',
        "表 public.parted_1 原有 3 行，恢复后 2 行",
        "表 大对象 行数相同（2），内容校验和不同",
    ]
    with pytest.raises(NotGathered, match="从不覆盖"):
        restoring.restore_database(order, dump, name, Pace())
    with pytest.raises(ValueError, match="scratch"):
        restoring.drop(order, order.database)
    restoring.drop(order, name)
    with pytest.raises(NotGathered, match=f"没有数据库「{name}」"):
        restoring.counted(order, name)


def test_a_dump_cut_or_altered_anywhere_is_refused_although_its_listing_is_fine(
    order: Order, tmp_path: Path
) -> None:
    (dump, _), _ = dumped(order, tmp_path)
    whole = dump.read_bytes()
    readable(dump, Pace())
    middle = len(whole) // 2
    altered = whole[:middle] + bytes([whole[middle] ^ 0xFF]) + whole[middle + 1 :]
    for part in (whole[:middle], whole[:-1], altered):
        dump.write_bytes(part)
        subprocess.run(["pg_restore", "-l", dump], stdout=subprocess.DEVNULL, check=True)
        with pytest.raises(NotGathered, match="不完整或已损坏"):
            readable(dump, Pace())
    name = restoring.scratch_name()
    with pytest.raises(NotGathered) as told:
        restoring.restore_database(order, dump, name, Pace())
    assert "张三" not in told.value.reason
    with pytest.raises(NotGathered, match="没有数据库"):
        restoring.counted(order, name)


def test_a_connection_lost_on_the_way_leaves_nothing_and_the_next_run_succeeds(
    order: Order, tmp_path: Path
) -> None:
    def break_off() -> None:
        with _connected(order.port) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [order.database],
            )

    with pytest.raises(NotGathered, match="断开") as told:
        dumped(order, tmp_path, amid(break_off))
    assert not told.value.permanent
    assert list(order.work.iterdir()) == [] == list(tmp_path.glob("*.dump"))
    assert len(dumped(order, tmp_path)[0]) == 2


def test_whoever_stops_it_ends_the_program_and_leaves_nothing(order: Order, tmp_path: Path) -> None:
    asked: list[int] = []
    pace = amid(lambda: asked.append(1))
    pace.stop = lambda: bool(asked)
    with pytest.raises(Stopped):
        dumped(order, tmp_path, pace)
    assert list(order.work.iterdir()) == []
    with _connected(order.port) as admin:
        busy = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'keeper'"
        until(lambda: _one(admin, busy) == 0)


def test_a_refused_login_is_tried_once_and_what_is_missing_is_named(
    order: Order, tmp_path: Path
) -> None:
    with _connected(order.port) as admin:
        log = Path(_one(admin, "SHOW data_directory")).with_name("log")
    refusals = log.read_text().count("password authentication failed")
    with pytest.raises(NotGathered, match=r"拒绝了用户「keeper」.*更正数据库凭据") as told:
        dumped(replace(order, password="falsch-geheim"), tmp_path)
    assert told.value.permanent and "falsch" not in told.value.reason
    assert log.read_text().count("password authentication failed") == refusals + 1
    with pytest.raises(NotGathered, match="没有数据库「host=example」"):
        dumped(replace(order, database="host=example"), tmp_path)
    with pytest.raises(NotGathered, match=r"连不上 127\.0\.0\.1:1；"):
        dumped(replace(order, port=1), tmp_path)


def test_an_older_program_and_a_missing_one_are_refused_in_words(
    order: Order, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "bin"
    old.mkdir()
    (old / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    (old / "pg_dump").chmod(0o755)
    monkeypatch.setenv("PATH", f"{old}:{os.environ['PATH']}")
    with pytest.raises(NotGathered, match=r"pg_dump 是 9，.*请安装 postgresql-client-\d+ ") as told:
        dumped(order, tmp_path / "out")
    assert told.value.permanent
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotGathered, match="apt install postgresql-client"):
        dumped(order, tmp_path / "out")


def test_over_ssh_it_is_dumped_by_the_other_machine_s_program(order: Order, tmp_path: Path) -> None:
    """Its loopback is the database's; what is written to meanwhile is left uncompared."""
    folder = tmp_path / "sshd"
    folder.mkdir()
    with sshd(folder) as server:
        far = replace(order, reach="ssh", remote=login(server))
        (dump, _), warnings = dumped(far, tmp_path / "set", amid(lambda: _write(order)))
        counts = counts_of(dump)
        assert counts.unsure == ("public.visit",) and "1 张表" in warnings[0]
        assert counts.tables['public."a ""still"'] is not None
        with pytest.raises(NotGathered, match=r"经 127.*拒绝了用户「keeper」") as told:
            dumped(replace(far, password="falsch"), tmp_path)
        assert told.value.permanent
        with pytest.raises(NotGathered, match="没有数据库「nirgends」"):
            dumped(replace(far, database="nirgends"), tmp_path)
    name = restoring.scratch_name()
    restoring.restore_database(order, dump, name, Pace())
    assert list(counts.differences(restoring.counted(order, name))) == []
    restoring.drop(order, name)


@contextmanager
def _room(size: int) -> Iterator[None]:
    """No file of this process may become larger."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_told_and_nothing_is_left(order: Order, tmp_path: Path) -> None:
    with _room(200_000), pytest.raises(NotGathered, match="值守台的磁盘已满"):
        dumped(order, tmp_path)
    assert list(order.work.iterdir()) == []


def test_a_trial_tells_what_the_dump_would_need(order: Order) -> None:
    told = reach(order, Pace())
    assert "登录成功，每张表都准读取；PostgreSQL" in told
    with _connected(order.port) as admin:
        admin.execute("REVOKE pg_read_all_data FROM keeper")
        with pytest.raises(NotGathered, match=r"有 .* 张表不准这个账号读取"):
            reach(order, Pace())
        admin.execute("GRANT pg_read_all_data TO keeper")
    with pytest.raises(NotGathered):
        reach(replace(order, password="wrong"), Pace())
