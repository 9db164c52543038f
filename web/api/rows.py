"""One row of any register: shown with its next steps, written, changed, taken a step further."""

from collections.abc import Mapping
from typing import Any

from apiflask import HTTPError, Schema
from flask import abort, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import fields
from sqlalchemy.orm import Session

from inventory import cell, exchange
from inventory.consent import propose
from inventory.exchange import sheet_fields
from inventory.register import FieldError, Register, Rejected
from inventory.register import fields as fields_of
from inventory.revision import Signable, digest
from inventory.stepping import Step, Taken, offered, steps_of, take
from web.access import by_register, origin, person
from web.api import answers, examples
from web.api.bodies import cells_of, values_of
from web.api.confidential import taken, unless_consented
from web.api.door import REGISTERS, bp, documented
from web.api.hand import in_person, shown_hand
from web.api.paging import found, living
from web.current import database
from web.registers import writing
from web.registers.book import book

_HAND = ("password", "code", "seen")
_OPEN = ("record", "edit")  # registers that take another right are written on their pages only


class StepAnswer(Schema):
    """A step that may be taken now: what it is called, what it asks for."""

    name = fields.String(required=True)
    label = fields.String(required=True)
    asks = fields.List(fields.String(), metadata={"description": _l("可以一并填写的字段")})
    needs = fields.List(fields.String(), metadata={"description": _l("其中必须有值的")})
    proof = fields.Boolean(metadata={"description": _l("要本人的口令；令牌不能办理")})


class FullRow(answers.Row):
    digest = fields.String(metadata={"description": _l("内容的校验值；签字的步骤作为 seen 送回")})
    steps = fields.List(fields.Nested(StepAnswer), required=True)


class RowBody(Schema):
    """Fields by name; what is left out keeps its default."""

    class Meta:
        """Every register has its own."""

        additional_properties = True


class RowChange(RowBody):
    revision = fields.Integer(
        required=True, metadata={"description": _l("读到时的 revision；已被别人改过则回答 409")}
    )
    correction = fields.String(metadata={"description": _l("更正已签字的内容时：为什么")})


class StepBody(RowBody):
    password = fields.String(metadata={"description": _l("要签字的步骤：本人的口令")})
    code = fields.String(metadata={"description": _l("已绑定动态码的，还要动态码")})
    seen = fields.String(metadata={"description": _l("您看到的内容的校验值；内容已变则拒绝")})


_STEP = {"name": "give", "label": "交出", "asks": ["taker_id"], "needs": [], "proof": True}
FULL_ROW = examples.ROW | {"digest": "", "steps": [_STEP]}


@bp.get("/registers/<slug>/<row_id>")
@documented(
    _l("登记簿里的一条"),
    _l("内容与导出的表格相同；另有现在可以办理的步骤，以及它们要填什么。"),
    REGISTERS,
)  # fmt: skip
@by_register
@bp.output(FullRow, example=FULL_ROW)
def row(slug: str, row_id: str) -> Any:
    cls = book(slug)
    unless_consented(cls)
    with database().view(person().scope) as db:
        told = _told(db, found(db, cls, row_id))
    taken(cls, 1, row_id)
    return told


@bp.post("/registers/<slug>")
@documented(
    _l("登记一条"),
    _l("按网页表单的规则检查；引用可写 id、代码或名称。权限与网页相同。"),
    REGISTERS, 400, 409,
)  # fmt: skip
@by_register
@bp.input(RowBody, validation=False, example={"name": "库房", "centre_id": "410225"})
@bp.output(FullRow, status_code=201, example=FULL_ROW)
def new_row(slug: str, json_data: Any) -> Any:
    cls = _writable(slug)
    with database().transaction(writing.act(cls, "新增")) as db:
        made = cls(**values_of(db, cls, json_data))
        made.welcome()
        db.add(made)
        propose(db, made)
        db.flush()
        told = _told(db, made)
    return told, 201, {"Location": url_for("api.row", slug=slug, row_id=made.id)}


@bp.patch("/registers/<slug>/<row_id>")
@documented(
    _l("修改一条"),
    _l("只写要改的字段；revision 必须是读到时的那个，已被别人改过则回答 409。"),
    REGISTERS, 400, 409,
)  # fmt: skip
@by_register
@bp.input(RowChange, validation=False, example={"revision": 3, "note": "已核对"})
@bp.output(FullRow, example=FULL_ROW)
def change_row(slug: str, row_id: str, json_data: Any) -> Any:
    cls = _writable(slug)
    unless_consented(cls)  # the answer is the row, and to change it is to have read it
    given, told = _apart(json_data, "revision", writing.CORRECTION)
    cells = cells_of(cls, given, (field.name for field in fields_of(cls)))
    with database().view(person().scope) as db:
        living(db, cls, row_id)
    form = cells | {writing.CORRECTION: str(told[writing.CORRECTION] or "")}
    try:
        writing.change(cls, row_id, _revision(told["revision"]), form)
    except writing.Late:
        raise HTTPError(409, _("已被别人修改过，请重新读取后再改")) from None
    with database().view(person().scope) as db:
        return _told(db, found(db, cls, row_id))


@bp.post("/registers/<slug>/<row_id>/steps/<name>")
@documented(
    _l("办理一步"),
    _l("填写这一步要的字段；要签字的步骤另带口令和 seen，令牌不能办理。"),
    REGISTERS, 400, 404, 409,
)  # fmt: skip
@by_register
@bp.input(StepBody, validation=False, example={"reason": "不再使用", "password": "••••••••"})
@bp.output(FullRow, example=FULL_ROW)
def take_step(slug: str, row_id: str, name: str, json_data: Any) -> Any:
    cls = book(slug)
    if cls.personal:
        in_person()
    step = next((one for one in steps_of(cls) if one.name == name), None) or abort(404)
    unless_consented(cls)
    given, hand = _apart(json_data, *_HAND)
    cells = cells_of(cls, given, step.asks)
    with database().view(person().scope) as db:
        found(db, cls, row_id)
    shown = shown_hand(hand) if step.proof else None
    with database().transaction(person().act(f"{cls.title}：{step.label}", origin())) as db:
        one = found(db, cls, row_id)
        values = _values(db, cls, cells, one, step)
        take(db, one, name, Taken(person(), values, shown, str(hand["seen"] or "")))
        db.flush()
        return _told(db, one)


def _apart(body: Any, *names: str) -> tuple[Any, dict[str, Any]]:
    """A body without what is no field of the register, and that."""
    if not isinstance(body, dict):
        return body, dict.fromkeys(names)
    rest = {name: value for name, value in body.items() if name not in names}
    return rest, {name: body.get(name) for name in names}


def _writable(slug: str) -> type[Register]:
    cls = book(slug, "write")
    if cls.edit_act not in _OPEN:
        raise HTTPError(403, _("这本登记簿只能在网页上填写。"))
    if cls.personal:
        in_person()
    return cls


def _revision(given: Any) -> int:
    if type(given) is not int:
        cause = _("必须填写读到时的 revision（整数）")
        raise Rejected((FieldError("revision", _("修订号"), cause),))
    return given


def _values(
    db: Session, cls: type[Register], cells: Mapping[str, str], one: Register, step: Step
) -> dict[str, Any]:
    values, errors = exchange.parse(db, cls, cells, one, step=True)
    if errors:
        raise Rejected(tuple(errors), one.id)
    return {name: value for name, value in values.items() if name in step.asks}


def _told(db: Session, one: Any) -> Mapping[str, Any]:
    told = sheet_fields(type(one))
    labels = cell.labels_for(db, type(one), [one])
    return {
        "id": one.id, "revision": one.revision, "retired_at": one.retired_at,
        "values": {f.name: cell.write(f, getattr(one, f.name), labels) for f in told},
        "digest": digest(one) if isinstance(one, Signable) else "",
        "steps": [_step(step) for step in offered(db, one, person())],
    }  # fmt: skip


def _step(step: Step) -> Mapping[str, Any]:
    return {
        "name": step.name, "label": _(step.label), "asks": step.asks, "needs": step.needs,
        "proof": step.proof,
    }  # fmt: skip
