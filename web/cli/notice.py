"""Verbs about notices: what somebody has to read, and whether a channel works."""

from collections.abc import Sequence
from typing import TypeVar

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import mailbox
from inventory.act import EVERYTHING
from inventory.channel import Channel
from inventory.grant import standing
from inventory.keys import new_key
from inventory.mailbox import NoticeAsk
from inventory.notice import KINDS, LEVELS
from inventory.person import Person
from playbooks.delivering import try_once
from playbooks.jobs import Unfinished
from web.cli.faults import Failed
from web.cli.telling import as_json, table, tell
from web.locale import moment
from web.settings import Settings
from web.up import opened, site_of

Row = TypeVar("Row")


def join(netops: click.Group) -> None:
    netops.add_command(notice)


@click.group()
def notice() -> None:
    """通知：看某人有哪些通知，试一个通知渠道。"""


@notice.command("list")
@click.argument("login")
@click.option("--unread", is_flag=True, help="只列未读的")
@click.option("--page", default=1, show_default=True, help="第几页，每页 50 条")
@as_json
@click.pass_obj
def list_verb(settings: Settings, login: str, unread: bool, page: int, as_json: bool) -> None:
    """列出这个登录名的通知，最新的在前；不会标为已读。"""
    with opened(settings) as database, database.view(EVERYTHING) as session:
        who = standing(session, _person(session, login))
        found = mailbox.notices(session, who, NoticeAsk(unread=unread, page=page))
    if as_json:
        names = ("id", "kind", "level", "title", "text", "link", "made_at")
        tell([{n: getattr(one, n) for n in names} | {"read_at": at} for one, at in found.rows])
        return
    table(("时间", "级别", "类别", "标题", "已读"), [
        (moment(one.made_at), LEVELS[one.level], KINDS[one.kind], one.title,
         moment(at) if at else "")
        for one, at in found.rows
    ])  # fmt: skip


@notice.command()
@click.argument("channel")
@click.option("--to", "login", required=True, help="发给谁（登录名）")
@as_json
@click.pass_obj
def test(settings: Settings, channel: str, login: str, as_json: bool) -> None:
    """用这个通知渠道（名称）发一条测试，现在就发；发不出去时说明原因，退出码为 1。"""
    with opened(settings) as database:
        with database.view(EVERYTHING) as session:
            row, who = _channel(session, channel), _person(session, login)
        try:
            to = try_once(site_of(settings, database), row.id, who.id, new_key())
        except Unfinished as error:
            raise Failed(error.reason) from None
    tell({"to": to}) if as_json else click.echo(f"已交给对方：{to}，请确认真的收到")


def _person(session: Session, login: str) -> Person:
    living = select(Person).where(Person.login == login, Person.retired_at.is_(None))
    return _only(session.scalars(living).all(), f"人员叫“{login}”")


def _channel(session: Session, name: str) -> Channel:
    living = select(Channel).where(Channel.name == name, Channel.retired_at.is_(None))
    return _only(session.scalars(living).all(), f"通知渠道叫“{name}”")


def _only(found: Sequence[Row], what: str) -> Row:
    if len(found) != 1:
        raise click.UsageError(f"{f'有 {len(found)} 个' if found else '没有'}{what}")
    return found[0]
