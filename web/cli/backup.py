"""Verbs about data backups, to look: the sources, the sets, one set, the keys, discs, what may be
cleared away (Articles 140–143)."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import click
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING
from inventory.backup_key import STATES as KEY_STATES
from inventory.backup_key import BackupKey
from inventory.backup_set import STATES, BackupSet
from inventory.backup_source import CADENCES, METHODS, BackupSource
from inventory.disc import STATES as DISC_STATES
from inventory.disc import Disc
from web.cli.telling import as_json, facts, table, tell
from web.locale import moment, size
from web.queries.backup_rows import copies_of, runs_of
from web.queries.backups import Row, board
from web.settings import Settings
from web.up import opened

_TOLD = (
    "id", "number", "period", "state", "origin", "started_at", "ended_at", "checked_at", "author",
    "size", "stored", "files", "tool", "server", "sha256", "sm3", "reason", "held",
)  # fmt: skip


def join(netops: click.Group) -> None:
    netops.add_command(backup)


@click.group()
def backup() -> None:
    """数据备份：来源、备份、核对、副本、恢复、光盘、归档、演练、导出。"""


@backup.command()
@as_json
@click.pass_obj
def sources(settings: Settings, as_json: bool) -> None:
    """各来源本月备份了没有；有一个没有按期备份则退出码为 1。"""
    with opened(settings) as database, database.view(EVERYTHING) as session:
        found = board(session, datetime.now(UTC))
        rows = [_line(session, one) for one in found.rows]
    if as_json:
        tell(rows)
    else:
        table(("来源", "方式", "周期", "本月", "最近成功", "最近尝试"), [
            (r["name"], METHODS.get(r["method"], "—"), CADENCES.get(r["cadence"], "—"), r["why"],
             moment(r["success_at"]), moment(r["attempt_at"]))
            for r in rows
        ])  # fmt: skip
    raise SystemExit(1 if found.owing else 0)


@backup.command("list")
@click.option("--source", "name", default="", help="只列这个来源（名称或 id）")
@click.option("--state", type=click.Choice(list(STATES)), help="只列这种状态的")
@click.option("--limit", default=50, show_default=True, help="最多几份")
@as_json
@click.pass_obj
def list_verb(settings: Settings, name: str, state: str | None, limit: int, as_json: bool) -> None:
    """列出备份，最新的在前。"""
    query = select(BackupSet).order_by(BackupSet.started_at.desc(), BackupSet.id.desc())
    with opened(settings) as database, database.view(EVERYTHING) as session:
        if name:
            query = query.where(BackupSet.source_id == source_named(session, name).id)
        if state:
            query = query.where(BackupSet.state == state)
        rows = session.scalars(query.limit(max(1, limit))).all()
        called = dict(session.execute(select(BackupSource.id, BackupSource.name)).all())
    if as_json:
        tell([_told(one) | {"source": called.get(one.source_id, "")} for one in rows])
    else:
        table(("编号", "来源", "所属期", "状态", "开始", "大小", "原因"), [
            (one.number, called.get(one.source_id, ""), one.period, STATES[one.state],
             moment(one.started_at), size(one.size), one.reason)
            for one in rows
        ])  # fmt: skip


@backup.command()
@click.argument("number", metavar="编号")
@as_json
@click.pass_obj
def show(settings: Settings, number: str, as_json: bool) -> None:
    """看一份备份和它的副本。"""
    with opened(settings) as database, database.view(EVERYTHING) as session:
        row = set_named(session, number)
        source = session.get(BackupSource, row.source_id)
        copies: list[dict[str, Any]] = [
            {"place": one.place, "name": one.place_name, "state": one.state, "size": one.size,
             "verified_at": one.verified_at, "reason": one.reason, "label": one.label,
             "word": one.stage[1]}
            for one in copies_of(session, row.id)
        ]  # fmt: skip
    told = _told(row) | {"source": source.name if source else ""}
    if as_json:
        tell(told | {"copies": copies})
        return
    facts({
        "编号": row.number, "来源": told["source"], "所属期": row.period, "状态": STATES[row.state],
        "开始": moment(row.started_at), "结束": moment(row.ended_at), "大小": size(row.size),
        "占用": size(row.stored), "文件数": row.files, "工具": row.tool, "服务端": row.server,
        "清单 SHA-256": row.sha256, "原因": row.reason,
    })  # fmt: skip
    table(("副本", "状态", "最近核对", "说明"), [
        (one["label"], one["word"], moment(one["verified_at"]), one["reason"]) for one in copies
    ])  # fmt: skip


@backup.command()
@as_json
@click.pass_obj
def keys(settings: Settings, as_json: bool) -> None:
    """备份密钥的指纹和托管情况（不显示密钥本身）；有一把没有托管则退出码为 1。"""
    with opened(settings) as database, database.view(EVERYTHING) as session:
        rows = session.scalars(select(BackupKey).order_by(BackupKey.id)).all()
    names = ("number", "print_id", "state", "made_at", "kept_at", "escrowed_on", "proved_on")
    if as_json:
        tell([{name: getattr(one, name) for name in names} for one in rows])
    else:
        table(("编号", "指纹", "状态", "生成时间", "存放处", "托管日期", "最近验证"), [
            (one.number, one.print_id, KEY_STATES[one.state], moment(one.made_at),
             one.kept_at, one.escrowed_on, one.proved_on)
            for one in rows
        ])  # fmt: skip
    raise SystemExit(1 if any(one.state == "new" for one in rows) else 0)


@backup.command()
@as_json
@click.pass_obj
def discs(settings: Settings, as_json: bool) -> None:
    """各张光盘的状态、存放处和下次核对日期；有没办完或逾期未核对的则退出码为 1。"""
    with opened(settings) as database, database.view(EVERYTHING) as session:
        rows = session.scalars(select(Disc).order_by(Disc.identifier.desc())).all()
    names = ("id", "identifier", "state", "size", "sha256", "place", "recheck_on", "late")
    if as_json:
        tell([{name: getattr(one, name) for name in names} for one in rows])
    else:
        table(("光盘", "状态", "大小", "存放处", "下次核对"), [
            (one.label, DISC_STATES[one.state], size(one.size), one.place, one.recheck_on)
            for one in rows
        ])  # fmt: skip
    raise SystemExit(1 if any(one.state != "stored" or one.late for one in rows) else 0)


def source_named(session: Session, name: str) -> BackupSource:
    """The source of that name or id. Raises click.UsageError."""
    query = select(BackupSource).where(BackupSource.retired_at.is_(None))
    either = or_(BackupSource.name == name, BackupSource.id == name)
    found = session.scalars(query.where(either)).all()
    if len(found) != 1:
        known = f"有 {len(found)} 个来源叫“{name}”，请改用它的 id" if found else ""
        raise click.UsageError(known or f"没有叫“{name}”的备份来源，用 netops backup sources 查看")
    return found[0]


def set_named(session: Session, number: str) -> BackupSet:
    """The set of that number or id. Raises click.UsageError."""
    query = select(BackupSet).where(or_(BackupSet.number == number, BackupSet.id == number))
    found = session.scalars(query).all()
    if len(found) != 1:
        raise click.UsageError(f"没有编号为 {number} 的备份，用 netops backup list 查看")
    return found[0]


def _line(session: Session, row: Row) -> Mapping[str, Any]:
    source, light = row.source, row.cells[0].light
    runs = runs_of(session, row.line.source_id)
    return {
        "id": row.line.source_id, "name": row.line.name, "kind": row.line.kind,
        "unit": row.centre, "method": source.method if source else "",
        "cadence": source.cadence if source else "", "light": light.light, "why": light.words,
        "step": light.step, "made": row.made, "twice": row.twice,
        "success_at": runs.good.ended_at if runs.good else None,
        "attempt_at": runs.last.started_at if runs.last else None,
    }  # fmt: skip


def _told(row: BackupSet) -> dict[str, Any]:
    return dict(_facts(row))


def _facts(row: BackupSet) -> Iterator[tuple[str, Any]]:
    for name in _TOLD:
        yield name, getattr(row, name)
