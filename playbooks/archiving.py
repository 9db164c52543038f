"""The year's folder for the archive room is made (Article 143; duty E8): the work behind the button
of a transfer, and the registers of the year that go along."""

import csv
import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backups.archive import Packed, Transfer, pack
from backups.archive_check import Altered, check
from backups.iso import NotMade
from backups.pace import Pace
from backups.vault import NotKept
from inventory.act import EVERYTHING, system
from inventory.archive_steps import chosen, packed, unready
from inventory.archive_transfer import MEDIA, ArchiveTransfer
from inventory.backup_set import BackupSet
from inventory.centre import Centre
from inventory.chain import Head, head
from inventory.config_snapshot import ConfigSnapshot
from inventory.disc import Disc, DiscCheck
from inventory.disc_choice import Choice, span, units
from inventory.durable import make_folder
from inventory.notice import tell
from inventory.os_words import cause_of
from inventory.register import CentreRegister, Field, fields, register_named
from inventory.shanghai import SHANGHAI, today
from inventory.staff import Staff
from inventory.store import Damaged
from playbooks.disc_orders import RAW, configs, loads_of
from playbooks.holding import holding
from playbooks.jobs import Job, Unfinished
from playbooks.site import Site

_MIB = 1 << 20
# The registers that go along, and the moment by which their rows belong to the year.
_BOOKS: tuple[tuple[type[CentreRegister], str], ...] = (
    (BackupSet, "started_at"), (Disc, ""), (DiscCheck, "at"), (ConfigSnapshot, "taken_at"),
)  # fmt: skip


def archive(job: Job) -> Mapping[str, Any]:
    """Make the folder of one transfer (`subject`), or with `params` "check" read it again. Raises
    Unfinished, Stopped: nothing has changed then."""
    with _alone(job.site.home, job.subject):
        return _checked(job) if job.params.get("check") else _made(job)


def sweep(site: Site) -> int:
    """Delete the plain files that killed makings left, and those of cancelled transfers; of how
    many transfers. One that somebody is at stays."""
    with site.database.view(EVERYTHING) as session:
        query = select(ArchiveTransfer.id).where(ArchiveTransfer.state == "cancelled")
        cancelled = {place_of(site.home, one) for one in session.scalars(query)}
    top = site.home / "archive"
    left = {*(one for one in cancelled if one.is_dir()), *top.glob("*/work")}
    for place in sorted(left):
        paper = place.parent.name if place.name == "work" else place.name
        with suppress(Unfinished), _alone(site.home, paper):
            shutil.rmtree(place, ignore_errors=True)
    return len(left)


def _alone(home: Path, paper_id: str) -> AbstractContextManager[None]:
    lock = place_of(home, paper_id) / ".lock"
    return holding(lock, "这份移交包正在生成或核对，请等它结束")


def _made(job: Job) -> Mapping[str, Any]:
    try:
        order, told = _order(job.site, job.subject)
        size = sum(one.size for one in order.loads)
        done = pack(order, _pace(job, 2 * size))
    except (NotMade, Damaged, NotKept) as error:
        raise Unfinished(error.reason) from None
    with job.site.database.transaction(system("生成年终移交包")) as session:
        paper = session.get_one(ArchiveTransfer, job.subject)
        if paper.state != "draft":
            raise Unfinished("生成期间移交单的状态变了，没有记录；请重新打开看")
        listing = "\n".join("\t".join(map(_flat, row)) for row in done.rows)
        packed(session, paper, listing, _missing(paper, told, done), _counts(done))
    return {"files": done.files, "size": done.size}


def _checked(job: Job) -> Mapping[str, Any]:
    with job.site.database.view(EVERYTHING) as session:
        paper = session.get(ArchiveTransfer, job.subject)
    if paper is None or not paper.sha256 or paper.state not in ("packed", "given", "done"):
        raise Unfinished("这份移交的移交包还没有生成，没有核对")
    folder = place_of(job.site.home, paper.id) / paper.number
    try:
        files = check(folder, paper.sha256, _pace(job, paper.size, "正在核对"))
    except Altered as error:
        _tell(job.site, paper, error.reason)
        raise Unfinished(f"移交包与登记不符：{error.reason}") from None
    except OSError as error:
        raise Unfinished(f"移交包读不出来：{cause_of(error)}；请检查本机磁盘") from None
    return {"files": files, "sha256": paper.sha256}


def _tell(site: Site, paper: ArchiveTransfer, reason: str) -> None:
    with site.database.transaction(system("核对年终移交包")) as session:
        tell(
            session, "wrong", f"年终移交包与登记不符：{paper.label}"[:200],
            centre_id=paper.centre_id, right="operate", level="critical", text=reason,
            link=f"/r/{paper.slug}/{paper.id}", key=f"archive:{paper.id}",
        )  # fmt: skip


def place_of(home: Path, paper_id: str) -> Path:
    """Where the folder of a transfer lies."""
    return home / "archive" / paper_id


def _order(site: Site, paper_id: str) -> tuple[Transfer, Choice]:
    with site.database.view(EVERYTHING) as session:
        paper = session.get(ArchiveTransfer, paper_id)
        if paper is None or paper.state != "draft":
            raise Unfinished("移交包只在“草拟”时生成；要重新生成请先“退回修改”")
        told = chosen(session, paper)
        if cause := unready(session, paper, told):
            raise Unfinished(cause)
        loads = loads_of(session, site, told, sealed=paper.databases)
        folder = place_of(site.home, paper.id)
        _registers(session, paper, folder / "registers")
        unit = session.get_one(Centre, paper.centre_id).name
        facts = _facts(session, paper)
    configs(site, folder / "configs", told)
    order = Transfer(
        folder, paper.number, paper.year, unit, today(), paper.code, facts, loads,
        folder / "configs", folder / "registers",
    )  # fmt: skip
    return order, told


def _facts(session: Session, paper: ArchiveTransfer) -> dict[str, str]:
    giver = session.get(Staff, paper.giver_id or "")
    return {
        "交接工作名称": paper.work, "内容描述": paper.description or "",
        "载体类型": f"{MEDIA[paper.medium]} {paper.spec or ''}".strip(),
        "载体起止顺序号": paper.carriers or "", "保管单位": paper.archive_room or "",
        "制作人": giver.name if giver else "", "密级": "内部",
        "审计链头": str(Head(*head(session))),
    }  # fmt: skip


def _missing(paper: ArchiveTransfer, told: Choice, done: Packed) -> str:
    """What the archive room does not get, and why."""
    lines = list(told.lacking)
    if not paper.databases:
        lines += [
            f"{line}：加密的数据库备份，只列目录，不移交" for line in told.listing.splitlines()
        ]
    lines += [RAW] if told.configs else []
    if done.compressed:
        lines.append(f"原件本身就是压缩格式的文件 {done.compressed} 个，未解压")
    return "\n".join(lines)


def _counts(done: Packed) -> tuple[int, int, str]:
    return done.files, done.size, done.sha256


def _registers(session: Session, paper: ArchiveTransfer, folder: Path) -> None:
    """The year's rows of each register as a table (CSV, UTF-8 with its mark)."""
    shutil.rmtree(folder, ignore_errors=True)
    make_folder(folder)
    places = units(session, paper.centre_id)
    for cls, moment in _BOOKS:
        with (folder / f"{cls.title}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            table = csv.writer(file)
            told = [one for one in fields(cls) if one.kind != "secret"]
            table.writerow([one.label for one in told])
            for row in _rows(session, cls, moment, places, paper.year):
                table.writerow([_text(session, one, getattr(row, one.name)) for one in told])


def _rows(
    session: Session, cls: type[CentreRegister], moment: str, places: list[str], year: int
) -> Iterator[Any]:
    query = select(cls).where(cls.centre_id.in_(places))
    if moment:
        first, after = (datetime.combine(day, time(), SHANGHAI) for day in span(str(year)))
        column = getattr(cls, moment)
        query = query.where(column >= first.astimezone(UTC), column < after.astimezone(UTC))
    return iter(session.scalars(query.order_by(cls.id).execution_options(yield_per=500)))


def _text(session: Session, field: Field, value: Any) -> str:
    if value is None:
        return ""
    if field.kind == "ref":
        row = session.get(register_named(field.entry.refers), value)
        value = row.label if row is not None else ""
    elif field.kind == "choice":
        value = field.choices.get(value, value)
    elif isinstance(value, datetime):
        value = f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    elif isinstance(value, bool):
        value = "是" if value else "否"
    text = _flat(value)
    return f"'{text}" if text[:1] in "=+-@" and isinstance(value, str) and text else text


def _flat(value: object) -> str:
    return " ".join(str(value).split())


def _pace(job: Job, total: int, note: str = "正在整理") -> Pace:
    whole = -(-total // _MIB)

    def tell(done: int) -> None:
        job.tell(min(done // _MIB, whole), whole, note)

    return Pace(stop=job.halted, tell=tell)
