"""The first half hour of a newcomer: `netops up`, the demo county, a dead router, one's own centre.

One console lives through most of this file; its tests build on each other, in order.
"""

import json
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from netops.simulator import county
from tests.browser import Complaints, Visit
from tests.console import Console, closed, console, free_port, gone, netops
from tests.lab import need_programs

ROUTER, CHILD, OTHER = "城关镇接入路由器", "城关镇接入交换机", "县中心核心交换机"
OWN = "Own#Centre2026"
SWEEP = 10  # seconds, as set in tests.console
AWAY = ["ERR_CONNECTION_REFUSED", "failed:"]  # a page that is open while the console restarts


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def demo(home: Path) -> Iterator[Console]:
    need_programs("chromium")
    with console(home) as up:
        yield up


def test_a_newcomer_sees_living_devices(demo: Console, visit: Visit) -> None:
    demo.until(lambda: demo.devices()["up"] >= 25, 90)
    page = log_in(demo, visit, "net")
    assert int(page.locator(".stat-value").first.inner_text()) >= 25
    assert "所有设备均为模拟" in page.inner_text("body")
    ports = open_device(demo, page, OTHER, "ports")
    demo.until(lambda: "bit/s" in rates(page, ports), 90)
    assert time.monotonic() - demo.answered < 90


def test_a_killed_router_is_down_with_its_reason(demo: Console, visit: Visit) -> None:
    page = log_in(demo, visit, "net")
    living = open_device(demo, page, OTHER, "ports")
    before = rates(page, living)
    demo.netops("demo", "kill", ROUTER)
    # Two sweeps, the one that may be under way when the power goes, and the silence they wait for.
    demo.until(lambda: demo.devices()["down"] == 1, 3 * SWEEP + 15)
    demo.until(lambda: demo.devices()["unreachable"] >= 1, SWEEP + 15)
    page.goto(demo.url)
    problems = page.inner_text(".problems")
    assert "没有应答" in problems
    assert (ROUTER in problems, CHILD in problems) == (True, True)
    open_device(demo, page, CHILD)
    assert f"上级“{ROUTER}”中断" in page.inner_text(".head-state")
    demo.netops("demo", "revive", ROUTER)
    demo.until(lambda: demo.devices()["up"] == 32, 3 * SWEEP + 15)
    open_device(demo, page, ROUTER)
    assert "正常" in page.inner_text(".head-state")
    demo.until(lambda: rates(page, living) != before, 60)  # counters went on meanwhile


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
    netops("--home", str(home / "demo"), "device", "retire", CHILD)
    with console(home) as again:
        second = devices(home)
        ports = {row["name"]: str(row["snmp_port"]) for row in county.inventory_rows(home / "demo")}
        family = again.family()
        again.stop(signal.SIGKILL)
        again.until(lambda: gone(family), 20)
        assert closed(again.port)
    del ports[CHILD], first[CHILD]  # what a visitor has retired stays so
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
        page.wait_for_selector("[data-back]:not([hidden])", timeout=60_000)
        assert gone(simulated)
        page.click("[data-back] a")
        enter(page, "admin", password)
        assert "必须先换成自己的口令" in page.inner_text("main")
        assert "所有设备均为模拟" not in page.inner_text("body")
        page.fill("#old", password)
        page.fill("#new", OWN)
        page.fill("#again", OWN)
        page.click("main form .btn-primary")
        page.wait_for_url(f"{up.url}/")
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
        assert up.process.wait(30) == 1
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
    page.wait_for_url(f"{up.url}/")
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


def rates(page: Page, address: str) -> str:
    """The ports as they are shown now."""
    page.goto(address)
    return page.inner_text("#ports")


def devices(home: Path) -> dict[str, str]:
    """name -> SNMP port of the demo's register."""
    done = netops("--home", str(home / "demo"), "device", "list", "--json")
    return {row["name"]: row["snmp_port"] for row in json.loads(done.stdout)}
