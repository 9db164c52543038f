"""Discs: what a set will hold, its images, burning, reading back, labels; and the year's folder for
the archive room (Articles 142 and 143)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from flask import Blueprint, Response, abort, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from backups import iso
from backups.disc_making import image_of
from backups.disc_reading import COMMAND
from inventory import upload
from inventory.archive_steps import chosen
from inventory.archive_transfer import MEDIA, ArchiveTransfer
from inventory.centre import Centre
from inventory.disc import Disc
from inventory.disc_choice import Choice, choice
from inventory.disc_progress import discs_of
from inventory.disc_set import DiscSet
from inventory.disc_steps import unready
from inventory.register import Register, Rejected
from inventory.role import can
from inventory.run import JobRun
from inventory.shanghai import SHANGHAI
from inventory.staff import Staff
from playbooks.disc_orders import folder_for
from web import asking
from web.access import allowed, origin, person
from web.backing.running import running_facts
from web.current import database, settings
from web.leaving import exported
from web.pages.papers import sheet
from web.pdf import qr
from web.registers.beside import beside
from web.registers.book import home_centre

bp = Blueprint("discs", __name__, url_prefix="/discs")
Row = TypeVar("Row", bound=Register)
_LARGEST = 64 << 20  # bytes of an uploaded list: some half a million files
_SHOWN = 50  # lines of what is missing or chosen


@beside("DiscSet")
def of_set(session: Session, row: DiscSet) -> Mapping[str, Any]:
    """What the images will hold, what stands against making them, and what goes on."""
    told = _chosen(session, row) if row.state == "planned" else None
    waits = unready(session, row) if told is not None else ""
    return {
        "told": told, "waits": waits, "shown": _SHOWN, "program": iso.there(),
        "discs": discs_of(session, row), "may_make": can(person(), "operate", row),
        **running_facts(session, row.id),
    }  # fmt: skip


@beside("Disc")
def of_disc(session: Session, row: Disc) -> Mapping[str, Any]:
    """Its set, whether its image is still here, and which drives there are."""
    paper = session.get(DiscSet, row.disc_set_id)
    image = image_of(folder_for(settings().home, row.disc_set_id), row.ordinal)
    return {
        "paper": paper, "image_here": image.is_file() and row.state != "planned",
        "drives": iso.drives(), "may_work": can(person(), "record", row), "command": COMMAND,
        "may_make": can(person(), "operate", row), **running_facts(session, row.id),
    }  # fmt: skip


@beside("ArchiveTransfer")
def of_archive(session: Session, row: ArchiveTransfer) -> Mapping[str, Any]:
    """What the year has, and what goes on."""
    told = chosen(session, row) if row.state == "draft" and _known(session, row) else None
    return {
        "told": told, "shown": _SHOWN, "may_make": can(person(), "operate", row),
        "checked": _last_check(session, row), **running_facts(session, row.id),
    }  # fmt: skip


def _last_check(session: Session, row: ArchiveTransfer) -> JobRun | None:
    """The last time that its folder, as it is now, was read again: whole, or found wrong."""
    query = select(JobRun).where(
        JobRun.kind == "archive", JobRun.subject == row.id, JobRun.state.in_(("done", "failed")),
        JobRun.started_at > (row.packed_at or datetime.max.replace(tzinfo=UTC)),
    )  # fmt: skip
    found = session.scalars(query.order_by(JobRun.started_at.desc()))
    return next((one for one in found if one.params.get("check")), None)


@bp.post("/sets")
@allowed("operate")
def begin() -> ResponseReturnValue:
    """The discs of a quarter, begun with one click on the overview; a second finds the first's."""
    told = {"centre_id": home_centre(), "period": request.form.get("period", "")}
    try:
        with database().transaction(person().act("登记光盘备份", origin())) as session:
            known = select(DiscSet).filter_by(**told, retired_at=None).order_by(DiscSet.id)
            row = session.scalars(known).first() or DiscSet(**told)
            session.add(row)
    except Rejected:
        abort(400)  # not what the overview's button sends
    return redirect(url_for("registers.show", slug=row.slug, id=row.id))


@bp.post("/sets/<id>/image")
@allowed("operate")
def image(id: str) -> ResponseReturnValue:
    """Make the images of a set, or those of the discs named in the form again."""
    row = _row(DiscSet, id)
    numbers = [int(one) for one in request.form.getlist("disc") if one.isdecimal()]
    further = {"discs": numbers} if numbers else {}
    asking.ask("image", row.centre_id, row.id, **further)
    return redirect(url_for("registers.show", slug=row.slug, id=row.id))


@bp.post("/disc/<id>/burn")
@allowed("record")
def burn(id: str) -> ResponseReturnValue:
    row, drive = _row(Disc, id), request.form.get("drive", "")
    if drive not in iso.drives():
        flash(_("本机没有这个光驱：请接好后重试，或在别处刻录后登记。"), "critical")
    else:
        asking.ask("burn", row.centre_id, row.id, drive=drive)
    return redirect(url_for("registers.show", slug=row.slug, id=row.id))


@bp.post("/disc/<id>/read")
@allowed("record")
def read(id: str) -> ResponseReturnValue:
    """Read it in a drive, in a folder, or by a list of digests that was made elsewhere."""
    row, told = _row(Disc, id), _source()
    if told is None:
        flash(_("请选光驱、写光盘目录的绝对路径，或上传校验文件（最大 64 MB）。"), "critical")
    else:
        asking.ask("readback", row.centre_id, row.id, **told)
    return redirect(url_for("registers.show", slug=row.slug, id=row.id))


@bp.get("/disc/<id>/image.iso")
@allowed("record")
def download(id: str) -> ResponseReturnValue:
    """The image itself, for those who burn it on another machine: logs and documents are plain on
    it, so that the right to export registers is not enough. Noted as every export is."""
    row = _row(Disc, id)
    place = image_of(folder_for(settings().home, row.disc_set_id), row.ordinal)
    if row.state == "planned" or not place.is_file():
        abort(404)
    what = {"kind": "iso", "disc": row.identifier, "sha256": row.sha256}
    exported("光盘映像", "Disc", what, row.id)
    return send_file(Path(place), as_attachment=True, download_name=f"{row.volume}.iso")


@bp.get("/sets/<id>/labels.pdf")
@allowed("export")
def labels(id: str) -> Response:
    """A label for each disc of a set, with a code that opens its page."""
    with database().view(person().scope) as session:
        paper = session.get(DiscSet, id) or abort(404)
        centre = session.get_one(Centre, paper.centre_id)
        discs = discs_of(session, paper)
        keepers = {one.id: one.name for one in _keepers(session, discs)}
    exported("光盘标签", "DiscSet", {"kind": "labels", "rows": len(discs)}, id)
    told = [
        (one, qr(url_for("registers.show", slug="discs", id=one.id, _external=True)),
         keepers.get(one.keeper_id or "", ""))
        for one in discs
    ]  # fmt: skip
    return sheet("papers/disc_labels.html", paper.number, paper=paper, centre=centre, labels=told)


@bp.post("/archive/<id>/pack")
@allowed("operate")
def pack(id: str) -> ResponseReturnValue:
    row = _row(ArchiveTransfer, id)
    asking.ask("archive", row.centre_id, row.id)
    return redirect(url_for("registers.show", slug=row.slug, id=row.id))


@bp.post("/archive/<id>/check")
@allowed("operate")
def check(id: str) -> ResponseReturnValue:
    """Is the folder still what was signed? Every file of it is read."""
    row = _row(ArchiveTransfer, id)
    asking.ask("archive", row.centre_id, row.id, check=True)
    return redirect(url_for("registers.show", slug=row.slug, id=row.id))


@bp.get("/archive/<id>/form.pdf")
@allowed("export")
def form(id: str) -> Response:
    """《电子档案移交与接收登记表》, with room for the hands of both sides."""
    with database().view(person().scope) as session:
        row = session.get(ArchiveTransfer, id) or abort(404)
        centre = session.get_one(Centre, row.centre_id)
        hands = {
            name: session.get(Staff, getattr(row, name) or "") for name in ("giver_id", "taker_id")
        }
        lines = row.lines(session)
    mark = exported("电子档案移交与接收登记表", "ArchiveTransfer", {"kind": "pdf", "rows": 1}, id)
    packed = row.packed_at.astimezone(SHANGHAI).date() if row.packed_at else None
    return sheet(
        "papers/archive_form.html", row.number, row=row, centre=centre, hands=hands, lines=lines,
        packed=packed, mark=mark, MEDIA=MEDIA,
    )  # fmt: skip


def _row(cls: type[Row], row_id: str) -> Row:
    with database().view(person().scope) as session:
        return session.get(cls, row_id) or abort(404)


def _chosen(session: Session, row: DiscSet) -> Choice | None:
    if not _known(session, row):
        return None
    try:
        return choice(session, row.centre_id, row.period)
    except ValueError:
        return None


def _known(session: Session, row: DiscSet | ArchiveTransfer) -> bool:
    """A centre out of sight has nothing that could be shown."""
    return session.get(Centre, row.centre_id) is not None


def _keepers(session: Session, discs: Sequence[Disc]) -> list[Staff]:
    ids = {one.keeper_id for one in discs if one.keeper_id}
    return list(session.scalars(select(Staff).where(Staff.id.in_(ids))))


def _source() -> dict[str, str] | None:
    """Where to read from, as the form says; None when it says nothing that could be read."""
    sent = request.files.get("list")
    if sent is not None and sent.filename:
        data = sent.stream.read(_LARGEST + 1)
        if not data or len(data) > _LARGEST:
            return None
        return {"source": "list", "upload": upload.keep(settings().home, data)}
    folder, drive = request.form.get("folder", "").strip(), request.form.get("drive", "")
    if folder:
        return {"source": folder} if folder.startswith("/") and "\0" not in folder else None
    return {"source": drive} if drive in iso.drives() else None
