"""Every register in one way: its list, one row of it, the form, retire and restore."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from inventory import cell
from inventory.guard import OutOfScope
from inventory.register import Register, Rejected, fields
from web.access import by_register, person
from web.current import database
from web.leaving import exported
from web.navigation import NavItem, holds
from web.registers import writing
from web.registers.asked import asked, chosen, filters_in_force
from web.registers.book import book, page_url
from web.registers.carrying import carried
from web.registers.choices import supply_all
from web.registers.conflicts import duplicate, meanwhile
from web.registers.controls import beginning, groups, texts_of
from web.registers.listed import printed, shown
from web.registers.recalled import recalled
from web.registers.row import doubts, row_facts

bp = Blueprint("registers", __name__, url_prefix="/r/<slug>")
nav = NavItem(
    "registers.index",
    _l("设备"),
    "router",
    20,
    holds("view"),
    {"slug": "devices"},
    ("devices",),
    key="d",
)
supply_all()


@bp.app_template_filter("word")
def word(text: str) -> str:
    """A label of a register in the reader's language; unlike `_` it takes "%" as it is."""
    return str(_(text)) if text else ""


@bp.get("")
@by_register
def index(slug: str) -> ResponseReturnValue:
    cls = book(slug)
    if "" in request.args.values():  # a filter form sends every control: keep what was chosen
        return redirect(url_for(".index", slug=slug, **chosen(cls)))
    with database().view(person().scope) as session:
        if request.args.get("print"):
            told = printed(session, cls, asked(cls))
            return render_template("register_print.html", mark=_on_paper(cls, told), **told)
        return render_template("register_list.html", **shown(session, cls, asked(cls)))


def _on_paper(cls: type[Register], told: Mapping[str, Any]) -> str:
    """Paper leaves the console as a file does: noted, and with the head of the audit chain."""
    what = {"kind": "print", "rows": len(told["rows"]), "filters": dict(filters_in_force(cls))}
    return exported(cls.title, cls.__name__, what)


@bp.get("/<id>")
@by_register
def show(slug: str, id: str) -> ResponseReturnValue:
    cls = book(slug)
    with database().view(person().scope) as session:
        row = session.get(cls, id) or abort(404)
        return render_template(cls.template, **row_facts(session, row))


@bp.get("/new")
@by_register
def new(slug: str) -> ResponseReturnValue:
    cls = book(slug, "write")
    with database().view(person().scope) as session:
        like = session.get(cls, request.args.get("like", ""))
        given = {f.name: request.args[f.name] for f in fields(cls) if f.name in request.args}
        return _form(cls, groups=groups(session, cls, beginning(cls, like) | given))


@bp.post("/new")
@by_register
def create(slug: str) -> ResponseReturnValue:
    cls = book(slug, "write")
    form = _typed()
    try:
        done = writing.create(cls, form)
    except (Rejected, IntegrityError) as error:
        return _refused(cls, form, error)
    except OutOfScope:
        abort(403)
    row = done.rows[0]
    if done.told:
        return render_template("register_told.html", cls=cls, told=done.told, url=page_url(row))
    if "again" in request.form:
        flash(_("已登记“%(name)s”，继续登记下一条。", name=row.label), "ok")
        with database().view(person().scope) as session:
            for one in doubts(session, row):
                flash(str(one), "warning")
        return redirect(url_for(".new", slug=slug, like=row.id))
    return redirect(page_url(row))


@bp.get("/<id>/edit")
@by_register
def edit(slug: str, id: str) -> ResponseReturnValue:
    cls = book(slug, "write")
    with database().view(person().scope) as session:
        row = session.get(cls, id) or abort(404)
        return _form(cls, row, groups=groups(session, cls, texts_of(row), row=row))


@bp.post("/<id>/edit")
@by_register
def change(slug: str, id: str) -> ResponseReturnValue:
    cls = book(slug, "write")
    form, revision = _typed(), max(0, request.form.get("revision", 0, int))
    try:
        done = writing.change(cls, id, revision, form)
    except (Rejected, IntegrityError) as error:
        return _refused(cls, form, error, id)
    except (writing.Late, StaleDataError):
        return _late(cls, id, revision, form)
    except OutOfScope:
        abort(403)
    return redirect(page_url(done.rows[0]))


@bp.get("/recall")
@by_register
def recall(slug: str) -> str:
    """Earlier rows that what was typed may mean: a new one can begin like one of them."""
    cls = book(slug, "write")
    typed = request.args.get(cls.recalls, "").strip() if cls.recalls else ""
    with database().view(person().scope) as session:
        rows = recalled(session, cls, typed) if typed else ()
        return render_template("register_recall.html", cls=cls, rows=rows)


@bp.get("/check")
@by_register
def check(slug: str) -> str:
    """What is wrong with one field, asked when the hand leaves it; references are chosen. The form
    of a step asks for what no other form does, and of people who may fill in no rows."""
    cls = book(slug)
    for field in fields(cls):
        if field.name in request.args and field.kind not in ("ref", "secret"):
            told = replace(field, entry=replace(field.entry, settled=False))
            try:
                cell.read(told, request.args[field.name], lambda _field, text: text)
            except ValueError as error:
                return str(error)
    return ""


def _typed() -> dict[str, str]:
    """What was typed, by field; an unticked box still sends the 否 that stands before it."""
    return {name: values[-1] for name, values in request.form.lists()}


def _form(cls: type[Register], row: Register | None = None, **told: Any) -> str:
    more = () if row else carried(cls)
    return render_template(
        "register_form.html", cls=cls, row=row, page_url=page_url, carried=more, **told
    )


def _refused(
    cls: type[Register], form: dict[str, str], error: Rejected | IntegrityError, id: str = ""
) -> ResponseReturnValue:
    """The form again with everything typed, and the cause under each field."""
    errors = error.errors if isinstance(error, Rejected) else duplicate(cls, error)
    with database().view(person().scope) as session:
        row = session.get(cls, id) if id else None
        told = (*errors, *writing.unsaved_secrets(cls, form))
        drawn = groups(session, cls, form, told, row)
        known = {f.name for f in fields(cls) if not f.entry.settled}
        general = [str(one) for one in errors if one.field not in known]
        page = _form(cls, row, groups=drawn, general=general, revision=form.get("revision"))
    return page, 422 if isinstance(error, Rejected) else 409


def _late(cls: type[Register], id: str, revision: int, form: dict[str, str]) -> ResponseReturnValue:
    """Somebody else was faster: both hands' work in one form, and what is disputed."""
    with database().view(person().scope) as session:
        row = session.get(cls, id) or abort(404)
        told = meanwhile(session, row, revision, form)
        errors = (*told.errors, *writing.unsaved_secrets(cls, form))
        drawn = groups(session, cls, told.texts, errors, row)
        return _form(cls, row, groups=drawn, meanwhile=told.changes), 409
