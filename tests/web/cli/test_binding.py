"""Addresses by command: taken in from a switch, planned, proposed, and who had one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from inventory.act import EVERYTHING, system
from inventory.binding import Binding
from inventory.db import open_database
from inventory.run import JobRun
from inventory.stepping import moving
from netops.simulator.cli import Cli
from netops.simulator.cli_server import serving
from tests.web.cli.command import Run, told

SECRET = "S3cret-simulated"
PORT, OTHER = "GigabitEthernet0/0/3", "GigabitEthernet0/0/4"
BOUND = "user-bind static ip-address {} mac-address 00e0-fc00-000{} interface " + PORT + " vlan 10"


@pytest.fixture
def switch(run: Run, tmp_path: Path) -> Iterator[Cli]:
    """A switch that binds two addresses, registered and backed up."""
    cli = Cli(name="CORE", dialect="huawei_vrp", password=SECRET)
    for number in (7, 8):
        cli.running.put(BOUND.format(f"10.41.25.{number}", number))
    with serving([cli], keys=tmp_path / "keys"):
        run("credential", "add", "--name", "login", "--kind", "ssh", "--user", cli.user,
            "--password", "-", "--centre", "410225", stdin=f"{SECRET}\n")  # fmt: skip
        run("device", "add", "--name", "核心", "--address", "127.0.0.1", "--kind", "switch",
            "--profile", "huawei_vrp", "--centre", "410225", "--ssh", "login",
            "--ssh-port", str(cli.port))  # fmt: skip
        run("config", "backup", "核心")
        yield cli


def in_force(home: Path) -> None:
    """What was taken in is somebody's by now."""
    database = open_database(f"sqlite:///{home}/netops.db")
    with database.transaction(system("试验")) as session:
        rows = list(session.scalars(select(Binding)))
        first = rows[0]
        more = Binding(
            centre_id=first.centre_id, prefix_id=first.prefix_id, ip="10.41.25.9", vlan=10,
            mac="00:e0:fc:00:00:09", device_id=first.device_id, port=OTHER,
        )  # fmt: skip
        session.add(more)
        for row in (*rows, more):
            row.holder = "张三"
        session.flush()
        rows.append(more)
        with moving(session, *rows):
            for row in rows:
                row.state = "active"
    database.close()


def test_from_the_switch_to_the_register_and_back(run: Run, home: Path, switch: Cli) -> None:
    nowhere = run("binding", "import", "核心", code=1).output
    assert "10.41.25.7 00:e0:fc:00:00:07：不在已登记的网段里" in nowhere
    run("book", "prefixes", "add", "--cidr", "10.41.25.0/24", "--name", "办公网", "--centre",
        "410225", "--mode", "强制绑定")  # fmt: skip
    gone = told(run("binding", "unbind", "核心", "10.41.25.8", "--json"))
    assert "undo user-bind static ip-address 10.41.25.8" in gone["plan"]
    assert (gone["state"], "10.41.25.7" in gone["plan"]) == ("draft", False)
    seen = told(run("binding", "import", "核心", "--dry-run", "--json"))
    assert [one["ip"] for one in seen["made"]] == ["10.41.25.7", "10.41.25.8"]
    assert len(told(run("binding", "import", "核心", "--json"))["made"]) == 2
    assert told(run("binding", "import", "核心", "--json"))["same"] == 2
    in_force(home)
    plan = told(run("binding", "plan", "核心", "--json", code=1))
    assert [(one["ip"], one["port"]) for one in plan["add"]] == [("10.41.25.9", OTHER)]
    assert (plan["remove"], plan["ports"], plan["present"]) == ([], [], 2)
    # Entries stand, but who is at the port was never read: nothing may be checked there.
    assert PORT in {one["object"] for one in plan["refused"]}
    run("binding", "scan", "核心")
    made = told(run("binding", "apply", "核心", "--json"))
    assert (made["state"], "user-bind static ip-address 10.41.25.9" in made["plan"]) == (
        "draft", True,
    )  # fmt: skip
    assert "10.41.25.9" not in switch.running.text()  # nothing is pushed without consent
    assert "没有等待确认的绑定下发" in run("binding", "undo", "核心", code=1).output
    assert "请先释放" in run("binding", "unbind", "核心", code=1).output
    found = told(run("binding", "find", "10.41.25.7", "--json", code=1))
    assert [(one["holder"], one["seen"]) for one in found] in ([], [("张三", False)])
    assert "不是 IP 或 MAC" in run("binding", "find", "核心", code=2).output
    assert SECRET not in nowhere


def test_a_scan_that_breaks_off_does_not_go_on_for_ever(run: Run, home: Path, switch: Cli) -> None:
    database = open_database(f"sqlite:///{home}/netops.db")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE finding_seen RENAME TO elsewhere")
    run("binding", "scan", "核心", code=1)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO finding_seen")
    with database.view(EVERYTHING) as session:
        (scan,) = session.scalars(select(JobRun).where(JobRun.kind == "scan"))
        assert (scan.state, "请重新发起" in scan.note) == ("failed", True)
        assert scan.ended_at is not None
    database.close()
    assert "现有违规" in run("binding", "scan", "核心").output
