"""Verbs about the console's secrets: check them all, change the key they are sealed with."""

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import click
from sqlalchemy.engine import make_url

from inventory import audit, usage
from inventory.act import EVERYTHING, system
from inventory.db import Database
from inventory.home import home_fact
from inventory.resealing import rotate
from inventory.secret_check import Checked, Finding, check, private
from web.cli.telling import as_json, table, tell
from web.settings import SETTINGS, Settings
from web.up import opened

_KINDS = {"key": "密钥", "sealed": "打不开", "weak": "弱口令", "due": "到期", "clear": "明文"}


def join(netops: click.Group) -> None:
    netops.add_command(secret)


@click.group()
def secret() -> None:
    """口令和密钥：检查，更换加密用的密钥。"""


@secret.command("check")
@as_json
@click.pass_obj
def check_verb(settings: Settings, as_json: bool) -> None:
    """逐个打开全部密文（不显示），列出打不开、太弱、到期和可能被别人读到的；有则退出码为 1。"""
    with opened(settings) as database:
        with database.view(EVERYTHING) as session:
            checked = check(session, settings.key_file)
        _remember(database, checked)
    found = (*checked.findings, *private(settings.home / "session.key", "会话密钥文件"), *_clear())
    number = sum(checked.opened.values())
    if as_json:
        told = [{"kind": f.kind, "where": f.where, "cause": f.cause} for f in found]
        tell({"opened": number, "key_file": str(settings.key_file), "findings": told})
    else:
        click.echo(f"打开了 {number} 个密文；密钥文件 {settings.key_file}")
        if found:
            table(("类别", "在哪里", "问题"), [(_KINDS[f.kind], f.where, f.cause) for f in found])
    raise SystemExit(1 if found else 0)


def _remember(database: Database, checked: Checked) -> None:
    """To open secrets by hand is an act, and leaves its trace."""
    act = system("检查口令和密钥", "cli")
    with database.transaction(act) as session:
        told = {"opened": sum(checked.opened.values()), "findings": len(checked.findings)}
        centre = home_fact(session, "centre") or None
        audit.note(session, act, "Key", "", centre, told)
    uses = {row: 1 for row in checked.opened if row}
    with database.observe() as session:
        usage.count(session, "check", uses, datetime.now(UTC))


def _clear(env: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Secrets given as plain variables: children, crash reports and service files repeat these."""
    for setting in SETTINGS:
        text = env.get(setting.name, "") if setting.secret else ""
        if text and (setting.name != "DATABASE_URL" or make_url(text).password):
            cause = f"口令写在环境变量里：请写进 0600 的文件，改用 {setting.name}_FILE"
            yield Finding("clear", setting.name, cause)


@secret.command("rotate-key")
@as_json
@click.pass_obj
def rotate_key(settings: Settings, as_json: bool) -> None:
    """更换加密用的密钥：值守台可以照常运行；中途断电，再运行一次即可接着做完。"""
    steps = []
    with opened(settings) as database:
        for step in rotate(database, settings.key_file, system("更换加密密钥", "cli")):
            steps.append(step)
            if not as_json:
                click.echo(step)
    if as_json:
        tell({"key_file": str(settings.key_file), "steps": steps})
        return
    click.echo(
        f"密钥文件：{settings.key_file}。请重新封存一份；更换以前的数据库备份只认旧密钥的封存件。"
    )
