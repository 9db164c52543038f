"""Every register in one way: its list, one row of it, the form, retire and restore."""

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
from web.access import allowed, person
from web.current import database
from web.navigation import NavItem
from web.queries.changes import changes
from web.registers import writing
from web.registers.asked import asked, chosen
from web.registers.book import book, may, page_url
from web.registers.choices import supply_all
from web.registers.conflicts import duplicate, meanwhile
from web.registers.controls import beginning, groups, sections, texts_of
from web.registers.listed import printed, shown
from web.registers.names import names

bp = Blueprint("registers", __name__, url_prefix="/r/<slug>")
nav = NavItem(
    "registers.index", _l("设备"), "router", 20, values={"slug": "devices"}, also=("devices",)
)
supply_all()


@bp.app_template_filter("word")
def word(text: str) -> str:
    """A label of a register in the reader's language; unlike `_` it takes "%" as it is."""
    return str(_(text)) if text else ""


@bp.get("")
@allowed("view")
def index(slug: str) -> ResponseReturnValue:
    cls = book(slug)
    if "" in request.args.values():  # a filter form sends every control: keep what was chosen
        return redirect(url_for(".index", slug=slug, **chosen(cls)))
    with database().view(person().scope) as session:
        if request.args.get("print"):
            return render_template("register_print.html", **printed(session, cls, asked(cls)))
        return render_template("register_list.html", **shown(session, cls, asked(cls)))


@bp.get("/<id>")
@allowed("view")
def show(slug: str, id: str) -> ResponseReturnValue:
    cls = book(slug)
    with database().view(person().scope) as session:
        row = session.get(cls, id) or abort(404)
        called = names(session, [(f, getattr(row, f.name)) for f in fields(cls) if f.kind == "ref"])
        return render_template(
            "register_row.html", cls=cls, row=row, sections=sections(cls), names=called,
            changes=changes(session, cls, id), may_edit=may(cls, "edit"),
            may_write=may(cls, "write"),
        )  # fmt: skip


@bp.get("/new")
@allowed("view")
def new(slug: str) -> ResponseReturnValue:
    cls = book(slug, "write")
    with database().view(person().scope) as session:
        like = session.get(cls, request.args.get("like", ""))
        given = {f.name: request.args[f.name] for f in fields(cls) if f.name in request.args}
        return _form(cls, groups=groups(session, cls, beginning(cls, like) | given))


@bp.post("/new")
@allowed("view")
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
        return redirect(url_for(".new", slug=slug, like=row.id))
    return redirect(page_url(row))


@bp.get("/<id>/edit")
@allowed("view")
def edit(slug: str, id: str) -> ResponseReturnValue:
    cls = book(slug, "write")
    with database().view(person().scope) as session:
        row = session.get(cls, id) or abort(404)
        return _form(cls, row, groups=groups(session, cls, texts_of(row), row=row))


@bp.post("/<id>/edit")
@allowed("view")
def change(slug: str, id: str) -> ResponseReturnValue:
    cls = book(slug, "write")
    form = _typed()
    try:
        done = writing.change(cls, id, request.form.get("revision", 0, int), form)
    except (Rejected, IntegrityError) as error:
        return _refused(cls, form, error, id)
    except (writing.Late, StaleDataError):
        return _late(cls, id, form)
    except OutOfScope:
        abort(403)
    return redirect(page_url(done.rows[0]))


@bp.get("/check")
@allowed("view")
def check(slug: str) -> str:
    """What is wrong with one field, asked when the hand leaves it; references are chosen."""
    cls = book(slug, "write")
    for field in fields(cls):
        if field.name in request.args and field.kind not in ("ref", "secret"):
            try:
                cell.read(field, request.args[field.name], lambda _field, text: text)
            except ValueError as error:
                return str(error)
    return ""


def _typed() -> dict[str, str]:
    """What was typed, by field; an unticked box still sends the 否 that stands before it."""
    return {name: values[-1] for name, values in request.form.lists()}


def _form(cls: type[Register], row: Register | None = None, **told: Any) -> str:
    return render_template("register_form.html", cls=cls, row=row, page_url=page_url, **told)


def _refused(
    cls: type[Register], form: dict[str, str], error: Rejected | IntegrityError, id: str = ""
) -> ResponseReturnValue:
    """The form again with everything typed, and the cause under each field."""
    errors = error.errors if isinstance(error, Rejected) else duplicate(cls, error)
    with database().view(person().scope) as session:
        row = session.get(cls, id) if id else None
        told = (*errors, *writing.unsaved_secrets(cls, form))
        drawn = groups(session, cls, form, told, row)
        known = {f.name for f in fields(cls)}
        general = [str(one) for one in errors if one.field not in known]
        page = _form(cls, row, groups=drawn, general=general, revision=form.get("revision"))
    return page, 422 if isinstance(error, Rejected) else 409


def _late(cls: type[Register], id: str, form: dict[str, str]) -> ResponseReturnValue:
    """Somebody else was faster: both hands' work in one form, and what is disputed."""
    with database().view(person().scope) as session:
        row = session.get(cls, id) or abort(404)
        told = meanwhile(session, row, int(form.get("revision") or 0), form)
        errors = (*told.errors, *writing.unsaved_secrets(cls, form))
        drawn = groups(session, cls, told.texts, errors, row)
        return _form(cls, row, groups=drawn, meanwhile=told.changes), 409
