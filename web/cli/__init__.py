"""The `netops` command: every verb has `--json`, and an exit code a script can use.

0 done; 1 what was asked for is not so (a device is down, a row is wrong); 2 the command was wrong.
"""

import os
import sys
from pathlib import Path

import click

from web.cli import (
    agent,
    approvals,
    audit,
    backup,
    backup_acts,
    backup_discs,
    backup_export,
    backup_rebuild,
    binding,
    binding_acts,
    change,
    compliance,
    config,
    config_acts,
    config_rebuild,
    home,
    index,
    log_days,
    logs,
    notice,
    people,
    polling,
    rows,
    secret,
    today,
)
from web.cli.faults import Console
from web.settings import Settings, elsewhere

_INTERRUPTED = 130


@click.group(cls=Console)
@click.option(
    "--home", "folder", type=click.Path(path_type=Path), help="数据目录，代替 NETOPS_HOME"
)
@click.version_option(package_name="netops-console")
@click.pass_context
def netops(context: click.Context, folder: Path | None) -> None:
    """运维值守台：监测、登记、备份与值守。"""
    context.obj = Settings.from_env(elsewhere(os.environ, folder) if folder else None)


# people: beside verbs of rows
for part in (
    agent, approvals, audit, backup, backup_acts, backup_discs, backup_export, backup_rebuild,
    binding, binding_acts, change, config, config_acts, config_rebuild, compliance, home, index,
    logs, log_days, notice, polling, rows, people, secret, today,
):  # fmt: skip
    part.join(netops)


def main() -> None:
    """Entry point of the command."""
    try:
        netops(prog_name="netops", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(_INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
