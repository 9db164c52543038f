"""The machine this console runs on, for its own health page. Standard library and psutil only:
the server agent carries this module alone."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True)
class Process:
    """One process of the console. `rss` in bytes, `cpu` in seconds of CPU since it started."""

    pid: int
    name: str
    command: str
    rss: int
    cpu: float
    started: datetime


@dataclass(frozen=True, slots=True)
class Host:
    """A moment of this machine. Sizes in bytes, shares in percent, `booted` aware UTC;
    `load` is the average of 1, 5 and 15 minutes; the disk is the one `path` lies on."""

    at: datetime
    booted: datetime
    cpus: int
    cpu_percent: float
    load: tuple[float, float, float]
    memory_total: int
    memory_percent: float
    disk_total: int
    disk_free: int
    disk_percent: float
    processes: tuple[Process, ...]

    @property
    def uptime(self) -> float:
        """Seconds since the machine started."""
        return (self.at - self.booted).total_seconds()


def facts(path: Path, *, root: int | None = None, interval: float = 0.1) -> Host:
    """How the machine is now. CPU is watched for `interval` seconds, during which this waits.

    `root` is the process whose family is reported (default: this one): `netops up` starts the
    others. FileNotFoundError when there is no `path`.
    """
    memory, disk = psutil.virtual_memory(), psutil.disk_usage(str(path))
    return Host(
        cpu_percent=psutil.cpu_percent(interval),
        at=datetime.now(UTC),
        booted=datetime.fromtimestamp(psutil.boot_time(), UTC),
        cpus=psutil.cpu_count() or 1,
        load=psutil.getloadavg(),
        memory_total=memory.total,
        memory_percent=memory.percent,
        disk_total=disk.total,
        disk_free=disk.free,
        disk_percent=disk.percent,
        processes=tuple(_family(os.getpid() if root is None else root)),
    )


def _family(root: int) -> Iterable[Process]:
    try:
        head = psutil.Process(root)
        everyone = [head, *head.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for one in everyone:
        try:
            yield _process(one)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue  # it ended meanwhile, or is not ours


def _process(one: psutil.Process) -> Process:
    with one.oneshot():
        times = one.cpu_times()
        return Process(
            pid=one.pid,
            name=one.name(),
            command=" ".join(one.cmdline()),
            rss=one.memory_info().rss,
            cpu=times.user + times.system,
            started=datetime.fromtimestamp(one.create_time(), UTC),
        )
