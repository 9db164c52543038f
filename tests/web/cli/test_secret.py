"""`netops secret`: what is found is named and never shown; the key changes under a running home."""

import json
import os
import sqlite3
from pathlib import Path

import pytest

from inventory.keyfile import add_key
from inventory.secret import Key
from tests.console import console, netops
from tests.planted import PLANTED, leaks
from tests.web.cli.command import CENTRE, Run, invoke, told


def login(run: Run, name: str = "核心登录", password: str = PLANTED["ssh password"]) -> None:
    words = ("--name", name, "--centre", CENTRE, "--kind", "ssh", "--user", "ops")
    said = run("credential", "add", *words, "--password", "-", stdin=password + "\n")
    assert leaks(said.output) == []


def kinds(run: Run) -> dict[str, str]:
    found = told(run("secret", "check", "--json", code=1))["findings"]
    return {one["kind"]: one["where"] + "：" + one["cause"] for one in found}


def test_all_is_well(run: Run) -> None:
    login(run)
    answer = told(run("secret", "check", "--json"))
    assert answer["findings"] == []
    assert answer["opened"] == 1
    assert "打开了 1 个密文" in run("secret", "check").stdout
    shown = run("credential", "show", "核心登录", "--json")
    assert leaks(shown.output + run("credential", "list").output) == []


def test_a_weak_secret_is_named_and_not_shown(run: Run) -> None:
    login(run, password="Admin@123")
    login(run, "同名", "ops")
    words = ("--name", "出厂", "--centre", CENTRE, "--kind", "v2c", "--community", "-")
    run("credential", "add", *words, stdin="public\n")
    said = run("secret", "check", code=1).stdout
    assert "设备凭据“核心登录”的登录口令" in said
    assert "与用户名相同" in said
    assert "出厂默认" in said
    assert "Admin@123" not in said
    assert "public" not in said


def test_what_does_not_open_is_named(run: Run, home: Path) -> None:
    login(run)
    (home / "secret.key").write_bytes(os.urandom(32))
    assert "核心登录" in kinds(run)["sealed"]
    (home / "secret.key").unlink()
    assert "读不出来" in kinds(run)["key"]
    assert not (home / "secret.key").exists()


def test_an_overdue_secret_is_named(run: Run, home: Path) -> None:
    login(run)
    with sqlite3.connect(home / "netops.db") as database:
        database.execute("UPDATE credential SET set_at = '2026-01-01 00:00:00.000000'")
    assert "2026-04-01" in kinds(run)["due"]
    with sqlite3.connect(home / "netops.db") as database:
        database.execute("UPDATE credential SET set_at = NULL")
    assert "不知道" in kinds(run)["due"]


@pytest.mark.parametrize("name", ["secret.key", "session.key"])
def test_a_key_that_others_can_read_is_named(run: Run, home: Path, name: str) -> None:
    login(run)
    (home / name).touch()
    (home / name).chmod(0o640)
    assert "640" in kinds(run)["key"]


def test_an_unfinished_change_and_what_it_left_are_named(run: Run, home: Path) -> None:
    login(run)
    add_key(home / "secret.key")
    assert "rotate-key" in kinds(run)["key"]
    run("secret", "rotate-key")
    (home / "secret.key.draft").write_bytes(b"x")
    assert "secret.key.draft" in kinds(run)["key"]


def test_secrets_in_plain_variables_are_named(home: Path, run: Run) -> None:
    login(run)
    said = invoke(home, "secret", "check", code=1, NETOPS_SESSION_KEY=PLANTED["session key"])
    assert "NETOPS_SESSION_KEY_FILE" in said.stdout
    assert leaks(said.output) == []


def test_the_key_changes_and_everything_opens(run: Run, home: Path) -> None:
    login(run)
    before = (home / "secret.key").read_bytes()
    running = Key.load(home / "secret.key")
    steps = told(run("secret", "rotate-key", "--json"))["steps"]
    assert len(steps) == 3
    assert (home / "secret.key").read_bytes() != before
    assert told(run("secret", "check", "--json"))["opened"] == 1
    assert running.open(running.seal("x")) == "x"
    assert str(home / "secret.key") in run("secret", "rotate-key").stdout
    run("audit", "verify")


def test_a_secret_is_never_an_argument(run: Run) -> None:
    words = ("--name", "x", "--centre", CENTRE, "--kind", "v2c")
    said = run("credential", "add", *words, "--community", PLANTED["community"], code=2)
    assert leaks(said.output + said.stderr) == []


def test_errors_of_the_command_tell_no_secret(home: Path, run: Run) -> None:
    url = f"postgresql+psycopg://netops:{PLANTED['typed']}@127.0.0.1:1/netops"
    said = netops("device", "list", NETOPS_HOME=str(home), DATABASE_URL=url)
    assert said.returncode == 1
    assert "DATABASE_URL" in said.stderr
    assert leaks(said.stdout + said.stderr) == []
    said = netops("device", "list", NETOPS_HOME=str(home), NETOPS_SESSION_KEY="pl4nted")
    assert "pl4nted" not in said.stderr


def test_nobody_sees_a_secret_in_the_list_of_processes(home: Path, run: Run) -> None:
    """Command lines are everybody's to read, the environment is its owner's and root's."""
    login(run)
    (home / "session.key").write_text(PLANTED["session key"], encoding="ascii")
    (home / "session.key").chmod(0o600)
    with console(home, demo=False) as up:
        up.until(up.health)
        seen = [" ".join(p.cmdline()) + json.dumps(p.environ()) for p in up.family()]
    assert len(seen) >= 3
    assert leaks("\n".join(seen)) == []
    assert leaks((home / "stderr").read_bytes()) == []


def test_opening_secrets_by_command_leaves_its_trace(run: Run, home: Path) -> None:
    words = ("--name", "团体", "--centre", CENTRE, "--kind", "v2c", "--community", "-")
    run("credential", "add", *words, stdin=PLANTED["community"] + "\n")
    run("discover", "127.0.0.1", "--credential", "团体", "--port", "9", "--json")
    run("secret", "check")
    with sqlite3.connect(home / "netops.db") as database:
        rows = database.execute("SELECT act, origin FROM audit WHERE change = 'event'").fetchall()
    assert {("发现设备", "cli"), ("检查口令和密钥", "cli")} <= set(rows)
