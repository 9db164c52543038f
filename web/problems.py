"""Error pages in the console's own look: what happened, what was not done, what to do now."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from apiflask import HTTPError
from flask import Flask, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from inventory.keys import new_key

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Problem:
    """What an error page says; the texts are lazily translated."""

    title: Any
    undone: Any
    next: Any


_STALE = Problem(
    _l("页面已过期"),
    _l("刚才的操作没有执行。"),
    _l("请返回上一页并刷新，再做一次；如果刚刚重新登录过，旧页面都需要刷新。"),
)
_PROBLEMS = {
    400: Problem(
        _l("请求有误"),
        _l("浏览器送来的内容看不懂，没有执行任何操作。"),
        _l("请返回上一页检查填写的内容，再试一次。"),
    ),
    401: Problem(
        _l("需要登录"),
        _l("没有登录，或者登录已过期，没有执行任何操作。"),
        _l("请先登录；程序请随请求附上接口令牌（Authorization: Bearer，在“我的账号”建立）。"),
    ),
    403: Problem(
        _l("没有权限"),
        _l("您的账号不能做这件事，没有执行任何操作。"),
        _l("如果工作需要，请联系本中心的管理员授权。"),
    ),
    404: Problem(
        _l("没有这个页面"),
        _l("地址有误，或者对象已被删除，或者不属于您的管辖范围。"),
        _l("请从左侧菜单重新进入，或用搜索查找名称、编号或地址。"),
    ),
    405: Problem(
        _l("不能这样访问"),
        _l("这个地址不接受此种请求，没有执行任何操作。"),
        _l("请从页面上的按钮或链接进入。"),
    ),
    413: Problem(
        _l("文件太大"),
        _l("超过了上传上限，文件没有保存。"),
        _l(
            "请拆分或压缩后再上传；"
            "上限由 NETOPS_UPLOAD_MB（数据文件：NETOPS_BACKUP_UPLOAD_MB）设定。"
        ),
    ),
    429: Problem(
        _l("操作太频繁"),
        _l("为防止猜测口令，短时间内的请求被拒绝，没有执行任何操作。"),
        _l("请等一分钟再试。"),
    ),
    500: Problem(
        _l("值守台出错"),
        _l("这一步没有完成；已保存的记录不受影响。"),
        _l("请稍后重试；如果再次出现，请把下面的技术信息交给管理员。"),
    ),
}


def init_app(app: Flask) -> None:
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(HTTPError, _refused_by_api)
    app.register_error_handler(Exception, _broken)


def _stale(error: CSRFError) -> ResponseReturnValue:
    return _answer(400, _STALE, str(error.description))


def _refused(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:  # abort(response): somebody already wrote the answer
        return error
    code = error.code or 500
    body, status = _answer(code, _problem(code), error.name)
    return body, status, [h for h in error.get_headers() if h[0] in ("Allow", "Retry-After")]


def _refused_by_api(error: HTTPError) -> ResponseReturnValue:
    body = {"message": error.message, "detail": error.detail, **error.extra_data}
    return body, error.status_code, error.headers


def _broken(error: Exception) -> ResponseReturnValue:
    """The trace goes to the log under a number; the page shows the number, never the trace."""
    number = new_key()
    _log.error("request %s %s failed as %s", request.method, request.path, number, exc_info=error)
    return _answer(500, _PROBLEMS[500], f"{type(error).__name__} · {number}")


def _problem(code: int) -> Problem:
    return _PROBLEMS.get(code) or _PROBLEMS[500 if code >= 500 else 400]


def _answer(code: int, problem: Problem, cause: str) -> tuple[Any, int]:
    """JSON for the API, a page for people."""
    detail = f"{code} {cause}\n{request.method} {request.path}\n{datetime.now(UTC).isoformat()}"
    if request.path.startswith("/api/"):
        return jsonify(message=f"{problem.title}：{problem.next}", detail=cause), code
    what = f"{problem.title}"
    page = render_template("problem.html", code=code, what=what, problem=problem, detail=detail)
    return page, code
