"""Verbs about data backups, to do: back up, verify, copy, bring files back, a drill, clearing."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from backups.backup_keys import key_of
from backups.pace import Pace
from backups.set_format import WrongKey
from backups.set_reading import NotInSet, extract
from backups.sets import folder_of, matched
from backups.vault import NotKept
from inventory.act import EVERYTHING
from inventory.backup_key import BackupKey
from inventory.backup_place import BackupPlace
from inventory.backup_set import BackupSet
from inventory.backup_source import BackupSource
from inventory.medium import Medium
from inventory.store import Damaged
from playbooks.clearing import previews
from playbooks.site import Site
from web.cli.backup import backup, set_named, source_named
from web.cli.backup_jobs import answer_of, noted, perform, say
from web.cli.faults import Failed
from web.cli.site import at_site
from web.cli.telling import as_json, table, tell
from web.locale import size
from web.settings import Settings


def join(_netops: click.Group) -> None:
    """The verbs hang below `netops backup`, which `web.cli.backup` joins."""
    for verb in (run, try_verb, verify, copy, restore, drill, clear):
        backup.add_command(verb)


@click.command()
@click.argument("names", nargs=-1, metavar="[来源]...")
@click.option("--all", "every", is_flag=True, help="全部没有暂停、不靠人工上传的来源")
@click.option("--accept", is_flag=True, help="认可这次变空或变小一半以上")
@as_json
@click.pass_obj
def run(
    settings: Settings, names: tuple[str, ...], every: bool, accept: bool, as_json: bool
) -> None:
    """立即备份来源，写好后读回核对；有一个没有成功则退出码为 1，Ctrl-C 停下则为 130。"""
    if bool(names) == every:
        raise click.UsageError("请写来源名称，或者用 --all")
    rows = []
    with at_site(settings) as (site, pool):
        with site.database.view(EVERYTHING) as session:
            found = _living(session) if every else [source_named(session, one) for one in names]
        for one in found:
            noted(site, "立即备份", ("BackupSource", one.id, one.centre_id))
            told = {"accept": True} if accept else {}
            done = perform(site, pool, "backup", (one.id, one.centre_id), told)
            rows.append({"source": one.name, "state": done.state, "why": done.note, **done.outcome})
    if as_json:
        tell(rows)
    else:
        table(("来源", "编号", "文件数", "大小", "结果"), [
            (r["source"], r.get("number"), r.get("files"), size(r.get("size")),
             "已核对" if r["state"] == "done" else r["why"])
            for r in rows
        ])  # fmt: skip
    raise SystemExit(1 if any(one["state"] != "done" for one in rows) else 0)


@click.command("try")
@click.argument("name", metavar="来源或存放处")
@as_json
@click.pass_obj
def try_verb(settings: Settings, name: str, as_json: bool) -> None:
    """测试连接：登录来源或存放处看一看，什么也不备份；连不上则说明原因，退出码为 1。"""
    with at_site(settings) as (site, pool):
        with site.database.view(EVERYTHING) as session:
            row = _end(session, name)
        noted(site, "测试连接", (type(row).__name__, row.id, row.centre_id))
        done = answer_of(perform(site, pool, "reach", (row.id, row.centre_id), {}))
    say(done, as_json, str(done["told"]))


@click.command()
@click.argument("numbers", nargs=-1, required=True, metavar="编号...")
@as_json
@click.pass_obj
def verify(settings: Settings, numbers: tuple[str, ...], as_json: bool) -> None:
    """重新读出本机的备份，解密并逐个文件核对；有一份不符则退出码为 1。"""
    with at_site(settings) as (site, pool):
        with site.database.view(EVERYTHING) as session:
            rows = [set_named(session, one) for one in numbers]
        told = {"sets": [one.id for one in rows]}
        done = answer_of(perform(site, pool, "recheck", ("", rows[0].centre_id), told))
        wrong = {one.number for one in rows if one.id in done["sets"]}
    answer = [{"number": one.number, "good": one.number not in wrong} for one in rows]
    if as_json:
        tell(answer)
    else:
        table(("编号", "结果"), [(r["number"], "完好" if r["good"] else "不符") for r in answer])
    raise SystemExit(1 if wrong else 0)


@click.command()
@click.argument("place", metavar="存放处或介质")
@click.option("--path", default="", help="介质挂载在哪里")
@click.option("--set", "numbers", multiple=True, help="只复制这份（编号），可重复")
@as_json
@click.pass_obj
def copy(
    settings: Settings, place: str, path: str, numbers: tuple[str, ...], as_json: bool
) -> None:
    """把缺的备份复制到第二台机器或移动介质，在那里读出核对。"""
    with at_site(settings) as (site, pool):
        with site.database.view(EVERYTHING) as session:
            where = place_named(session, place)
            told: dict[str, Any] = {"path": path} if path else {}
            if numbers:
                told["sets"] = [set_named(session, one).id for one in numbers]
        noted(site, "复制备份", (type(where).__name__, where.id, where.centre_id))
        done = answer_of(perform(site, pool, "copy", (where.id, where.centre_id), told))
    say(done, as_json, f"已复制 {done.get('copied', 0)} 份，应复制 {done.get('wanted', 0)} 份")
    raise SystemExit(0 if done.get("copied") == done.get("wanted") else 1)


@click.command()
@click.argument("number", metavar="编号")
@click.option("--to", "place", type=click.Path(path_type=Path, file_okay=False), required=True,
              help="恢复到哪个目录；已有的文件不覆盖")  # fmt: skip
@click.option("--only", multiple=True, help="只恢复这个文件或文件夹，可重复")
@click.option("--why", required=True, help="为什么恢复；记入审计")
@as_json
@click.pass_obj
def restore(
    settings: Settings, number: str, place: Path, only: tuple[str, ...], why: str, *, as_json: bool
) -> None:
    """把一份备份或其中几个文件恢复到目录；人口核心库须在网页上办理，另一人批准。"""
    with at_site(settings) as (site, _pool):
        with site.database.view(EVERYTHING) as session:
            row = set_named(session, number)
            source = session.get(BackupSource, row.source_id)
            unlocked = _key(site, session, row)
        if source is None or source.opaque or row.opaque:
            raise Failed("人口核心库只能在网页上恢复：由另一人批准后整库恢复")
        told = {"to": str(place), "only": list(only), "why": why}
        noted(site, "恢复备份", ("BackupSet", row.id, row.centre_id), **told)
        try:
            matched(folder := folder_of(site.home, row), row)
            done = extract(folder, unlocked, place, only or None, loud())
        except (Damaged, NotInSet, NotKept) as error:
            raise Failed(error.reason) from error
    answer = {"number": row.number, "to": str(place), "files": done.files, "size": done.size}
    say(answer, as_json, f"已恢复 {done.files} 个文件，{size(done.size)}，在 {place}")


@click.command()
@click.argument("number", metavar="编号")
@as_json
@click.pass_obj
def drill(settings: Settings, number: str, as_json: bool) -> None:
    """用一份备份做恢复演练：恢复到临时的地方，对照数量和校验值，记入演练登记。"""
    with at_site(settings) as (site, pool):
        with site.database.view(EVERYTHING) as session:
            row = set_named(session, number)
        told = {"set": row.id}
        done = answer_of(perform(site, pool, "drill", (row.id, row.centre_id), told))
    say(done, as_json, f"演练通过，已登记 {done.get('number', '')}")


@click.command()
@click.option("--yes", is_flag=True, help="真的清理；不写只列出")
@as_json
@click.pass_obj
def clear(settings: Settings, yes: bool, as_json: bool) -> None:
    """列出（加 --yes 则清理）本机上可以按期清理的旧备份。"""
    with at_site(settings) as (site, pool):
        with site.database.view(EVERYTHING) as session:
            sources = session.scalars(select(BackupSource).order_by(BackupSource.id)).all()
            found = [(one.source, one.goes) for one in previews(session, sources)]
        for one, goes in found if yes else ():
            if goes:
                noted(site, "清理备份", ("BackupSource", one.id, one.centre_id))
                told = {"sets": [each.set.id for each in goes]}
                answer_of(perform(site, pool, "clear", (one.id, one.centre_id), told))
    rows = [
        {"source": one.name, "number": each.set.number, "bytes": each.bytes, "why": each.why}
        for one, goes in found for each in goes
    ]  # fmt: skip
    if as_json:
        tell({"cleared": yes, "sets": rows})
    else:
        table(("来源", "编号", "大小", "原因"), [
            (r["source"], r["number"], size(int(str(r["bytes"]))), r["why"]) for r in rows
        ])  # fmt: skip


def _end(session: Session, name: str) -> BackupSource | BackupPlace:
    places = select(BackupPlace).where(
        BackupPlace.retired_at.is_(None), (BackupPlace.name == name) | (BackupPlace.id == name)
    )
    place = session.scalars(places).first()
    return place or source_named(session, name)


def _living(session: Session) -> Sequence[BackupSource]:
    query = select(BackupSource).where(
        BackupSource.retired_at.is_(None), BackupSource.paused.is_(False)
    )
    found = session.scalars(query.order_by(BackupSource.sort_key, BackupSource.id))
    return [one for one in found if not one.carried]


def place_named(session: Session, name: str) -> BackupPlace | Medium:
    """The place or medium of that name, number or id. Raises click.UsageError."""
    places = select(BackupPlace).where(BackupPlace.retired_at.is_(None))
    media = select(Medium).where(Medium.retired_at.is_(None))
    found: list[BackupPlace | Medium] = [
        *session.scalars(places.where((BackupPlace.name == name) | (BackupPlace.id == name))),
        *session.scalars(media.where((Medium.number == name) | (Medium.name == name))),
    ]
    if len(found) != 1:
        raise click.UsageError(f"没有（或不止一个）叫“{name}”的存放处或介质")
    return found[0]


def _key(site: Site, session: Session, row: BackupSet) -> bytes:
    known = session.get(BackupKey, row.key_id) if row.key_id else None
    try:
        return key_of(session, site.key, known.print_id if known else "")
    except WrongKey as error:
        raise Failed(error.reason) from error


def loud() -> Pace:
    """How much was read, on the line where somebody watches."""
    return Pace(tell=lambda done: click.echo(f"\r{size(done)}\x1b[K", nl=False, err=True))
