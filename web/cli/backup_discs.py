"""Verbs about discs of data backups: images, burning, reading back, the archive of a year."""

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING
from inventory.archive_transfer import ArchiveTransfer
from inventory.disc import Disc
from inventory.disc_set import DiscSet
from inventory.register import Register
from web.cli.backup import backup
from web.cli.backup_jobs import answer_of, noted, perform, say
from web.cli.site import at_site
from web.cli.telling import as_json
from web.settings import Settings


def join(_netops: click.Group) -> None:
    """The verbs hang below `netops backup`, which `web.cli.backup` joins."""
    for verb in (disc, archive):
        backup.add_command(verb)


@click.command()
@click.argument("what", type=click.Choice(["image", "burn", "readback"]))
@click.argument("name", metavar="光盘备份或光盘的编号")
@click.option("--drive", default="", help="光驱，如 /dev/sr0")
@click.option("--source", default="", help="回读：光驱或挂载目录；image 只核对本机映像，不算读盘")
@as_json
@click.pass_obj
def disc(
    settings: Settings, what: str, name: str, drive: str, source: str, *, as_json: bool
) -> None:
    """生成一个季度的光盘映像（image），刻录一张（burn），读回核对一张（readback）。"""
    told = {key: value for key, value in (("drive", drive), ("source", source)) if value}
    with at_site(settings) as (site, pool):
        with site.database.view(EVERYTHING) as session:
            row = _disc(session, what, name)
        noted(site, {"image": "生成光盘映像", "burn": "刻录光盘", "readback": "光盘回读"}[what],
              (type(row).__name__, row.id, row.centre_id))  # fmt: skip
        done = answer_of(perform(site, pool, what, (row.id, row.centre_id), told))
    say(done, as_json, f"已完成：{row.label}")


@click.command()
@click.argument("number", metavar="移交编号或年度")
@click.option("--check", is_flag=True, help="重新读出移交包，与登记的清单比较；不符则退出码为 1")
@as_json
@click.pass_obj
def archive(settings: Settings, number: str, check: bool, as_json: bool) -> None:
    """为已登记的年终归档移交生成移交包；签字移交在网页上办理。"""
    what, told = ("核对移交包", {"check": True}) if check else ("生成移交包", {})
    with at_site(settings) as (site, pool):
        with site.database.view(EVERYTHING) as session:
            row = _transfer(session, number)
        noted(site, what, ("ArchiveTransfer", row.id, row.centre_id))
        done = answer_of(perform(site, pool, "archive", (row.id, row.centre_id), told))
    words = "移交包与登记的清单一致" if check else "移交包已生成"
    say(done, as_json, f"{words}：{row.label}")


def _disc(session: Session, what: str, name: str) -> DiscSet | Disc:
    found: Register | None
    if what == "image":
        found = session.scalars(select(DiscSet).where(DiscSet.number == name)).first()
    else:
        found = session.scalars(select(Disc).where(Disc.identifier == name)).first()
    if not isinstance(found, DiscSet | Disc):
        raise click.UsageError(f"没有编号为 {name} 的光盘；用 netops backup discs 查看")
    return found


def _transfer(session: Session, number: str) -> ArchiveTransfer:
    query = select(ArchiveTransfer).where(ArchiveTransfer.retired_at.is_(None))
    year = int(number) if number.isdecimal() else 0
    either = (ArchiveTransfer.number == number) | (ArchiveTransfer.year == year)
    found = session.scalars(query.where(either)).all()
    if len(found) != 1:
        raise click.UsageError(f"没有（或不止一份）“{number}”的年终归档移交，请先在网页上登记")
    return found[0]
