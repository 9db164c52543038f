"""The first half hour of a newcomer: `netops up`, the demo county, a dead router, one's own centre.

One console lives through most of this file; its tests build on each other, in order.
"""

import json
import signal
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from netops.simulator import county
from tests.browser import Complaints, Visit
from tests.console import Console, closed, console, gone, netops
from tests.lab import need_programs
from tests.patience import PATIENCE
from tests.peers import free_port

ROUTER, CHILD, OTHER = "城关镇接入路由器", "城关镇接入交换机", "县中心核心交换机"
SPARE = "政务大厅UPS"  # nothing hangs at it, nobody is bound at it
OWN = "Own#Centre2026"
# What a page says that is open while the console restarts: refused, reset, an empty answer.
AWAY = ["net::ERR_", "failed:", "htmx:sendError", "htmx:afterRequest"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def demo(home: Path) -> Iterator[Console]:
    need_programs("chromium")
    with console(home) as up:
        yield up


def test_a_newcomer_sees_living_devices(demo: Console, visit: Visit) -> None:
    demo.until(lambda: demo.devices()["up"] >= 25)
    page = log_in(demo, visit, "net")
    page.goto(demo.url)
    assert int(page.locator(".stat-value").first.inner_text()) >= 25
    assert "所有设备均为模拟" in page.inner_text("body")
    ports = open_device(demo, page, OTHER, "ports")
    demo.until(lambda: "bit/s" in rates(page, ports))


def test_a_killed_router_is_down_with_its_reason(demo: Console, visit: Visit) -> None:
    page = log_in(demo, visit, "net")
    living = open_device(demo, page, OTHER, "ports")
    before = rates(page, living)
    demo.netops("demo", "kill", ROUTER)
    demo.until(lambda: demo.devices()["down"] == 1)
    demo.until(lambda: f"上级“{ROUTER}”中断" in state(demo, page, CHILD))
    page.goto(demo.url)
    problems = page.inner_text(".problems")
    assert "没有应答" in problems
    assert (ROUTER in problems, CHILD in problems) == (True, True)
    demo.netops("demo", "revive", ROUTER)
    demo.until(lambda: demo.devices()["up"] == 32)
    demo.until(lambda: "正常" in state(demo, page, ROUTER))
    demo.until(lambda: rates(page, living) != before)  # counters went on meanwhile


def test_one_home_has_one_console(demo: Console) -> None:
    done = netops("up", NETOPS_HOME=str(demo.home), NETOPS_PORT=str(free_port()))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"值守台已经在 {demo.home} 运行：先停止它，或用 NETOPS_HOME 换一个目录\n"


def test_start_up_is_quiet(demo: Console) -> None:
    told = (demo.home / "stderr").read_text("utf-8")
    assert told.startswith("正在启动演示县的模拟设备…\n正在启动网页和后台…\n")
    libraries = ("alembic", "waitress", "apscheduler", "werkzeug")
    assert [name for name in libraries if name in told] == []


def test_ctrl_c_stops_everything_it_started(demo: Console) -> None:
    family = demo.family()
    assert len(family) >= 6  # itself, web, worker, the county and its two agents
    assert demo.stop(signal.SIGINT) == 0
    assert gone(family)
    assert closed(demo.port)
    assert not (demo.home / "demo" / county.FACTS).exists()


def test_the_next_start_knows_the_devices_and_ends_even_when_killed(
    demo: Console, home: Path
) -> None:
    first = devices(home)
    assert len(first) == 32
    netops("--home", str(home / "demo"), "device", "retire", SPARE)
    with console(home) as again:
        second = devices(home)
        ports = {row["name"]: str(row["snmp_port"]) for row in county.inventory_rows(home / "demo")}
        family = again.family()
        again.stop(signal.SIGKILL)
        again.until(lambda: gone(family))
        assert closed(again.port)
    del ports[SPARE], first[SPARE]  # what a visitor has retired stays so
    assert (list(second), second) == (list(first), ports)


def test_from_the_demo_to_my_own_centre(
    demo: Console, home: Path, visit: Visit, complaints: Complaints
) -> None:
    complaints.expected += AWAY
    with console(home) as up:
        simulated = up.family()[1:]
        page = log_in(up, visit, "admin")
        page.click("text=启用我自己的中心")
        page.click(".ts-control")
        page.keyboard.type("410225")
        page.click(".ts-dropdown .option:has-text('兰考')")
        page.fill("#name", "张三")
        page.click("main form .btn-primary")
        page.click("#confirm [data-yes]")
        password = page.inner_text("#first-password")
        page.wait_for_selector("[data-back]:not([hidden])")
        assert gone(simulated)
        page.click("[data-back] a")
        enter(page, "admin", password)
        expect(page.locator("main")).to_contain_text("必须先换成自己的口令")
        assert "所有设备均为模拟" not in page.inner_text("body")
        page.fill("#old", password)
        page.fill("#new", OWN)
        page.fill("#again", OWN)
        page.click("main form .btn-primary")
        page.wait_for_url(f"{up.url}/setup/")
        family = up.family()
        assert up.stop(signal.SIGINT) == 0
        assert gone(family)
    with sqlite3.connect(home / "netops.db") as database:
        assert database.execute("SELECT count(*) FROM device").fetchone() == (0,)
        assert password not in "\n".join(database.iterdump())
    database.close()


def test_a_console_that_lost_its_worker_says_so_and_ends(tmp_path: Path) -> None:
    founded = netops("init", "--centre", "410225", NETOPS_HOME=str(tmp_path))
    assert founded.returncode == 0
    with console(tmp_path, demo=False) as up:
        assert "演示" not in up.told
        family = up.family()
        (worker,) = [process for process in family if process.cmdline()[-1] == "worker"]
        worker.kill()
        assert up.process.wait(PATIENCE) == 1
        assert gone(family)
    said = (tmp_path / "stderr").read_text("utf-8")
    assert said.endswith("worker 意外退出（状态 -9），值守台已停止；原因见上面几行\n")


def test_an_occupied_port_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        where = {"NETOPS_HOME": str(tmp_path), "NETOPS_HOST": "127.0.0.1"}
        done = netops("up", NETOPS_PORT=str(port), **where)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"端口 {port} 已被占用：关闭占用它的程序，或用 NETOPS_PORT 换一个端口\n"
    assert list(tmp_path.iterdir()) == []


def test_an_address_of_another_machine_is_refused(tmp_path: Path) -> None:
    done = netops("up", NETOPS_HOME=str(tmp_path), NETOPS_HOST="192.0.2.1")
    assert done.returncode == 1
    assert done.stderr.startswith("不能在 192.0.2.1 监听（")
    assert done.stderr.endswith("）：NETOPS_HOST 应为本机的地址\n")


def log_in(up: Console, visit: Visit, login: str) -> Page:
    page = visit(f"{up.url}/login")
    enter(page, login, up.password(login))
    page.wait_for_url(lambda url: "/login" not in url)
    return page


def enter(page: Page, login: str, password: str) -> None:
    page.fill("#login", login)
    page.fill("#password", password)
    page.click("main form .btn-primary")


def open_device(up: Console, page: Page, name: str, tab: str = "") -> str:
    """The address of the device's page, where `page` is now."""
    told = netops("--home", str(up.home / "demo"), "device", "show", name, "--json").stdout
    address = f"{up.url}/devices/{json.loads(told)['id']}/{tab}"
    page.goto(address)
    return address


def state(up: Console, page: Page, name: str) -> str:
    """How a device is, as its page says now."""
    open_device(up, page, name)
    return page.inner_text(".head-state")


def rates(page: Page, address: str) -> str:
    """The ports as they are shown now."""
    page.goto(address)
    return page.inner_text("#ports")


def devices(home: Path) -> dict[str, str]:
    """name -> SNMP port of the demo's register."""
    done = netops("--home", str(home / "demo"), "device", "list", "--json")
    return {row["name"]: row["snmp_port"] for row in json.loads(done.stdout)}
