"""Disc images made, burned and read back: the work behind the buttons of a disc set (Article
142(3); duty E7). Each raises Unfinished, or Stopped: the rows say how far it was. A worker that
dies leaves rows and images as they were."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import select

from backups import iso
from backups.disc_making import drop_images, image_of, make_discs, plan_of, remake
from backups.disc_reading import NoList, Wanted, read_device, read_folder, read_list
from backups.iso import NotMade, Unreadable
from backups.pace import Pace
from backups.set_format import WrongKey
from backups.vault import NotKept
from inventory import upload
from inventory.act import EVERYTHING, system
from inventory.disc import Disc
from inventory.disc_progress import Finding, burned, checked, made, remade
from inventory.disc_set import DiscSet
from inventory.disc_steps import unready
from inventory.os_words import cause_of
from inventory.run import JobRun
from inventory.sheet import SheetError
from inventory.store import Damaged
from playbooks.disc_orders import folder_for, making, making_again
from playbooks.holding import holding
from playbooks.jobs import Job, Unfinished
from playbooks.site import Site

_MIB = 1 << 20
_PASSES = 4  # how often each byte is read: digested, into the image, and the image read back


def image(job: Job) -> Mapping[str, Any]:
    """Make the images of a disc set (`subject`), or those of single discs (`params` "discs", their
    numbers) again."""
    again = [int(one) for one in job.params.get("discs", ())]
    with _alone(job.site, job.subject), _in_words():
        return _again(job, again) if again else _whole(job)


def burn(job: Job) -> Mapping[str, Any]:
    """Burn one disc (`subject`) in the drive `params` "drive", then read it back there."""
    drive = str(job.params.get("drive", ""))
    if drive not in iso.drives():
        raise Unfinished("本机没有这个光驱；请接好光驱后重新发起，或在别处刻录后登记")
    disc, paper = _rows(job)
    if disc.state != "imaged":
        raise Unfinished("这一张现在不等刻录，请重新打开页面看状态")
    place = image_of(folder_for(job.site.home, paper.id), disc.ordinal)
    if not place.exists():
        raise Unfinished("本机已没有这一张的映像，请先“重新生成映像”")
    with _alone(job.site, paper.id), _in_words():
        iso.burn(place, drive, _pace(job, 2 * disc.size, f"正在刻录 {disc.identifier}"))
        with job.site.database.transaction(system("刻录光盘")) as session:
            burned(session, session.get_one(Disc, disc.id), drive, _asker(job)[1])
        return _read(job, disc, paper, drive)


def readback(job: Job) -> Mapping[str, Any]:
    """Read one disc (`subject`) and compare it: `params` "source" is a drive, the path of a folder,
    or "list" for an uploaded file. "image" reads our own file, to be sure of it: nothing is said of
    the disc, then."""
    disc, paper = _rows(job)
    if job.params.get("source") == "image":
        with _in_words():
            return _image_read(job, disc, paper)
    if disc.state not in ("burned", "verified", "stored"):
        raise Unfinished("这一张还没有刻录，不能核对")
    with _in_words():
        return _read(job, disc, paper, str(job.params.get("source", "")))


def sweep_images(site: Site) -> int:
    """Delete the images of sets whose discs are all put away; how many."""
    with site.database.view(EVERYTHING) as session:
        closed = list(session.scalars(select(DiscSet.id).where(DiscSet.state == "closed")))
    return sum(drop_images(folder_for(site.home, one)) for one in closed)


def sweep_work(site: Site) -> int:
    """Delete the plain files that killed makings left; at how many sets. One that somebody is at
    stays, and so does what the disk refuses to give up."""
    swept = 0
    for work in sorted((site.home / "discs").glob("*/work")):
        with suppress(Unfinished), _alone(site, work.parent.name):
            shutil.rmtree(work, ignore_errors=True)
            swept += 1
    return swept


def _whole(job: Job) -> Mapping[str, Any]:
    with job.site.database.view(EVERYTHING) as session:
        paper = session.get(DiscSet, job.subject)
        if paper is None or paper.state != "planned":
            raise Unfinished("这套光盘的映像已经生成；要重新生成请先“退回重做”")
    order, left = making(job.site, job.subject)
    size = sum(one.size for one in order.sources.loads)
    notes = [""]
    pace = _pace(job, _PASSES * size, notes)
    images = make_discs(order, pace, lambda words: notes.__setitem__(0, words))
    with job.site.database.transaction(system("生成光盘映像")) as session:
        paper = session.get_one(DiscSet, job.subject)
        if cause := unready(session, paper) or ("已退回" if paper.state != "planned" else ""):
            raise Unfinished(f"生成期间情况有变化，没有记录：{cause}")
        made(session, paper, images, left)
    return {"discs": len(images), "size": sum(one.size for one in images)}


def _again(job: Job, ordinals: list[int]) -> Mapping[str, Any]:
    order = making_again(job.site, job.subject)
    size = sum(one.size for one in order.sources.loads)
    images = remake(order, ordinals, _pace(job, _PASSES * size, "正在重新生成映像"))
    with job.site.database.transaction(system("重新生成光盘映像")) as session:
        remade(session, session.get_one(DiscSet, job.subject), images)
    return {"discs": len(images), "size": sum(one.size for one in images)}


def _image_read(job: Job, disc: Disc, paper: DiscSet) -> Mapping[str, Any]:
    image = image_of(folder_for(job.site.home, paper.id), disc.ordinal)
    pace = _pace(job, disc.size, f"正在核对 {disc.identifier} 的映像")
    sha256 = read_device(str(image), _wanted(job, disc, paper), pace)
    return {"image": disc.identifier, "sha256": sha256}


def _wanted(job: Job, disc: Disc, paper: DiscSet) -> Wanted:
    plan = plan_of(folder_for(job.site.home, paper.id), disc.ordinal)
    return Wanted(disc.identifier, paper.number, disc.size, disc.sha256, disc.md5, plan)


def _read(job: Job, disc: Disc, paper: DiscSet, source: str) -> Mapping[str, Any]:
    """Read, and write down what was found, good or bad."""
    wanted = _wanted(job, disc, paper)
    by_id, author = _asker(job)
    pace = _pace(job, disc.size, f"正在核对 {disc.identifier}")
    how, reason, sha256 = _how(source), "", ""
    try:
        sha256 = _compared(job, wanted, source, pace)
    except Unreadable as error:
        reason = error.reason
    with job.site.database.transaction(system("核对光盘")) as session:
        found = Finding(how, reason, sha256, by_id, author)
        checked(session, session.get_one(Disc, disc.id), found)
    if reason:
        raise Unfinished(f"核对不符：{reason}")
    return {"disc": disc.identifier, "sha256": sha256}


def _compared(job: Job, wanted: Wanted, source: str, pace: Pace) -> str:
    if source == "list":
        return read_list(_uploaded(job), wanted)
    if source in iso.drives():
        return read_device(source, wanted, pace)
    if not source.startswith("/"):
        raise Unfinished("没有这个光驱；光盘目录要写绝对路径")
    return read_folder(_elsewhere(job, Path(source)), wanted, pace)


def _elsewhere(job: Job, folder: Path) -> Path:
    """A folder on our own disk is a copy at best, or a folder in which nothing is mounted."""
    try:
        own = folder.stat().st_dev == job.site.home.stat().st_dev
    except OSError as error:
        raise Unfinished(f"{folder} 打不开：{cause_of(error)}；请挂载好光盘再核对") from None
    if own:
        raise Unfinished(
            f"{folder} 在值守台自己的磁盘上，不是光盘：请放入光盘并挂载，写挂载到的目录"
        )
    return folder


def _uploaded(job: Job) -> bytes:
    try:
        return upload.kept(job.site.home, str(job.params.get("upload", "")))
    except SheetError as error:
        raise Unfinished(str(error)) from None


def _how(source: str) -> str:
    if source == "list":
        return source
    return "device" if source in iso.drives() else "folder"


def _rows(job: Job) -> tuple[Disc, DiscSet]:
    with job.site.database.view(EVERYTHING) as session:
        disc = session.get(Disc, job.subject)
        if disc is None or disc.retired_at is not None:
            raise Unfinished("这张光盘已不在登记中")
        return disc, session.get_one(DiscSet, disc.disc_set_id)


def _asker(job: Job) -> tuple[str | None, str]:
    with job.site.database.view(EVERYTHING) as session:
        run = session.get_one(JobRun, job.run_id)
        own = run.requested_by != "system"
        return (run.requested_by if own else None), run.requested_name


def _pace(job: Job, total: int, note: str | list[str]) -> Pace:
    whole = -(-total // _MIB)

    def tell(done: int) -> None:
        job.tell(min(done // _MIB, whole), whole, note if isinstance(note, str) else note[0])

    return Pace(stop=job.halted, tell=tell)


@contextmanager
def _in_words() -> Iterator[None]:
    """What stopped the work, as whoever asked is told."""
    try:
        yield
    except (NotMade, Unreadable, NoList, Damaged, NotKept) as error:
        raise Unfinished(error.reason) from None
    except WrongKey as error:
        raise Unfinished(str(error)) from None


@contextmanager
def _alone(site: Site, paper_id: str) -> Iterator[None]:
    """One making or burning of a set at a time, whichever process; the lock ends with it. Raises
    Unfinished."""
    lock = folder_for(site.home, paper_id) / ".lock"
    with holding(lock, "这套光盘正在生成或刻录，请等它结束"):
        yield
