"""The duty log on the command line, to look at: one day of it, and what waits to be confirmed.
Writing and signing take a person."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING
from inventory.centre import Centre
from inventory.log_book import empty, entries_of, owing, shares_of
from inventory.log_day import STATES, LogDay
from inventory.log_draft import LogDraft
from inventory.log_entry import LogEntry
from inventory.log_sections import SECTIONS
from inventory.shanghai import today
from web.cli.logs import CENTRE, centre_named, log
from web.cli.telling import as_json, table, tell
from web.locale import moment
from web.settings import Settings
from web.up import opened

_DRAFT = ("id", "at", "section", "text", "link")


def join(_netops: click.Group) -> None:
    """The verbs hang below `netops log`, which `web.cli.logs` joins."""
    log.add_command(show_verb)
    log.add_command(drafts_verb)


@click.command("show")
@click.argument("day", metavar="[日期]", type=click.DateTime(["%Y-%m-%d"]), required=False)
@CENTRE
@as_json
@click.pass_obj
def show_verb(settings: Settings, day: Any, centre: str, as_json: bool) -> None:
    """看一天的日志；不写日期就是今天。没有日志则退出码为 1。"""
    when = day.date() if day else today()
    with opened(settings) as database, database.view(EVERYTHING) as session:
        sheets = _sheets(session, centre_named(session, centre), when)
        found = [_told(session, one) for one in sheets]
    if as_json:
        tell(found)
    for one in () if as_json else found:
        click.echo(f"{one['label']}：{STATES[one['state']]}")
        table(("时间", "栏目", "内容", "记录人", "补记"), [_row(line) for line in one["entries"]])
        for word, names in (("没有记录的栏目", one["missing"]), ("没有签字", one["unsigned"])):
            click.echo(f"{word}：{'、'.join(names) or '无'}")
    if not found and not as_json:
        click.echo(f"{when} 没有日志")
    raise SystemExit(0 if found else 1)


@click.command("drafts")
@CENTRE
@as_json
@click.pass_obj
def drafts_verb(settings: Settings, centre: str, as_json: bool) -> None:
    """列出待确认的草稿，最早的在前（确认须本人在网页上进行）。"""
    with opened(settings) as database, database.view(EVERYTHING) as session:
        home = centre_named(session, centre)
        query = select(LogDraft).where(LogDraft.centre_id == home.id, LogDraft.state == "open")
        rows = session.scalars(query.order_by(LogDraft.day, LogDraft.at, LogDraft.id)).all()
    if as_json:
        tell([{name: getattr(one, name) for name in _DRAFT} for one in rows])
    elif rows:
        lines = [(moment(one.at), SECTIONS[one.section], one.text) for one in rows]
        table(("时间", "栏目", "内容"), lines)
    else:
        click.echo("没有待确认的草稿")


def _sheets(session: Session, centre: Centre, day: date) -> list[LogDay]:
    query = select(LogDay).where(LogDay.centre_id == centre.id, LogDay.day == day)
    return list(session.scalars(query.order_by(LogDay.shift)))


def _told(session: Session, sheet: LogDay) -> Mapping[str, Any]:
    signed = [one.author for one in shares_of(session, sheet) if one.state == "signed"]
    return {
        "id": sheet.id, "label": sheet.label, "state": sheet.state, "day": str(sheet.day),
        "shift": sheet.shift, "entries": [_line(one) for one in entries_of(session, sheet)],
        "missing": [SECTIONS[one] for one in empty(session, sheet)], "signed": signed,
        "unsigned": list(owing(session, sheet).values()),
    }  # fmt: skip


def _line(one: LogEntry) -> Mapping[str, Any]:
    names = ("number", "section", "text", "author", "occurred_at", "recorded_at", "late_entry")
    return {name: getattr(one, name) for name in names}


def _row(line: Mapping[str, Any]) -> tuple[str, ...]:
    late = "补记" if line["late_entry"] else ""
    when = moment(line["occurred_at"])
    return (when, SECTIONS[line["section"]], line["text"], line["author"], late)
