"""The agent: a program of one file for a server of a township or an office that the console cannot
log in to. It sends what is new below its folders, over however many lines that break, and ends.

Standard library only, Python 3.9 or newer, Linux and Windows; started by cron or Task Scheduler.
Exit codes: 0 delivered; 1 delivered, but some files could not be read; 2 its settings are wrong;
3 the console refuses; 4 the console does not answer (what was sent is kept); 5 it runs already.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from netops.agent_console import Console, Refused, Unanswered
from netops.agent_memory import Busy, Memory
from netops.agent_packing import Nothing, Packing
from netops.agent_settings import Settings, Wrong, read
from netops.agent_stream import Stream

VERSION = "1"
_DONE, _PARTLY, _WRONG, _REFUSED, _UNANSWERED, _BUSY = range(6)
_SHOWN = 20


def main(argv: list[str] | None = None) -> int:
    """Run once; the exit code."""
    for out in (sys.stdout, sys.stderr):
        out.reconfigure(errors="replace")  # type: ignore[union-attr]  # consoles of old Windows
    given = _arguments().parse_args(argv)
    try:
        settings = read(given.config)
        return _check(settings) if given.check else _deliver(settings)
    except (Wrong, Nothing) as error:
        return _failed(_WRONG, str(error))
    except Refused as error:
        return _failed(_REFUSED, f"值守台拒绝：{error}")
    except Unanswered as error:
        return _failed(_UNANSWERED, f"{error}。已送到的部分值守台会保留，下次运行接着送")
    except Busy:
        return _failed(_BUSY, "上一次运行还没有结束，这次没有做任何事")


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="netops-agent", description="把本机的目录送到运维值守台备份；做完即退出"
    )
    beside = Path(sys.argv[0]).resolve().with_name("netops-agent.ini")
    parser.add_argument("--config", type=Path, default=beside, help=f"配置文件，默认 {beside}")
    parser.add_argument("--check", action="store_true", help="只核对配置和连接，不上传")
    parser.add_argument("--version", action="version", version=f"netops-agent {VERSION}")
    return parser


def _check(settings: Settings) -> int:
    told = Console(settings).told()
    missing = [one for one in settings.folders if not Path(one).exists()]
    if missing:
        raise Wrong(f"folders 中的 {missing[0]} 不存在")
    _say(f"可以上传：值守台 {settings.url}，备份来源“{told.source}”")
    return _DONE


def _deliver(settings: Settings) -> int:
    console = Console(settings)
    with Memory(settings.memory) as memory:
        told = console.told()
        memory.trust(told.last)
        stream = Stream(told.chunk, console.send, told.chunks)
        packing = Packing(settings, memory, stream)
        manifest = packing.pack()
        console.finish(stream, manifest, memory.base, packing.warnings)
        memory.keep(manifest)
    for line in packing.warnings[:_SHOWN]:
        _say(line)
    _say(
        f"已送到：{packing.files} 个文件，其中新的或变动的 {packing.fresh} 个，"
        f"本次上传 {stream.sent} 字节，读不出来 {packing.unreadable} 个"
    )
    return _PARTLY if packing.unreadable else _DONE


def _failed(code: int, words: str) -> int:
    sys.stderr.write(words + os.linesep)
    return code


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
