"""Verbs about configurations, to look: how it stands, every version, its text, differences,
searching."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from backups.configs import Shelf
from backups.textgit import BadPattern
from inventory.act import EVERYTHING
from inventory.config_snapshot import ORIGINS, ConfigSnapshot
from inventory.device import Device
from inventory.shanghai import SHANGHAI
from inventory.store import Damaged
from web.cli.faults import Failed
from web.cli.polling import named
from web.cli.telling import as_json, table, tell
from web.locale import moment
from web.queries.configs import STANDINGS, ConfigAsk, lines
from web.settings import Settings
from web.up import opened, site_of

_TOLD = (
    "id", "taken_at", "origin", "author", "source", "reason", "added", "removed", "lines_total",
    "size", "file_name", "sha256",
)  # fmt: skip
VERSION = click.option("--version", "key", default="", help="哪一版（history 列出的 id）")


@dataclass(frozen=True, slots=True)
class Desk:
    """An open home: one session that sees everything, and the shelf."""

    session: Session
    shelf: Shelf


def join(netops: click.Group) -> None:
    netops.add_command(config)


@click.group()
def config() -> None:
    """设备配置：备份、比较、查找、导入、恢复。"""


@contextmanager
def desk(settings: Settings) -> Iterator[Desk]:
    """Raises Failed when what is kept cannot be read."""
    with opened(settings) as database:
        site = site_of(settings, database)
        shelf = Shelf(database, site.key, site.home)
        try:
            with database.view(EVERYTHING) as session:
                yield Desk(session, shelf)
        except Damaged as error:
            raise Failed(error.reason) from error


@config.command()
@click.option("--tab", type=click.Choice(["all", "old", "failed", "unsaved", "manual"]),
              default="all", help="只列没有新备份、失败、未保存或人工导出的")  # fmt: skip
@as_json
@click.pass_obj
def status(settings: Settings, tab: str, as_json: bool) -> None:
    """各设备的配置有没有新备份；有一台没有则退出码为 1。"""
    now = datetime.now(UTC)
    with desk(settings) as here:
        found = lines(here.session, ConfigAsk(tab), now)
    rows: list[dict[str, Any]] = [
        {
            "device": one.device.name, "id": one.device.id, "standing": one.standing,
            "success_at": one.state.success_at if one.state else None,
            "attempt_at": one.state.attempt_at if one.state else None,
            "why": one.state.why if one.state else "",
            "saved": one.state.saved if one.state else "unknown",
        }
        for one in found
    ]  # fmt: skip
    if as_json:
        tell(rows)
    else:
        table(("设备", "情况", "最近成功", "原因"), [
            (r["device"], STANDINGS[r["standing"]][1], moment(r["success_at"]), r["why"])
            for r in rows
        ])  # fmt: skip
    good = ("fresh", "exported", "waiting", "paused")
    raise SystemExit(0 if all(one.standing in good for one in found) else 1)


@config.command()
@click.argument("device")
@as_json
@click.pass_obj
def history(settings: Settings, device: str, as_json: bool) -> None:
    """一台设备的各版配置，最新的在前。"""
    with desk(settings) as here:
        rows = versions(here.session, one_named(here.session, device))
    if as_json:
        tell([{name: getattr(one, name) for name in _TOLD} for one in rows])
    else:
        table(("编号", "备份时间", "起因", "修改人", "增", "减", "说明"), [
            (one.id, moment(one.taken_at), ORIGINS[one.origin], one.author, one.added, one.removed,
             one.reason or one.evidence[:60])
            for one in rows
        ])  # fmt: skip


@config.command()
@click.argument("device")
@VERSION
@as_json
@click.pass_obj
def show(settings: Settings, device: str, key: str, as_json: bool) -> None:
    """打印一版配置的文本（口令等已隐去）；不写 --version 就是最新的。"""
    with desk(settings) as here:
        one = version(here.session, one_named(here.session, device), key)
        text = here.shelf.text(one)
    if not one.readable:
        raise Failed(f"{one.file_name or one.id} 是二进制文件，没有可以显示的文字")
    if as_json:
        tell({name: getattr(one, name) for name in _TOLD} | {"text": text})
    else:
        click.echo(text, nl=False)


@config.command()
@click.argument("device")
@click.argument("older", default="", metavar="[旧版]")
@click.argument("newer", default="", metavar="[新版]")
@as_json
@click.pass_obj
def diff(settings: Settings, device: str, older: str, newer: str, as_json: bool) -> None:
    """比较两版配置；不写编号就是最近两版。有差别则退出码为 1。"""
    with desk(settings) as here:
        owner = one_named(here.session, device)
        newest = versions(here.session, owner)
        if not older and len(newest) < 2:
            raise Failed(f"{owner.name} 的配置还没有两版，无从比较")
        first = version(here.session, owner, older or newest[1].id)
        second = version(here.session, owner, newer)
        told = here.shelf.unified(first, second)
    if as_json:
        tell({"older": first.id, "newer": second.id, "unified": told})
    else:
        click.echo(told, nl=False)
    raise SystemExit(1 if told else 0)


@config.command()
@click.argument("words")
@click.option("--regex", is_flag=True, help="按 POSIX 扩展正则表达式找")
@click.option("--at", type=click.DateTime(["%Y-%m-%d"]), help="那天结束时的配置；不写是现在的")
@click.option("--device", "names", multiple=True, help="只找这台设备（名称），可重复")
@as_json
@click.pass_obj
def search(settings: Settings, /, words: str, at: Any, **told: Any) -> None:
    """在所有设备的配置里逐行查找，不分大小写；没有找到则退出码为 1。"""
    with desk(settings) as here:
        database = here.shelf.database
        picked = named(database, told["names"]) if told["names"] else None
        living = select(Device.id, Device.name).where(Device.retired_at.is_(None))
        called = dict(here.session.execute(living).all())
        until = _end(at.date()) if at else None
        try:
            ids = called if picked is None else picked
            hits = list(here.shelf.search(words, ids, until, regex=told["regex"]))
        except BadPattern as error:
            raise click.UsageError(error.reason) from None
    rows = [(called.get(hit.device_id, hit.device_id), hit.number, hit.text) for hit in hits]
    if told["as_json"]:
        tell([dict(zip(("device", "number", "text"), row, strict=True)) for row in rows])
    else:
        table(("设备", "行号", "内容"), rows)
    raise SystemExit(0 if rows else 1)


def one_named(session: Session, name: str) -> Device:
    """The device of that name or id. Raises click.UsageError."""
    query = select(Device).where(Device.retired_at.is_(None))
    found = session.scalars(query.where((Device.name == name) | (Device.id == name))).all()
    if len(found) > 1:
        raise click.UsageError(f"有 {len(found)} 台设备叫“{name}”，请改用它的 id")
    if not found:
        raise click.UsageError(f"没有叫“{name}”的设备")
    return found[0]


def versions(session: Session, device: Device) -> list[ConfigSnapshot]:
    """Every configuration of the device, newest first."""
    query = select(ConfigSnapshot).where(ConfigSnapshot.device_id == device.id)
    newest = query.order_by(ConfigSnapshot.taken_at.desc(), ConfigSnapshot.id.desc())
    return list(session.scalars(newest))


def version(session: Session, device: Device, key: str) -> ConfigSnapshot:
    """The one with this id, or the newest. Raises Failed."""
    if not key:
        newest = versions(session, device)
        if not newest:
            raise Failed(f"{device.name} 还没有配置备份")
        return newest[0]
    found = session.get(ConfigSnapshot, key)
    if found is None or found.device_id != device.id:
        raise Failed(f"{device.name} 没有编号为 {key} 的配置备份，用 netops config history 查看")
    return found


def _end(day: date) -> datetime:
    end = datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
    return end.astimezone(UTC) - timedelta(microseconds=1)
