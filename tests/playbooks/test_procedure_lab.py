"""Changes of real devices: FRR and nftables behind real OpenSSH, in namespaces. What a session cuts
off by its own push comes back; what is restored is what was there, byte for byte."""

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inventory.act import EVERYTHING
from inventory.db import Database
from inventory.device import Device
from playbooks import procedure_duty, starting
from tests import lab_nodes
from tests.lab import need_programs
from tests.lab_nodes import PASSWORD, USER, Node, laboratory
from tests.patience import until
from tests.playbooks.operating import Desk, desk, proof

MINUTE = 20.0  # a run takes some seconds of it, on a busy machine some more
RULES = """flush ruleset
table inet guard {
	chain input {
		type filter hook input priority filter; policy accept;
		tcp dport 23 drop
	}
}
"""


@dataclass(frozen=True)
class Town:
    """A router with FRR and a gateway with nftables, and the desk that looks after them."""

    desk: Desk
    frr: Node
    nft: Node
    frr_id: str
    nft_id: str


@pytest.fixture
def town(founded_database: Database, tmp_path: Path) -> Iterator[Town]:
    need_programs("nft", "vtysh")
    with (
        laboratory(tmp_path / "lab") as lab,
        desk(founded_database, tmp_path, MINUTE) as here,
    ):
        console, frr, nft = (lab.node(name) for name in ("console", "r1", "gw1"))
        for number, (node, port) in enumerate(((frr, "lan0"), (nft, "wan0")), 1):
            lab.cable(node, port, console, f"eth{number}")
            node.up(port, f"10.20.{number}.1/24")
            console.up(f"eth{number}", f"10.20.{number}.2/24")
        lab_nodes.frr(frr, "interface lan0\n description county\n!\nip route 10.9.0.0/16 10.20.1.2")
        nft.run("cp", "-a", "/etc", str(tmp_path / "etc"))
        nft.run("mount", "--bind", str(tmp_path / "etc"), "/etc")
        (tmp_path / "etc/nftables.conf").write_text(RULES)
        lab_nodes.sshd(nft)
        nft.run("nft", "-f", "/etc/nftables.conf")
        ports = console.relay("10.20.1.1"), console.relay("10.20.2.1")
        ids = [
            here.device(name, profile, port, USER, PASSWORD)
            for name, profile, port in zip(
                ("路由器", "网关"), ("frr", "linux_nft"), ports, strict=True
            )
        ]
        yield Town(here, frr, nft, *ids)


def running(town: Town) -> str:
    return town.frr.run("vtysh", "-c", "show running-config")


def rules(town: Town) -> str:
    return town.nft.run("nft", "-s", "list", "ruleset")


def undo_overdue(town: Town, change: str) -> None:
    """As the worker's clock does: look, ask, work, until it is over."""

    def over() -> bool:
        procedure_duty.look(town.desk.site, datetime.now(UTC) + timedelta(seconds=20))
        town.desk.work()
        return town.desk.change(change).state not in ("running", "waiting")

    until(over, "the change was never taken back")


def test_restoring_brings_back_the_old_configuration_byte_for_byte(town: Town) -> None:
    here, old = town.desk, running(town)
    change = here.plan(
        town.frr_id, "change",
        lines="interface lan0\ndescription other\nexit\nip route 10.8.0.0/16 10.20.1.2\n"
        "no ip route 10.9.0.0/16 10.20.1.2",
    )  # fmt: skip
    told = here.change(change)
    assert "+ip route 10.8.0.0/16 10.20.1.2" in told.diff
    assert "- description county" in told.diff
    assert here.run(change) == "waiting", here.change(change).log
    here.step(change, "confirm")
    assert here.work() == [""]
    assert here.change(change).state == "done", here.change(change).log
    assert running(town) != old
    first = here.snapshots(town.frr_id)[0]
    back = here.plan(town.frr_id, "restore", snapshot=first.id)
    assert "ip route 10.9.0.0/16 10.20.1.2" in here.change(back).plan
    assert here.run(back) == "waiting", here.change(back).log
    here.step(back, "confirm")
    here.work()
    row = here.change(back)
    assert (row.state, row.trouble) == ("done", ""), row.log
    assert running(town) == old
    assert "Integrated" not in row.log
    assert "ip route 10.9.0.0/16 10.20.1.2" in town.frr.run("cat", "/etc/frr/frr.conf")
    assert row.approver == "李主任"
    draft = next(iter(row.drafts()))
    assert "李主任 批准" in draft.text


def test_refused_at_line_three_the_two_before_are_taken_back(town: Town) -> None:
    here, old = town.desk, running(town)
    change = here.plan(
        town.frr_id, "change",
        lines="ip route 10.7.0.0/16 10.20.1.2\nip route 10.6.0.0/16 10.20.1.2\nno such thing\n"
        "ip route 10.5.0.0/16 10.20.1.2",
    )  # fmt: skip
    assert here.run(change) == "undone"
    row = here.change(change)
    assert row.trouble.startswith("第 3 行“no such thing”被设备拒绝")
    assert running(town) == old
    gone = here.plan(
        town.nft_id, "change",
        lines="add rule inet guard input tcp dport 24 drop\nadd rule inet nothing input drop",
    )  # fmt: skip
    before = rules(town)
    assert here.run(gone) == "undone"
    assert "第 2 行" in here.change(gone).trouble
    assert rules(town) == before


def test_a_session_that_cuts_its_own_path_gets_it_back(town: Town) -> None:
    here, old = town.desk, rules(town)
    change = here.plan(town.nft_id, "change", lines="add rule inet guard input tcp dport 22 drop")
    assert "定时任务" in here.change(change).undo_plan
    here.run(change)
    until(lambda: rules(town) == old, "the device never took it back")
    undo_overdue(town, change)
    row = here.change(change)
    assert (row.state, row.trouble != "") == ("undone", True), row.log
    assert "定时撤销已经执行" in row.log
    left = town.nft.run("sh", "-c", f"ls {town.nft.folder}/home/.netops; true")
    assert f"{change}.undo" not in left
    port = here.plan(town.nft_id, "isolate", port="wan0")
    here.run(port)
    assert "已下发" in here.change(port).log or here.change(port).trouble
    until(lambda: "state UP" in town.nft.run("ip", "link", "show", "wan0"), "the port stayed down")
    undo_overdue(town, port)
    assert here.change(port).state == "undone", here.change(port).log


def test_what_nobody_confirms_is_undone_and_what_is_confirmed_stays(town: Town) -> None:
    here, old = town.desk, rules(town)
    line = "add rule inet guard input tcp dport 24 drop"
    left = here.plan(town.nft_id, "change", lines=line)
    assert here.run(left) == "waiting", here.change(left).log
    assert here.change(left).trouble == ""
    undo_overdue(town, left)
    assert here.change(left).state == "undone", here.change(left).log
    assert rules(town) == old
    kept = here.plan(town.nft_id, "change", lines=line)
    assert here.run(kept) == "waiting", here.change(kept).log
    here.step(kept, "confirm")
    assert here.work() == [""]
    time.sleep(1.5 * MINUTE)  # longer than any timer of it
    assert here.change(kept).state == "done"
    assert "dport 24 drop" in rules(town)
    assert "dport 24 drop" in town.nft.run("cat", "/etc/nftables.conf")
    states = here.snapshots(town.nft_id)
    with here.site.database.view(EVERYTHING):
        assert [one.origin for one in states] == ["procedure"] * len(states)


def test_a_device_changed_since_is_planned_anew(town: Town) -> None:
    here = town.desk
    change = here.plan(town.frr_id, "change", lines="ip route 10.5.0.0/16 10.20.1.2")
    town.frr.run("vtysh", "-c", "configure terminal", "-c", "ip route 10.4.0.0/16 10.20.1.2")
    assert here.run(change) == "approved"
    assert "10.5.0.0" not in running(town)
    here.step(change, "plan")
    assert here.work() == [""]
    assert here.change(change).state == "draft"
    here.step(change, "urgent", proof(here.operator))
    assert here.change(change).state == "approved"
    here.step(change, "run")
    here.work()
    assert here.change(change).state == "waiting", here.change(change).log
    other = here.plan(town.frr_id, "change", lines="ip route 10.3.0.0/16 10.20.1.2")
    here.approve(other)
    with pytest.raises(Exception, match=r"还没有结束"):
        here.step(other, "run")
    here.step(change, "undo")
    here.work()
    assert here.change(change).state == "undone", here.change(change).log
    assert "10.5.0.0" not in running(town)
    assert "10.4.0.0" in running(town)


_RUN = """
import sys
from pathlib import Path
from inventory.db import open_database
from playbooks.procedure_duty import perform
from playbooks.site import open_site
home = Path(sys.argv[1])
site = open_site(open_database(f"sqlite:///{home}/netops.db"), home, home / "secret.key")
perform(site, sys.argv[2], "run", minute=15.0)
"""


def test_a_worker_killed_in_the_middle_is_told_of_and_the_device_undoes_it(
    town: Town, tmp_path: Path
) -> None:
    here, mark = town.desk, town.nft.folder / "mark"
    with here.site.database.view(EVERYTHING) as session:
        port = session.get_one(Device, town.nft_id).ssh_port
    server = here.device("服务器", "linux_server", port, USER, PASSWORD)
    change = here.plan(
        server, "change", lines=f"touch {mark}\nsleep 60\ntouch {mark}.end", undo=f"rm -f {mark}"
    )
    here.approve(change)
    worker = subprocess.Popen([sys.executable, "-c", _RUN, str(tmp_path), change])
    until(mark.exists, "nothing was pushed")
    worker.kill()
    worker.wait()
    assert here.change(change).state == "running"
    starting.begin(here.site)
    row = here.change(change)
    assert (row.state, "设备状态不明" in row.trouble) == ("failed", True)
    assert any("设备状态不明" in title for title in here.notices("critical"))
    assert here.work() == []
    until(lambda: not mark.exists(), "the device did not undo it")
    assert not mark.with_suffix(".end").exists()


def test_a_router_with_a_shell_takes_it_back_by_itself(town: Town, tmp_path: Path) -> None:
    here, folder, old = town.desk, town.frr.folder, running(town)
    town.frr.run("mkdir", "/run/home")
    town.frr.run("chown", "5000:5000", "/run/home")
    told = (folder / "passwd").read_text()
    (folder / "passwd").write_text(told.replace("::/:/usr/bin/vtysh", "::/run/home:/bin/bash"))
    with here.site.database.view(EVERYTHING) as session:
        port = session.get_one(Device, town.frr_id).ssh_port
    device = here.device("路由器二", "frr_linux", port, USER, PASSWORD)
    lines = "interface lan0\ndescription cut\nexit\nip route 10.2.0.0/16 10.20.1.2"
    change = here.plan(device, "change", lines=lines)
    assert here.run(change) == "waiting", here.change(change).log
    assert "10.2.0.0/16" in running(town)
    until(lambda: running(town) == old, "the router never took it back")
    undo_overdue(town, change)
    row = here.change(change)
    assert (row.state, "设备上的定时撤销已经执行" in row.log) == ("undone", True), row.log
