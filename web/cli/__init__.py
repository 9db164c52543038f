"""The `netops` command: every verb has `--json`, and an exit code a script can use.

0 done; 1 the thing asked for failed (a device is down, a row is wrong); 2 the command was wrong.
"""

import sys
from dataclasses import replace
from pathlib import Path

import click

from inventory.guard import Refused
from inventory.register import Rejected
from inventory.sheet import SheetError
from netops.simulator import county
from web.cli import home, polling, rows
from web.settings import SettingError, Settings
from web.up import CannotStart

_FAILED = 1
_TOLD = (
    CannotStart, Refused, Rejected, SettingError, SheetError,
    county.NotRunning, county.Refused, county.UnknownDevice,
)  # fmt: skip


@click.group()
@click.option(
    "--home", "folder", type=click.Path(path_type=Path), help="数据目录，代替 NETOPS_HOME"
)
@click.version_option(package_name="netops-console")
@click.pass_context
def netops(context: click.Context, folder: Path | None) -> None:
    """运维值守台：监测、登记、备份与值守。"""
    settings = Settings.from_env()
    if folder is not None:
        path = folder.absolute()
        settings = replace(settings, home=path, database_url="", key_file=Path())
    context.obj = settings


for part in (home, polling, rows):
    part.join(netops)


def main() -> None:
    """Entry point: what the person can mend is told in one line, without a trace."""
    try:
        netops(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except _TOLD as error:
        click.echo(str(error), err=True)
        sys.exit(_FAILED)
