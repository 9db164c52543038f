"""Exit codes, errors in one line, and founding a home."""

import sqlite3
from pathlib import Path

import pytest

from tests.console import netops
from tests.web.cli.command import CENTRE, Run, invoke, told


def test_a_wrong_command_is_2(run: Run) -> None:
    run("frobnicate", code=2)
    run("device", "add", "--colour", "red", code=2)
    assert "没有设备叫“无”" in run("device", "show", "无", code=2).stderr
    assert "没有叫“无”的设备" in run("poll", "--once", "--device", "无", code=2).stderr


def test_what_is_missing_is_named(run: Run) -> None:
    said = run("device", "add", "--name", "核心", "--centre", CENTRE, code=2).stderr
    assert "缺少 --address（管理地址）、--kind（类别）" in said


@pytest.mark.parametrize(
    ("option", "text", "cause"),
    [
        ("address", "10.41.2.300", "管理地址：“10.41.2.300”不是 IP 地址"),
        ("kind", "toaster", "类别："),
        ("profile", "acme", "型号模板："),
        ("parent", "无此设备", "上级设备："),
        ("snmp", "无此凭据", "SNMP 凭据："),
        ("snmp-port", "70000", "SNMP 端口："),
        ("simulated", "是", "模拟设备：模拟设备只能存在于演示县"),
    ],
)
def test_a_wrong_value_is_named_with_its_cause(
    run: Run, option: str, text: str, cause: str
) -> None:
    given = {
        "name": "核心",
        "centre": CENTRE,
        "address": "10.41.2.1",
        "kind": "switch",
        option: text,
    }
    words = [word for name, value in given.items() for word in (f"--{name}", value)]
    assert cause in run("device", "add", *words, code=1).stderr
    assert told(run("device", "list", "--json")) == []


def test_a_home_that_nobody_founded_is_not_polled(tmp_path: Path) -> None:
    for words in (("poll", "--once"), ("worker",), ("web",), ("walk", "核心")):
        said = invoke(tmp_path, *words, code=1).stderr
        assert said.startswith(f"{tmp_path} 还没有启用：先运行 netops init")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"NETOPS_PORT": "many"}, "NETOPS_PORT=many 无法使用：不是整数，应为 1–65535\n"),
        ({"DATABASE_URL": "postgresql+psycopg://x:hidden@127.0.0.1:1/y"}, "数据库用不了："),
        ({"NETOPS_HOME": "/proc/nowhere"}, "不能使用 /proc/nowhere（"),
    ],
)
def test_what_a_person_can_mend_is_one_line(
    tmp_path: Path, settings: dict[str, str], said: str
) -> None:
    done = netops("device", "list", **{"NETOPS_HOME": str(tmp_path), **settings})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(said)
    assert (done.stderr.count("\n"), "hidden" in done.stderr) == (1, False)


def test_a_database_of_a_later_version_is_left_alone(home: Path, run: Run) -> None:
    with sqlite3.connect(home / "netops.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    assert run("migrate", code=1).stderr.startswith("数据库由更新的版本建立，请用较新的程序打开它")


def test_init_tells_the_first_password_once(tmp_path: Path) -> None:
    answer = told(invoke(tmp_path, "init", "--centre", CENTRE, "--login", "zhang", "--json"))
    assert (answer["login"], answer["home"]) == ("zhang", str(tmp_path))
    assert len(answer["password"]) >= 12
    said = invoke(tmp_path, "init", "--centre", CENTRE, code=1).stderr
    assert "这个数据目录已经启用过" in said
    assert told(invoke(tmp_path, "migrate", "--json")) == {"home": str(tmp_path), "kind": "real"}


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        (("--centre", "990000"), "种子里没有代码 990000；应为河南省内的行政区划代码"),
        (("--centre", CENTRE, "--login", ""), "登录名：必须填写"),
    ],
)
def test_init_refuses(tmp_path: Path, words: tuple[str, ...], cause: str) -> None:
    assert cause in invoke(tmp_path, "init", *words, code=1).stderr
    assert told(invoke(tmp_path, "migrate", "--json"))["kind"] == ""


def test_a_lost_key_is_not_replaced_in_silence(run: Run, home: Path) -> None:
    run("poll", "--once", code=0)
    words = ("--name", "只读", "--centre", CENTRE, "--kind", "v2c", "--community", "-")
    run("credential", "add", *words, stdin="county-ro\n")
    (home / "secret.key").rename(home / "elsewhere")
    assert "secret.key" in run("poll", "--once", code=1).stderr
    assert not (home / "secret.key").exists()
    (home / "elsewhere").rename(home / "secret.key")
    run("poll", "--once", code=0)
