"""Data files that a township exported, brought by hand: taken in as they are, never looked into
(Articles 70 and 142; duties E1, E7)."""

from typing import BinaryIO, cast

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backups.delivery import NotTaken
from backups.staging import folder_of
from backups.uploads import drop, take_upload, uploads
from inventory.audit import note
from inventory.backup_source import BackupSource
from inventory.role import can
from web.access import allowed, origin, person
from web.backing.desk import bp, source_or_404
from web.backing.running import ask_for
from web.current import database, settings


@bp.get("/sources/<id>/upload")
@allowed("record")
def upload(id: str) -> str:
    """What waits for the next set, and the form for more."""
    return _page(_source(id), "")


@bp.post("/sources/<id>/upload")
@allowed("record")
def bring(id: str) -> ResponseReturnValue:
    """One file after the other, each on disk whole before it is told; then a set is made of them,
    at once where the person may ask for it."""
    source = _source(id)
    folder = folder_of(settings().home, source.id)
    files = [file for file in request.files.getlist("file") if file.filename]
    if not files:
        return _page(source, _("没有选择文件")), 422
    act = person().act(_("上传数据文件"), origin())
    try:
        for file in files:
            stream = cast("BinaryIO", file.stream)
            told = take_upload(folder, file.filename or "", stream, person().name, _most())
            with database().transaction(act) as session:
                what = {"size": told.size, "sha256": told.sha256}
                note(session, act, "BackupSource", source.id, source.centre_id, what)
    except NotTaken as error:
        return _page(source, error.reason), 422
    if can(person(), "operate"):
        ask_for(source)
        return redirect(url_for("registers.show", slug="backup-sources", id=source.id))
    flash(_("已收下 %(n)s 个文件，到期时做成备份。", n=len(files)), "ok")
    return redirect(url_for(".upload", id=source.id))


@bp.post("/sources/<id>/upload/<key>/drop")
@allowed("record")
def unwanted(id: str, key: str) -> ResponseReturnValue:
    """One that was brought by mistake, while no set holds it."""
    source = _source(id)
    waiting = uploads(folder_of(settings().home, source.id))
    one = next((each for each in waiting if each.key == key), None) or abort(404)
    act = person().act(_("退回数据文件"), origin())
    with database().transaction(act) as session:
        told = {"size": one.size, "sha256": one.sha256}
        note(session, act, "BackupSource", source.id, source.centre_id, told)
    drop(one)
    return redirect(url_for(".upload", id=source.id))


def _most() -> int:
    return settings().backup_upload_mb * 1_000_000


def _source(source_id: str) -> BackupSource:
    """404 for a source that nobody feeds by hand."""
    source = source_or_404(source_id)
    if not source.carried or source.retired_at is not None:
        abort(404)
    return source


def _page(source: BackupSource, cause: str) -> str:
    waiting = list(uploads(folder_of(settings().home, source.id)))
    told = {"source": source, "waiting": waiting, "cause": cause, "most": _most()}
    return render_template("backups/upload.html", **told)
