"""Verbs about bindings, to do: what a switch lacks, having it pushed, taking it back. Asking and
approving take persons with passwords, on the pages."""

from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING
from inventory.change import STATES, Change
from netops.enforced import Entry
from netops.errors import Unreadable
from playbooks.binding_differences import differences
from playbooks.binding_plan import BindingPlan, plan_for, propose_for, propose_unbind
from playbooks.binding_task import MOST
from playbooks.site import Site
from web.cli.binding import binding
from web.cli.change import answer, do, done, made_by, who
from web.cli.config import one_named
from web.cli.faults import Failed
from web.cli.telling import as_json, table, tell
from web.settings import Settings
from web.up import opened, site_of

_PROCEDURES = ("bind", "unbind")


def join(_netops: click.Group) -> None:
    """The verbs hang below `netops binding`, which `web.cli.binding` joins."""
    for verb in (plan, apply, undo, unbind):
        binding.add_command(verb)


@click.command()
@click.argument("device")
@as_json
@click.pass_obj
def plan(settings: Settings, device: str, as_json: bool) -> None:
    """一台交换机要增加、删除哪些绑定，哪些不下发、为什么；有要下发或不能下发的则退出码为 1。"""
    with opened(settings) as database, database.view(EVERYTHING) as session:
        thing = one_named(session, device)
        try:
            found = plan_for(session, thing.id)
        except Unreadable as error:
            raise Failed(error.reason) from error
    if as_json:
        tell(_told(found))
    else:
        table(("做什么", "IP", "MAC", "端口"), [
            *(("增加", one.entry.ip, one.entry.mac, one.entry.port) for one in found.add),
            *(("删除", one.ip, one.mac, one.port) for one in found.remove),
            *(("开启核对", "", "", port) for port in found.ports),
            *(("开启核对", "", "", f"VLAN {vlan}") for vlan in found.vlans),
        ])  # fmt: skip
        for one in found.refused:
            click.echo(f"不下发 {one.object}：{one.why}")
        for words in found.remarks:
            click.echo(words)
    raise SystemExit(0 if found.empty and not found.refused else 1)


def _told(found: BindingPlan) -> dict[str, Any]:
    return {
        "add": [one.entry._asdict() | {"binding_id": one.binding_id} for one in found.add],
        "remove": [one._asdict() for one in found.remove],
        "ports": list(found.ports), "vlans": list(found.vlans), "trusts": list(found.trusts),
        "refused": [{"object": one.object, "why": one.why} for one in found.refused],
        "remarks": list(found.remarks), "present": found.present, "limit": found.limit,
    }  # fmt: skip


@click.command()
@click.argument("device")
@click.option("--why", default="按登记下发地址绑定", show_default=True, help="理由")
@click.option("--minutes", default=10, show_default=True, help="确认时限")
@as_json
@click.pass_obj
def apply(settings: Settings, device: str, why: str, minutes: int, as_json: bool) -> None:
    """执行这台设备已批准的绑定下发；没有就按计划建立一项，等人在网页上批准。"""
    with opened(settings) as database:
        site = site_of(settings, database)
        with database.view(EVERYTHING) as session:
            thing = one_named(session, device)
            waiting = _newest(session, thing.id, "approved")
        if waiting is not None:
            done(site, waiting.id, "run", as_json)
        with database.transaction(made_by("建立配置操作")) as session:
            thing = one_named(session, device)
            made = propose_for(session, site.key, thing, who(), why, minutes)
        do(site, made.id)
        answer(site, made.id, as_json)


@click.command()
@click.argument("device")
@as_json
@click.pass_obj
def undo(settings: Settings, device: str, as_json: bool) -> None:
    """立即撤销这台设备正在等待确认的绑定下发。"""
    with opened(settings) as database:
        site: Site = site_of(settings, database)
        with database.view(EVERYTHING) as session:
            thing = one_named(session, device)
            waiting = _newest(session, thing.id, "waiting")
            last = _newest(session, thing.id)
        if waiting is None:
            how = f"最近一项{STATES[last.state]}" if last else "还没有下发过绑定"
            raise Failed(f"{thing.name} 没有等待确认的绑定下发（{how}），没有什么可撤销；已经保留的"
                         "先在登记中释放，再用 netops binding unbind 从设备上删除")  # fmt: skip
        done(site, waiting.id, "undo", as_json)


@click.command()
@click.argument("device")
@click.argument("addresses", nargs=-1, metavar="[IP]...")
@click.option("--why", default="删除不在登记里的地址绑定", show_default=True, help="理由")
@click.option("--minutes", default=10, show_default=True, help="确认时限")
@as_json
@click.pass_obj
def unbind(settings: Settings, /, *, as_json: bool, **told: Any) -> None:
    """把设备上不在登记里的绑定（或其中这些 IP 的）拟成删除操作，等人在网页上批准。"""
    with opened(settings) as database:
        site = site_of(settings, database)
        with database.transaction(made_by("建立配置操作")) as session:
            thing = one_named(session, told["device"])
            gone = [
                Entry(one.ip, one.mac, one.port, one.vlan)
                for one in differences(session, thing.id)
                if one.kind == "extra" and one.ip in (told["addresses"] or (one.ip,))
            ]
            if not gone:
                raise Failed(f"{thing.name} 上没有这样的绑定：在登记里的，请先释放再删除")
            made = propose_unbind(
                session, site.key, thing, who(), gone[:MOST], told["why"], minutes=told["minutes"]
            )
        do(site, made.id)
        answer(site, made.id, as_json)


def _newest(session: Session, device_id: str, state: str = "") -> Change | None:
    query = select(Change).where(Change.device_id == device_id, Change.procedure.in_(_PROCEDURES))
    query = query.where(Change.state == state) if state else query
    return session.scalars(query.order_by(Change.asked_at.desc()).limit(1)).first()
