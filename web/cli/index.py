"""The verb about the index that searching stands on."""

import click

from inventory.indexing import checked
from web.cli.telling import as_json, tell
from web.settings import Settings
from web.up import opened


def join(netops: click.Group) -> None:
    netops.add_command(index)


@click.command()
@click.option("--rebuild", is_flag=True, help="把查出的差错改正")
@as_json
@click.pass_obj
def index(settings: Settings, rebuild: bool, as_json: bool) -> None:
    """逐行核对检索索引是否完整；有差错而未改正则退出码为 1。"""
    with opened(settings) as database:
        wrong = checked(database, repair=rebuild)
    if as_json:
        tell({"wrong": wrong, "repaired": rebuild and wrong > 0})
    elif not wrong:
        click.echo("检索索引完整")
    else:
        done = "已改正" if rebuild else "请加 --rebuild 改正"
        click.echo(f"检索索引有 {wrong} 处与台账不符，{done}")
    raise SystemExit(1 if wrong and not rebuild else 0)
