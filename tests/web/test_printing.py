"""Long prints are left to the worker: whole or not at all, for who asked, while they may."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from sqlalchemy import select

from inventory.act import system
from inventory.audit import AuditRow
from inventory.device import Device
from inventory.equipment import Equipment
from inventory.founding import settle
from inventory.grant import Grant
from inventory.person import Person
from inventory.prints import KEPT, made, prune
from inventory.run import JobRun
from playbooks.dispatch import Pool
from playbooks.jobs import close_orphans, take_asked
from playbooks.site import Site
from tests.console import environment, gone
from tests.lab import need_programs
from tests.patience import until
from tests.web.caller import Caller
from tests.web.county import Browser, County
from tests.web.reader import words
from web.printing import AT_ONCE, work

LABELS = "/labels/sheet.pdf?category=switch&size=50x30"


@pytest.fixture
def stocked(county: County) -> County:
    """More switches than are printed while one waits."""
    _stock(county, range(AT_ONCE + 1))
    return county


def _stock(county: County, numbers: range) -> None:
    with county.database.transaction(county.act()) as session:
        for n in numbers:
            facts = {"tag": f"JH-{n:03}", "name": f"交换机{n}", "category": "switch"}
            session.add(Equipment(centre_id=county.centres["county"].id, **facts))


@pytest.fixture
def pool() -> Iterator[Pool]:
    jobs = Pool(1)
    yield jobs
    jobs.close()


def site(county: County) -> Site:
    return Site(
        county.database, county.history, None, county.settings.home,  # type: ignore[arg-type]
        county.centres["county"].id,
    )  # fmt: skip


def asked(who: Browser, address: str = LABELS) -> str:
    """The id of the run that will print it."""
    led = who.get(address)
    assert (led.status_code, led.location[:8]) == (302, "/prints/"), led.text[:300]
    return str(led.location.rpartition("/")[2])


def begin(county: County, pool: Pool) -> None:
    take_asked(site(county), pool, {"print": work(lambda: county.app)})


def ended(county: County, run: str) -> JobRun:
    until(lambda: county.one(JobRun, run).ended)
    return county.one(JobRun, run)  # type: ignore[no-any-return]


def test_many_labels_are_left_to_the_worker(stocked: County, pool: Pool, tmp_path: Path) -> None:
    need_programs("pdftotext")
    tech = stocked.login("tech")
    run = asked(tech)
    assert asked(tech) == run, "a second click finds the first one's run"
    assert "等待执行 生成文件" in words(tech.get(f"/prints/{run}").text)
    assert tech.get(f"/prints/{run}/file").status_code == 404
    begin(stocked, pool)
    done = ended(stocked, run)
    assert done.state == "done", done.note
    assert "HX-Refresh" in tech.get(f"/prints/{run}/progress").headers
    assert "打开或下载" in tech.get(f"/prints/{run}").text
    with tech.get(f"/prints/{run}/file") as answer:
        assert (answer.mimetype, len(answer.data)) == ("application/pdf", done.outcome["size"])
        (tmp_path / "labels.pdf").write_bytes(answer.data)
    text = subprocess.run(
        ["pdftotext", tmp_path / "labels.pdf", "-"], check=True, capture_output=True, text=True
    ).stdout
    assert {f"JH-{n:03}" for n in range(AT_ONCE + 1)} <= set(text.split())
    [noted] = stocked.rows(select(AuditRow).where(AuditRow.act == "导出设备标签"))
    assert (noted.actor_name, noted.origin) == ("王技", "page 127.0.0.1")
    unseen_by_others(stocked, run)
    assert "设备标签" in words(tech.get("/jobs/").text)
    assert tech.get(f"/jobs/{run}").location == f"/prints/{run}"
    lose(stocked, "王技", "audit_admin")
    assert tech.get(f"/prints/{run}/file").status_code == 403, "the right ended since"
    assert "您现在没有取走它的权限" in tech.get(f"/prints/{run}").text
    assert prune(stocked.settings.home, datetime.now(UTC) + KEPT + timedelta(hours=1)) == 1
    assert tech.get(f"/prints/{run}/file").status_code == 404


def unseen_by_others(county: County, run: str) -> None:
    """To everybody else this run does not exist."""
    net, api = county.login("net"), Caller(county, "net")
    assert "设备标签" not in words(net.get("/jobs/").text)
    read = [f"/prints/{run}/file", f"/jobs/{run}", f"/jobs/{run}/progress"]
    done = [net.get(path) for path in read] + [net.post(f"/jobs/{run}/cancel")]
    done += [api.get(f"/jobs/{run}"), api.post(f"/jobs/{run}/cancel", {})]
    assert {answer.status_code for answer in done} == {404}


def lose(county: County, name: str, role: str = "") -> None:
    """All that the person may do ends; `role` comes instead."""
    theirs = select(Grant).join(Person, Person.id == Grant.person_id).where(Person.name == name)
    with county.database.transaction(system("撤销")) as session:
        for grant in session.scalars(theirs):
            grant.turn(gone=True)
            now = {"person_id": grant.person_id, "agreed_at": datetime.now(UTC)}
            session.add_all([Grant(centre_id=grant.centre_id, role=role, **now)] if role else [])


def test_what_the_worker_must_not_print(stocked: County, pool: Pool) -> None:
    """The right ended before the work began; somebody called it off; the worker was told to end."""
    tech, net = stocked.login("tech"), stocked.login("net")
    called_off = asked(net)
    net.post(f"/prints/{called_off}/cancel")
    begin(stocked, pool)
    assert ended(stocked, called_off).state == "cancelled"
    _stock(stocked, range(AT_ONCE + 1, 900))  # enough pages to be seen on the way
    midway = asked(net)
    begin(stocked, pool)
    until(lambda: "正在排第" in stocked.one(JobRun, midway).note)
    assert "取消" in net.get(f"/prints/{midway}").text
    net.post(f"/prints/{midway}/cancel")
    assert ended(stocked, midway).state == "cancelled"
    assert "已取消" in net.get(f"/prints/{midway}").text
    run = asked(tech)
    lose(stocked, "王技")
    begin(stocked, pool)
    assert "权限" in ended(stocked, run).note
    late = asked(net)
    pool.stopping.set()
    begin(stocked, pool)
    assert "重新发起" in ended(stocked, late).note
    assert [file for run in (called_off, midway, run, late)
            if (file := made(stocked.settings.home, run)).exists()] == []  # fmt: skip


@contextmanager
def worker(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The worker as `netops up` starts it."""
    words = [sys.executable, "-m", "web.cli", "worker"]
    started = subprocess.Popen(words, env=environment(NETOPS_HOME=str(home)), stderr=-3)
    try:
        yield started
    finally:
        started.kill()
        started.wait()


def test_a_worker_killed_while_it_draws(stocked: County) -> None:
    """Nothing half-written stays, the press ends with its worker, and the next worker says so."""
    home, net = stocked.settings.home, stocked.login("net")
    with stocked.database.transaction(system("启用")) as session:
        settle(session, "real", stocked.centres["county"])
        for device in session.scalars(select(Device)):
            device.turn(gone=True)  # nothing here may be polled
    run = asked(net)
    with worker(home) as first:
        until(lambda: drawing(first.pid) != [])
        presses = drawing(first.pid)
        first.kill()
        until(lambda: gone(presses))
    assert stocked.one(JobRun, run).state == "running"
    close_orphans(site(stocked))  # what the next worker does first
    assert stocked.one(JobRun, run).state == "failed"
    assert "重新生成" in net.get(f"/prints/{run}").text
    assert list((home / "prints").iterdir()) == []


def drawing(pid: int) -> list[psutil.Process]:
    below = psutil.Process(pid).children()
    return [one for one in below if "web.press" in one.cmdline()]
