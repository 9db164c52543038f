"""Exports of antivirus and patch servers: brought, explained where nobody knows their columns,
looked at, agreed to."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory import upload
from inventory.centre import Centre
from inventory.host_held import From
from inventory.host_import_steps import File, take_in
from inventory.host_plan import OUTCOMES, HostPlan, compare
from inventory.protection import HostProtection
from inventory.register import fields
from inventory.reporter import KINDS, OTHER, WHO, reporters
from inventory.shanghai import SHANGHAI
from inventory.sheet import SheetError
from web.access import allowed, origin, person
from web.current import database, settings
from web.paging import slice_of
from web.registers.book import home_centre
from web.reported import Brought, brought, day_in, remember

bp = Blueprint("hostfiles", __name__, url_prefix="/protection/import")
_SAMPLES = 3


class _Moved(Exception):
    """What the dry run said is not what would be done now."""


@bp.get("")
@allowed("record")
def ask() -> str:
    return _upload_page()


@bp.post("")
@allowed("record")
def receive() -> ResponseReturnValue:
    """Keep the file and go to its dry run."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _upload_page(_("请先选择一个文件")), 422
    name = PurePath(file.filename.replace("\\", "/")).name
    digest = upload.keep(settings().home, file.stream.read())
    return redirect(url_for(".plan", digest=digest, name=name, at=day_in(name) or None))


@bp.get("/<digest>")
@allowed("record")
def plan(digest: str) -> ResponseReturnValue:
    """What the file would do; nothing is written. Columns that nobody knows are asked first."""
    try:
        with database().view(person().scope) as session:
            given = _given(session, digest)
            if given.by is None:
                return redirect(url_for(".columns", digest=digest, **_rest()))
            where = _from(session, given)
            found = compare(session, given.rows, where, datetime.now(UTC))
    except SheetError as error:
        return _upload_page(f"{request.args.get('name', '')}：{error}"), 422
    return _plan_page(given, found)


@bp.post("/<digest>")
@allowed("record")
def apply(digest: str) -> ResponseReturnValue:
    """Do what the dry run said: this file, in one transaction, or nothing."""
    try:
        done = _apply(digest)
    except SheetError as error:
        return _upload_page(f"{request.args.get('name', '')}：{error}"), 422
    except _Moved:
        flash(_("没有导入：核对之后情况又有变化。下面是按现在的记录重新核对的结果。"), "warning")
        return redirect(url_for(".plan", digest=digest, **_rest()))
    counts = {"new": len(done.of("new")), "changed": len(done.of("changed"))}
    flash(_("已导入：新增 %(new)s 台，更新 %(changed)s 台。", **counts), "ok")
    return redirect(url_for("protection.index"))


@bp.get("/<digest>/columns")
@allowed("record")
def columns(digest: str) -> ResponseReturnValue:
    """Which column is what: what is understood, and what is not."""
    try:
        with database().view(person().scope) as session:
            return _columns_page(_given(session, digest))
    except SheetError as error:
        return _upload_page(f"{request.args.get('name', '')}：{error}"), 422


@bp.post("/<digest>/columns")
@allowed("record")
def explain(digest: str) -> ResponseReturnValue:
    """Remember what was said, for every file with this header, and go on to the dry run."""
    try:
        with database().view(person().scope) as session:
            given = _given(session, digest)
    except SheetError as error:
        return _upload_page(f"{request.args.get('name', '')}：{error}"), 422
    said = {h: request.form.get(f"c{n}", "") for n, h in enumerate(given.sheet.columns)}
    source = request.form.get("source", OTHER)
    wrong = list(_unfit(said, source))
    if wrong:
        return _columns_page(given, wrong, said, source), 422
    told = {kind: header for header, kind in said.items() if kind}
    with database().transaction(person().act("主机防护：说明列的对应", origin())) as session:
        remember(session, given, source, told, home_centre())
    return redirect(url_for(".plan", digest=digest, **{**_rest(), "source": None}))


def _unfit(said: Mapping[str, str], source: str) -> Iterator[str]:
    kinds = [kind for kind in said.values() if kind]
    if source not in (*reporters(), OTHER) or set(kinds) - set(KINDS):
        yield _("请从列表里选")
    if not set(kinds) & set(WHO):
        yield _("要有一列说明是哪台主机：主机名、IP 地址、MAC 地址或资产编号")
    if not set(kinds) - set(WHO):
        yield _("要有一列说明防护情况：病毒库、查杀、补丁或防护服务")
    for kind in dict.fromkeys(kinds):
        if kinds.count(kind) > 1:
            yield _("有两列都对应“%(label)s”，只能留一列。", label=_(KINDS.get(kind, kind)))


def _apply(digest: str) -> HostPlan:
    name, now = request.args.get("name", ""), datetime.now(UTC)
    what = person().act("导入主机防护", origin(), f"文件 {name}，SHA-256 {digest}")
    with database().view(person().scope) as session:
        given = _given(session, digest)
    with database().transaction(what) as session:
        file = File(name, digest, person().id)
        done = take_in(session, given.rows, _from(session, given), file, now)
        if done.fingerprint != request.form.get("fingerprint"):
            raise _Moved
    return done


def _given(session: Session, digest: str) -> Brought:
    return brought(session, digest, request.args.get("name", ""), request.args.get("source", ""))


def _from(session: Session, given: Brought) -> From:
    word = given.by.word if given.by else OTHER
    return From(word, session.get_one(Centre, home_centre()), _exported_at())


def _exported_at() -> datetime | None:
    """When the file was made, as typed by the Chinese clock."""
    try:
        at = datetime.fromisoformat(request.args.get("at", ""))
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=SHANGHAI)).astimezone(UTC)


def _rest() -> dict[str, Any]:
    told = {name: request.args.get(name) or None for name in ("name", "at", "source")}
    return {**told, "name": told["name"] or ""}


def _upload_page(problem: str = "") -> str:
    return render_template("host_upload.html", problem=problem, products=reporters())


def _plan_page(given: Brought, found: HostPlan) -> str:
    tabs = {word: found.of(word) for word in OUTCOMES} | {"unmatched": found.unmatched}
    first = next((word for word in ("new", "changed", "refused") if tabs[word]), "same")
    tab = request.args.get("tab", first)
    tab = tab if tab in tabs else first
    return render_template(
        "host_plan.html", given=given, plan=found, tabs=tabs, tab=tab, outcomes=OUTCOMES,
        page=slice_of(tabs[tab], request.args.get("page", 1, int)), kinds=KINDS,
        work=len(found.of("new", "changed")), at=request.args.get("at", ""), rest=_rest(),
        labels={f.name: f.label for f in fields(HostProtection)}, others=given.candidates,
    )  # fmt: skip


def _columns_page(
    given: Brought, wrong: list[str] | None = None, said: Mapping[str, str] | None = None,
    source: str = "",
) -> str:  # fmt: skip
    known = {header: kind for kind, header in given.columns.items()}
    lines = [
        (number, header, (said or known).get(header, ""),
         [row.cells[header] for row in given.sheet.rows[:_SAMPLES] if row.cells[header].strip()])
        for number, header in enumerate(given.sheet.columns)
    ]  # fmt: skip
    chosen = source or (given.by.word if given.by else OTHER)
    return render_template(
        "host_columns.html", given=given, lines=lines, kinds=KINDS, wrong=wrong or [],
        chosen=chosen, products=reporters(), other=OTHER, rest=_rest(),
    )  # fmt: skip
