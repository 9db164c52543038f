"""`netops backup rebuild`: the catalogue of backups made anew from what lies in a folder, on the
second machine, on a medium, or from discs alone."""

from pathlib import Path

import click

from backups.backup_keys import take_in_key
from backups.disc_catalogue import rebuild_discs
from backups.disc_opening import laid
from backups.iso import NotMade, Unreadable
from backups.key_text import Mistyped, key_from_text
from backups.set_catalogue import Lies, Rebuilt, rebuild
from inventory.act import EVERYTHING
from inventory.home import home_fact
from inventory.keys import new_key
from inventory.medium import Medium
from playbooks.drill_scratch import scratch
from playbooks.site import Site
from web.cli.backup import backup
from web.cli.backup_acts import loud, place_named
from web.cli.backup_jobs import act
from web.cli.faults import Failed
from web.cli.site import at_site
from web.cli.telling import as_json, tell
from web.settings import Settings


def join(_netops: click.Group) -> None:
    backup.add_command(rebuild_verb)


@click.command("rebuild")
@click.argument("folder", required=False, metavar="[目录]",
                type=click.Path(path_type=Path, exists=True, file_okay=False))  # fmt: skip
@click.option("--place", "name", default="", help="目录在哪个存放处或介质上；本机的不用写")
@click.option("--disc", "discs", multiple=True,
              help="从光盘重建：挂载目录、映像或光驱；一套的各张都写上，可重复")  # fmt: skip
@click.option("--key-file", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="写有密钥单上密钥的文件，先录入；没有密钥的备份不算已核对")  # fmt: skip
@as_json
@click.pass_obj
def rebuild_verb(
    settings: Settings, folder: Path | None, name: str, discs: tuple[str, ...],
    key_file: Path | None, *, as_json: bool,
) -> None:  # fmt: skip
    """按备份清单重建备份登记：本机的备份目录、别处的目录或光盘。有损坏的则退出码为 1。"""
    if bool(folder) != bool(name):
        raise click.UsageError("目录和 --place 要一起写：登记要说明这些副本在哪里")
    if folder and discs:
        raise click.UsageError("目录和 --disc 不能一起写，请分两次做")
    with at_site(settings) as (site, _pool):
        if key_file:
            _take_in(site, key_file)
        done = _from_discs(site, discs) if discs else _from_folder(site, folder, name)
    _rebuilt(done, as_json)
    raise SystemExit(1 if done.damaged else 0)


def _take_in(site: Site, file: Path) -> None:
    """The key of a sheet, typed into a file: never on the command line. Raises Failed."""
    try:
        raw = key_from_text(file.read_text("utf-8", errors="replace"))
    except (Mistyped, OSError) as error:
        raise Failed(f"{file}：{error}") from error
    with site.database.transaction(act("录入备份密钥")) as session:
        take_in_key(session, site.key, raw, home_fact(session, "centre"))


def _from_folder(site: Site, folder: Path | None, name: str) -> Rebuilt:
    lies = Lies()
    if name:
        with site.database.view(EVERYTHING) as session:
            where = place_named(session, name)
        lies = Lies("medium" if isinstance(where, Medium) else "host", where.id, where.label)
    root = folder or site.home / "sets"
    return rebuild(site.database, root, act("重建备份登记"), lies, loud(), site.key)


def _from_discs(site: Site, discs: tuple[str, ...]) -> Rebuilt:
    """What is read out of images lies in the home no longer than this takes. Raises Failed."""
    try:
        with scratch(site, new_key()) as work:
            folders = laid(discs, work, loud())
            told = act("从光盘重建备份登记")
            return rebuild_discs(site.database, folders, told, loud(), site.key)
    except (Unreadable, NotMade) as error:
        raise Failed(error.reason) from error


def _rebuilt(done: Rebuilt, as_json: bool) -> None:
    damaged = [{"folder": str(folder), "why": why} for folder, why in done.damaged]
    if as_json:
        tell({"entered": done.entered, "known": done.known, "damaged": damaged})
        return
    click.echo(f"新登记 {len(done.entered)} 份，原已登记 {len(done.known)} 份")
    for one in damaged:
        click.echo(f"{one['folder']}：{one['why']}")
