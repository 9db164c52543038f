"""Verbs about addresses and bindings, to look and to read: who had an address, what the tables
tell now, what a device binds already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from getpass import getuser
from typing import Any

import click

from backups.configs import Shelf
from inventory.act import EVERYTHING, Act, system
from inventory.address_taking import Taken, take_in
from inventory.config_snapshot import ConfigSnapshot
from inventory.device import Device
from inventory.home import home_fact
from inventory.keys import new_key
from inventory.run import JobRun, claim
from inventory.shanghai import SHANGHAI
from inventory.whereabouts import Held, Place
from netops.binding_text import enforced
from netops.profile import profile_named
from playbooks.dispatch import Pool
from playbooks.jobs import Job, Unfinished
from playbooks.sighting import scan as scanned
from playbooks.site import Site
from web.cli.config import desk, one_named, version
from web.cli.faults import Failed
from web.cli.telling import as_json, table, tell
from web.locale import moment
from web.queries.addresses_find import answer, target_of
from web.settings import Settings
from web.up import opened, site_of


def join(netops: click.Group) -> None:
    netops.add_command(binding)


@click.group()
def binding() -> None:
    """地址与绑定：查找、扫描、收录、下发计划、执行、撤销。"""


@binding.command()
@click.argument("address")
@click.option("--at", type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]),
              help="什么时候（北京时间），如 2026-11-21T08:30；不写是现在")  # fmt: skip
@as_json
@click.pass_obj
def find(settings: Settings, address: str, at: datetime | None, as_json: bool) -> None:
    """谁在那时用这个 IP 或 MAC、在哪个端口；没有看到则退出码为 1。"""
    target = target_of(address)
    if target is None:
        raise click.UsageError(f"“{address}”不是 IP 或 MAC 地址，应如 10.41.25.7")
    when = at.replace(tzinfo=SHANGHAI).astimezone(UTC) if at else datetime.now(UTC)
    with opened(settings) as database, database.view(EVERYTHING) as session:
        told = answer(session, target, when, at is None)
    rows = [_held(one) for one in told.held] or [_placed(target.mac, one) for one in told.places]
    if as_json:
        tell(rows)
    else:
        heads = ("IP", "MAC", "设备", "端口", "使用人", "起", "止")
        table(heads, [_line(one) for one in rows])
    raise SystemExit(0 if any(one["seen"] for one in rows) else 1)


def _held(one: Held) -> dict[str, Any]:
    near = one.places[0] if one.places else None
    return {
        "ip": one.ip, "mac": one.mac, "seen": one.since is not None, "exact": one.exact,
        "device": near.device if near else "", "port": near.port if near else "",
        "holder": one.holder.name if one.holder else "",
        "registered_mac": one.holder.mac if one.holder else "", "since": one.since,
        "until": one.until, "told_by": one.device,
    }  # fmt: skip


def _placed(mac: str, one: Place) -> dict[str, Any]:
    return {
        "ip": "", "mac": mac, "seen": True, "exact": one.exact, "device": one.device,
        "port": one.port, "holder": "", "registered_mac": "", "since": one.since,
        "until": one.until, "told_by": one.device,
    }  # fmt: skip


def _line(one: dict[str, Any]) -> tuple[Any, ...]:
    named = tuple(one[name] for name in ("ip", "mac", "device", "port", "holder"))
    return *named, moment(one["since"]), moment(one["until"])


@binding.command()
@click.argument("devices", nargs=-1, metavar="[设备]...")
@as_json
@click.pass_obj
def scan(settings: Settings, devices: tuple[str, ...], as_json: bool) -> None:
    """立即读取 ARP 表和 MAC 地址表并核对；有设备没有读全则退出码为 1。"""
    with opened(settings) as database:
        site = site_of(settings, database)
        with database.view(EVERYTHING) as session:
            ids = [one_named(session, name).id for name in devices]
        run = _asked(site, ids)
        pool = Pool(settings.workers)
        try:
            told = scanned(Job(site, pool, run, "", {"devices": ids} if ids else {}))
            _end(site, run, "done", "", told)
        except Unfinished as error:
            _end(site, run, "failed", error.reason)
            raise Failed(error.reason) from error
        except BaseException:  # whoever breaks it off leaves no run that goes on for ever
            _end(site, run, "failed", "没有做完就停止了，请重新发起")
            raise
        finally:
            pool.close()
    if as_json:
        tell(told)
    else:
        names = ("设备", "没有读全", "现有违规")
        table(names, [tuple(told[key] for key in ("devices", "partial", "findings"))])
    raise SystemExit(1 if told["partial"] else 0)


def _asked(site: Site, ids: Sequence[str]) -> str:
    """The run as any other stands in the list of jobs; nobody else takes it."""
    key, now = new_key(), datetime.now(UTC)
    with site.database.observe() as session:
        run = JobRun(
            id=key, site="local", kind="scan", slot=key, centre_id=home_fact(session, "centre"),
            params={"devices": list(ids)}, requested_by="system",
            requested_name=f"命令行 {getuser()}", requested_at=now,
        )  # fmt: skip
        session.add(run)
        session.flush()
        claim(session, run, now)
    return key


def _end(site: Site, key: str, state: str, note: str, told: Any = None) -> None:
    with site.database.observe() as session:
        run = session.get_one(JobRun, key)
        run.state, run.note, run.outcome = state, note, dict(told or {})
        run.ended_at = datetime.now(UTC)


@binding.command("import")
@click.argument("device")
@click.option("--dry-run", is_flag=True, help="只看会怎样，不写入")
@as_json
@click.pass_obj
def import_verb(settings: Settings, device: str, dry_run: bool, as_json: bool) -> None:
    """从设备最新的配置备份收录已有的绑定，建为草拟；与登记不符则退出码为 1。"""
    with desk(settings) as here:
        owner = one_named(here.session, device)
        newest = version(here.session, owner, "")
        read = Read(owner, newest, here.shelf)
        done = _taken(read, dry_run)
    told = {
        "made": [{"ip": one.ip, "mac": one.mac, "port": one.port} for one in done.made],
        "same": done.same, "conflicts": done.conflicts, "left": done.left,
    }  # fmt: skip
    if as_json:
        tell(told)
    else:
        table(("IP", "MAC", "端口"), [(one.ip, one.mac, one.port) for one in done.made])
        click.echo(f"草拟 {len(done.made)} 条，与登记相同 {done.same} 条")
        for words in (*done.conflicts, *done.left):
            click.echo(words)
    raise SystemExit(1 if done.conflicts or done.left else 0)


@dataclass(frozen=True, slots=True)
class Read:
    """A device and the configuration that its bindings are read from."""

    device: Device
    snapshot: ConfigSnapshot
    shelf: Shelf


class _Undone(Exception):
    """Nothing of a dry run stays."""


def _taken(read: Read, dry_run: bool) -> Taken:
    held = enforced(profile_named(read.device.profile), read.shelf.text(read.snapshot))
    done = Taken()
    try:
        with read.shelf.database.transaction(_act("从设备配置收录绑定")) as session:
            done = take_in(session, session.get_one(Device, read.device.id), held)
            if dry_run:
                raise _Undone
    except _Undone:
        pass  # told, and not kept
    return done


def _act(what: str) -> Act:
    return system(what, f"cli {getuser()}")
