"""The `netops` command and devices: their secrets, polls, walks and searches, web and worker."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import agents
from tests.console import closed, environment
from tests.lab import need_programs
from tests.patience import PATIENCE
from tests.peers import free_port
from tests.web.cli.command import CENTRE, SECRET, Run, listed, told
from web.settings import Settings


def test_a_secret_is_never_an_argument(run: Run) -> None:
    words = ("--name", "只读", "--centre", CENTRE, "--kind", "v2c", "--community", SECRET)
    refused = run("credential", "add", *words, code=2)
    assert "口令不能写在命令行上，请写 --community - 后输入" in refused.stderr
    assert SECRET not in refused.output


def test_a_secret_is_sealed_and_never_comes_out(run: Run, home: Path, tmp_path: Path) -> None:
    add_community(run, SECRET)
    said = run("credential", "list", "--json").stdout + run("credential", "show", "只读").stdout
    run("credential", "export", str(tmp_path / "out.yaml"))
    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert SECRET not in said + (tmp_path / "out.yaml").read_text("utf-8")
    assert SECRET.encode() not in kept
    assert (home / "secret.key").stat().st_mode & 0o077 == 0


def add_community(run: Run, community: str) -> None:
    words = ("--name", "只读", "--centre", CENTRE, "--kind", "v2c", "--community", "-")
    run("credential", "add", *words, stdin=f"{community}\n")


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[agents.Snmpd]:
    need_programs("snmpd", "snmpget", "snmpbulkwalk")
    with agents.snmpd(tmp_path_factory.mktemp("agent")) as running:
        yield running


def watch(run: Run, port: int, community: str = agents.COMMUNITY.community) -> None:
    add_community(run, community)
    run(
        "device", "add", "--name", "核心", "--centre", CENTRE, "--address", "127.0.0.1",
        "--kind", "server", "--profile", "linux_server", "--snmp", "只读", "--v2c", "是",
        "--snmp-port", str(port), "--timeout", "10", "--retries", "0", "--ping", "否",
    )  # fmt: skip


def test_poll_asks_a_real_agent(run: Run, agent: agents.Snmpd) -> None:
    watch(run, agent.port)
    answer = told(run("poll", "--once", "--json"))
    assert set(answer) == {"kind", "seconds", "counts", "devices"}
    assert answer["counts"]["up"] == 1
    (device,) = answer["devices"]
    assert (device["name"], device["state"], device["why"]) == ("核心", "up", "")
    assert device["ms"] > 0
    assert (
        run("poll", "--kind", "status", "--device", "核心").stdout.splitlines()[1].split()[2]
        == "正常"
    )


def test_poll_tells_who_is_not_up_and_why(run: Run) -> None:
    watch(run, free_port())
    run("poll", "--once", code=1)
    answer = told(run("poll", "--once", "--json", code=1))
    assert answer["counts"]["up"] == 0
    assert answer["devices"][0]["state"] == "down"
    assert "没有 SNMP 服务" in answer["devices"][0]["why"]


def test_walk_reads_what_net_snmp_reads(run: Run, agent: agents.Snmpd) -> None:
    watch(run, agent.port)
    name = "1.3.6.1.2.1.1.5"
    independent = agent.walk(agents.COMMUNITY, name)
    rows = [{"oid": oid, "value": value.decode()} for oid, value in independent.items()]
    assert told(run("walk", "核心", name, "--json")) == {"rows": rows, "cut": False}
    assert agents.NAME in run("walk", "核心", name).stdout
    assert "“nonsense”不是 OID" in run("walk", "核心", "nonsense", code=2).stderr


def test_walk_says_why_it_cannot(run: Run) -> None:
    watch(run, free_port())
    assert "没有 SNMP 服务" in run("walk", "核心", code=1).stderr


def test_discover_proposes_and_writes_nothing(run: Run, agent: agents.Snmpd) -> None:
    add_community(run, agents.COMMUNITY.community)
    words = ("127.0.0.1", "--credential", "只读", "--port", str(agent.port))
    (found,) = told(run("discover", *words, "--json"))
    assert (found["address"], found["port"], found["sys_name"]) == (
        "127.0.0.1",
        agent.port,
        agents.NAME,
    )
    assert found["profile"] == "linux_server"
    assert listed(run) == []
    assert (
        "没有叫“无”的 SNMP 凭据"
        in run("discover", "127.0.0.1", "--credential", "无", code=2).stderr
    )
    assert run("discover", "10.0.0.0/8", "--credential", "只读", code=2).stderr


def test_the_demo_is_asked_only_while_it_runs(run: Run) -> None:
    assert "演示县没有在" in run("demo", "list", code=1).stderr


def test_web_and_worker_run_by_themselves_and_end_when_told(home: Path) -> None:
    port = free_port()
    settings = {"NETOPS_HOME": str(home), "NETOPS_HOST": "127.0.0.1", "NETOPS_PORT": str(port)}
    expected = {
        "web": {"url": f"http://127.0.0.1:{port}/"},
        "worker": {"home": str(home), "workers": Settings(home=home).workers},
    }
    for part, answer in expected.items():
        with subprocess.Popen(
            [sys.executable, "-m", "web.cli", part, "--json"], env=environment(**settings),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        ) as process:  # fmt: skip
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(len(answer) + 2)]
            process.send_signal(signal.SIGTERM)
            try:
                rest, said = process.communicate(timeout=PATIENCE)
            finally:
                process.kill()
        assert json.loads("".join(lines)) == answer
        assert (process.returncode, rest, said) == (0, "", "")
    assert closed(port)
