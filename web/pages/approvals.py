"""What waits for me, what I asked, what is decided: the inbox of approvals."""

from functools import partial
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from inventory.act import EVERYTHING
from inventory.approval import STATES, Approval, approvals, thing_of
from inventory.asked import RULES
from inventory.inbox import waiting as waiting_for
from inventory.register import Rejected
from inventory.revision import digest
from inventory.role import can
from web.access import allowed, anybody, person
from web.current import database
from web.deciding import (
    causes,
    decided,
    decided_at_once,
    open_approval,
    reviewed,
    withdrawn,
)
from web.leaving import exported
from web.named import named
from web.navigation import NavItem
from web.proving import causes as proof_causes
from web.proving import proof
from web.queries import approvals as inbox
from web.queries.approvals import DECIDE, DONE, MINE, REVIEW, Asked
from web.queries.signing import of_approval
from web.queries.taking import awaited
from web.registers.book import may, page_url
from web.registers.exports import KINDS as SHEETS

bp = Blueprint("approvals", __name__, url_prefix="/approvals")
TABS = {
    DECIDE: _l("待我审批"),
    REVIEW: _l("待我复核（应急）"),
    MINE: _l("我提出的"),
    DONE: _l("已办结"),
}


def waiting() -> int:
    """How many things wait for the person asking; counted once for a request."""
    if g.get("person") is None:
        return 0
    if "waiting" not in g:
        with database().view(EVERYTHING) as session:  # both questions say what is one's own
            g.to_take = awaited(session, g.person.id)
            g.waiting = inbox.waiting_count(session, g.person) + g.to_take
    return int(g.waiting)


nav = NavItem("approvals.index", _l("审批与签字"), "rubber-stamp", 55, badge=waiting)


@bp.get("/")
@anybody
def index() -> str:
    return _list({})


@bp.get("/<id>")
@anybody
def show(id: str) -> str:
    _seen(id)
    open_approval(id)
    return _page(id)


@bp.post("/<id>/decide")
@anybody
def decide(id: str) -> ResponseReturnValue:
    """Approve or refuse; on refusal of the act itself the page again, with the causes."""
    _seen(id)
    yes, remark = request.form.get("decision") == "yes", request.form.get("remark", "")
    seen = request.form.get("seen", "")
    return _answered(id, lambda: decided(id, proof(), seen, yes=yes, remark=remark))


@bp.post("/<id>/review")
@anybody
def review(id: str) -> ResponseReturnValue:
    _seen(id)
    good, remark = request.form.get("decision") == "yes", request.form.get("remark", "")
    return _answered(id, lambda: reviewed(id, proof(), good=good, remark=remark))


@bp.post("/<id>/withdraw")
@anybody
def withdraw(id: str) -> ResponseReturnValue:
    _seen(id)
    return _answered(id, lambda: withdrawn(id, request.form.get("remark", "")))


@bp.post("/decide")
@anybody
def decide_many() -> ResponseReturnValue:
    """Everything ticked with one password: all, or nothing and why."""
    ids = [one for one in request.form.getlist("id") if one.isalnum()]
    if not ids:
        return _list({"wrong": [_("还没有勾选任何一项")]}), 422
    for one in ids:
        _seen(one)
    yes, remark = request.form.get("decision") == "yes", request.form.get("remark", "")
    try:
        done = decided_at_once(ids, proof(), yes=yes, remark=remark)
    except Rejected as error:
        told = {"wrong": causes(error), "proof_errors": proof_causes(error)}
        return _list(told | {"ticked": ids, "remark": remark}), 422
    except (StaleDataError, IntegrityError):
        return _list({"wrong": [_overtaken()]}), 409
    flash(_("已处理 %(n)s 项：%(state)s", n=len(done), state=_(STATES[done[0].state])), "ok")
    return redirect(url_for(".index"))


@bp.get("/export.<kind>")
@allowed("export")
def export(kind: str) -> Response:
    """The list as it is filtered now, as a sheet."""
    if kind not in SHEETS:
        abort(404)
    ask = _asked()
    with database().view(person().scope) as session:
        columns, rows = inbox.sheet(session, inbox.all_of(session, person(), ask))
    what = {"kind": kind, "rows": len(rows), "filters": {"tab": ask.tab, "q": ask.search}}
    mark = partial(exported, Approval.title, "Approval", what)
    content = SHEETS[kind][1](columns, iter(rows), Approval.title, mark)
    response = Response(content, content_type=SHEETS[kind][0])
    return named(response, f"{_('审批')}.{kind}")


def _asked() -> Asked:
    tab = request.args.get("tab", DECIDE)
    return Asked(
        tab if tab in inbox.TABS else DECIDE, request.args.get("q", ""),
        request.args.get("page", 1, int),
    )  # fmt: skip


def _list(told: dict[str, Any]) -> str:
    ask = _asked()
    with database().view(person().scope) as session:
        found = inbox.found(session, person(), ask)
    tabs = [
        (word, found.counts[tab], url_for(".index", tab=tab), tab == ask.tab)
        for tab, word in TABS.items()
    ]
    return render_template(
        "approvals.html", found=found, ask=ask, tabs=tabs, STATES_OF=STATES, RULES=RULES,
        may_export=can(person(), "export"), **({"proof_errors": {}, "ticked": []} | told),
    )  # fmt: skip


def _page(id: str, **told: Any) -> str:
    with database().view(person().scope) as session:
        approval = session.get_one(Approval, id)
        row = thing_of(session, approval)
        facts = {
            "approval": approval, "row": row, "now_digest": digest(row),
            "version": of_approval(session, approval), "history": approvals(session, row),
            "url": page_url(row) if may(type(row), "view") else "",
            "mine": _may_decide(session, approval),
        }  # fmt: skip
        return render_template(
            "approval.html", STATES_OF=STATES, **facts, **({"proof_errors": {}} | told)
        )


def _may_decide(session: Any, approval: Approval) -> bool:
    """Is it this person who is waited for? The rules are asked again when the hand is given."""
    if not approval.open:
        return False
    waited = waiting_for(person(), approval.state).where(Approval.id == approval.id)
    return session.scalars(waited).first() is not None


def _seen(id: str) -> None:
    """404 for what this person may not see."""
    with database().view(person().scope) as session:
        if inbox.one(session, person(), id) is None:
            abort(404)


def _answered(id: str, work: Any) -> ResponseReturnValue:
    try:
        done: Approval = work()
    except Rejected as error:
        told = {"wrong": causes(error), "proof_errors": proof_causes(error)}
        return _page(id, remark=request.form.get("remark", ""), **told), 422
    except (StaleDataError, IntegrityError):
        return _page(id, wrong=[_overtaken()]), 409
    flash(_("“%(name)s”：%(state)s", name=done.subject, state=_(STATES[done.state])), "ok")
    return redirect(url_for(".show", id=id))


def _overtaken() -> str:
    return str(_("刚才已由别人处理，请看现在的状态。"))
