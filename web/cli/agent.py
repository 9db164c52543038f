"""`netops agent make`: the program that sends a server's files to this console."""

from pathlib import Path

import click

from netops.agent_settings import SAMPLE
from netops.agent_zip import archive
from web.cli.faults import Failed
from web.cli.telling import as_json, tell


def join(netops: click.Group) -> None:
    netops.add_command(agent)


@click.group()
def agent() -> None:
    """代理程序：装在值守台不能登录的服务器上，把目录送来备份。"""


@agent.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@as_json
def make(folder: Path, as_json: bool) -> None:
    """写出 netops-agent.pyz 和配置样本 netops-agent.ini（已有的配置不动）。

    拷到服务器上，填好配置，交给 cron 或“任务计划程序”每天运行；要 Python 3.9 以上。
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        program, settings = folder / "netops-agent.pyz", folder / "netops-agent.ini"
        program.write_bytes(archive())
        program.chmod(0o755)
        if not settings.exists():
            settings.touch(0o600)
            settings.write_text(SAMPLE, encoding="utf-8")
    except OSError as error:
        raise Failed(f"没有写成：{error}。请换一个可写的目录。") from None
    if as_json:
        tell({"program": str(program), "settings": str(settings)})
    else:
        click.echo(f"已写出 {program} 和 {settings}")
