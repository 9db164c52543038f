"""Approvals and signatures by the API: read by programs, decided by people with their password."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import abort
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import RAISE

from inventory.approval import Approval
from inventory.register import Register
from inventory.revision import Signable
from inventory.signature import Signature
from web.access import anybody, by_register, person
from web.api import examples
from web.api import signing as shapes
from web.api.door import APPROVALS, bp, documented
from web.api.hand import in_person, shown_hand
from web.api.paging import Asked, paged
from web.current import database
from web.deciding import (
    decided,
    decided_at_once,
    open_approval,
    reviewed,
    signed,
    withdrawn,
)
from web.queries import approvals as inbox
from web.queries.signing import of_approval
from web.registers.book import book


@bp.get("/approvals")
@documented(_l("列出审批"), _l("待我审批、待我复核、我提出的、已办结，一次最多 50 个。"), APPROVALS)
@anybody
@bp.input(shapes.ApprovalsAsked, location="query", unknown=RAISE)
@bp.output(shapes.ApprovalPage, example=examples.page(shapes.APPROVAL))
def approvals(query_data: Asked) -> Any:
    ask = inbox.Asked(query_data["tab"], page=query_data["page"], size=query_data["per_page"])
    with database().view(person().scope) as db:
        found = inbox.found(db, person(), ask)
        return paged([_told(one) for one in found.rows], found.total, query_data)


@bp.get("/approvals/<approval_id>")
@documented(
    _l("看一项审批"),
    _l("提出时的内容、与上一版的差别。看过才能一并决定。"),
    APPROVALS,
)
@anybody
@bp.output(shapes.FullApproval, example=shapes.FULL_APPROVAL)
def approval(approval_id: str) -> Any:
    _visible(approval_id)
    open_approval(approval_id)
    return _full(approval_id)


@bp.post("/approvals/<approval_id>/decide")
@documented(
    _l("批准或不批准"),
    _l("须本人的口令，已绑定动态码的还要动态码；不批准要写意见。令牌不能决定。"),
    APPROVALS, 400, 409,
)  # fmt: skip
@anybody
@bp.input(shapes.Decision, unknown=RAISE, example=shapes.DECISION)
@bp.output(shapes.FullApproval, example=shapes.FULL_APPROVAL)
def decide(approval_id: str, json_data: Asked) -> Any:
    _visible(approval_id)
    how = {"yes": json_data["yes"], "remark": json_data["remark"]}
    decided(approval_id, shown_hand(json_data), json_data["seen"], **how)
    return _full(approval_id)


@bp.post("/approvals/<approval_id>/review")
@documented(
    _l("复核一项应急操作"), _l("须另一人的口令；不认可要写意见。"), APPROVALS, 400, 409
)  # fmt: skip
@anybody
@bp.input(shapes.Judgement, unknown=RAISE, example=shapes.JUDGEMENT)
@bp.output(shapes.FullApproval, example=shapes.FULL_APPROVAL)
def review(approval_id: str, json_data: Asked) -> Any:
    _visible(approval_id)
    reviewed(approval_id, shown_hand(json_data), good=json_data["yes"], remark=json_data["remark"])
    return _full(approval_id)


@bp.post("/approvals/<approval_id>/withdraw")
@documented(_l("撤回自己提出的"), _l("还没有人决定时可以撤回。"), APPROVALS, 400, 409)
@anybody
@bp.input(shapes.Remark, unknown=RAISE, example={"remark": ""})
@bp.output(shapes.FullApproval, example=shapes.FULL_APPROVAL)
def withdraw(approval_id: str, json_data: Asked) -> Any:
    _visible(approval_id)
    in_person()
    withdrawn(approval_id, json_data["remark"])
    return _full(approval_id)


@bp.post("/approvals/decide")
@documented(
    _l("一并决定几项"),
    _l("每一项都须先看过现在的内容；有一项不行，就一项也不处理。"),
    APPROVALS, 400, 409,
)  # fmt: skip
@anybody
@bp.input(shapes.Decisions, unknown=RAISE, example=shapes.DECISIONS)
@bp.output(shapes.SummaryList, example={"items": [shapes.APPROVAL]})
def decide_many(json_data: Asked) -> Any:
    for one in json_data["ids"]:
        _visible(one)
    how = {"yes": json_data["yes"], "remark": json_data["remark"]}
    done = decided_at_once(json_data["ids"], shown_hand(json_data), **how)
    return {"items": [_told(one) for one in done]}


@bp.post("/registers/<slug>/<row_id>/sign")
@documented(
    _l("在一条记录上签字"),
    _l("须本人的口令；seen 是您看到的内容的校验值。令牌不能签字。"),
    APPROVALS, 400, 404, 409,
)  # fmt: skip
@by_register
@bp.input(shapes.SignatureAsked, unknown=RAISE, example=shapes.SIGNATURE_ASKED)
@bp.output(shapes.Given, status_code=201, example=shapes.SIGNATURE)
def sign(slug: str, row_id: str, json_data: Asked) -> Any:
    cls: type[Register] = book(slug)
    if not issubclass(cls, Signable):
        abort(404)
    given = (cls, row_id, json_data["meaning"])
    return _found(lambda: signed(*given, shown_hand(json_data), json_data["seen"])), 201


def _visible(approval_id: str) -> None:
    with database().view(person().scope) as db:
        if inbox.one(db, person(), approval_id) is None:
            abort(404)


def _full(approval_id: str) -> Mapping[str, Any]:
    with database().view(person().scope) as db:
        found = db.get_one(Approval, approval_id)
        version = of_approval(db, found)
    told = [{"label": _(f.label), "text": f.text, "before": f.before} for f in version.told]
    return _told(found) | {"version": version.revision.number, "content": told}


def _told(one: Approval) -> dict[str, Any]:
    return {name: getattr(one, name) for name in shapes.APPROVAL}


def _found(work: Callable[[], Signature]) -> Signature:
    try:
        return work()
    except LookupError:
        abort(404)
