"""The book of looked-through logs, month by month; a missing day is one click from its form."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from inventory import exchange
from inventory.centre import Centre
from inventory.device import Device
from inventory.log_review import METHODS, RESULTS, LogReview
from inventory.log_review_days import Day, coverage, sources, uncovered
from inventory.register import Rejected
from inventory.revision import digest
from inventory.role import can
from inventory.shanghai import today
from inventory.stepping import Taken, take
from inventory.workdays import workdays
from web.access import allowed, origin, person
from web.current import database
from web.navigation import NavItem, holds
from web.proving import causes as proof_causes
from web.proving import proof
from web.queries.visits import days_of, month_of
from web.registers.beside import beside
from web.registers.book import home_centre

bp = Blueprint("log_reviews", __name__, url_prefix="/log-reviews")
nav = NavItem("log_reviews.month", _l("服务器日志浏览"), "notebook", 61, holds("view"))

_FIELDS = ("from_day", "to_day", "sources", "method", "result", "findings", "handled")


@bp.get("")
@allowed("view")
def month() -> str:
    """A calendar of the month: read, late, missing; and what there is to be read."""
    first = month_of(request.args.get("month", ""), today())
    before, after = days_of(first)
    with database().view(person().scope) as session:
        centre = _centre(session)
        days = coverage(session, centre.id, first, after - timedelta(days=1))
        working = set(workdays(session, first, after - timedelta(days=1)))
        return render_template(
            "log_reviews.html", centre=centre, first=first, before=before, after=after,
            weeks=_weeks(days), working=working, sources=sources(session, centre),
            count=_count(days), due=uncovered(session, centre.id, today()),
            may_record=can(person(), "record", centre), today=today(),
        )  # fmt: skip


@bp.get("/new")
@allowed("record")
def new() -> str:
    """One form for a day or a week-end: ticked, signed, done."""
    with database().view(person().scope) as session:
        return _form(session, _centre(session), _asked_for(session))


@bp.post("/new")
@allowed("record")
def write() -> ResponseReturnValue:
    """Registered and signed in one act; refused, nothing was written."""
    typed = _typed()
    try:
        shown = proof()
        with database().transaction(person().act("服务器日志浏览登记", origin())) as session:
            review = _written(session, _centre(session), typed)
            take(session, review, "sign", Taken(person(), {}, shown, digest(review)))
    except Rejected as error:
        with database().view(person().scope) as session:
            return _form(session, _centre(session), typed, error), 422
    flash(_("已登记并签字：%(days)s", days=review.label), "ok")
    return redirect(url_for(".month", **_kept() | {"month": f"{review.to_day:%Y-%m}"}))


def _written(session: Session, centre: Centre, typed: Mapping[str, str]) -> LogReview:
    """A draft, signed in the same act. A person signs for the same days once: a form sent twice
    is refused the second time."""
    cells = {name: typed.get(name, "") for name in _FIELDS} | {"centre_id": centre.id}
    values, wrong = exchange.parse(session, LogReview, cells)
    if wrong:
        raise Rejected(tuple(wrong))
    review = LogReview(**values)
    session.add(review)
    session.flush()
    return review


def _form(
    session: Session, centre: Centre, typed: Mapping[str, str], error: Rejected | None = None
) -> str:  # fmt: skip
    wrong = error.errors if error else ()
    told = [str(one) for one in wrong if one.field not in ("password", "code")]
    return render_template(
        "log_review_form.html", centre=centre, typed=typed, methods=METHODS, results=RESULTS,
        sources=sources(session, centre), ticked=request.form.getlist("ticked"), causes=told,
        proof_errors=proof_causes(error) if error else {}, today=today(), kept=_kept(),
    )  # fmt: skip


def _typed() -> dict[str, str]:
    """What the form says; the ticked devices and the typed lines are one list."""
    typed = {name: request.form.get(name, "") for name in (*_FIELDS, "more")}
    lines = [*request.form.getlist("ticked"), *typed["more"].splitlines()]
    return typed | {"sources": "\n".join(line.strip() for line in lines if line.strip())}


def _asked_for(session: Session) -> dict[str, str]:
    """The day in the address; else everything from the first unread day to yesterday."""
    if "day" in request.args:
        return {"from_day": request.args["day"], "to_day": request.args["day"]}
    days = uncovered(session, _centre(session).id, today())
    last = today() - timedelta(days=1)
    return {"from_day": str(days[0].day if days else last), "to_day": str(last)}


def _weeks(days: list[Day]) -> list[list[Day | None]]:
    """Rows of a calendar, Monday first; None where another month begins or ends."""
    told: list[Day | None] = [None] * days[0].day.weekday()
    told += days
    told += [None] * (-len(told) % 7)
    return [told[n : n + 7] for n in range(0, len(told), 7)]


def _count(days: Iterable[Day]) -> dict[str, int]:
    found = list(days)
    return {
        "read": sum(bool(one.review) for one in found), "late": sum(one.late for one in found),
        "missing": sum(one.missing for one in found),
    }  # fmt: skip


@beside("LogReview")
def _of(session: Session, row: LogReview) -> dict[str, Any]:
    """Which of its days came late, and which devices it does not name."""
    centre = session.get(Centre, row.centre_id)
    days = coverage(session, row.centre_id, row.from_day, row.to_day)
    devices = sources(session, centre) if centre is not None else ()
    return {
        "late_days": [one for one in days if one.late and one.review == row.id],
        "unread": [one for one in devices if not _named(one, row.sources)],
    }  # fmt: skip


def _named(device: Device, text: str) -> bool:
    return device.name in text


def _centre(session: Session) -> Centre:
    return session.get(Centre, request.args.get("centre") or home_centre()) or abort(404)


def _kept() -> dict[str, Any]:
    """The centre asked for goes along from page to page."""
    return {"centre": request.args["centre"]} if request.args.get("centre") else {}
