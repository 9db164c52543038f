"""One set: its copies and parts, its manifest, and what is wanted of it: read it back, bring files
back (Articles 141 and 142)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import Any

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from backups.backup_keys import key_of
from backups.set_entry import Listed
from backups.set_manifest import NAME, Manifest
from backups.set_reading import listing
from backups.set_writing import shown
from backups.sets import folder_of, matched
from inventory.backup_copy import WHERES
from inventory.backup_key import BackupKey
from inventory.backup_place import whole_path
from inventory.backup_set import BackupSet
from inventory.backup_source import BackupSource
from inventory.medium import Medium
from inventory.role import can
from inventory.store import Damaged
from inventory.text import fold
from web import asking
from web.access import allowed, person
from web.backing.desk import bp, one
from web.backing.running import running_facts
from web.current import database, key, settings
from web.leaving import exported
from web.paging import PAGE
from web.queries.backup_rows import copies_of
from web.registers.beside import beside

_READABLE = ("good", "damaged")  # there are files of it
_CHOSEN = 200  # files ticked one by one; more are restored by their folder


@dataclass(frozen=True, slots=True)
class Files:
    """One page of what a set holds; `more`: there are further ones."""

    rows: tuple[tuple[str, Listed], ...]  # as a page can carry its name; what it is
    page: int
    more: bool


@beside("BackupSet")
def beside_set(session: Session, row: BackupSet) -> Mapping[str, Any]:
    """Its copies, its parts as the manifest tells them, and the work that goes on with it."""
    source = session.get(BackupSource, row.source_id)
    manifest, damaged = _manifest(row) if row.state in _READABLE else (None, "")
    copies = copies_of(session, row.id)
    return {
        "copies": copies, "WHERES": WHERES, "manifest": manifest, "damaged": damaged,
        "media": _media(session) if row.state == "good" else (),
        "opaque": _is_core(row, source), "may_run": can(person(), "operate", row),
        **running_facts(session, row.id, *(copy.place_id for copy in copies if copy.place_id)),
    }  # fmt: skip


@bp.get("/sets/<id>/restore")
@allowed("operate")
def restore(id: str) -> ResponseReturnValue:
    """Choose what comes back: everything, or files and folders of the listing."""
    page, words = max(1, request.args.get("page", 1, int)), request.args.get("q", "").strip()
    with database().view(person().scope) as session:
        row = one(session, BackupSet, id)
        source = session.get(BackupSource, row.source_id) or abort(404)
        core = _is_core(row, source)
        unlocked = _key(session, row) if not core else b""
    told: dict[str, Any] = {"files": None, "damaged": ""}
    if row.state not in _READABLE:
        abort(404)
    if not core:
        try:
            told["files"] = _files(row, unlocked, words, page)
        except Damaged as error:
            told["damaged"] = error.reason
    return render_template(
        "backups/restore.html", row=row, source=source, core=core, q=words, **told
    )


@bp.post("/sets/<id>/restore")
@allowed("operate")
def choose(id: str) -> ResponseReturnValue:
    """On to the restore's own form, which says where to and why."""
    with database().view(person().scope) as session:
        row = one(session, BackupSet, id)
    only = request.form.getlist("id")[:_CHOSEN]
    told = {"set_id": row.id, "centre_id": row.centre_id, "only": "\n".join(only)}
    wanted: dict[str, Any] = {name: value for name, value in told.items() if value}
    return redirect(url_for("registers.new", slug="backup-restores", **wanted))


@bp.post("/sets/<id>/verify")
@allowed("operate")
def verify(id: str) -> ResponseReturnValue:
    """Read every copy again that lies where the console gets by itself."""
    with database().view(person().scope) as session:
        row = one(session, BackupSet, id)
        told = copies_of(session, row.id)
    for copy in told:
        if copy.place in ("own", "host") and copy.state not in ("copying", "cleared"):
            asking.ask("recheck", row.centre_id, copy.place_id, sets=[row.id])
    return redirect(url_for("registers.show", slug="backup-sets", id=row.id))


@bp.post("/sets/<id>/copy")
@allowed("operate")
def to_medium(id: str) -> ResponseReturnValue:
    """Onto a registered medium that is plugged into this machine now; the worker makes sure that it
    is that one."""
    with database().view(person().scope) as session:
        row = one(session, BackupSet, id)
        medium = one(session, Medium, request.form.get("medium", ""))
    path = request.form.get("path", "").strip()
    if not whole_path(path):
        flash(_("写明介质挂载在哪里，如 /media/usb1。"), "critical")
    elif row.state != "good":
        flash(_("只复制已核对的备份。"), "critical")
    else:
        asking.ask("copy", row.centre_id, medium.id, path=path, sets=[row.id])
    return redirect(url_for("registers.show", slug="backup-sets", id=row.id))


@bp.get("/sets/<id>/manifest.json")
@allowed("export")
def manifest(id: str) -> ResponseReturnValue:
    """The set's own list of its parts with their digests; it holds no secret and no content."""
    with database().view(person().scope) as session:
        row = one(session, BackupSet, id)
    file = folder_of(settings().home, row) / NAME
    if not file.is_file():
        abort(404)
    exported("备份清单", "BackupSet", {"kind": "json", "number": row.number}, row.id)
    name = f"{row.number}-{NAME}"
    data = BytesIO(file.read_bytes())
    return send_file(data, "application/json", as_attachment=True, download_name=name, max_age=0)


def _is_core(row: BackupSet, source: BackupSource | None) -> bool:
    """The core population database, by what its source was then or is now: never listed."""
    return row.opaque or (source is not None and source.opaque)


def _media(session: Session) -> Sequence[Medium]:
    here = select(Medium).where(Medium.state == "in").order_by(Medium.sort_key, Medium.id)
    return session.scalars(here).all()


def _manifest(row: BackupSet) -> tuple[Manifest | None, str]:
    try:
        return matched(folder_of(settings().home, row), row), ""
    except Damaged as error:
        return None, error.reason


def _key(session: Session, row: BackupSet) -> bytes:
    known = session.get(BackupKey, row.key_id) if row.key_id else None
    return key_of(session, key(), known.print_id) if known else b""


def _files(row: BackupSet, key: bytes, words: str, page: int) -> Files:
    """The page asked for: what stands before it is read past, what stands behind is not read."""
    start = (page - 1) * PAGE
    with_next = tuple(islice(_found(row, key, words), start, start + PAGE + 1))
    return Files(with_next[:PAGE], page, len(with_next) > PAGE)


def _found(row: BackupSet, key: bytes, words: str) -> Iterator[tuple[str, Listed]]:
    wanted, folder = fold(words).split(), folder_of(settings().home, row)
    matched(folder, row)
    for entry in listing(folder, key):
        path = fold(entry.path) if wanted else ""
        if all(word in path for word in wanted):
            yield shown(entry.path), entry
