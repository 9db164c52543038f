"""Verbs about registers: one group each, all from the register's own labels.

`netops device list|show|add|import|export|retire|restore`, and the same for every other register.
"""

import sys
from collections.abc import Callable, Mapping
from functools import partial
from getpass import getuser
from pathlib import Path
from typing import Any

import click
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from inventory import cell, exchange, sheet
from inventory.act import EVERYTHING, Act, system
from inventory.db import Database
from inventory.headers import words
from inventory.home import home_fact, home_name
from inventory.listing import Ask, looked_up, ordered, pairs
from inventory.notice import tell as notify
from inventory.register import Field, Register, Rejected, fields, registers
from inventory.secret import Key
from web.cli.telling import as_json, facts, table, tell
from web.leaving import marked, noted
from web.registers.choices import supply_all
from web.settings import Settings
from web.up import opened

GROUPS = {
    "devices": "device", "centres": "centre", "credentials": "credential", "people": "person",
    "grants": "grant", "visits": "visit",
}  # fmt: skip
_WRITERS: Mapping[str, Callable[[Any, Any, sheet.Mark], bytes]] = {
    ".csv": sheet.write_csv,
    ".yaml": sheet.write_yaml,
    ".xlsx": lambda columns, rows, mark: sheet.write_xlsx(columns, rows, "netops", mark),
}


class Shelf(click.Group):
    """Every other register by its slug, made when it is asked for: there are some dozens."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return sorted(slug for slug, cls in registers().items() if cls.shown and slug not in GROUPS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        cls = registers().get(name)
        return _group(name, cls) if cls is not None and cls.shown else None


def join(netops: click.Group) -> None:
    """A group for each of the registers people ask for most; the others share one."""
    supply_all()
    known = registers()
    for slug, name in GROUPS.items():
        netops.add_command(_group(name, known[slug]))
    netops.add_command(Shelf("book", help="其他登记簿：查看、登记、导入、导出"))


def _group(name: str, cls: type[Register]) -> click.Group:
    """What the console itself keeps, what people write in person, and who may what, is looked at
    only: the pages know who it is, the steps, and the second person these take."""
    written = cls.by_hand and not cls.personal and (cls.topic != "系统" or cls.slug in GROUPS)
    does = "查看、登记、导入、导出" if written else "查看、导出"
    group = click.Group(name, help=f"{cls.title}：{does}")
    writing = (_add, _import, _retire, _restore) if written else ()
    for verb in (_list, _show, _export, *writing):
        group.add_command(verb(cls))
    return group


def _list(cls: type[Register]) -> click.Command:
    @click.command("list", help="列出；可用拼音首字母、IP、MAC 查找")
    @click.option("--search", default="", help="查找的字")
    @click.option("--retired", is_flag=True, help="只列已停用的")
    @as_json
    @click.pass_obj
    def verb(settings: Settings, search: str, retired: bool, as_json: bool) -> None:
        told = exchange.sheet_fields(cls, seen=True)
        with opened(settings) as database, database.view(EVERYTHING) as session:
            ask = looked_up(session, cls, Ask(search=search, retired=retired))
            rows = list(exchange.rows_out(session, cls, ask, seen=True))
            ids = [row.id for row, _ in pairs(cls, session.execute(ordered(cls, ask)))]
        if as_json:
            names = ("id", *(f.name for f in told))
            both = zip(ids, rows, strict=True)
            tell([dict(zip(names, (key, *row), strict=True)) for key, row in both])
            return
        shown = [n for n, f in enumerate(told) if f.entry.listed]
        table([told[n].label for n in shown], [[row[n] for n in shown] for row in rows])

    return verb


def _show(cls: type[Register]) -> click.Command:
    @click.command(
        "show", help=f"看一条{cls.title}{'，连同设备自报的内容' if cls.observed else ''}"
    )
    @click.argument("name")
    @as_json
    @click.pass_obj
    def verb(settings: Settings, name: str, as_json: bool) -> None:
        with opened(settings) as database, database.view(EVERYTHING) as session:
            row, seen = _one(session, cls, name)
            labels = cell.labels_for(session, cls, [row])
            told = [(f, cell.write(f, getattr(row, f.name), labels)) for f in fields(cls)]
            if cls.observed and seen is not None:
                observed = fields(cls.observed)
                told += [(f, cell.write(f, getattr(seen, f.name), {})) for f in observed]
        if as_json:
            tell({"id": row.id} | {f.name: text for f, text in told})
        else:
            facts({f.label: text for f, text in told})

    return verb


def _add(cls: type[Register]) -> click.Command:
    @click.command("add", help=f"登记一条{cls.title}")
    @as_json
    @click.pass_obj
    def verb(settings: Settings, /, as_json: bool, **given: str | None) -> None:
        cells = {name: text for name, text in given.items() if text is not None}
        _must_name(cls, cells)
        with opened(settings) as database, database.transaction(_act("登记", cls)) as session:
            values, errors = exchange.parse(session, cls, cells)
            if errors:
                raise Rejected(tuple(errors))
            session.add(row := cls(**_sealed(cls, values, Key.load(settings.key_file))))
            row.weigh(session, {n: v for n, v in values.items() if n in _secrets(cls) and v})
            once = row.welcome()
        if as_json:
            tell({"id": row.id, "name": row.label, "once": once})
        else:
            click.echo(f"已登记：{row.label}" + (f"\n{once}（只显示这一次）" if once else ""))

    for field in (f for f in reversed(fields(cls)) if not f.entry.settled):
        verb.params.insert(0, _option(cls, field))
    return verb


def _must_name(cls: type[Register], cells: Mapping[str, str]) -> None:
    missing = [f for f in fields(cls) if _required(cls, f) and f.name not in cells]
    if missing:
        named = "、".join(f"{_flag(field)}（{field.label}）" for field in missing)
        raise click.UsageError(f"缺少 {named}")


def _import(cls: type[Register]) -> click.Command:
    @click.command("import", help="从 CSV、XLSX、YAML 导入；先用 --dry-run 看差异")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--dry-run", is_flag=True, help="只比较，不写入")
    @as_json
    @click.pass_obj
    def verb(settings: Settings, file: Path, dry_run: bool, as_json: bool) -> None:
        given = sheet.read(file.read_bytes(), file.name, known=words(cls))
        with opened(settings) as database:
            if dry_run:
                with database.view(EVERYTHING) as session:
                    plan = exchange.plan(session, cls, given)
            else:
                with database.transaction(_act("导入", cls)) as session:
                    plan = exchange.apply(session, cls, given)
        _tell_plan(plan, as_json)

    return verb


def _tell_plan(plan: exchange.Plan, as_json: bool) -> None:
    if as_json:
        tell({
            "new": [c.name for c in plan.new],
            "changed": {c.name: dict(c.differences) for c in plan.changed},
            "same": plan.same,
            "errors": [str(error) for error in plan.errors],
        })  # fmt: skip
    else:
        new, changed, wrong = len(plan.new), len(plan.changed), len(plan.errors)
        click.echo(f"新增 {new}，修改 {changed}，不变 {plan.same}，错误 {wrong}")
        for change in plan.changed:
            for label, (now, after) in change.differences.items():
                click.echo(f"  {change.name} {label}：{now or '（空）'} → {after or '（空）'}")
        for error in plan.errors:
            click.echo(f"  {error}", err=True)
    raise SystemExit(1 if plan.errors else 0)


def _export(cls: type[Register]) -> click.Command:
    @click.command("export", help="导出为 CSV、XLSX 或 YAML（按文件名后缀）；可原样导回")
    @click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
    @as_json
    @click.pass_obj
    def verb(settings: Settings, file: Path, as_json: bool) -> None:
        write = _WRITERS.get(file.suffix.lower())
        if write is None:
            raise click.UsageError(f"不认识后缀“{file.suffix}”，应为 {'、'.join(_WRITERS)}")
        with opened(settings) as database:
            with database.view(EVERYTHING) as session:
                rows, place = list(exchange.rows_out(session, cls, Ask())), home_name(session)
            what = {"rows": len(rows), "file": file.name}
            mark = partial(_taken, settings, database, cls, what, place)
            file.write_bytes(write([f.label for f in exchange.sheet_fields(cls)], rows, mark))
        tell({"rows": len(rows)}) if as_json else click.echo(f"已导出 {len(rows)} 条到 {file}")

    return verb


def _taken(
    settings: Settings, database: Database, cls: type[Register], what: Mapping[str, Any], place: str
) -> str:
    """The mark of an export, noted in the audit chain."""
    act = _act("导出", cls)
    head = noted(database, act, (cls.__name__, "", None), what)
    if cls.confidential:
        _warn(database, act, cls, what)
    return marked(settings.home, head, act, place)


def _warn(database: Database, act: Act, cls: type[Register], what: Mapping[str, Any]) -> None:
    """Nobody is asked on the box: whoever agrees to such exports, and whoever watches, is told."""
    told = f"敏感台账“{cls.title}”已在服务器上导出，共 {what['rows']} 条"
    with database.transaction(act) as session:
        centre = home_fact(session, "centre")
        for right in ("approve", "trail") if centre else ():
            notify(
                session, "security", told, text=f"{act.origin}，文件 {what['file']}",
                right=right, centre_id=centre, level="warning",
            )  # fmt: skip


def _retire(cls: type[Register]) -> click.Command:
    return _turn(cls, "retire", "停用", gone=True)


def _restore(cls: type[Register]) -> click.Command:
    return _turn(cls, "restore", "恢复", gone=False)


def _turn(cls: type[Register], name: str, word: str, *, gone: bool) -> click.Command:
    @click.command(name, help=f"{word}一条{cls.title}（不会删除）")
    @click.argument("name")
    @as_json
    @click.pass_obj
    def verb(settings: Settings, name: str, as_json: bool) -> None:
        with opened(settings) as database, database.transaction(_act(word, cls)) as session:
            row, _seen = _one(session, cls, name, retired=not gone)
            row.turn(gone=gone)
        tell({"id": row.id, "retired": gone}) if as_json else click.echo(f"已{word}：{row.label}")

    return verb


def _one(
    session: Session, cls: type[Register], name: str, *, retired: bool = False
) -> tuple[Register, Any]:
    """The row with this natural key or id, and what is observed of it."""
    query = ordered(cls, Ask(retired=retired))
    key = inspect(cls).columns[cls.names[0]]
    found = session.execute(query.where((key == name) | (cls.id == name))).all()
    if len(found) != 1:
        count = f"有 {len(found)} 条" if found else "没有"
        raise click.UsageError(f"{count}{cls.title}叫“{name}”")
    return found[0][0], found[0][1] if cls.observed else None


def _option(cls: type[Register], field: Field) -> click.Option:
    """A secret is typed or piped, never an argument."""
    hint = f"{field.label}{'：' + field.entry.help if field.entry.help else ''}"
    words = ("是", "否") if field.kind == "yes" else field.choices
    if words:
        hint += f"（{'、'.join(words)}）"
    if _required(cls, field):
        hint += "［必填］"
    if field.kind == "secret":
        hint += "（写 - 表示随后输入）"
    callback = _secret if field.kind == "secret" else None
    return click.Option([_flag(field), field.name], callback=callback, help=hint)


def _flag(field: Field) -> str:
    """`--parent` for parent_id, and so on."""
    return "--" + field.name.removesuffix("_id").replace("_", "-")


def _required(cls: type[Register], field: Field) -> bool:
    return field.entry.required and inspect(cls).columns[field.name].default is None


def _secret(_context: click.Context, option: click.Parameter, text: str | None) -> str | None:
    if text is None:
        return None
    if text != "-":
        raise click.UsageError(f"口令不能写在命令行上，请写 {option.opts[0]} - 后输入")
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    typed: str = click.prompt(option.name or "", hide_input=True, err=True)
    return typed


def _sealed(cls: type[Register], values: dict[str, Any], key: Key) -> dict[str, Any]:
    secret = _secrets(cls)
    return {n: key.seal(v) if n in secret and v else v for n, v in values.items()}


def _secrets(cls: type[Register]) -> set[str]:
    return {f.name for f in fields(cls) if f.entry.kind == "secret"}


def _act(word: str, cls: type[Register]) -> Act:
    """Whoever holds the box holds the console; the trail says which account of the box it was."""
    return system(f"{word}{cls.title}", f"cli {getuser()}")
