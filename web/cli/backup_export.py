"""`netops backup export`: the backup register of a period as one signed file, for an auditor."""

from datetime import date, datetime
from pathlib import Path

import click
from flask import Flask, g

from backups.register_tables import Period
from inventory.act import EVERYTHING
from inventory.durable import write_whole
from inventory.home import home_fact
from inventory.secret import Key
from web import create_app
from web.backup_register import ACT, House
from web.backup_register import export as made
from web.cli.backup import backup
from web.cli.backup_jobs import act
from web.cli.telling import as_json, facts, tell
from web.settings import Settings
from web.up import must_be_founded, opened

_DAY = click.DateTime(["%Y-%m-%d"])


def join(_netops: click.Group) -> None:
    """The verb hangs below `netops backup`."""
    backup.add_command(export)


@click.command()
@click.option("--first", type=_DAY, required=True, help="自哪天")
@click.option("--last", type=_DAY, required=True, help="至哪天")
@click.option("--to-file", "place", type=click.Path(path_type=Path, dir_okay=False),
              help="写到这个文件；不写用导出自己的名称")  # fmt: skip
@as_json
@click.pass_obj
def export(
    settings: Settings, first: datetime, last: datetime, place: Path | None, as_json: bool
) -> None:
    """导出一段时间的备份登记：一个签名的压缩包，任何装有 python3 的机器都能核对。"""
    if first > last:
        raise click.UsageError("--first 在 --last 之后，请对调")
    name, data = _made(settings, Period(_of(first), _of(last)))
    target = place or Path(name)
    if target.exists():
        raise click.UsageError(f"{target} 已经存在，没有覆盖；请换一个文件名")
    write_whole(target, target.with_name(f"{target.name}.part"), data)
    told = {"file": str(target), "bytes": len(data)}
    tell(told) if as_json else facts({"文件": target, "字节": len(data)})


def _made(settings: Settings, period: Period) -> tuple[str, bytes]:
    """Templates need an application around them, also where nobody asks by a browser."""
    with opened(settings) as database:
        must_be_founded(settings, database)
        app: Flask = create_app(settings, database)
        with database.view(EVERYTHING) as session:
            centre = home_fact(session, "centre")
        house = House(database, settings.home, Key.load(settings.key_file))
        with app.test_request_context("/"):
            g.person = None
            return made(house, act(ACT), centre, period, _step)


def _step(done: int, total: int, note: str) -> None:
    click.echo(f"\r{done}/{total} {note}\x1b[K", nl=done >= total, err=True)


def _of(at: datetime) -> date:
    return at.date()
