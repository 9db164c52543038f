"""Counting: one box that keeps the focus, what each scan means at once, and what is missing."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.register import Rejected
from inventory.room import Room
from inventory.stock_scanning import scan
from inventory.stock_tally import counts, everything, latest, missing, room_names, strays
from inventory.stocktake import DECISIONS, StockScan, StockTake
from inventory.stocktaking import decide
from web.access import allowed, origin, person
from web.current import database
from web.fragment import fragment
from web.leaving import exported
from web.locale import moment
from web.named import named
from web.registers.beside import beside
from web.registers.book import may, page_url
from web.registers.exports import KINDS

bp = Blueprint("stocktakes", __name__, url_prefix="/stocktakes/<id>")
PAGE = 50


@beside("StockTake")
def told(session: Session, row: StockTake) -> dict[str, Any]:
    """What its page shows: the figures, the last scans, and page by page what is missing."""
    page = max(1, request.args.get("missing", 1, int))
    return _tally(session, row) | {
        "rooms": _rooms(session, row) if row.state == "open" else (),
        "absent": missing(session, row, page, PAGE) if row.state != "draft" else (),
        "absent_page": page, "absent_pages": -(-counts(session, row).missing // PAGE),
        "room_of": room_names(session), "decisions": DECISIONS,
        "may_count": may(StockTake, "edit") and row.retired_at is None,
    }  # fmt: skip


@bp.post("/scans")
@allowed("record")
def put(id: str) -> ResponseReturnValue:
    """What a scanner or a hand typed: one code, or a pasted list of them, a line each."""
    codes, room = request.form.get("codes", "").splitlines(), request.form.get("room", "")
    said, done = "", list[StockScan]()
    try:
        with database().transaction(person().act("盘点扫描", origin())) as session:
            row = session.get(StockTake, id) or abort(404)
            done = scan(session, row, codes, person(), room)
    except Rejected as error:
        said = "；".join(map(str, error.errors))
    if "HX-Request" in request.headers:
        return _scanned(id, said=said, done=done)
    if said:
        flash(said, "warning")
    for one in done[-3:]:
        flash(f"{_(one.outcome_label)}：{one.typed} {one.told}", "ok")
    return redirect(f"{page_url(row)}?room={room}")


@bp.get("/scans")
@allowed("view")
def live(id: str) -> ResponseReturnValue:
    """The figures as they stand: others count, too."""
    return _scanned(id)


@bp.post("/decisions")
@allowed("record")
def decisions(id: str) -> ResponseReturnValue:
    """What became of the missing, for a whole page of them at once."""
    form = request.form
    keys = [name.removeprefix("decision.") for name in form if name.startswith("decision.")]
    given = {key: (form[f"decision.{key}"], form.get(f"remark.{key}", "")) for key in keys}
    try:
        with database().transaction(person().act("处理盘点差异", origin())) as session:
            row = session.get(StockTake, id) or abort(404)
            number = decide(session, row, given, person())
    except Rejected as error:
        flash("；".join(map(str, error.errors)), "warning")
    else:
        flash(_("已处理 %(n)s 件。", n=number), "ok")
    return redirect(f"{url_for('registers.show', slug=StockTake.slug, id=id)}#missing")


@bp.get("/result.<any(xlsx,csv):kind>")
@allowed("export")
def result(id: str, kind: str) -> Response:
    """Every thing with what was found, and every stray scan, as a sheet."""
    heads = [_(word) for word in ("编号", "品名", "序列号", "账上房间", "结果", "盘点房间", "时间",
                                  "盘点人", "说明")]  # fmt: skip
    with database().view(person().scope) as session:
        row = session.get(StockTake, id) or abort(404)
        cells = list(_cells(session, row))
    what = {"kind": kind, "rows": len(cells)}
    mark = partial(exported, StockTake.title, StockTake.__name__, what, id)
    mimetype, write = KINDS[kind]
    answer = Response(write(heads, iter(cells), row.number, mark), mimetype=mimetype)
    return named(answer, f"{row.number}.{kind}")


def _cells(session: Session, row: StockTake) -> Iterator[tuple[str, ...]]:
    rooms = room_names(session)
    for one in everything(session, row):
        thing, scan_ = one.thing, one.scan
        was = one.item.room_id if one.item else thing.room_id
        yield (
            thing.tag, thing.name, thing.serial or "", rooms.get(was, ""), _(one.word),
            rooms.get(one.room_id, ""), moment(scan_.at) if scan_ else "",
            scan_.by_name if scan_ else (one.item.decided_by if one.item else ""),
            one.item.remark if one.item else "",
        )  # fmt: skip
    for stray in strays(session, row):
        yield (stray.typed, "", "", "", _(stray.outcome_label), rooms.get(stray.room_id, ""),
               moment(stray.at), stray.by_name, stray.told)  # fmt: skip


def _rooms(session: Session, row: StockTake) -> list[Room]:
    """Where one may stand while counting."""
    query = select(Room).where(Room.retired_at.is_(None)).order_by(Room.sort_key)
    chosen = list(row.chosen_rooms(session)) if row.rooms else []
    return chosen or [
        room for room in session.scalars(query) if row.covers(session, room.centre_id)
    ]


def _tally(session: Session, row: StockTake) -> dict[str, Any]:
    return {"counts": counts(session, row), "scans": latest(session, row)}


def _scanned(id: str, **more: Any) -> ResponseReturnValue:
    with database().view(person().scope) as session:
        row = session.get(StockTake, id) or abort(404)
        return fragment(
            "stocktake_scans.html", row=row, room_of=room_names(session),
            **_tally(session, row), **more,
        )  # fmt: skip
