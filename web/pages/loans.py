"""The lending desk: scan the borrower, scan the copy, done; one scan takes it back."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory.document import DocumentCopy
from inventory.document_loan import DocumentLoan
from inventory.lending import borrowed, due, give_back, lend, running
from inventory.register import Rejected, field_of
from inventory.role import can
from inventory.scanning import copy_of, people_of
from inventory.shanghai import today
from inventory.staff import Staff
from web.access import allowed, origin, person
from web.current import database
from web.paging import slice_of
from web.queries.loans import told_of

bp = Blueprint("loans", __name__, url_prefix="/loans")
_SOON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Scanned:
    """What one scan came to: where to go on, or why it was refused (`wrong`), or whom it may mean
    (`people`)."""

    staff_id: str = ""
    loan_id: str = ""
    wrong: tuple[str, ...] = ()
    people: tuple[Staff, ...] = ()


@bp.get("/")
@allowed("view")
def desk() -> str:
    """The box to scan into; below it who stands there and what they have, or what is overdue."""
    return _desk(Scanned(request.args.get("staff", ""), request.args.get("done", "")))


@bp.post("/scan")
@allowed("record")
def scan() -> ResponseReturnValue:
    """One scan, whichever it is."""
    code, staff_id = request.form.get("code", "").strip(), request.form.get("staff", "")
    if not code:
        return redirect(url_for(".desk", staff=staff_id or None))
    with database().view(person().scope) as session:
        copy = copy_of(session, code)
        people = () if copy else tuple(people_of(session, code))
    if copy is not None:
        done = _moved(copy, staff_id)
    elif len(people) == 1:
        done = Scanned(people[0].id)
    else:
        wrong = (
            ()
            if people
            else (_("没有找到“%(code)s”：请扫资料条码、借阅人工号，或输入姓名。", code=code),)
        )
        done = Scanned(staff_id, wrong=wrong, people=people)
    if done.wrong or done.people:
        return _desk(done), 422 if done.wrong else 200
    return redirect(url_for(".desk", staff=done.staff_id or None, done=done.loan_id or None), 303)


def _moved(copy: DocumentCopy, staff_id: str) -> Scanned:
    """Lent to whoever stands there, or taken back when nobody does."""
    word = "借出资料" if staff_id else "归还资料"
    try:
        with database().transaction(person().act(word, origin())) as session:
            fresh = session.get(DocumentCopy, copy.id) or abort(404)
            if not staff_id:
                return _returned(session, fresh)
            staff = session.get(Staff, staff_id) or abort(404)
            had = running(session, fresh)
            if had is not None and had.staff_id == staff.id:  # the scanner beeped twice
                return Scanned(staff.id, had.id)
            loan = lend(session, fresh, staff, person())
    except Rejected as error:
        return Scanned(staff_id, wrong=tuple(map(str, error.errors)))
    return Scanned(staff.id, loan.id)


def _returned(session: Session, copy: DocumentCopy) -> Scanned:
    if copy.state == "shelf":
        return Scanned(wrong=(_("这一份在架。要借出，请先扫借阅人。"),))
    loan = give_back(session, copy, person())
    flash(_("已归还：%(number)s。", number=loan.number), "ok")
    return Scanned(loan_id=loan.id)


def _desk(done: Scanned) -> str:
    with database().view(person().scope) as session:
        staff = session.get(Staff, done.staff_id) if done.staff_id else None
        last = session.get(DocumentLoan, done.loan_id) if done.loan_id else None
        loans = borrowed(session, staff) if staff else due(session, today() + _SOON)
        shown = slice_of(loans, request.args.get("page", 1, int))
        facts: dict[str, Any] = told_of(session, [*shown.rows, *([last] if last else [])])
        return render_template(
            "loan_desk.html", staff=staff, last=last, shown=shown, told=facts, wrong=done.wrong,
            people=done.people, may_record=can(person(), "record"), today=today(),
            job=field_of(Staff, "job").choices,
        )  # fmt: skip
