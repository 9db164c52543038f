"""Sign one row of any register that can be signed: its content shown, the hand asked for."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from inventory.opened import opened
from inventory.register import Register, Rejected
from inventory.revision import MEANINGS, Signable, digest
from web.access import by_register, person
from web.current import database
from web.deciding import causes, signed
from web.proving import causes as proof_causes
from web.proving import proof
from web.queries.signing import present, signing
from web.registers.book import book, page_url

bp = Blueprint("signing", __name__, url_prefix="/sign/<slug>/<id>")


@bp.get("")
@by_register
def show(slug: str, id: str) -> str:
    cls = _signable(slug)
    page = _page(cls, id)
    with database().observe() as session:
        row = session.get_one(cls, id)
        opened(session, person().id, row, digest(row))
    return page


@bp.post("")
@by_register
def sign(slug: str, id: str) -> ResponseReturnValue:
    """Give the signature; on refusal the page again, with the causes and the content of now."""
    cls, meaning = _signable(slug), request.form.get("meaning", "")
    if meaning not in MEANINGS:
        abort(400)
    _page(cls, id)  # 404 for what this person may not see, before any password is judged
    try:
        done = signed(cls, id, meaning, proof(), request.form.get("seen", ""))
    except Rejected as error:
        told = {"wrong": causes(error), "proof_errors": proof_causes(error)}
        return _page(cls, id, **told), 422
    flash(_("已签字：%(word)s（第 %(n)s 版）", word=_(done.meaning_label), n=done.number), "ok")
    return redirect(url_for(".show", slug=slug, id=id))


def _signable(slug: str) -> type[Register]:
    cls = book(slug)
    if not issubclass(cls, Signable):
        abort(404)
    return cls


def _page(cls: type[Register], id: str, **told: Any) -> str:
    with database().view(person().scope) as session:
        row = session.get(cls, id) or abort(404)
        return render_template(
            "sign.html", cls=cls, row=row, signing=signing(session, row, person()),
            present=present(session, row), url=page_url(row), **({"proof_errors": {}} | told),
        )  # fmt: skip
