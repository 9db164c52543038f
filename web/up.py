"""`netops up`: migrate, start web and worker (and the demo county), stop them all at Ctrl-C."""

import fcntl
import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType

from inventory import schema  # noqa: F401  (maps every table)
from inventory.act import EVERYTHING
from inventory.calendar_seed import keep_calendar
from inventory.db import Database, open_database
from inventory.founding import founded, reopen
from inventory.migrations import migrate
from inventory.register import Rejected
from inventory.resealing import sealed_values
from inventory.secret import Key
from netops.simulator import county
from playbooks.site import Site, open_site
from web import demo
from web.children import Children, children, ended
from web.port import answers, any_port, free_port
from web.settings import Settings

LEFT = "left"  # written by the page "start my own centre": the demo is over
_LOOK = 0.5  # seconds between two looks at the children
_ARRIVED = 2  # seconds between the mark and the end of the demo


class CannotStart(RuntimeError):
    """Why the console does not come up, and what to do, in one line."""


def up(settings: Settings, *, as_json: bool = False) -> int:
    """Run until told to stop; returns the exit status.

    Where the console answers is told on standard output, progress on standard error.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    settings = replace(settings, port=free_port(settings.host, settings.port))
    try:
        with _alone(settings.home):
            while run_home(settings, as_json=as_json):
                _say("演示结束，正在启动您自己的中心…")
    except KeyboardInterrupt:
        _say("已停止。")
    return 0


def run_home(settings: Settings, *, as_json: bool) -> bool:
    """One home's life; True when the next one should begin (the demo was left)."""
    with ExitStack() as stack:
        real = stack.enter_context(opened(settings))
        kind = founded(real)
        if kind == "demo":
            raise CannotStart(f"{settings.home} 属于演示县：NETOPS_HOME 应为它的上一级目录")
        if kind:
            must_be_founded(settings, real)
        home = settings if kind else _demo_settings(settings)
        if not kind:
            stack.enter_context(_county(home))
        started = stack.enter_context(children(settings, home))
        _await_web(home, started)
        _tell(home) if as_json else _welcome(home)
        return _watch(started, home.home / LEFT)


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """The home's database, brought up to date."""
    settings.home.mkdir(parents=True, exist_ok=True)
    database = open_database(settings.database_url)
    try:
        migrate(database.engine)
        reopen(database)
        keep_calendar(database)
        yield database
    finally:
        database.close()


def site_of(settings: Settings, database: Database) -> Site:
    """The worker's view of a home. Raises CannotStart while nobody has founded it."""
    kind = must_be_founded(settings, database)
    site = open_site(
        database, settings.home, settings.key_file,
        status=settings.status_seconds, counters=settings.counter_seconds,
    )  # fmt: skip
    return replace(
        site, url=settings.url, syslog=settings.syslog, syslog_port=settings.syslog_port,
        trap_port=settings.trap_port, sighting_seconds=settings.sighting_seconds,
        sighting_days=settings.sighting_days,
        receive_at="127.0.0.1" if kind == "demo" else site.receive_at,
    )  # fmt: skip


def must_be_founded(settings: Settings, database: Database) -> str:
    """ "real" or "demo". Raises CannotStart while the home is neither."""
    kind = founded(database)
    if not kind:
        raise CannotStart(
            f"{settings.home} 还没有启用：先运行 netops init --centre 行政区划代码"
            "（演示县由 netops up 启动）"
        )
    if not settings.key_file.exists() and _has_secrets(database):
        raise CannotStart(
            f"密钥文件 {settings.key_file} 不见了，数据库里的设备口令无法解开："
            "请从备份恢复它。确实没有备份时，用 head -c 32 /dev/urandom > 该文件 新建，"
            "再重新登记口令"
        )
    return kind


def _has_secrets(database: Database) -> bool:
    """A lost key must not be replaced in silence by a new one that opens nothing."""
    with database.view(EVERYTHING) as session:
        return any(True for _value in sealed_values(session))


def demo_home(settings: Settings) -> Path:
    """Where the demo county of a home lives: beside the real data, never among them."""
    return settings.home / "demo"


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Two supervisors of one home would poll every device twice."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(
                f"值守台已经在 {home} 运行：先停止它，或用 NETOPS_HOME 换一个目录"
            ) from None
        yield


def _demo_settings(settings: Settings) -> Settings:
    """The demo has its own home and its own database, and shorter cycles to look at."""
    home = demo_home(settings)
    (home / LEFT).unlink(missing_ok=True)
    return Settings(
        home=home,
        host=settings.host,
        port=settings.port,
        language=settings.language,
        workers=settings.workers,
        status_seconds=min(settings.status_seconds, 15),
        counter_seconds=min(settings.counter_seconds, 30),
        sighting_seconds=min(settings.sighting_seconds, 30),
        syslog_port=settings.syslog_port and any_port(),
        trap_port=settings.trap_port and any_port(),
        demo=True,
    )


@contextmanager
def _county(home: Settings) -> Iterator[None]:
    """The simulated devices, answering and registered in the demo's own database."""
    _say("正在启动演示县的模拟设备…")
    try:
        with county.start(home.home, syslog=home.syslog_port), opened(home) as database:
            _register(home, database)
            yield
    except county.NotStarted as error:
        raise CannotStart(str(error)) from error


def _register(home: Settings, database: Database) -> None:
    try:
        demo.prepare(database, home.home, Key.load(home.key_file))
    except Rejected as error:  # a visitor retired what the county needs
        raise CannotStart(
            f"演示数据已被改动（{error}）：删除 {home.home} 后重新启动，演示县会重新建立"
        ) from error


def _await_web(home: Settings, started: Children) -> None:
    """Until the page can be opened: an address is told only when it works."""
    _say("正在启动网页和后台…")
    while not answers(_shown(home), home.port):
        _must_live(started)
        time.sleep(_LOOK)


def _watch(started: Children, left: Path) -> bool:
    """Until a child ends (an error) or somebody leaves the demo (True)."""
    while not _written(left):
        _must_live(started)
        time.sleep(_LOOK)
    return True


def _must_live(started: Children) -> None:
    gone = ended(started)
    if gone:
        raise CannotStart(f"{gone}，值守台已停止；原因见上面几行")


def _written(left: Path) -> bool:
    """The mark is there, and the page with the one-time password has had time to arrive."""
    try:
        return time.time() - left.stat().st_mtime > _ARRIVED
    except FileNotFoundError:
        return False


def _shown(settings: Settings) -> str:
    return "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104


def address(settings: Settings) -> str:
    """Where a browser on this machine finds the console."""
    host = _shown(settings)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/"


def _tell(home: Settings) -> None:
    names = ("login", "name", "role", "password")
    accounts = [dict(zip(names, told, strict=True)) for told in demo.ACCOUNTS] if home.demo else []
    answer = {"url": address(home), "home": str(home.home), "demo": home.demo, "accounts": accounts}
    print(json.dumps(answer, ensure_ascii=False), flush=True)


def _welcome(home: Settings) -> None:
    print(f"\n运维值守台：{address(home)}  （Ctrl-C 停止）")
    if home.demo:
        print("这是演示县：所有设备均为模拟，数据只在演示目录。演示账号：")
        for login, name, _role, password in demo.ACCOUNTS:
            print(f"  {login:<8} {password:<16} {name}")
        print("启用自己的中心：页面上方的按钮，或 netops init --centre 行政区划代码")
    sys.stdout.flush()


def _say(progress: str) -> None:
    print(progress, file=sys.stderr, flush=True)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Once is enough: a second Ctrl-C must not cut short the stopping of what we started."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
