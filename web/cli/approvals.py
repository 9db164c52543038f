"""The approvals on the command line: to look at. Deciding takes a person with a password."""

from collections.abc import Mapping
from typing import Any

import click
from sqlalchemy import select

from inventory.act import EVERYTHING
from inventory.approval import OPEN, STATES, Approval
from web.cli.telling import as_json, table, tell
from web.locale import moment
from web.settings import Settings
from web.up import opened


def join(netops: click.Group) -> None:
    netops.add_command(approval)


@click.group()
def approval() -> None:
    """审批：查看（决定须本人在网页上进行）。"""


@approval.command("list")
@click.option("--state", type=click.Choice(list(STATES)), help="只列这种状态的；默认未办结的")
@click.option("--all", "everything", is_flag=True, help="连同已办结的")
@as_json
@click.pass_obj
def list_verb(settings: Settings, state: str | None, everything: bool, as_json: bool) -> None:
    """列出审批，最新的在前。"""
    query = select(Approval).order_by(Approval.asked_at.desc())
    if state or not everything:
        query = query.where(Approval.state.in_([state] if state else OPEN))
    with opened(settings) as database, database.view(EVERYTHING) as session:
        found = [_told(one) for one in session.scalars(query)]
    if as_json:
        tell(found)
    elif found:
        table(("事项", "内容", "状态", "提出人", "提出时间"), [_row(one) for one in found])
    else:
        click.echo("没有这样的审批")


def _told(one: Approval) -> Mapping[str, Any]:
    return {
        "id": one.id, "kind": one.kind, "title": one.rule.title, "subject": one.subject,
        "state": one.state, "overdue": one.overdue, "reason": one.reason,
        "asked_name": one.asked_name, "asked_at": one.asked_at, "due_at": one.due_at,
        "decided_name": one.decided_name, "decided_at": one.decided_at, "remark": one.remark,
        "digest": one.digest,
    }  # fmt: skip


def _row(one: Mapping[str, Any]) -> tuple[str, ...]:
    state = STATES[one["state"]] + ("（已逾期）" if one["overdue"] else "")
    return (one["title"], one["subject"], state, one["asked_name"], moment(one["asked_at"]))
