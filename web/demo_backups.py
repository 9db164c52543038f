"""The demo county's data backups: the console itself, papers and an OA database backed up by the
real mechanism, a log source that cannot be reached, a second folder, a stick that somebody has
taken along, a drill, the images of a disc set."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backups.machine_owner import ROOTS
from inventory.act import EVERYTHING
from inventory.backup_place import BackupPlace
from inventory.backup_set import BackupSet
from inventory.backup_source import BackupSource
from inventory.cadence import period_of
from inventory.disc_set import DiscSet
from inventory.grant import standing
from inventory.home import home_fact
from inventory.keys import new_key
from inventory.medium import Medium
from inventory.person import Person
from inventory.role import Standing
from inventory.run import JobRun
from inventory.shanghai import today
from inventory.staff import Staff
from inventory.stepping import Taken, take
from playbooks.backing_up import back_up
from playbooks.dispatch import Pool
from playbooks.drilling import drill
from playbooks.imaging import image
from playbooks.jobs import Job, Work, do
from playbooks.site import Site

_ROWS = 200
_SOON = timedelta(
    seconds=50
)  # the worker takes what is asked for within the minute when it is time
_PAPERS: Mapping[str, str] = {
    "2026/统计月报-10月.csv": "乡镇,填报人,条数\n城关镇,王芳,128\n堌阳镇,李强,96\n",
    "2026/统计月报-11月.csv": "乡镇,填报人,条数\n城关镇,王芳,131\n堌阳镇,李强,101\n",
    "制度/数据备份制度.txt": "每月备份，双机、移动存储设备各一份，每季度刻光盘。\n",
    "培训/签到表.txt": "演示数据\n",
}  # fmt: skip


def write_backups(site: Site, folder: Path) -> None:
    """Declare it all, and make the first sets: they are small."""
    papers, office = _papers(folder / "业务资料"), _office(folder / "oa.db")
    (site.home / ROOTS).write_text(f"{folder}\n", "utf-8")  # as the machine's owner would
    lost = folder / "已停用的日志服务器"
    with site.database.view(EVERYTHING) as session:
        net = standing(session, session.scalars(select(Person).where(Person.login == "net")).one())
    act = partial(net.act, "准备演示备份", "demo")
    with site.database.transaction(act()) as session:
        centre = home_fact(session, "centre")
        told = {"centre_id": centre, "hour": 0, "day": 1}
        small = [
            BackupSource(name="业务资料", kind="documents", method="files", paths=papers, **told),
            BackupSource(name="办公系统数据库", kind="software", method="sqlite", paths=office,
                         **told),
            BackupSource(name="日志服务器", kind="logs", method="files", paths=str(lost), **told),
        ]  # fmt: skip
        own = BackupSource(name="值守台自身", kind="software", method="console", **told)
        session.add_all([*small, own, _place(centre, folder / "第二份副本")])
        session.flush()
        _stick(session, net, centre)
    _made(site, net, small)  # the console's own set is the worker's


def _made(site: Site, net: Standing, sources: list[BackupSource]) -> None:
    """The first sets, a drill of the first, the images of a quarter: a second's work."""
    pool = Pool(1, jobs=1, sessions=1)
    try:
        for source in sources:
            _do(site, pool, "backup", back_up, source.id)
        with site.database.view(EVERYTHING) as session:
            good = select(BackupSet.id).where(BackupSet.source_id == sources[0].id)
            first = session.scalars(good.where(BackupSet.state == "good")).first()
        _do(site, pool, "drill", drill, first or "", set=first)
        _do(site, pool, "image", image, _discs(site, net))
    finally:
        pool.close()


def _discs(site: Site, net: Standing) -> str:
    """A quarter's disc set; what a new county cannot have yet is accepted with the reason."""
    with site.database.transaction(net.act("准备演示光盘", "demo")) as session:
        discs = DiscSet(
            centre_id=site.centre_id, databases=False, capacity="cd",
            period=period_of("quarterly", today()),
        )  # fmt: skip
        session.add(discs)
        session.flush()
        take(session, discs, "accept", Taken(net, {"lack_reason": "演示县刚启用"}))
    return discs.id


def _do(site: Site, pool: Pool, kind: str, work: Work, subject: str, **params: Any) -> None:
    key, now = new_key(), datetime.now(UTC)
    run = JobRun(
        id=key, site="local", kind=kind, slot=key, subject=subject, centre_id=site.centre_id,
        params=params, state="running", requested_at=now, started_at=now,
    )  # fmt: skip
    with site.database.observe() as session:
        session.add(run)
    do(Job(site, pool, run.id, subject, params), work)


def _papers(folder: Path) -> str:
    for name, text in _PAPERS.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
    return str(folder)


def _office(place: Path) -> str:
    with closing(sqlite3.connect(place)) as database, database:
        database.execute("CREATE TABLE 公文 (编号 INTEGER PRIMARY KEY, 标题 TEXT)")
        titles = [(f"关于做好第 {n} 期统计工作的通知",) for n in range(1, _ROWS + 1)]
        database.executemany("INSERT INTO 公文 (标题) VALUES (?)", titles)
    return str(place)


def _place(centre: str, folder: Path) -> BackupPlace:
    """On the same disk, so it is no second host: the page says so."""
    folder.mkdir(parents=True, exist_ok=True)
    return BackupPlace(
        centre_id=centre, name="备用目录", purpose="spare", kind="path", folder=str(folder)
    )


def _stick(session: Session, net: Standing, centre: str) -> None:
    """A stick with its keeper, taken along to the records room."""
    keepers = session.scalars(select(Staff).where(Staff.centre_id == centre).order_by(Staff.id))
    keeper = keepers.first()
    if keeper is None:
        return
    stick = Medium(
        centre_id=centre, name="月度备份盘", kind="disk", serial="DEMO-0001", keeper_id=keeper.id,
        kept_at="资料室 2 号柜", capacity=1_000_000_000_000,
    )  # fmt: skip
    session.add(stick)
    session.flush()
    out = {
        "holder_id": keeper.id, "taken_to": "档案室", "due_on": today() + timedelta(days=7),
        "why": "年终整理",
    }  # fmt: skip
    take(session, stick, "lend", Taken(net, out))
