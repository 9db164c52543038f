"""Verbs about the console itself: up, web, worker, init, migrate, demo."""

import gc
import logging
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import FrameType

import click
from flask import Flask
from waitress import serve

from inventory.act import EVERYTHING
from inventory.db import Database
from inventory.durable import make_folder
from inventory.exchange import parse
from inventory.founding import found, founded
from inventory.person import Person
from inventory.register import Rejected
from netops.simulator.county import control
from playbooks.alone import alone
from playbooks.dispatch import Pool
from playbooks.jobs import Work
from playbooks.schedule import clock
from playbooks.site import Site
from playbooks.starting import begin
from playbooks.verifying import witness
from web import create_app, printing
from web.cli.telling import as_json, table, tell
from web.settings import Settings
from web.up import address, demo_home, must_be_founded, opened, site_of, up

_THREADS = 8
_JOBS = 5  # at once: the clock, and four that people asked for
_END = (signal.SIGTERM, signal.SIGINT)


def join(netops: click.Group) -> None:
    for verb in (up_verb, web, worker, init, migrate, demo):
        netops.add_command(verb)


@click.command("up")
@as_json
@click.pass_obj
def up_verb(settings: Settings, as_json: bool) -> None:
    """启动网页和后台；没有启用过的数据目录会启动演示县。"""
    raise SystemExit(up(settings, as_json=as_json))


@click.command()
@as_json
@click.pass_obj
def web(settings: Settings, as_json: bool) -> None:
    """只启动网页（up 会替您启动）。"""
    _log()
    signal.signal(signal.SIGTERM, _leave)
    with opened(settings) as database:
        app = _app(settings, database)
        if as_json:
            tell({"url": address(settings)})
        tempfile.tempdir = str(_waiting_room(settings))
        largest = max(settings.upload_mb, settings.backup_upload_mb) * 1_000_000
        gc.collect()
        gc.freeze()  # what is loaded by now stays: no page need look through it for garbage
        serve(
            app, host=settings.host, port=settings.port, threads=_THREADS, ident="netops",
            max_request_body_size=largest + 1,  # one more than allowed is told in words
        )  # fmt: skip


@click.command()
@as_json
@click.pass_obj
def worker(settings: Settings, as_json: bool) -> None:
    """只启动后台轮询（up 会替您启动）。"""
    _log()
    with opened(settings) as database, alone(database, settings.home):
        site = site_of(settings, database)
        begin(site)
        witness(site)
        signal.pthread_sigmask(signal.SIG_BLOCK, _END)  # before any thread: asked for below
        if as_json:
            tell({"home": str(settings.home), "workers": settings.workers})
        prints = printing.work(lambda: _app(settings, database))
        _run_until_told(site, Pool(settings.workers, jobs=_JOBS), {"print": prints})


def _waiting_room(settings: Settings) -> Path:
    """Where an upload lies while it comes: gigabytes, and they may be the population's; /tmp is
    often in memory, and other people's."""
    room = settings.home / "arriving"
    make_folder(room)
    return room


def _app(settings: Settings, database: Database) -> Flask:
    """The pages of this home, founded or a demo."""
    demo = must_be_founded(settings, database) == "demo"
    return create_app(replace(settings, demo=demo), database)


def _run_until_told(site: Site, pool: Pool, further: Mapping[str, Work]) -> None:
    """A signal handler could interrupt the clock with its locks held; this thread only waits."""
    schedule = clock(site, pool, further)
    running = pool.start(schedule.start)
    while not running.done() and signal.sigtimedwait(_END, 1) is None:
        pass
    pool.stopping.set()
    while not (schedule.running or running.done()):
        time.sleep(0.05)  # told to end before it had begun
    if schedule.running:
        schedule.shutdown()  # what runs may finish: the pool drops what has not begun
    pool.close()
    running.result()


def _log() -> None:
    """What happens goes to standard error; libraries speak up only when something is wrong."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for library in ("alembic", "waitress"):
        logging.getLogger(library).setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a sweep that is due may wait


def _leave(_signal: int, _frame: FrameType | None) -> None:
    """End in order: what has begun may finish, and is not hurried by a second signal."""
    for number in _END:
        signal.signal(number, signal.SIG_IGN)
    sys.exit(0)


@click.command()
@click.option("--centre", required=True, help="行政区划代码，如 410225")
@click.option("--login", default="admin", show_default=True, help="首个管理员的登录名")
@click.option("--name", default="系统管理员", show_default=True, help="首个管理员的姓名")
@as_json
@click.pass_obj
def init(settings: Settings, centre: str, login: str, name: str, as_json: bool) -> None:
    """启用自己的中心：写入河南单位树，建立首个管理员（口令只显示一次）。"""
    with opened(settings) as database:
        with database.view(EVERYTHING) as session:
            _values, wrong = parse(session, Person, {"login": login, "name": name})
        if wrong:
            raise Rejected(tuple(wrong))
        password = found(database, centre, login, name)
    if as_json:
        tell({"login": login, "password": password, "home": str(settings.home)})
        return
    click.echo(f"已启用。登录名 {login}，初始口令 {password}（只显示这一次，首次登录必须修改）")


@click.command()
@as_json
@click.pass_obj
def migrate(settings: Settings, as_json: bool) -> None:
    """把数据库升级到本版本。"""
    with opened(settings) as database:
        kind = founded(database)
    if as_json:
        tell({"home": str(settings.home), "kind": kind})
    else:
        click.echo(f"数据库已是最新（{settings.home}）")


@click.group()
def demo() -> None:
    """演示县：看状态，断电、恢复、重启一台模拟设备。"""


def _acts(act: str, summary: str) -> None:
    @demo.command(act, help=summary)
    @click.argument("name")
    @as_json
    @click.pass_obj
    def verb(settings: Settings, name: str, as_json: bool) -> None:
        _answer(settings, act, name, as_json)


_acts("kill", "断电")
_acts("revive", "恢复供电")
_acts("garble", "让它答非所问")
_acts("reboot", "重启")


@demo.command("list")
@as_json
@click.pass_obj
def list_verb(settings: Settings, as_json: bool) -> None:
    """各模拟设备的样子。"""
    _answer(settings, "list", "", as_json)


def _answer(settings: Settings, act: str, name: str, as_json: bool) -> None:
    moods = control(_running(settings), act, name)
    if as_json:
        tell(moods)
    else:
        table(("设备", "样子"), list(moods.items()))


def _running(settings: Settings) -> Path:
    """The demo's home, whether --home names it or the home above it."""
    return settings.home if (settings.home / "county.json").exists() else demo_home(settings)
