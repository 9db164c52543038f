"""`netops today`: what one person must do now, as their first page has it."""

from datetime import UTC, datetime

import click
from sqlalchemy import select

from inventory.act import EVERYTHING
from inventory.grant import standing
from inventory.person import Person
from web.cli.telling import as_json, table, tell
from web.settings import Settings
from web.todo import GROUPS, group_of, how_near, told
from web.todo import todo as todo_of
from web.up import opened


def join(netops: click.Group) -> None:
    netops.add_command(today)


@click.command()
@click.option("--login", required=True, help="谁的（登录名）")
@as_json
@click.pass_obj
def today(settings: Settings, login: str, as_json: bool) -> None:
    """列出某人现在要办的事，逾期在前。"""
    now = datetime.now(UTC)
    with opened(settings) as database:
        with database.view(EVERYTHING) as session:
            living = select(Person).where(Person.login == login, Person.retired_at.is_(None))
            person = session.scalars(living).first()
            if person is None:
                raise click.UsageError(f"没有人员叫“{login}”")
            who = standing(session, person, now)
        found = todo_of(database, who, now)
    if as_json:
        tell(told(found, now))
    elif found:
        table(("期限", "事项", "内容", "件数", "情况"), [
            (str(GROUPS[group_of(one.due, now)]), one.kind, one.text, one.count,
             how_near(one, now))
            for one in found
        ])  # fmt: skip
    else:
        click.echo("现在要办的都办完了")
