"""Verbs about the duty log: the month book and the year's archive, as the pages make them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from getpass import getuser
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import click
from flask import Flask, g
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING, system
from inventory.centre import Centre
from inventory.db import Database
from inventory.home import home_fact
from inventory.log_day import LogDay
from inventory.log_month import month_of_log
from inventory.log_year import kept_in
from web import create_app
from web.cli.faults import Failed
from web.cli.telling import as_json, facts, tell
from web.leaving import marked, noted
from web.log_archive import Made, archive, book, digest_of, wrong
from web.settings import Settings
from web.up import must_be_founded, opened

CENTRE = click.option("--centre", default="", help="单位的代码或名称；不写就是本中心")
_OUT = click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="写到这个文件")


def join(netops: click.Group) -> None:
    netops.add_command(log)


@click.group()
def log() -> None:
    """值班日志：月册、全年归档、核对归档。"""


@log.command("book")
@click.argument("month", metavar="年-月")
@CENTRE
@_OUT
@as_json
@click.pass_obj
def book_verb(settings: Settings, month: str, centre: str, out: Path | None, as_json: bool) -> None:
    """一个月的日志做成月册（PDF）。"""
    first = _first(month)
    with _desk(settings) as (session, database):
        one = centre_named(session, centre)
        told = month_of_log(session, one, first)
        what = {"kind": "pdf", "rows": sum(1 for _line in told.lines), "month": f"{first:%Y-%m}"}
        made = _made(settings, database, one, ("工作日志月册", what))
        _leave(out or Path(f"{one.name}-工作日志月册-{first:%Y-%m}.pdf"), book(told, made), as_json)


@log.command("archive")
@click.argument("year", metavar="年", type=click.IntRange(2000, 2199))
@CENTRE
@_OUT
@as_json
@click.pass_obj
def archive_verb(
    settings: Settings, year: int, centre: str, out: Path | None, as_json: bool
) -> None:
    """一年的日志做成归档（ZIP）：各月 PDF、表格、全部数据和校验清单。"""
    with _desk(settings) as (session, database):
        one = centre_named(session, centre)
        if not kept_in(session, one.id, year):
            raise Failed(f"{one.name}在 {year} 年没有日志")
        title, what = "工作日志全年归档", {"kind": "zip", "year": year}
        made = _made(settings, database, one, (title, what))
        data = archive(session, one, year, made, _progress)
        _made(settings, database, one, (title, what | {"manifest": digest_of(data)}))
    _leave(out or Path(f"{one.name}-{title}-{year}.zip"), data, as_json)


@log.command("check")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@as_json
def check_verb(file: Path, as_json: bool) -> None:
    """核对一份归档：每个文件与清单是否一致；不一致则退出码为 1。"""
    data = file.read_bytes()
    try:
        found = wrong(data)
    except (BadZipFile, KeyError, ValueError) as error:
        raise Failed(f"{file} 不是工作日志的归档：应是 netops log archive 做出的 ZIP") from error
    if as_json:
        tell({"file": str(file), "wrong": found, "manifest": digest_of(data) if not found else ""})
    else:
        click.echo("\n".join(found) or f"归档完好，清单 SHA-256 {digest_of(data)}")
    raise SystemExit(1 if found else 0)


@contextmanager
def _desk(settings: Settings) -> Iterator[tuple[Session, Database]]:
    """Templates need an application around them, also where nobody asks by a browser."""
    with opened(settings) as database:
        must_be_founded(settings, database)
        app: Flask = create_app(settings, database)
        with app.test_request_context("/"), database.view(EVERYTHING) as session:
            g.person = None
            yield session, database


def centre_named(session: Session, text: str) -> Centre:
    """The centre of that id, code or name; the home's own for "". Raises click.UsageError."""
    asked = text or home_fact(session, "centre")
    query = select(Centre).where(
        or_(Centre.id == asked, Centre.code == asked, Centre.name == asked),
        Centre.retired_at.is_(None),
    )
    found = session.scalars(query).all()
    if len(found) != 1:
        cause = "没有" if not found else f"有 {len(found)} 个"
        raise click.UsageError(f"{cause}叫“{text}”的单位，请写它的代码")
    return found[0]


def _first(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError:
        raise click.UsageError(f"“{text}”不是月份，应写成 2026-10 这样") from None


def _made(
    settings: Settings, database: Database, centre: Centre, told: tuple[str, dict[str, Any]]
) -> Made:
    """Noted as every export is, under whoever owns this machine."""
    act = system(f"导出{told[0]}", f"cli {getuser()}")
    head = noted(database, act, (LogDay.__name__, centre.id, centre.id), told[1])
    return Made(marked(settings.home, head, act, centre.name), head)


def _progress(done: int, total: int, note: str) -> None:
    click.echo(f"{done + 1}/{total} {note}", err=True)


def _leave(place: Path, data: bytes, as_json: bool) -> None:
    """Whole or not at all, also over an older file."""
    draft = place.with_name(f".{place.name}.part")
    try:
        draft.write_bytes(data)
        draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)
    told = {"file": str(place), "bytes": len(data)}
    tell(told) if as_json else facts({"文件": place, "字节": len(data)})
