"""The shapes of approvals and signatures in the API, and an example of each."""

from typing import Any

from apiflask import Schema
from flask_babel import lazy_gettext as _l
from marshmallow import fields, validate

from inventory.revision import MEANINGS
from web.api.answers import page_of
from web.api.questions import Paged
from web.queries.approvals import TABS

_DIGEST = _l("您看到的内容的校验值；内容已变则拒绝")


class ApprovalsAsked(Paged):
    tab = fields.String(
        validate=validate.OneOf(TABS, error=_l("应为其中之一：{choices}")), load_default="decide",
        metadata={
            "description": _l("decide 待我审批、review 待我复核、mine 我提出的、done 已办结")
        },
    )  # fmt: skip


class Summary(Schema):
    """One thing asked, and what became of it."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    subject = fields.String(required=True)
    state = fields.String(required=True)
    reason = fields.String()
    asked_name = fields.String()
    asked_at = fields.AwareDateTime()
    due_at = fields.AwareDateTime(allow_none=True)
    decided_name = fields.String()
    on_behalf = fields.String()
    decided_at = fields.AwareDateTime(allow_none=True)
    good = fields.Boolean(allow_none=True)
    remark = fields.String()
    digest = fields.String(metadata={"description": _DIGEST})


class ContentField(Schema):
    label = fields.String(required=True)
    text = fields.String(required=True)
    before = fields.String(allow_none=True, metadata={"description": _l("与上一版不同时：原来的")})


class FullApproval(Summary):
    version = fields.Integer(metadata={"description": _l("内容的版次")})
    content = fields.List(fields.Nested(ContentField), required=True)


class Shown(Schema):
    """The hand that signs: a person's own password, and the code of the phone once enrolled."""

    password = fields.String(required=True)
    code = fields.String(load_default="")


class Judgement(Shown):
    yes = fields.Boolean(required=True)
    remark = fields.String(load_default="", validate=validate.Length(0, 2000))


class Decision(Judgement):
    seen = fields.String(required=True, metadata={"description": _DIGEST})


class Decisions(Judgement):
    ids = fields.List(fields.String(), required=True, validate=validate.Length(1, 200))


class Remark(Schema):
    remark = fields.String(load_default="", validate=validate.Length(0, 2000))


class SignatureAsked(Shown):
    meaning = fields.String(
        required=True, validate=validate.OneOf(tuple(MEANINGS)),
        metadata={"description": "、".join(f"{key} {word}" for key, word in MEANINGS.items())},
    )  # fmt: skip
    seen = fields.String(required=True, metadata={"description": _DIGEST})


class Given(Schema):
    id = fields.String(required=True)
    meaning = fields.String(required=True)
    number = fields.Integer(required=True, metadata={"description": _l("内容的版次")})
    digest = fields.String(required=True)
    signer_name = fields.String()
    on_behalf = fields.String()
    method = fields.String()
    at = fields.AwareDateTime()


class SummaryList(Schema):
    items = fields.List(fields.Nested(Summary), required=True)


ApprovalPage = page_of(Summary, "ApprovalPage")

_ID = "01jd6yd0014tq0v8n2x5c7b1fa"
_AT = "2026-11-21T00:00:07+00:00"
_HASH = "9f2feb0f1ef425b292f2f94bc8482494df430413ef8ec0c6b9c8f0f2b0a4e3d1"
APPROVAL: dict[str, Any] = {
    "id": _ID, "kind": "visit", "subject": "王工（某某科技）", "state": "approved",
    "reason": "核心交换机检修", "asked_name": "王技", "asked_at": _AT, "due_at": None,
    "decided_name": "郑局", "on_behalf": "", "decided_at": _AT, "good": None, "remark": "同意",
    "digest": _HASH,
}  # fmt: skip
FULL_APPROVAL = APPROVAL | {
    "version": 2,
    "content": [{"label": "来访事由", "text": "更换电源模块", "before": "检修"}],
}
_HAND = {"password": "••••••••", "code": "492039"}
JUDGEMENT = _HAND | {"yes": True, "remark": ""}
DECISION = JUDGEMENT | {"seen": _HASH}
DECISIONS = JUDGEMENT | {"ids": [_ID]}
SIGNATURE_ASKED = _HAND | {"meaning": "review", "seen": _HASH}
SIGNATURE = {
    "id": "01jd6yd0024tq0v8n2x5c7b1fa", "meaning": "review", "number": 2, "digest": _HASH,
    "signer_name": "郑局", "on_behalf": "", "method": "totp", "at": _AT,
}  # fmt: skip
