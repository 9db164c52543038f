"""Verbs about configurations, to do: read now, bring a file, report a change, take the original
out for a console cable."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path

import click

from backups.configs import Shelf
from backups.content import digest
from backups.vault import NotKept
from inventory.act import Act, system
from inventory.audit import note
from inventory.config_hearing import heard
from inventory.config_snapshot import ConfigSnapshot
from inventory.device import Device
from inventory.store import Damaged
from netops.redact import blank
from playbooks.config_export import bring
from playbooks.config_visit import Visit, Visited, visit
from playbooks.configuring import readable
from playbooks.site import Site
from web.cli.change import plan
from web.cli.config import config, desk, one_named, version
from web.cli.faults import Failed
from web.cli.telling import as_json, facts, table, tell
from web.settings import Settings
from web.up import opened, site_of


def join(_netops: click.Group) -> None:
    """The verbs hang below `netops config`, which `web.cli.config` joins."""
    for verb in (backup, import_verb, changed, restore):
        config.add_command(verb)


@click.command()
@click.argument("devices", nargs=-1, metavar="[设备]...")
@click.option("--all", "every", is_flag=True, help="能登录读取的全部设备")
@as_json
@click.pass_obj
def backup(settings: Settings, devices: tuple[str, ...], every: bool, as_json: bool) -> None:
    """立即读取并备份设备的配置；有一台没有成功则退出码为 1。"""
    if bool(devices) == every:
        raise click.UsageError("请写设备名称，或者用 --all")
    with opened(settings) as database:
        site = site_of(settings, database)
        with database.view(system("备份设备配置", "cli").scope) as session:
            known = {one: session.get_one(Device, one).name for one in readable(session)}
            wanted = list(known) if every else [one_named(session, one).id for one in devices]
            called = {one: session.get_one(Device, one).name for one in wanted}
        done = [_visited(site, one, known) for one in wanted]
    _answer(called, done, as_json)
    raise SystemExit(1 if any(one.reason for one in done) else 0)


def _visited(site: Site, device_id: str, known: dict[str, str]) -> Visited:
    if device_id not in known:
        return Visited(device_id, "不能自动读取：没有 SSH 凭据、已暂停，或只能人工导出")
    return visit(site, Visit(device_id, "asked"))


def _answer(called: dict[str, str], done: Sequence[Visited], as_json: bool) -> None:
    rows = [
        {"device": called[one.device_id], "changed": one.changed, "why": one.reason,
         "version": one.snapshot_id}
        for one in done
    ]  # fmt: skip
    if as_json:
        tell(rows)
        return
    words = {True: "有变动，已备份", False: "没有变动"}
    table(("设备", "结果"), [(r["device"], r["why"] or words[bool(r["changed"])]) for r in rows])


@click.command("import")
@click.argument("device")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--why", required=True, help="为什么导出")
@as_json
@click.pass_obj
def import_verb(settings: Settings, device: str, file: Path, why: str, as_json: bool) -> None:
    """导入人工导出的配置文件；与最近一版相同则只记核对过。"""
    with desk(settings) as here:
        owner = one_named(here.session, device)
    try:
        kept = bring(
            here.shelf, owner, file.name, file.read_bytes(), _act("导入设备配置", why),
            datetime.now(UTC),
        )  # fmt: skip
    except (NotKept, Damaged) as error:
        raise Failed(error.reason) from error
    if as_json:
        tell({"changed": kept.changed, "version": kept.snapshot_id})
    else:
        click.echo(f"已导入，编号 {kept.snapshot_id}" if kept.changed else "与最近一版相同")


@click.command()
@click.argument("device")
@click.option("--why", required=True, help="改了什么、为什么改")
@as_json
@click.pass_obj
def changed(settings: Settings, device: str, why: str, as_json: bool) -> None:
    """记下“配置有变动”：没有新的备份或导出以前显示逾期。"""
    with opened(settings) as database:
        act = _act("报告配置变动", why)
        with database.transaction(act) as session:
            owner = one_named(session, device)
            note(session, act, "Device", owner.id, owner.centre_id, {"说明": act.reason})
        now = datetime.now(UTC)
        with database.observe() as session:
            heard(session, owner.id, now, "asked", who=getuser(), source="cli", text=act.reason)
    if as_json:
        tell({"device": owner.name, "heard_at": now})
    else:
        click.echo(f"已记下：{owner.name} 的配置有变动")


@click.command()
@click.argument("device")
@click.option("--version", "key", required=True, help="哪一版（history 列出的 id）")
@click.option("--to-file", "place", type=click.Path(path_type=Path, dir_okay=False),
              help="不连设备，把含口令的原文写到这个文件，用控制台线恢复")  # fmt: skip
@click.option("--why", required=True, help="为什么恢复；记入审计")
@as_json
@click.pass_context
def restore(
    context: click.Context, device: str, key: str, place: Path | None, why: str, *, as_json: bool
) -> None:
    """恢复到一版配置：建立一项配置操作并做计划，批准后执行；或用 --to-file 取出原文。"""
    if place is None:
        told = {"given": (f"snapshot={key}",), "file": None, "why": why, "minutes": 10}
        context.invoke(plan, device=device, procedure="restore", as_json=as_json, **told)
        return
    with desk(context.obj) as here:
        owner = one_named(here.session, device)
        one = version(here.session, owner, key)
        data = here.shelf.raw(one)
        _noted(here.shelf, one, place, why)
        _write(place, data)
    facts_told = {"file": str(place), "bytes": len(data), "sha256": digest(data)}
    if as_json:
        tell(facts_told)
    else:
        facts({"文件": place, "字节": len(data), "SHA-256": facts_told["sha256"]})
    click.echo("文件里有口令，用完请删除。", err=True)


def _noted(shelf: Shelf, one: ConfigSnapshot, place: Path, why: str) -> None:
    """Written down before anything leaves."""
    act = _act("取出设备配置原文", why)
    what = {"file": str(place), "form": one.form[:12], "device": one.device_id}
    with shelf.database.transaction(act) as session:
        note(session, act, "ConfigSnapshot", one.id, one.centre_id, what)


def _write(place: Path, data: bytes) -> None:
    """A new file that nobody else may read; never over another. Raises Failed."""
    try:
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Failed(f"{place} 已经存在，没有覆盖；请换一个文件名") from None
    with os.fdopen(handle, "wb") as file:
        file.write(data)


def _act(what: str, why: str) -> Act:
    """Whoever holds the box holds the console; the trail says which account of the box it was."""
    return system(what, f"cli {getuser()}", blank(why.strip()))
