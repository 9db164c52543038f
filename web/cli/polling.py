"""Verbs that speak to devices: poll, walk, discover."""

import time
from collections.abc import Iterable
from typing import Any

import click
from sqlalchemy import select

from inventory import usage
from inventory.act import EVERYTHING, system
from inventory.credential import Credential
from inventory.db import Database
from inventory.device import Device
from inventory.home import home_fact
from inventory.state import STATES, DeviceState
from netops import snmp
from netops.discovery import Way, addresses, probe
from netops.errors import DeviceError
from netops.reading import Target
from netops.targets import snmp_auth, targets
from playbooks.site import Site
from playbooks.sweeps import sweep
from playbooks.walks import OID, shown
from web.cli.faults import Failed
from web.cli.site import at_site
from web.cli.telling import as_json, table, tell
from web.settings import Settings
from web.up import opened, site_of


def join(netops: click.Group) -> None:
    for verb in (poll, walk, discover):
        netops.add_command(verb)


@click.command()
@click.option("--once", is_flag=True, help="轮询一遍就结束（目前唯一的方式）")
@click.option("--device", "names", multiple=True, help="只轮询这台设备（名称），可重复")
@click.option("--kind", type=click.Choice(["status", "counters", "identity"]), default="identity")
@as_json
@click.pass_obj
def poll(settings: Settings, once: bool, names: tuple[str, ...], kind: str, as_json: bool) -> None:
    """轮询设备并记入数据库；有设备不正常时退出码为 1。"""
    with at_site(settings) as (site, pool):
        only = named(site.database, names) if names else None
        done = sweep(site, pool, kind, int(time.time()), only)
        rows = _states(site.database, [p.target.device for p in done.polls])
    if as_json:
        seconds = round(done.seconds, 3)
        tell({"kind": kind, "seconds": seconds, "counts": done.counts, "devices": rows})
    else:
        table(("设备", "地址", "状态", "毫秒", "原因"), [
            (r["name"], r["address"], STATES[r["state"]], r["ms"], r["why"]) for r in rows
        ])  # fmt: skip
    raise SystemExit(0 if done.counts["up"] == len(rows) else 1)


@click.command()
@click.argument("device")
@click.argument("oid", default="1.3.6.1.2.1.1")
@as_json
@click.pass_obj
def walk(settings: Settings, device: str, oid: str, as_json: bool) -> None:
    """读出一台设备某个 OID 以下的全部内容。"""
    if not OID.fullmatch(oid.strip(".")):
        raise click.UsageError(f"“{oid}”不是 OID，应写成 1.3.6.1.2.1.1 这样的数字")
    target = _asked(settings, device)
    try:
        told = snmp.walk(target, oid)
    except DeviceError as error:
        raise Failed(error.reason) from error
    if as_json:
        tell({"rows": [{"oid": o, "value": shown(v)} for o, v in told.rows], "cut": told.cut})
    else:
        table(("OID", "值"), [(o, shown(v)) for o, v in told.rows])


def _asked(settings: Settings, device: str) -> Target:
    with opened(settings) as database:
        site = site_of(settings, database)
        ids = named(database, (device,))
        if len(ids) > 1:
            raise click.UsageError(f"有 {len(ids)} 台设备叫“{device}”，请改用它的 id")
        with database.view(EVERYTHING) as session:
            found, refused = targets(session, site.key, ids)
        if found and found[0].snmp is not None:
            _opened_by_hand(database, "SNMP 遍历", [found[0].snmp.credential], device=device)
    if not found:
        raise Failed(refused[0].reason if refused else f"{device} 已暂停监测")
    if found[0].snmp is None:
        raise Failed(f"{device} 没有选 SNMP 凭据")
    return found[0]


@click.command()
@click.argument("span", metavar="范围")
@click.option("--credential", "names", multiple=True, required=True, help="要试的 SNMP 凭据名称")
@click.option("--port", "ports", multiple=True, type=int, default=(161,), show_default=True)
@as_json
@click.pass_obj
def discover(
    settings: Settings, span: str, names: tuple[str, ...], ports: tuple[int, ...], as_json: bool
) -> None:
    """查找一段地址里的设备，按 sysObjectID 建议型号模板（不写入）。"""
    try:
        todo = addresses(span)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    with at_site(settings) as (site, pool):
        ways = _ways(site, names, ports)
        used = {way.credential for way in ways}
        _opened_by_hand(site.database, "发现设备", sorted(used), range=span)
        answers = pool.each(lambda address: probe(address, ways), todo)
        found = sorted((f for f in answers if f), key=lambda f: todo.index(f.address))
    if as_json:
        tell([{n: getattr(f, n) for n in f.__slots__} for f in found])
    else:
        table(("地址", "端口", "型号模板", "自报名称", "说明"), [
            (f.address, f.port, f.profile, f.sys_name, f.why or f.sys_descr[:60]) for f in found
        ])  # fmt: skip


def _ways(site: Site, names: tuple[str, ...], ports: tuple[int, ...]) -> list[Way]:
    with site.database.view(EVERYTHING) as session:
        query = select(Credential).where(Credential.name.in_(names))
        rows = session.scalars(
            query.where(Credential.kind.in_(("v2c", "v3")), Credential.retired_at.is_(None))
        ).all()
    missing = set(names) - {row.name for row in rows}
    if missing:
        raise click.UsageError(f"没有叫“{'、'.join(sorted(missing))}”的 SNMP 凭据")
    return [Way(row.id, snmp_auth(row, site.key), port) for row in rows for port in ports]


def _opened_by_hand(
    database: Database, what: str, credentials: Iterable[str], **about: str
) -> None:
    """Note that the command had secrets opened, as a page does."""
    act = system(what, "cli")
    with database.transaction(act) as session:
        centre = home_fact(session, "centre")
        usage.opened_by_hand(session, act, credentials, centre, **about)


def named(database: Database, names: tuple[str, ...]) -> list[str]:
    """Ids of the devices that have these names or ids; two centres may use one name."""
    query = select(Device.id, Device.name).where(
        Device.name.in_(names) | Device.id.in_(names), Device.retired_at.is_(None)
    )
    with database.view(EVERYTHING) as session:
        found = {row.id: row.name for row in session.execute(query)}
    missing = set(names) - set(found) - set(found.values())
    if missing:
        raise click.UsageError(f"没有叫“{'、'.join(sorted(missing))}”的设备")
    return list(found)


def _states(database: Database, ids: list[str]) -> list[dict[str, Any]]:
    query = (
        select(Device.name, Device.address, DeviceState)
        .join(DeviceState, DeviceState.device_id == Device.id)
        .where(Device.id.in_(ids))
        .order_by(Device.name)
    )
    with database.view(EVERYTHING) as session:
        return [
            {
                "name": name, "address": address, "state": row.state, "since": row.since,
                "why": row.why, "ms": None if row.ms is None else round(row.ms, 1),
                "model": row.model, "uptime_since": row.booted_at,
            }
            for name, address, row in session.execute(query)
        ]  # fmt: skip
