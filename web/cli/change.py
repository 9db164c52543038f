"""Verbs about changes of configurations: plan, show, run, confirm, undo. Asking and approving take
persons with passwords, on the pages; without consent nothing is run from here either."""

from collections.abc import Sequence
from datetime import UTC, datetime
from getpass import getuser
from typing import Any, NoReturn

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING, Act, system
from inventory.change import STATES, Change
from inventory.changing import under_way
from inventory.device import Device
from inventory.role import Held, Standing
from inventory.run import JobRun, claim
from inventory.stepping import Taken, take
from netops.errors import DeviceError
from playbooks.jobs import Unfinished
from playbooks.procedure import procedures
from playbooks.procedure_asking import Asked, propose
from playbooks.procedure_duty import perform
from playbooks.site import Site
from web.cli.config import one_named
from web.cli.faults import Failed
from web.cli.telling import as_json, facts, table, tell
from web.locale import moment
from web.settings import Settings
from web.up import opened, site_of

_TOLD = ("id", "what", "state", "reason", "minutes", "plan", "undo_plan", "diff", "remarks",
         "trouble", "log", "approver", "deadline_at", "ended_at")  # fmt: skip
_OFFERED = sorted(one.key for one in procedures().values() if one.shown)
_SHOWN = {
    "what": "操作", "remarks": "说明", "plan": "命令", "diff": "预计差异", "undo_plan": "撤销",
    "approver": "批准人", "trouble": "问题", "log": "过程",
}  # fmt: skip


def join(netops: click.Group) -> None:
    netops.add_command(change)


@click.group()
def change() -> None:
    """配置操作：计划、查看、执行、确认、撤销（提请和批准在网页上进行）。"""


@change.command("list")
@as_json
@click.pass_obj
def list_verb(settings: Settings, as_json: bool) -> None:
    """列出配置操作，最新的在前。"""
    with opened(settings) as database, database.view(EVERYTHING) as session:
        query = select(Change, Device.name).join(Device, Device.id == Change.device_id)
        found = session.execute(query.order_by(Change.asked_at.desc()).limit(200)).all()
    rows: list[dict[str, Any]] = [
        {"id": one.id, "device": name, "what": one.what, "state": one.state, "at": one.asked_at}
        for one, name in found
    ]
    if as_json:
        tell(rows)
        return
    table(("编号", "设备", "操作", "状态", "建立"), [
        (r["id"], r["device"], r["what"], STATES[r["state"]], moment(r["at"])) for r in rows
    ])  # fmt: skip


@change.command()
@click.argument("device")
@click.argument("procedure", type=click.Choice(_OFFERED))
@click.option("--set", "given", multiple=True, metavar="参数=值", help="如 port=GE0/0/3")
@click.option("--lines", "file", type=click.File(), help="从文件读配置命令（修改配置）")
@click.option("--why", required=True, help="理由")
@click.option("--minutes", default=10, show_default=True, help="确认时限")
@as_json
@click.pass_obj
def plan(settings: Settings, /, *, as_json: bool, **told: Any) -> None:
    """建立一项配置操作并做计划；不向设备下发。口令类参数不在命令行输入，由值守台生成。"""
    params = _given(told["procedure"], told["given"])
    params |= {"lines": told["file"].read()} if told["file"] else {}
    with opened(settings) as database:
        site = site_of(settings, database)
        with database.transaction(made_by("建立配置操作")) as session:
            thing = one_named(session, told["device"])
            asked = Asked(told["procedure"], params, told["why"], told["minutes"])
            made = propose(session, site.key, thing, who(), asked)
        do(site, made.id)
        answer(site, made.id, as_json)


@change.command()
@click.argument("key", metavar="编号")
@as_json
@click.pass_obj
def show(settings: Settings, key: str, as_json: bool) -> None:
    """看一项配置操作：命令、差异、撤销的办法、过程。"""
    with opened(settings) as database:
        answer(site_of(settings, database), key, as_json)


def _verb(name: str, what: str) -> click.Command:
    @click.command(name, help=what)
    @click.argument("key", metavar="编号")
    @as_json
    @click.pass_obj
    def verb(settings: Settings, key: str, as_json: bool) -> None:
        with opened(settings) as database:
            done(site_of(settings, database), key, name, as_json)

    return verb


_VERBS = {"run": "执行已批准的操作", "confirm": "确认保留", "undo": "立即撤销"}
for _name, _what in _VERBS.items():
    change.add_command(_verb(_name, _what))


def done(site: Site, key: str, step: str, as_json: bool) -> NoReturn:
    """Take a step with a change (a key of the verbs above), carry it out, tell how it ended."""
    with site.database.transaction(made_by(f"配置操作：{_VERBS[step]}")) as session:
        take(session, _row(session, key), step, Taken(who()))
    do(site, key)
    answer(site, key, as_json)


def do(site: Site, key: str) -> None:
    """What was just asked for, here and now, unless the worker was faster. Raises Failed."""
    with site.database.observe() as session:
        run = under_way(session, key)
        if run is None or not claim(session, run, datetime.now(UTC)):
            click.echo("后台已接手，用 netops change show 看结果", err=True)
            return
        run_id, act = run.id, run.params["act"]
    why = "值守台内部错误，详见日志"
    try:
        perform(site, key, act)
        why = ""
    except (Unfinished, DeviceError) as error:
        why = error.reason
        raise Failed(why) from error
    finally:
        with site.database.observe() as session:
            row = session.get_one(JobRun, run_id)
            row.state, row.note = "failed" if why else "done", why
            row.ended_at = datetime.now(UTC)


def answer(site: Site, key: str, as_json: bool) -> NoReturn:
    """How it stands with a change now; exit code 1 when it failed."""
    with site.database.view(EVERYTHING) as session:
        row = _row(session, key)
    if as_json:
        tell({name: getattr(row, name) for name in _TOLD})
    else:
        told = {label: getattr(row, name) for name, label in _SHOWN.items() if getattr(row, name)}
        facts({"编号": row.id, "状态": STATES[row.state], **told})
    raise SystemExit(1 if row.state == "failed" or row.trouble else 0)


def _row(session: Session, key: str) -> Change:
    return session.get(Change, key) or _missing(key)


def _missing(key: str) -> Change:
    raise click.UsageError(f"没有编号为“{key}”的配置操作")


def _given(procedure: str, pairs: Sequence[str]) -> dict[str, str]:
    """What `--set` gives, but for secrets: whoever lists the processes reads a command line."""
    given = dict(map(_pair, pairs))
    hidden = (one for one in procedures()[procedure].params if one.kind == "secret")
    for one in hidden:
        if one.name in given:
            raise click.UsageError(
                f"“{one.label}”（{one.name}）不能写在命令行里：进程列表和命令历史会留下它。"
                "不写这一项，由值守台生成；要自己定的，请在网页上建立这项操作"
            )
    return given


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise click.UsageError(f"“{text}”应写成 参数=值")
    return name.strip(), value


def made_by(what: str) -> Act:
    """Whoever holds the box holds the console; the trail says which account of the box it was."""
    return system(what, f"cli {getuser()}")


def who() -> Standing:
    """The owner of the box, as one who may plan and run."""
    return Standing(
        "system", f"命令行 {getuser()}", "", "", "", False, (Held("network_admin", "/"),)
    )
