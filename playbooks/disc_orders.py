"""What is to be made of a disc set, or of a year's archive: rows, folders and keys gathered before
the long work begins."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from backups.backup_keys import key_of
from backups.disc_configs import write_configs
from backups.disc_making import Making
from backups.disc_plan import Load, Sources
from backups.disc_tags import About
from backups.looks import Looks
from backups.set_format import WrongKey
from backups.set_manifest import read_manifest
from backups.sets import folder_of, matched
from backups.standalone import standalone
from inventory.act import EVERYTHING
from inventory.backup_set import BackupSet
from inventory.backup_source import BackupSource
from inventory.centre import Centre
from inventory.chain import Head, head
from inventory.disc_choice import Choice, choice, is_sealed
from inventory.disc_progress import discs_of
from inventory.disc_set import DiscSet
from inventory.disc_steps import unready
from inventory.keyfile import SecretError
from inventory.os_words import cause_of
from inventory.shanghai import today
from inventory.store import Damaged
from playbooks.jobs import Unfinished
from playbooks.site import Site

RAW = "设备配置原文（含口令）：只在加密的值守台自身备份里，光盘上是隐去口令的文本"


def folder_for(home: Path, paper_id: str) -> Path:
    """Where a disc set's images and plan lie."""
    return home / "discs" / paper_id


def making(site: Site, paper_id: str) -> tuple[Making, str]:
    """The order for a disc set, and what it leaves out and why. Raises Unfinished."""
    with site.database.view(EVERYTHING) as session:
        paper = session.get(DiscSet, paper_id)
        if paper is None or paper.retired_at is not None:
            raise Unfinished("这套光盘已停用，没有生成")
        if cause := unready(session, paper):
            raise Unfinished(cause)
        told = choice(session, paper.centre_id, paper.period)
        loads = loads_of(session, site, told, sealed=paper.databases)
        left = left_out(told, sealed=not paper.databases)
        about = _about(session, paper, loads, "\n".join(told.lacking), left)
    configs(site, folder_for(site.home, paper.id) / "configs", told)
    return _order(site, paper, loads, about), left


def making_again(site: Site, paper_id: str) -> Making:
    """The order for discs that were made before: the backups that are on them, the configurations
    as they were kept then. Raises Unfinished."""
    with site.database.view(EVERYTHING) as session:
        paper = session.get_one(DiscSet, paper_id)
        ids = {one for disc in discs_of(session, paper) for one in disc.sets.split()}
        rows = session.scalars(select(BackupSet).where(BackupSet.id.in_(ids))).all()
        named = {one.source_id for one in rows}
        query = select(BackupSource).where(BackupSource.id.in_(named))
        sources = {one.id: one for one in session.scalars(query)}
        plain = {one for one in rows if not is_sealed(one, sources[one.source_id])}
        loads = tuple(_loads(session, site, sources, sorted(rows, key=_number), plain=plain))
        about = _about(session, paper, loads, paper.lacking or "", paper.left_out or "")
    return _order(site, paper, loads, about)


def _order(site: Site, paper: DiscSet, loads: tuple[Load, ...], about: About) -> Making:
    folder = folder_for(site.home, paper.id)
    sources = Sources(loads, folder / "work", folder / "configs")
    return Making(folder, about, sources, paper.room)


def _number(row: BackupSet) -> str:
    return row.number


def left_out(told: Choice, *, sealed: bool) -> str:
    """What there is but does not go along, and why, line by line."""
    why = "加密的备份，没有申请刻入"
    lines = [
        f"{told.sources[one.source_id].name} {one.period}：{why}" for one in told.sealed if sealed
    ]
    return "\n".join([*lines, *([RAW] if told.configs else [])])


def loads_of(session: Session, site: Site, told: Choice, *, sealed: bool) -> tuple[Load, ...]:
    """The backups of a choice, with or without the encrypted ones. Raises Unfinished."""
    rows = (*told.plain, *(told.sealed if sealed else ()))
    return tuple(_loads(session, site, told.sources, rows, plain=set(told.plain)))


def configs(site: Site, folder: Path, told: Choice) -> int:
    """Write the texts of the devices; how many. Raises Unfinished."""
    try:
        looks = Looks(site.database, site.key, site.home)
        return write_configs(folder, looks, told.devices, told.configs)
    except Damaged as error:
        raise Unfinished(error.reason) from None
    except OSError as error:
        raise Unfinished(f"设备配置写不出来：{cause_of(error)}；请检查磁盘") from None


def _loads(
    session: Session,
    site: Site,
    sources: Mapping[str, BackupSource],
    rows: Iterable[BackupSet],
    *,
    plain: set[BackupSet],
) -> Iterator[Load]:
    for row in rows:
        folder = folder_of(site.home, row)
        try:
            told = matched(folder, row)
            key = key_of(session, site.key, told.print_id) if row in plain else None
        except (Damaged, WrongKey, SecretError) as error:
            raise Unfinished(f"{row.number} 不能刻入：{error}；请从副本恢复这份备份") from None
        name = sources[row.source_id].name
        yield Load(row.id, row.number, name, row.kind, row.period, folder, told.size, key)


def _about(
    session: Session, paper: DiscSet, loads: Sequence[Load], lacking: str, left: str
) -> About:
    centre = session.get_one(Centre, paper.centre_id)
    prints = {read_manifest(one.folder).print_id for one in loads if one.key is None}
    why = paper.lack_reason or ""
    notes = {"缺少的备份": lacking, "缺少原因": why if lacking else "", "未刻入及原因": left}
    return About(
        paper.number, paper.period, centre.name, f"{_ascii(centre.code)}_{paper.period}", today(),
        notes, tuple(sorted(prints)), standalone().decode(), str(Head(*head(session))),
    )  # fmt: skip


def _ascii(code: str) -> str:
    """A centre's code as a volume may carry it."""
    return "".join(c if c.isascii() and c.isalnum() else "_" for c in code)[:16].upper()
