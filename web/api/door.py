"""The front door of the JSON API: its blueprint, who may write, and how refusals are told."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, cast

from apiflask import APIBlueprint, HTTPError, Schema
from flask import Response, g, session
from flask.blueprints import BlueprintSetupState
from flask.json.provider import DefaultJSONProvider
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import fields
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from inventory.act import NOTHING
from inventory.chain import Head, head
from inventory.guard import OutOfScope
from inventory.register import FieldError, Rejected
from web.api.questions import LABELS
from web.current import database
from web.lending import CHALLENGE
from web.security import csrf

bp = APIBlueprint("api", __name__, url_prefix="/api/v1")
csrf.exempt(bp)  # `_guard_cookie` asks for the token where one is needed

View = TypeVar("View", bound=Callable[..., Any])

_INVALID = _l("输入有误，没有执行任何操作。")
_CONFLICT = _l("与现在的情况冲突，没有执行任何操作。")
_REFUSALS = {
    400: _l("请求看不懂：JSON 有语法错误；用登录 Cookie 写入时，也可能缺 X-CSRFToken。"),
    401: _l("没有登录，或令牌不对、已过期、已吊销。"),
    403: _l("没有这个权限，或口令到期、动态码还没有绑定。"),
    404: _l("没有这个对象，或它不在您的管辖范围内。"),
    409: _CONFLICT,
}
_ABOUT = _l(
    "程序随请求附上接口令牌（Authorization: Bearer，在“我的账号”建立）；"
    "浏览器里用登录 Cookie，写入时另加 X-CSRFToken 头。"
    "令牌能看到什么、能做什么，不超过建立它的人现在的权限。时间都是 ISO 8601 的 UTC。"
    "口令、团体名等任何时候都不会出现在应答里。"
    "列表的应答头 X-Audit-Head 是当时的审计链头，可用 netops audit verify --head 核对。"
    "另有 /healthz（是否正常，免登录）和 /metrics（Prometheus；本机免登录，其他地址要登录）。"
)
DEVICES, READINGS, JOBS, REGISTERS = _l("设备"), _l("读数"), _l("作业"), _l("登记")
NOTICES, APPROVALS, TODAY = _l("通知"), _l("审批与签字"), _l("今日待办")
LOG, CONFIGS, ADDRESSES = _l("值班日志"), _l("配置备份"), _l("地址与绑定")
BACKUPS = _l("数据备份")
_SUBJECTS = (
    DEVICES, READINGS, JOBS, REGISTERS, NOTICES, APPROVALS, TODAY, LOG, CONFIGS, ADDRESSES,
    BACKUPS,
)  # fmt: skip
_SECURITY = {
    "token": {
        "type": "http", "scheme": "bearer", "description": _l("接口令牌；适合程序")
    },
    "session": {
        "type": "apiKey", "in": "cookie", "name": "netops",
        "description": _l("网页登录后的 Cookie；写入时另加 X-CSRFToken 头"),
    },
}  # fmt: skip


class Problem(Schema):
    """Why nothing was done: a sentence for people, `detail` for technicians."""

    message = fields.String(required=True)
    detail = fields.String(required=True)


class FieldProblem(Schema):
    field = fields.String(required=True, metadata={"description": _l("字段或参数名")})
    label = fields.String(required=True, metadata={"description": _l("它在页面上的名称")})
    cause = fields.String(required=True, metadata={"description": _l("错在哪里")})


class Invalid(Schema):
    """What is wrong with the input, field by field; nothing was done."""

    message = fields.String(required=True)
    errors = fields.List(fields.Nested(FieldProblem), required=True)


def documented(
    summary: LazyString, description: LazyString, tag: LazyString, *codes: int
) -> Callable[[View], View]:
    """Describe an operation; `codes` are the refusals it has beside 400, 401, 403 and 422."""
    responses = {code: _REFUSALS[code] for code in (400, 401, 403, *codes)}
    decorate: Callable[[View], View] = bp.doc(
        summary=summary, description=description, tags=[tag], responses=responses,
        security=list(_SECURITY),
    )  # fmt: skip
    return decorate


@bp.record_once
def _describe(state: BlueprintSetupState) -> None:
    provider = cast("DefaultJSONProvider", state.app.json)
    provider.ensure_ascii = provider.sort_keys = False  # read by people, too
    state.app.config.update(
        TAGS=[{"name": name} for name in _SUBJECTS],
        DESCRIPTION=_ABOUT, SECURITY_SCHEMES=_SECURITY, HTTP_ERROR_SCHEMA=Problem,
        VALIDATION_ERROR_SCHEMA=Invalid, VALIDATION_ERROR_DESCRIPTION=_INVALID,
        SUCCESS_DESCRIPTION=_l("成功"), AUTO_OPERATION_ID=True, AUTO_SERVERS=False,
        NOT_FOUND_DESCRIPTION=_REFUSALS[404], AUTH_ERROR_DESCRIPTION=_REFUSALS[401],
    )  # fmt: skip


@bp.before_request
def _guard_cookie() -> None:
    """A browser sends its cookie for any page that asks; the token shows that it was ours."""
    if "token" in session and not g.by_token:
        csrf.protect()


@bp.after_request
def _challenge(response: Response) -> Response:
    """What a program must show (RFC 6750 §3)."""
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = CHALLENGE
    return response


@bp.after_request
def _head(response: Response) -> Response:
    """A list leaves with the head of the audit chain, as every export does: whoever keeps it can
    show later that the trail's tail was cut."""
    if g.get("listed"):
        with database().view(NOTHING) as here:
            response.headers["X-Audit-Head"] = str(Head(*head(here)))
    return response


@bp.errorhandler(HTTPError)
def _refused(error: HTTPError) -> ResponseReturnValue:
    if error.status_code != 422:
        told = {"message": error.message, "detail": str(error.detail or "")}
        return told, error.status_code, error.headers
    places: Iterable[Mapping[str, Any]] = error.detail.values()
    return _invalid(
        FieldError(name, str(LABELS.get(name, name)), _joined(causes))
        for place in places
        for name, causes in place.items()
    )


def _joined(causes: Any) -> str:
    """Several messages of one parameter, or the one that marshmallow leaves unlisted."""
    return "；".join(map(str, causes)) if isinstance(causes, list) else str(causes)


@bp.errorhandler(Rejected)
def _rejected(error: Rejected) -> ResponseReturnValue:
    return _invalid(error.errors)


def _invalid(errors: Iterable[FieldError]) -> ResponseReturnValue:
    told = [{"field": e.field, "label": _said(e.label), "cause": _said(e.cause)} for e in errors]
    return {"message": _INVALID, "errors": told}, 422


def _said(text: str) -> str:
    """In the asker's language; the empty text is the catalogue's own head."""
    return _(text) if text else ""


@bp.errorhandler(OutOfScope)
def _out_of_scope(error: OutOfScope) -> ResponseReturnValue:
    return {"message": _(error.reason), "detail": "out of scope"}, 403


@bp.errorhandler(StaleDataError)
@bp.errorhandler(IntegrityError)
def _overtaken(error: Exception) -> ResponseReturnValue:
    """Somebody else wrote the same row or the same name between our look and our write."""
    return {"message": _CONFLICT, "detail": type(error).__name__}, 409
