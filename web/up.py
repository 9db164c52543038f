"""`netops up`: migrate, start web and worker (and the demo county), stop them all at Ctrl-C."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType

from inventory import schema  # noqa: F401  (maps every table)
from inventory.db import Database, open_database
from inventory.founding import founded
from inventory.migrations import migrate
from inventory.secret import Key
from netops.simulator import county
from playbooks.site import Site, open_site
from web import demo
from web.settings import Settings

LEFT = "left"  # written by the page "start my own centre": the demo is over
PARTS = ("web", "worker")
_PR_SET_PDEATHSIG = 1
_PATIENCE = 15  # seconds a child gets to finish what it is writing


class CannotStart(RuntimeError):
    """Why the console does not come up, and what to do, in one line."""


def up(settings: Settings) -> int:
    """Run until told to stop; returns the exit status."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        while run_home(settings):
            pass
    except KeyboardInterrupt:
        print("已停止。")
    return 0


def run_home(settings: Settings) -> bool:
    """One home's life; True when the next one should begin (the demo was left)."""
    with ExitStack() as stack:
        real = stack.enter_context(opened(settings))
        kind = founded(real)
        home = settings if kind else _demo_settings(settings)
        port = _free_port(settings)
        home = replace(home, port=port)
        if not kind:
            stack.enter_context(_county(home.home))
            database = stack.enter_context(opened(home))
            demo.prepare(database, home.home, Key.load(home.key_file))
        children = stack.enter_context(_children(home))
        _welcome(home)
        return _watch(children, home.home / LEFT)


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """The home's database, brought up to date."""
    settings.home.mkdir(parents=True, exist_ok=True)
    database = open_database(settings.database_url)
    try:
        migrate(database.engine)
        yield database
    finally:
        database.close()


def site_of(settings: Settings, database: Database) -> Site:
    """The worker's view of a home."""
    return open_site(
        database, settings.home, settings.key_file,
        status=settings.status_seconds, counters=settings.counter_seconds,
    )  # fmt: skip


def demo_home(settings: Settings) -> Path:
    return settings.home / "demo"


def _demo_settings(settings: Settings) -> Settings:
    """The demo has its own home and its own database, and shorter cycles to look at."""
    home = demo_home(settings)
    (home / LEFT).unlink(missing_ok=True)
    return Settings(
        home=home,
        host=settings.host,
        language=settings.language,
        workers=settings.workers,
        status_seconds=min(settings.status_seconds, 15),
        counter_seconds=min(settings.counter_seconds, 30),
        demo=True,
    )


@contextmanager
def _county(home: Path) -> Iterator[None]:
    print("正在启动演示县的模拟设备…", flush=True)
    try:
        running = county.start(home)
    except county.NotStarted as error:
        raise CannotStart(str(error)) from error
    try:
        yield
    finally:
        running.stop()


@contextmanager
def _children(settings: Settings) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Web and worker, in their own sessions: Ctrl-C reaches us, and we stop them in order."""
    children = [_spawn(settings, part) for part in PARTS]
    try:
        yield children
    finally:
        for child in children:
            child.terminate()
        for child in children:
            _wait(child)


def _spawn(settings: Settings, part: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "NETOPS_PORT": str(settings.port),
        "NETOPS_STATUS_SECONDS": str(settings.status_seconds),
        "NETOPS_COUNTER_SECONDS": str(settings.counter_seconds),
    }
    at = ["--home", str(settings.home)] if settings.demo else []
    command = [sys.executable, "-m", "web.cli", *at, part]
    return subprocess.Popen(
        command,
        env=environment,
        start_new_session=True,
        preexec_fn=_end_with_parent,  # noqa: PLW1509  (no thread runs in the supervisor)
    )


def _end_with_parent() -> None:
    """Even when we are killed outright, nothing we started stays behind (prctl(2))."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _wait(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _watch(children: list[subprocess.Popen[bytes]], left: Path) -> bool:
    """Until a child ends (an error) or somebody leaves the demo (True)."""
    while True:
        time.sleep(0.5)
        if left.exists():
            return True
        ended = next((child for child in children if child.poll() is not None), None)
        if ended is not None:
            part = PARTS[children.index(ended)]
            raise CannotStart(f"{part} 意外退出（状态 {ended.returncode}），值守台已停止")


def _free_port(settings: Settings) -> int:
    """The port asked for; while nobody asked, the next free one after 8080."""
    tries = 1 if "NETOPS_PORT" in os.environ else 50
    for port in range(settings.port, settings.port + tries):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.host, port))
            except OSError:
                continue
            return port
    raise CannotStart(f"端口 {settings.port} 已被占用：关闭占用它的程序，或设置 NETOPS_PORT")


def _welcome(settings: Settings) -> None:
    shown = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
    print(f"\n运维值守台：http://{shown}:{settings.port}/  （Ctrl-C 停止）", flush=True)
    if not settings.demo:
        return
    print("这是演示县：所有设备均为模拟，数据只在演示目录。演示账号：")
    for login, name, _role, password in demo.ACCOUNTS:
        print(f"  {login:<8} {password:<16} {name}")
    print("启用自己的中心：页面上方的按钮，或 netops init --centre 行政区划代码", flush=True)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
