"""`netops config compliance`: how devices stand to the province's templates; and the templates that
come along, taken over."""

from datetime import UTC, datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING, system
from inventory.centre import Centre
from inventory.config_template import FAMILIES
from inventory.home import home_fact
from playbooks.baselines import baselines, take_over
from web.cli.config import config
from web.cli.telling import as_json, table, tell
from web.queries.compliance import TABS, Line, board, deviations, told_of
from web.settings import Settings
from web.up import opened


def join(_netops: click.Group) -> None:
    """The verbs hang below `netops config`."""
    config.add_command(compliance)
    config.add_command(templates)


@click.command()
@click.option("--device", default="", help="只看这台设备（名称），并列出每一行偏离")
@as_json
@click.pass_obj
def compliance(settings: Settings, device: str, as_json: bool) -> None:
    """各设备的配置是否符合省配置模板；有偏离或无法核对则退出码为 1。"""
    with opened(settings) as database, database.view(EVERYTHING) as session:
        found = board(session, datetime.now(UTC)).lines
        mine = [one for one in found if not device or one.name == device]
        if device and not mine:
            raise click.UsageError(f"没有名为“{device}”的设备，或它不要求备份配置")
        told = [_told(session, one, bool(device)) for one in mine]
    if as_json:
        tell(told)
    else:
        _show(told)
    bad = any(one["state"] in ("deviating", "blocked") for one in told)
    raise SystemExit(1 if bad else 0)


@click.command()
@click.option("--take", "key", default="", help="采用这一份，作为中心的草稿")
@as_json
@click.pass_obj
def templates(settings: Settings, key: str, as_json: bool) -> None:
    """随附的配置模板；采用后在“省配置模板”里修改、送批。"""
    known = baselines()
    if key and key not in known:
        raise click.UsageError(f"没有名为“{key}”的模板，有：{'、'.join(known)}")
    if key:
        _take(settings, key, as_json)
        return
    rows = [(one.key, one.name, one.family, one.proven) for one in known.values()]
    heads = ("key", "name", "family", "proven")
    if as_json:
        tell([dict(zip(heads, row, strict=True)) for row in rows])
    else:
        shown = [
            (key, name, FAMILIES[family], "" if proven else "未经实机验证")
            for key, name, family, proven in rows
        ]
        table(("模板", "名称", "适用系统", "说明"), shown)


def _take(settings: Settings, key: str, as_json: bool) -> None:
    with (
        opened(settings) as database,
        database.transaction(system("采用随附的配置模板")) as session,
    ):
        home = home_fact(session, "centre")
        row = take_over(session, baselines()[key], session.get_one(Centre, home).id)
        told = {"id": row.id, "name": row.name, "version": row.version}
    if as_json:
        tell(told)
    else:
        click.echo(f"已采用为草稿：{told['name']} 第 {told['version']} 版")


def _told(session: Session, one: Line, whole: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "device": one.name, "centre": one.centre, "state": one.state, "missing": one.missing,
        "surplus": one.surplus, "exempt": one.exempt, "judged_at": one.judged_at,
        "last_success": one.success_at, "fresh": one.fresh, "why": one.why,
    }  # fmt: skip
    if whole:
        heads = ("template", "section", "articles", "kind", "line")
        rows = deviations(told_of(session, one.id))
        told["deviations"] = [dict(zip(heads, row, strict=True)) for row in rows]
    return told


def _show(told: list[dict[str, Any]]) -> None:
    names = ("device", "centre", "missing", "surplus", "exempt", "why")
    rows = [(TABS[one["state"]], *(one[name] for name in names)) for one in told]
    table(("结论", "设备", "所属单位", "缺少", "多余", "豁免", "说明"), rows)
    for one in told:
        for row in one.get("deviations", ()):
            click.echo(f"{row['kind']}  {row['section']}：{row['line']}")
