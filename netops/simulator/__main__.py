"""The demo county as one process: `python -m netops.simulator --home DIR`.

It writes `DIR/county.json` when every device answers, says "ready" on standard output, and ends
on SIGTERM, on SIGINT, or when the pipe on its standard input closes: whoever started it is gone.
"""

import argparse
import asyncio
import fcntl
import json
import logging
import os
import signal
import stat
import sys
from pathlib import Path

from netops.simulator.county import FACTS, facts
from netops.simulator.plan import plan
from netops.simulator.running import running

log = logging.getLogger("netops.simulator")


def main() -> int:
    """Run until told to stop; 0 when told, 1 when it could not start or snmpsim died."""
    parser = argparse.ArgumentParser(prog="netops.simulator", description="演示县（模拟设备）")
    parser.add_argument("--home", type=Path, required=True, help="演示数据所在的目录")
    parser.add_argument("--syslog", type=int, default=0, help="本机接收 syslog 的端口，0 为不发送")
    told = parser.parse_args()
    home: Path = told.home
    home.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("asyncssh").setLevel(logging.WARNING)
    with (home / "simulator.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            log.critical("另一个演示县已在 %s 运行；请先停止它，或换一个目录。", home)
            return 1
        return asyncio.run(_serve(home, told.syslog))


async def _serve(home: Path, syslog: int) -> int:
    _obey_signals()
    county = plan()
    told = home / FACTS
    try:
        async with running(home, county, syslog) as alive:
            _publish(told, json.dumps(facts(county, alive.ports), ensure_ascii=False, indent=1))
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            log.info("%d simulated devices answer", len(alive.ports))
            await alive.ended()
            log.critical("snmpsim 意外退出，演示县随之停止。")
            return 1
    except asyncio.CancelledError:
        log.info("stopped")
        return 0
    finally:
        told.unlink(missing_ok=True)


def _obey_signals() -> None:
    """SIGTERM, SIGINT and the end of the pipe that holds us cancel what is running."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task is not None
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    if stat.S_ISFIFO(os.fstat(0).st_mode):
        loop.add_reader(0, _listen_for_end, loop, task)


def _listen_for_end(loop: asyncio.AbstractEventLoop, task: "asyncio.Task[object]") -> None:
    if not os.read(0, 4096):
        loop.remove_reader(0)
        task.cancel()


def _publish(file: Path, text: str) -> None:
    """Whole or not at all, and for the owner only: it names credentials."""
    half = file.with_suffix(".half")
    half.touch(mode=0o600)
    half.write_text(text, "utf-8")
    half.rename(file)


if __name__ == "__main__":
    sys.exit(main())
