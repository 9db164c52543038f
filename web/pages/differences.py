"""与发现的差异: where the book and the network tell different things, settled with one click."""

from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory import booking
from inventory.device import Device
from inventory.difference_note import LONGEST, DifferenceNote, notes
from inventory.differences import KINDS, Difference, differences
from inventory.equipment import Equipment
from inventory.register import FieldError, Rejected, field_of
from inventory.shanghai import today
from web.access import by_register, origin, person
from web.current import database
from web.paging import slice_of
from web.registers.book import book as register
from web.registers.book import may

bp = Blueprint("differences", __name__, url_prefix="/equipment/differences")


@bp.get("/")
@by_register
def index() -> ResponseReturnValue:
    register("equipment")
    return _page()


@bp.post("/book")
@by_register
def book() -> ResponseReturnValue:
    """Write the ticked devices into the book, all of them or none."""
    register("equipment", "write")
    try:
        with database().transaction(person().act("按发现建账", origin())) as session:
            made = [booking.book(session, device).id for device in _ticked(session)]
    except Rejected as error:
        return _page(causes=[str(one) for one in error.errors]), 422
    flash(_("已建账 %(n)s 台，并投用为各自的监测对象。", n=len(made)), "ok")
    if len(made) == 1:
        return redirect(url_for("registers.show", slug="equipment", id=made[0]))
    return redirect(url_for(".index"))


@bp.post("/adopt")
@by_register
def adopt() -> ResponseReturnValue:
    """The device is right: its serial or model goes into the book."""
    register("equipment", "write")
    try:
        with database().transaction(person().act("按自报更正台账", origin())) as session:
            one = _one(session)
            if one.thing is None or one.kind not in ("serial", "model"):
                abort(400)
            setattr(session.get_one(Equipment, one.thing.id), one.kind, one.told)
    except Rejected as error:
        return _page(causes=[str(one) for one in error.errors]), 422
    flash(_("已按设备自报更正：%(name)s。", name=one.about), "ok")
    return redirect(url_for(".index"))


@bp.post("/note")
@by_register
def explain() -> ResponseReturnValue:
    """Somebody knows of this difference: why, and until when it need not be looked at."""
    register("equipment", "write")
    try:
        with database().transaction(person().act("说明差异", origin())) as session:
            one = _one(session)
            session.add(
                DifferenceNote(
                    centre_id=one.centre_id, key=one.key, about=one.about[:200], kind=one.kind,
                    reason=request.form.get("reason", "").strip()[:200], until=_until(),
                )
            )  # fmt: skip
    except Rejected as error:
        return _page(causes=[str(each) for each in error.errors]), 422
    flash(_("已说明，到期前不再提醒：%(name)s。", name=one.about), "ok")
    return redirect(url_for(".index"))


def _until() -> date:
    try:
        return date.fromisoformat(request.form.get("until", ""))
    except ValueError:
        label = field_of(DifferenceNote, "until").label
        raise Rejected((FieldError("until", label, "应写成 2026-11-21"),)) from None


def _ticked(session: Session) -> list[Device]:
    ids = [one for value in request.form.getlist("id") for one in value.split(",") if one]
    found = [session.get(Device, one) for one in ids]
    if not found:
        raise Rejected((FieldError("id", "监测对象", "请先勾选"),))
    return [one or abort(404) for one in found]


def _one(session: Session) -> Difference:
    """The difference that the form names, if it still is one."""
    key = request.form.get("key", "")
    found = next((one for one in differences(session) if one.key == key), None)
    if found is None:
        raise Rejected((FieldError("key", "差异", "已经不存在，请看现在的列表"),))
    return found


def _page(**told: Any) -> str:
    """Open differences by kind, or those explained, a page at a time."""
    kind = request.args.get("kind", "")
    with database().view(person().scope) as session:
        known = notes(session, today())
        found = differences(session)
        open_ones = [one for one in found if one.key not in known]
        rows = [one for one in found if one.key in known] if kind == "noted" else open_ones
        rows = [one for one in rows if kind in ("", "noted", one.kind)]
        counts = {word: sum(one.kind == word for one in open_ones) for word in KINDS}
        address = partial(url_for, ".index")
        tabs = [(_("未说明"), len(open_ones), address(), kind == "")]
        tabs += [(_(KINDS[w]), n, address(kind=w), kind == w) for w, n in counts.items()]
        tabs += [(_("已说明"), len(found) - len(open_ones), address(kind="noted"), kind == "noted")]
        return render_template(
            "differences.html", part=slice_of(rows, request.args.get("page", 1, int)), tabs=tabs,
            kind=kind, KINDS=KINDS, notes=known, may_write=may(Equipment, "write"),
            latest=today() + LONGEST, today=today(), **({"causes": ()} | told),
        )  # fmt: skip
