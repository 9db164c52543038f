"""One source backed up: read, written, read back whole, and only then called good (Articles
140–142; duties E1–E3). No transaction is held meanwhile; whatever goes wrong, or is killed, leaves
earlier sets as they were and says so."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from backups import staging
from backups.backup_keys import key_of
from backups.gathering import Gathered, Item, NotGathered, Order, gather, settle
from backups.pace import Pace, Stopped
from backups.set_manifest import Manifest
from backups.set_reading import verify
from backups.set_writing import ACCEPT, SetWriter, remove
from backups.sets import folder_of, matched, sweep
from backups.vault import NotKept
from inventory.act import EVERYTHING
from inventory.backup_set import BackupSet
from inventory.backup_source import DATABASES, BackupSource
from inventory.durable import make_folder
from inventory.os_words import cause_of
from inventory.store import Damaged
from netops.errors import DeviceError
from playbooks import backup_rows
from playbooks.backup_rows import WORK, Begun
from playbooks.holding import holding
from playbooks.jobs import Job, Unfinished
from playbooks.site import Site

_MB = 1_000_000
_SHRUNK = 0.5  # less than this of the last set is doubtful
_ROOM = 1.2  # of the last set must be free: sources grow
_LOCKS = "backup-locks"

Step = Callable[[str], None]


def _on(_step: str) -> None:
    """Nobody looks over the shoulder."""


def back_up(job: Job, step: Step = _on) -> Mapping[str, Any]:
    """Back up the source `job.subject`. `params`: "accept" says that a person has looked at a set
    that is empty or much smaller than the last, and that it is right. `step` is told "entered",
    "begun", each part, "manifest", "verified", "settled": a seam for tests that pull the plug
    there.

    Raises Unfinished with what went wrong and what to do; the catalogue has it then, too.
    """
    with alone(job.site.home, job.subject):
        backup_rows.close_dead(job.site, job.subject)
        found = adopt(job)
        if found:
            return {"adopted": found}
        begun = backup_rows.begin(job, datetime.now(UTC))
        step("entered")
        try:
            with _worked(begun.order.work):
                manifest = _made(job, begun, step)
        except Stopped:
            return _stopped(job, begun)
        except Exception as error:
            reason, permanent = _why(error)
            _gone(begun.folder)
            backup_rows.fail(job.site, begun.set_id, reason, permanent=permanent)
            if reason == _INTERNAL:
                raise
            raise Unfinished(reason) from error
        # before the catalogue: whoever is killed in between leaves a sealed set, which is adopted
        settle(begun.order)
        step("settled")
        backup_rows.good(job.site, begun, manifest)
    return {
        "set": begun.set_id, "number": begun.facts.number, "period": begun.facts.period,
        "files": manifest.entries, "size": manifest.size, "stored": manifest.stored,
        "warnings": list(manifest.warnings[:5]),
    }  # fmt: skip


def adopt(job: Job) -> list[str]:
    """Sets that a kill kept from the catalogue are read whole and entered: their numbers. What is
    damaged stays where it is and is told of."""
    site, numbers = job.site, []
    with site.database.view(EVERYTHING) as session:
        died = backup_rows.interrupted(session, [job.subject])
    rows = [one for one in died if backup_rows.is_sealed(site, one)]
    told = _Told(job, 0)
    for row in rows:
        folder = folder_of(site.home, row)
        try:
            manifest = matched(folder, row)
            with site.database.view(EVERYTHING) as session:
                key = key_of(session, site.key, manifest.print_id)
            verify(folder, key, Pace(0, job.halted, told.checked))
        except Stopped:
            raise Unfinished("核对中断时写完的备份被停下，下次再核对") from None
        except Damaged as error:
            backup_rows.end(site, row.id, "damaged", f"中断时写下的备份已损坏：{error.reason}")
        else:
            _settle(site, row, manifest)
            numbers.append(backup_rows.adopt(site, row.id, manifest))
    return numbers


def _settle(site: Site, row: BackupSet, manifest: Manifest) -> None:
    """What was brought or fetched for a set that is taken over is not waiting any more."""
    with site.database.view(EVERYTHING) as session:
        source = session.get_one(BackupSource, row.source_id)
    settle(
        Order(
            source_id=source.id, name=source.name, kind=source.kind, reach=source.reach,
            method=manifest.facts.method, work=site.home / WORK / source.id,
            staging=staging.folder_of(site.home, source.id),
        )
    )  # fmt: skip


def take_up(site: Site) -> int:
    """After a start: runs that died are told as interrupted, half-written sets and dumps go; how
    many runs. What another process is at work on stays."""
    with site.database.view(EVERYTHING) as session:
        query = select(BackupSet.source_id).where(BackupSet.state == "running")
        dead = list(session.scalars(query))
    left = [one.name for one in (site.home / WORK).glob("*")]
    closed = 0
    for source_id in sorted({*dead, *left}):
        with suppress(Unfinished), alone(site.home, source_id):
            shutil.rmtree(site.home / WORK / source_id, ignore_errors=True)
            closed += backup_rows.close_dead(site, source_id)
    sweep(site.home)
    return closed


@contextmanager
def alone(home: Path, source_id: str) -> Iterator[None]:
    """Be the only one who backs up a source, whichever process; the lock ends with its process.
    Raises Unfinished while another is at it."""
    busy = "这个来源正在备份，不再另起一次；请看正在进行的那一次"
    with holding(home / _LOCKS / f"{source_id}.lock", busy):
        yield


@contextmanager
def _worked(work: Path) -> Iterator[None]:
    """An empty folder for dumps; they lie there in the clear, so they go whatever happens."""
    shutil.rmtree(work, ignore_errors=True)
    make_folder(work)
    try:
        yield
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _made(job: Job, begun: Begun, step: Step) -> Manifest:
    """The set on disk, read back whole."""
    _room(job.site.home, begun)
    told = _Told(job, begun.size)
    pace = Pace(begun.limit, job.halted, told.read)
    with gather(begun.order, pace) as gathered:
        facts = replace(begun.facts, tool=gathered.tool, server=gathered.server)
        writer = SetWriter(begun.folder, begun.key, begun.print_id, step=step)
        unhurried = Pace(0, job.halted, told.read)  # the line was paid for where it was used
        manifest = writer.write(facts, told.counted(gathered), unhurried)
        warnings = (*gathered.warnings, *manifest.warnings)
    _look_twice(begun, manifest)
    verify(begun.folder, begun.key, Pace(0, job.halted, told.checked), manifest.sha256)
    step("verified")
    return replace(manifest, warnings=warnings)


def _look_twice(begun: Begun, manifest: Manifest) -> None:
    """A set of half the size is kept only when a person says that it is right."""
    if begun.facts.may_be_empty or manifest.size >= begun.size * _SHRUNK:
        return
    raise NotGathered(
        f"这次只有 {_words(manifest.size)}、{manifest.entries} 个文件，上次有 {_words(begun.size)}"
        f"、{begun.files} 个，少了一半以上，没有采用。"
        f"请核对来源；确实如此的，选“{ACCEPT}”再备份一次",
        permanent=True,
    )


def _room(home: Path, begun: Begun) -> None:
    need = begun.stored + (begun.size if begun.order.method in DATABASES else 0)
    free = shutil.disk_usage(home).free
    if free < need * _ROOM:
        raise NotKept(
            f"磁盘剩余 {_words(free)}，按上次的大小约需 {_words(int(need * _ROOM))}，没有开始。"
            "请清理磁盘或更换存放目录，再重新备份"
        )


def _stopped(job: Job, begun: Begun) -> Mapping[str, Any]:
    _gone(begun.folder)
    if job.cancelled():
        backup_rows.end(job.site, begun.set_id, "cancelled", "由人取消，没有保存")
        return {"number": begun.facts.number}
    why = "值守台停止时正在备份，没有保存；启动后会再做"
    backup_rows.end(job.site, begun.set_id, "interrupted", why)
    raise Unfinished(why)


def _gone(folder: Path) -> None:
    """What came to nothing leaves nothing; a disk that refuses even that is swept later."""
    try:
        remove(folder)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)


_INTERNAL = "值守台内部错误，详见日志；没有保存"


def _why(error: Exception) -> tuple[str, bool]:
    """The reason in words, and whether another try without somebody's doing cannot succeed."""
    if isinstance(error, NotGathered):
        return error.reason, error.permanent
    if isinstance(error, NotKept | DeviceError):
        return error.reason, False
    if isinstance(error, Damaged):
        return f"写好后核对不符，没有采用：{error.reason}；请检查磁盘后重新备份", False
    if isinstance(error, OSError):
        return f"没有保存：{cause_of(error)}；请检查磁盘和目录权限后重新备份", False
    return _INTERNAL, False


@dataclass(slots=True)
class _Told:
    """How far a run is, in words and in megabytes (a job counts in 32 bits)."""

    job: Job
    size: int
    files: int = 0

    def counted(self, gathered: Gathered) -> Iterator[Item]:
        for item in gathered.items:
            self.files += 1
            yield item

    def read(self, done: int) -> None:
        self._tell(done, f"已读 {_words(done)}、{self.files} 个文件")

    def checked(self, done: int) -> None:
        self._tell(done, f"已写完，正在核对，已核对 {_words(done)}")

    def _tell(self, done: int, words: str) -> None:
        self.job.tell(done // _MB, max(self.size, done) // _MB, words)


def _words(size: int) -> str:
    """A size as pages say it: 1.2 GiB."""
    amount, units = float(size), ("B", "KiB", "MiB", "GiB")
    for unit in units:
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} TiB"
