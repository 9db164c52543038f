"""A real MariaDB that is written to is dumped whole or not at all, and restored equal."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from backups import restoring
from backups.gatherers.mariadb import complete, reach
from backups.gathering import NotGathered, Order
from backups.pace import Pace
from tests.backups.dumps import amid, counts_of, dumped, order_of
from tests.backups.small_set import login
from tests.mariadb import Server, mariadbd
from tests.openssh import sshd

PASSWORD = 'gänz "geheim" #1\\'
# Two tables that every transaction writes alike, one nobody writes, one without transactions.
_COUNTY = r"""
CREATE DATABASE county; USE county;
CREATE TABLE a_still (id INT PRIMARY KEY, `odd ``"name` VARCHAR(40), face BLOB, at TIMESTAMP NULL,
  weight DOUBLE);
INSERT INTO a_still SELECT seq, CONCAT('张三', MD5(seq)), UNHEX(SHA2(seq, 512)), NULL, seq / 3
  FROM seq_1_to_9000;
CREATE TABLE visit (id INT PRIMARY KEY AUTO_INCREMENT, note TEXT);
CREATE TABLE visit_log LIKE visit;
INSERT INTO visit (note) SELECT SHA2(seq, 512) FROM seq_1_to_3000;
INSERT INTO visit_log SELECT * FROM visit;
CREATE TABLE z_old (id INT) ENGINE=MyISAM;
CREATE VIEW recent AS SELECT * FROM visit;
DELIMITER //
CREATE TRIGGER twice AFTER INSERT ON visit FOR EACH ROW
  INSERT INTO visit_log VALUES (NEW.id, NEW.note) //
CREATE PROCEDURE nothing() BEGIN END //
DELIMITER ;
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with mariadbd() as server:
        server.sql(_COUNTY)
        quoted = PASSWORD.replace("\\", "\\\\")
        server.sql(f"GRANT ALL ON *.* TO keeper@localhost IDENTIFIED BY '{quoted}'")
        yield server


@pytest.fixture
def order(server: Server, tmp_path: Path) -> Order:
    return order_of(
        tmp_path, "mariadb", database="county", host=server.socket, user="keeper", password=PASSWORD
    )


def _write(server: Server) -> None:
    server.sql("INSERT INTO visit (note) VALUES ('趁转储时写入')", "county")


def test_what_is_written_to_is_dumped_as_of_one_moment_and_restored_equal(
    server: Server, order: Order, tmp_path: Path
) -> None:
    (dump, _), warnings = dumped(order, tmp_path, amid(lambda: _write(server)))
    counts = counts_of(dump)
    assert "MyISAM" in warnings[0] and "z_old" in warnings[0]
    assert counts.unsure == ("visit", "visit_log")
    assert counts.tables["a_still"].rows == 9000
    names = [restoring.scratch_name() for _ in range(2)]
    for name in names:
        restoring.restore_database(order, dump, name, Pace())
    first, second = (restoring.counted(order, name) for name in names)
    assert [*counts.differences(first), *first.differences(second)] == []
    assert first.tables["visit"] == first.tables["visit_log"]
    assert first.tables["visit"].rows in (3000, 3001)
    assert "twice" in server.sql("SHOW TRIGGERS", names[0])
    server.sql("UPDATE a_still SET face = UNHEX('00') WHERE id = 7; DROP TABLE z_old", names[0])
    told = list(counts.differences(restoring.counted(order, names[0])))
    assert told == ["表 a_still 行数相同（9000），内容校验和不同", "表 z_old 没有恢复出来"]
    with pytest.raises(NotGathered, match="从不覆盖"):
        restoring.restore_database(order, dump, names[1], Pace())
    for name in names:
        restoring.drop(order, name)
    assert "netops_drill" not in server.sql("SHOW DATABASES")


def test_over_ssh_it_is_dumped_by_the_other_machine_s_program(order: Order, tmp_path: Path) -> None:
    folder = tmp_path / "sshd"
    folder.mkdir()
    with sshd(folder) as machine:
        far = replace(order, reach="ssh", remote=login(machine))
        (dump, _), warnings = dumped(far, tmp_path / "set")
        with pytest.raises(NotGathered, match="拒绝了用户「keeper」"):
            dumped(replace(far, password="falsch"), tmp_path / "set")
    assert len(warnings) == 1
    assert list(counts_of(dump).differences(restoring.counted(order, order.database))) == []


def test_a_server_killed_on_the_way_leaves_nothing_and_the_next_run_succeeds(
    server: Server, order: Order, tmp_path: Path
) -> None:
    with pytest.raises(NotGathered, match=r"断开|连不上") as told:
        dumped(order, tmp_path, amid(server.kill))
    assert not told.value.permanent
    assert list(order.work.iterdir()) == [] == list(tmp_path.glob("*.sql"))
    server.start()
    (dump, _), _ = dumped(order, tmp_path)
    assert counts_of(dump).unsure == ()


def test_a_dump_that_is_not_whole_is_refused_and_nothing_of_a_row_is_told(
    server: Server, order: Order, tmp_path: Path
) -> None:
    (dump, _), _ = dumped(order, tmp_path)
    whole = dump.read_bytes()
    tables = {"a_still", "visit", "visit_log", "z_old"}
    complete(dump, tables, Pace())
    for part in (whole[: len(whole) // 2], whole.replace(b"-- Dump completed", b"--")):
        dump.write_bytes(part)
        with pytest.raises(NotGathered, match="完成标记"):
            complete(dump, tables, Pace())
    dump.write_bytes(whole.replace(b"-- Table structure for table `visit`", b"--"))
    with pytest.raises(NotGathered, match="缺少 1 张表，如 visit"):
        complete(dump, tables, Pace())
    dump.write_bytes(whole.replace(b"(2,'", b"(2,2,'", 1))  # the client shows the whole statement
    name = restoring.scratch_name()
    with pytest.raises(NotGathered) as told:
        restoring.restore_database(order, dump, name, Pace())
    assert "ERROR 1136" in told.value.reason and "张三" not in told.value.reason
    assert name not in server.sql("SHOW DATABASES")


def test_a_refused_login_is_tried_once_and_a_missing_database_named(
    server: Server, order: Order, tmp_path: Path
) -> None:
    before = int(server.sql("SHOW GLOBAL STATUS LIKE 'Access_denied_errors'").split()[1])
    with pytest.raises(NotGathered, match=r"拒绝了用户「keeper」.*更正数据库凭据") as told:
        dumped(replace(order, password="falsch-geheim"), tmp_path)
    assert told.value.permanent and "falsch" not in told.value.reason
    after = int(server.sql("SHOW GLOBAL STATUS LIKE 'Access_denied_errors'").split()[1])
    assert after - before == 1
    with pytest.raises(NotGathered, match="没有数据库「nirgends」"):
        dumped(replace(order, database="nirgends"), tmp_path)


def test_a_trial_tells_what_the_dump_would_need(order: Order) -> None:
    assert "登录成功，看得到" in reach(order, Pace())
    with pytest.raises(NotGathered):
        reach(replace(order, password="wrong"), Pace())
