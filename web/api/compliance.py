"""Compliance by the API: how every device stands to the province's templates, and one in detail."""

from datetime import UTC, datetime
from typing import Any

from apiflask import Schema
from flask_babel import lazy_gettext as _l
from marshmallow import RAISE, fields, validate

from inventory.act import EVERYTHING
from inventory.device import Device
from web.access import allowed, person
from web.api import examples
from web.api.answers import page_of
from web.api.door import CONFIGS, bp, documented
from web.api.paging import Asked, found, paged
from web.api.questions import LABELS, Moment, Paged
from web.current import database
from web.queries.compliance import TABS, Line, Told, board, told_of

_STATE = {
    "device_id": "01jd6y8w6k4tq0v8n2x5c7b1fa", "device": "兰考核心交换机", "state": "deviating",
    "missing": 2, "surplus": 1, "exempt": 0, "judged_at": "2026-11-21T00:10:00+00:00",
    "success_at": "2026-11-20T23:40:00+00:00", "fresh": True, "why": "",
}  # fmt: skip
_SECTION = {
    "name": "日志送到日志主机", "mode": "must", "articles": "第117条", "state": "missing",
    "missing": [["info-center loghost 10.41.0.9"]], "surplus": [], "exempt": [],
}  # fmt: skip
_VERDICT = {
    "template_id": "01jd6y8w6k4tq0v8n2x5c7b1fb", "template": "华为设备基线 第 1 版",
    "state": "deviating", "why": "", "judged_at": "2026-11-21T00:10:00+00:00",
    "snapshot_id": "01jd6y8w6k4tq0v8n2x5c7b1fc", "sections": [_SECTION],
}  # fmt: skip


def _about(words: Any) -> dict[str, Any]:
    return {"metadata": {"description": words}}


class ComplianceAsked(Paged):
    tab = fields.String(
        validate=validate.OneOf(("", *TABS)), load_default="",
        metadata={
            "title": LABELS["tab"],
            "description": _l("deviating、blocked（无法核对）、exempt、ok、none、stale（旧备份）"),
        },
    )  # fmt: skip
    search = fields.String(validate=validate.Length(0, 100), load_default="")


class Compliance(Schema):
    """One device against all templates in force for it."""

    device_id = fields.String(required=True)
    device = fields.String(required=True)
    state = fields.String(required=True, **_about(_l("各模板中最差的结论；none 为还没有核对")))
    missing = fields.Integer(required=True, **_about(_l("缺少几行")))
    surplus = fields.Integer(required=True, **_about(_l("多余几行")))
    exempt = fields.Integer(required=True, **_about(_l("豁免几行")))
    judged_at = Moment(allow_none=True)
    success_at = Moment(allow_none=True, **_about(_l("最近一次取得配置")))
    fresh = fields.Boolean(**_about(_l("配置备份是新的")))
    why = fields.String(**_about(_l("为什么无法核对")))


class ComplianceSection(Schema):
    """One section; each line with the blocks it stands in."""

    name = fields.String(required=True)
    mode = fields.String(**_about("must、exact、never"))
    articles = fields.String()
    state = fields.String(**_about("ok、missing、surplus、exempt、na"))
    missing = fields.List(fields.List(fields.String()))
    surplus = fields.List(fields.List(fields.String()))
    exempt = fields.List(fields.List(fields.String()))


class ComplianceVerdict(Schema):
    template_id = fields.String(required=True)
    template = fields.String(required=True)
    state = fields.String(required=True)
    why = fields.String()
    judged_at = Moment()
    snapshot_id = fields.String(**_about(_l("核对的是哪一版配置")))
    sections = fields.List(fields.Nested(ComplianceSection))


class ComplianceVerdicts(Schema):
    items = fields.List(fields.Nested(ComplianceVerdict), required=True)


_Page = page_of(Compliance, "CompliancePage")


@bp.get("/compliance")
@documented(_l("配置合规情况"), _l("每台备份配置的设备一条：是否符合批准的配置模板。"), CONFIGS)
@allowed("view")
@bp.input(ComplianceAsked, location="query", unknown=RAISE)
@bp.output(_Page, example=examples.page(_STATE))
def compliance(query_data: Asked) -> Any:
    with database().view(person().scope) as db:
        lines = board(db, datetime.now(UTC), query_data["search"]).on(query_data["tab"])
    begin = (query_data["page"] - 1) * query_data["per_page"]
    shown = lines[begin : begin + query_data["per_page"]]
    return paged(map(_line, shown), len(lines), query_data)


@bp.get("/devices/<device_id>/compliance")
@documented(_l("一台设备的配置合规情况"), _l("每个适用的模板一条，逐章列出有关的行。"), CONFIGS)
@allowed("view")
@bp.output(ComplianceVerdicts, example={"items": [_VERDICT]})
def device_compliance(device_id: str) -> Any:
    with database().view(person().scope) as db:
        found(db, Device, device_id)
    with database().view(EVERYTHING) as db:  # a template of those above holds here, too
        return {"items": [_verdict(one) for one in told_of(db, device_id)]}


def _line(one: Line) -> dict[str, Any]:
    same = ("state", "missing", "surplus", "exempt", "judged_at", "success_at", "fresh", "why")
    told = {name: getattr(one, name) for name in same}
    return {"device_id": one.id, "device": one.name, **told}


def _verdict(one: Told) -> dict[str, Any]:
    same = ("state", "why", "judged_at", "snapshot_id")
    told = {name: getattr(one.verdict, name) for name in same}
    named = {"template_id": one.template.id, "template": one.template.headline}
    return {**named, **told, "sections": one.verdict.told}
