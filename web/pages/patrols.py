"""Patrols of the machine rooms: what is due, the checklist under one thumb, and the evidence."""

from functools import partial
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.patrol import DONE, Patrol
from inventory.patrol_due import STATES, Covered, coverage
from inventory.patrol_due import due as rooms_due
from inventory.patrol_item import CADENCES, SUBJECTS, adopt, standard_items
from inventory.patrol_result import RESULTS, PatrolResult, results
from inventory.patrolling import Answers, checklist, put, start
from inventory.register import Register, Rejected, field_of, registers
from inventory.role import can
from inventory.room import Room
from inventory.stepping import Taken, take
from web.access import allowed, origin, person
from web.current import database
from web.leaving import exported
from web.named import named
from web.navigation import NavItem, holds
from web.paging import slice_of
from web.proving import causes as proof_causes
from web.proving import proof
from web.queries.patrols import going, quarter, quarters_beside, restarts, waiting
from web.registers.beside import beside
from web.registers.book import home_centre, may, page_url
from web.registers.exports import KINDS
from web.registers.names import names
from web.registers.row import row_facts

bp = Blueprint("patrols", __name__, url_prefix="/patrols")
nav = NavItem("patrols.due", _l("机房巡检"), "clipboard-check", 61, holds("view"))

_ACT = "机房巡检"


@bp.get("")
@allowed("view")
def due() -> str:
    """Every room with a checklist, late ones first; restarts of the week that want a reason."""
    with database().view(person().scope) as session:
        centre = _centre(session)
        rooms = slice_of(rooms_due(session, centre), request.args.get("page", 1, int))
        place = field_of(Room, "centre_id")
        return render_template(
            "patrols.html", centre=centre, rooms=rooms, kinds=CADENCES, found=waiting(session),
            names=names(session, [(place, one.room.centre_id) for one in rooms.rows]),
            going=going(session),
            boots=restarts(session, centre), standard=len(standard_items()),
            may_record=can(person(), "record", centre),
        )  # fmt: skip


@bp.get("/coverage")
@allowed("view")
def covered() -> str:
    """The weeks and months of a quarter, room by room."""
    first, last = quarter(request.args.get("quarter", ""))
    with database().view(person().scope) as session:
        centre = _centre(session)
        found = coverage(session, centre, first, last)
        return render_template(
            "patrols_coverage.html", centre=centre, first=first, last=last, words=STATES,
            beside=quarters_beside(first), may_export=can(person(), "export"),
            books={kind: [one for one in found if one.kind == kind] for kind in CADENCES},
        )  # fmt: skip


@bp.get("/coverage.<any(xlsx,csv):kind>")
@allowed("export")
def export(kind: str) -> Response:
    """The same as a sheet, one line for each room and period."""
    first, last = quarter(request.args.get("quarter", ""))
    with database().view(person().scope) as session:
        rows = [row for one in coverage(session, _centre(session), first, last) for row in _of(one)]
    heads = [_(word) for word in ("房间", "巡检类别", "起", "止", "结果")]
    mark = partial(exported, "巡检完成情况", "Patrol", {"kind": kind, "rows": len(rows)})
    mimetype, write = KINDS[kind]
    answer = Response(write(heads, iter(rows), "巡检完成情况", mark), mimetype=mimetype)
    name = f"巡检完成情况-{first:%Y%m%d}-{last:%Y%m%d}.{kind}"
    return named(answer, name)


@bp.post("/adopt")
@allowed("record")
def adopted() -> ResponseReturnValue:
    """Write the default checklist of the regulation into the centre's own."""
    with database().transaction(person().act("采用默认巡检项目", origin())) as session:
        number = adopt(session, _centre(session))
    flash(_("已加入 %(n)s 个默认巡检项目，可以按本单位情况修改。", n=number), "ok")
    return redirect(url_for(".due"))


@bp.post("/start")
@allowed("record")
def begin() -> ResponseReturnValue:
    """Open the checklist of a room; one that goes on already is gone on with."""
    try:
        with database().transaction(person().act(f"{_ACT}：开始", origin())) as session:
            room = session.get(Room, request.form.get("room", "")) or abort(404)
            walk = start(session, room, request.form.get("kind", ""), person())
    except Rejected as error:
        flash("；".join(map(str, error.errors)), "warning")
        return redirect(url_for(".due"))
    return redirect(page_url(walk))


@bp.post("/<id>/save")
@allowed("record")
def save(id: str) -> ResponseReturnValue:
    """What was tapped so far; with `rest`, every line not answered yet is normal."""
    try:
        with database().transaction(person().act(f"{_ACT}：填写", origin())) as session:
            walk = session.get(Patrol, id) or abort(404)
            put(session, walk, _answers(session, walk), person())
            lines = checklist(session, walk)
    except Rejected as error:
        return _again(id, error)
    if "HX-Request" in request.headers:
        return render_template("patrol_saved.html", lines=lines)
    flash(_("已保存。"), "ok")
    return redirect(f"{page_url(walk)}#sign")


@bp.post("/<id>/finish")
@allowed("record")
def finish(id: str) -> ResponseReturnValue:
    """Answers and signature together; pressed twice, it is signed once."""
    try:
        shown = proof()
        with database().transaction(person().act(f"{_ACT}：签字", origin())) as session:
            walk = session.get(Patrol, id) or abort(404)
            put(session, walk, _answers(session, walk), person())
            taken = Taken(person(), {}, shown, request.form.get("seen", ""))
            take(session, walk, "finish", taken)
    except Rejected as error:
        return _again(id, error)
    flash(_("巡检已签字：%(number)s", number=walk.number), "ok")
    return redirect(page_url(walk))


def _again(id: str, error: Rejected) -> ResponseReturnValue:
    """The checklist with everything tapped and the causes; signed meanwhile, just the record."""
    with database().view(person().scope) as session:
        walk = session.get(Patrol, id) or abort(404)
        if walk.state in DONE:
            flash(_("这次巡检已经签过字。"), "ok")
            return redirect(page_url(walk))
        told = row_facts(session, walk, step="finish", errors=error.errors)
        general = [str(one) for one in error.errors if one.field not in ("password", "code")]
        return render_template(
            walk.template, **told, causes=general, proof_errors=proof_causes(error)
        ), 422


def _answers(session: Session, walk: Patrol) -> Answers:
    form, rest = request.form, request.form.get("rest", "")
    return {
        one.id: (form.get(f"result.{one.id}") or one.result or rest,
                 form.get(f"note.{one.id}", one.note))
        for one in checklist(session, walk)
    }  # fmt: skip


@beside("Patrol")
def _walked(session: Session, walk: Patrol) -> dict[str, Any]:
    """The checklist while the walk goes on, and what came of it afterwards."""
    typed = request.form if request.method == "POST" else {}
    goes_on = walk.state == "open" and walk.retired_at is None
    return {
        "walking": goes_on and may(Patrol, "edit"), "typed": typed, "results": RESULTS,
        "lines": checklist(session, walk) if goes_on else (), "subjects": SUBJECTS,
        "answers": results(session, walk), "cadences": CADENCES, **_onward(),
    }  # fmt: skip


@beside("PatrolResult")
def _found(session: Session, one: PatrolResult) -> dict[str, Any]:
    return _onward() | {"walk": session.get(Patrol, one.patrol_id)}


@beside("Room")
def _of_room(session: Session, room: Room) -> dict[str, Any]:
    """How it stands with the patrols of one room."""
    centre = session.get_one(Centre, room.centre_id)
    mine = [one for one in rooms_due(session, centre) if one.room.id == room.id]
    return {"patrols": mine, "cadences": CADENCES, "may_patrol": can(person(), "record", room)}


def _onward() -> dict[str, type[Register] | None]:
    """Where what was found abnormal can be taken on."""
    return {"repairs": registers().get("repairs"), "faults": registers().get("faults")}


def _centre(session: Session) -> Centre:
    asked = request.args.get("centre") or home_centre()
    return session.get(Centre, asked) or abort(404)


def _of(one: Covered) -> list[tuple[str, ...]]:
    return [
        (one.room.name, _(CADENCES[one.kind]), str(period.first), str(period.last),
         _(STATES[period.state]))
        for period in one.periods
    ]  # fmt: skip
