"""Verbs about the audit trail: look at it, tell its head, take it along, put its guards back."""

import json
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import TextIO

import click
from sqlalchemy.orm import Session

from inventory import triggers
from inventory.act import EVERYTHING, system
from inventory.audit import head, note
from inventory.chain import Head, facts, recorded
from inventory.home import home_fact, home_name
from inventory.sheet import MARK
from inventory.verdict import Verdict, judge
from inventory.witness import parse, published
from web.cli.telling import as_json, tell
from web.leaving import marked, noted
from web.settings import Settings
from web.up import opened


def join(netops: click.Group) -> None:
    netops.add_command(audit)


@click.group()
def audit() -> None:
    """审计记录：核对、链头、导出。"""


def _head(_context: click.Context, _option: click.Parameter, texts: tuple[str, ...]) -> list[Head]:
    try:
        return [parse(text.strip().removeprefix(MARK)) for text in texts]
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@audit.command()
@click.option(
    "--head",
    "heads",
    multiple=True,
    callback=_head,
    help="以前的链头 行号:哈希（抄自 head 命令，或导出文件的末行整行），可写几个",
)
@as_json
@click.pass_obj
def verify(settings: Settings, heads: list[Head], as_json: bool) -> None:
    """逐行核对审计链、链外存证和触发器；有问题时指出是哪一行，退出码 1。"""
    witnesses = [*published(settings.home), *heads]
    with opened(settings) as database, database.view(EVERYTHING) as session:
        found = judge(session, witnesses, datetime.now(UTC))
    if as_json:
        tell(found.facts() | {"good": found.good, "words": found.words()})
    else:
        _say(found)
    raise SystemExit(0 if found.good else 1)


def _say(found: Verdict) -> None:
    for words in found.words():
        click.echo(words, err=True)
    if found.good:
        click.echo(f"审计链完好：共 {found.head.seq} 行，对照链外存证 {found.witnesses} 个")
    elif found.missing:
        click.echo("查明原因后，用 netops audit guard 重新装上触发器", err=True)
    click.echo(f"链头 {found.head}")


@audit.command("head")
@as_json
@click.pass_obj
def head_verb(settings: Settings, as_json: bool) -> None:
    """链头：最新一行的行号和哈希，抄下来以后可以对照。"""
    with opened(settings) as database, database.view(EVERYTHING) as session:
        newest = Head(*head(session))
    tell({"seq": newest.seq, "hash": newest.hash}) if as_json else click.echo(str(newest))


@audit.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@as_json
@click.pass_obj
def export(settings: Settings, file: Path, as_json: bool) -> None:
    """导出全部审计记录，一行一个 JSON；末行是链头。"""
    with opened(settings) as database, file.open("w", encoding="utf-8") as out:
        with database.view(EVERYTHING) as session:
            count, place = _write(out, session), home_name(session)
        what = {"kind": "jsonl", "rows": count, "file": file.name}
        act = system("导出审计记录", f"cli {getuser()}")
        newest = noted(database, act, ("AuditRow", "", None), what)
        mark = marked(settings.home, newest, act, place)
        out.write(json.dumps({"head": str(newest), "mark": mark}, ensure_ascii=False) + "\n")
    tell({"rows": count}) if as_json else click.echo(f"已导出 {count} 行到 {file}")


def _write(out: TextIO, session: Session) -> int:
    count = 0
    for row in recorded(session.connection()):
        out.write(json.dumps(facts(row), ensure_ascii=False) + "\n")
        count += 1
    return count


@audit.command()
@as_json
@click.pass_obj
def guard(settings: Settings, as_json: bool) -> None:
    """重新装上数据库里防篡改的触发器，并记入审计。"""
    with opened(settings) as database:
        with database.engine.begin() as connection:
            gone = triggers.missing(connection)
            if gone:
                triggers.install(connection)
        if gone:
            act = system("重新装上防篡改触发器", f"cli {getuser()}")
            with database.transaction(act) as session:
                note(session, act, "HomeFact", "", home_fact(session, "centre"), {"names": gone})
    if as_json:
        tell({"installed": gone})
    else:
        click.echo(f"已重新装上：{'、'.join(gone)}" if gone else "触发器都在，没有改动")
