"""Undertakings and the rules of the house: read in full, signed by name; who has, who has not."""

from functools import partial
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.acknowledged import Acknowledged, accepted, applying, bound, unsigned
from inventory.act import EVERYTHING
from inventory.attachment import Attachment, attachments
from inventory.opened import opened, seen_by
from inventory.person import Person
from inventory.register import FieldError, Rejected
from inventory.revision import digest
from inventory.role import can
from inventory.signature import Signature, sign, signatures
from inventory.text import fold
from web.access import by_register, narrow, own, person
from web.affairs import own_act
from web.current import database
from web.deciding import causes
from web.leaving import exported
from web.locale import moment
from web.named import named
from web.pages.attachments import sent
from web.paging import slice_of
from web.proving import causes as proof_causes
from web.proving import proof
from web.registers.beside import beside
from web.registers.book import book, may
from web.registers.exports import KINDS as SHEETS

bp = Blueprint("undertakings", __name__, url_prefix="/undertakings")


@bp.app_template_global("my_undertakings")
def waiting() -> int:
    """How many texts the person asking has yet to accept."""
    with database().view(EVERYTHING) as session:
        return len(_unsigned(session))


@bp.get("/")
@own
def index() -> str:
    return _list({})


@bp.get("/<id>")
@own
def show(id: str) -> str:
    with database().observe() as session:
        row = _mine(session, id)
        opened(session, person().id, row, digest(row))
    return _text(id)


@bp.post("/<id>")
@own
def accept(id: str) -> ResponseReturnValue:
    """Accept one text as it was shown."""
    with database().view(EVERYTHING) as session:
        _mine(session, id)
    try:
        given = proof()
        with database().transaction(own_act("签署承诺书")) as session:
            row = _mine(session, id)
            sign(session, row, "accept", person(), given, request.form.get("seen", ""))
    except Rejected as error:
        return _text(id, wrong=causes(error), proof_errors=proof_causes(error)), 422
    flash(_("已签署“%(name)s”。", name=row.heading), "ok")
    return redirect(url_for(".index"))


@bp.post("/accept")
@own
def accept_all() -> ResponseReturnValue:
    """Accept everything that waits with one password, once each was opened as it stands."""
    try:
        given = proof()
        with database().transaction(own_act("签署承诺书")) as session:
            waiting = _unsigned(session)
            _unless_opened(session, waiting)
            for row in waiting:
                sign(session, row, "accept", person(), given, digest(row))
    except Rejected as error:
        return _list({"wrong": causes(error), "proof_errors": proof_causes(error)}), 422
    flash(_("已签署 %(n)s 份承诺书。", n=len(waiting)), "ok")
    return redirect(url_for(".index"))


@bp.get("/<id>/files/<key>")
@own
def file(id: str, key: str) -> ResponseReturnValue:
    """The text of a rule that stands in a file: for whomever it binds, wherever it is kept."""
    with database().view(EVERYTHING) as session:
        row = _mine(session, id)
        one = session.get(Attachment, key)
    if one is None or (one.thing_id, one.retired_at) != (row.id, None):
        abort(404)
    return sent(row, one, "open")


@bp.get("/<id>/people")
@by_register
def people(id: str) -> str:
    """Who has accepted this text and who has not."""
    row, everybody = _signers(id)
    wanted = fold(request.args.get("q", ""))
    found = [pair for pair in everybody if wanted in pair[0].search]
    return render_template(
        "undertaking_people.html", row=row, found=slice_of(found, request.args.get("page", 1, int)),
        done=sum(one is not None for _who, one in everybody), everyone=len(everybody),
        may_export=can(person(), "export"),
    )  # fmt: skip


@bp.get("/<id>/people.<kind>")
@by_register
def export(id: str, kind: str) -> Response:
    """The whole list as a sheet, for the file."""
    row, everybody = _signers(id)
    if kind not in SHEETS:
        abort(404)
    if not can(person(), "export"):
        abort(403)
    narrow("export")
    columns = [_("姓名"), _("登录名"), _("签署"), _("时间"), _("内容校验")]
    cells = (
        (who.name, who.login, _("已签署") if one else _("未签署"), moment(one.at) if one else "",
         one.digest if one else "")
        for who, one in everybody
    )  # fmt: skip
    what = {"kind": kind, "rows": len(everybody), "version": row.version}
    mark = partial(exported, row.title, type(row).__name__, what, row.id)
    mimetype, write = SHEETS[kind]
    response = Response(write(columns, cells, row.heading, mark), mimetype=mimetype)
    return named(response, f"{row.heading}.{kind}")


@beside("Rulebook")
def readers(session: Session, row: Any) -> dict[str, Any]:
    """How many have read a rule, for those who keep the book."""
    if not row.revised or not (may(type(row), "edit") or can(person(), "people")):
        return {"keeps": False}
    given, everybody = accepted(session, row), bound(session, row)
    done = sum(who.id in given for who in everybody)
    return {"keeps": True, "done": done, "everyone": len(everybody)}


def _signers(id: str) -> tuple[Any, list[tuple[Person, Signature | None]]]:
    """The text and everybody it is for; whoever has not signed it comes first. For those who look
    after people, and those who keep this register."""
    cls = _class(id)
    if can(person(), "people"):
        narrow("people")
    else:
        book(cls.slug, "edit")
    with database().view(person().scope) as session:
        row = session.get(cls, id) or abort(404)
        given = accepted(session, row)
        everybody = [(who, given.get(who.id)) for who in bound(session, row)]
    return row, sorted(everybody, key=lambda pair: pair[1] is not None)


def _class(id: str) -> type[Acknowledged]:
    with database().view(EVERYTHING) as session:
        found = (cls for cls in Acknowledged.__subclasses__() if session.get(cls, id))
        return next(found, None) or abort(404)


def _list(told: dict[str, Any]) -> str:
    with database().view(EVERYTHING) as session:
        mine = [
            (row, accepted(session, row).get(person().id))
            for row in applying(session, person().centre_id)
        ]
        seen = _seen(session)
        unread = {row.id for row, _given in mine if seen.get(row.id) != digest(row)}
    return render_template(
        "undertakings.html", mine=mine, unread=unread, may_see=can(person(), "people"),
        may_write=can(person(), "policy"), **({"proof_errors": {}} | told),
    )  # fmt: skip


def _seen(session: Session) -> dict[str, str]:
    """Row id → the content of it that the person asking was last shown."""
    texts = (seen_by(session, person().id, cls.__name__) for cls in Acknowledged.__subclasses__())
    return {key: shown for each in texts for key, shown in each.items()}


def _text(id: str, **told: Any) -> str:
    with database().view(EVERYTHING) as session:
        row = _mine(session, id)
        given = [one for one in signatures(session, row) if one.signer_id == person().id]
        holds = accepted(session, row).get(person().id)
        return render_template(
            "undertaking.html", row=row, given=given, holds=holds, digest=digest(row),
            files=[one for one in attachments(session, row) if not one.retired_at],
            **({"proof_errors": {}} | told),
        )  # fmt: skip


def _mine(session: Session, id: str) -> Any:
    """A text that binds the person asking; 404 for any other."""
    found = (row for row in applying(session, person().centre_id) if row.id == id)
    return next(found, None) or abort(404)


def _unsigned(session: Session) -> list[Any]:
    return unsigned(session, person().id, person().centre_id)


def _unless_opened(session: Session, rows: list[Any]) -> None:
    seen = _seen(session)
    missing = [row.heading for row in rows if seen.get(row.id) != digest(row)]
    if missing:
        cause = _("请先打开读过全文：%(names)s", names="、".join(missing))
        raise Rejected((FieldError("opened", _("承诺和制度"), cause),))
