"""Work asked for by the API: a poll of one device, how it goes, and stopping it."""

from typing import Any

from apiflask import HTTPError
from flask import abort, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from inventory.device import Device
from inventory.run import STATES, JobRun
from web import asking
from web.access import allowed, person
from web.api import answers, examples
from web.api.door import JOBS, bp, documented
from web.api.paging import found, living
from web.current import database


@bp.post("/devices/<device_id>/poll")
@documented(
    _l("立即轮询一台设备"),
    _l("回答 202 和作业，用它的 id 查何时完成；先前同样的请求未完成时给出那一个。要“操作”权限。"),
    JOBS, 400, 409,
)  # fmt: skip
@allowed("operate")
@bp.output(answers.Job, status_code=202, example=examples.JOB)
def poll(device_id: str) -> Any:
    with database().view(person().scope) as db:
        device = living(db, Device, device_id)
        if device.paused:
            raise HTTPError(409, _("%(name)s 已暂停监测，请先恢复监测", name=device.name))
    job_id = asking.ask("poll", device.centre_id, device.id)
    return _job(job_id), 202, {"Location": url_for("api.job", job_id=job_id)}


@bp.get("/jobs/<job_id>")
@documented(_l("看一个作业"), _l("state 为 done、failed 或 cancelled 时已经结束。"), JOBS)
@allowed("view")
@bp.output(answers.Job, example=examples.JOB)
def job(job_id: str) -> Any:
    return _job(job_id)


@bp.post("/jobs/<job_id>/cancel")
@documented(
    _l("停止一个作业"),
    _l("还在等待的立即取消；进行中的做完手头一步后停下。已经结束的回答 409。要“操作”权限。"),
    JOBS, 400, 409,
)  # fmt: skip
@allowed("operate")
@bp.output(answers.Job, example=examples.JOB)
def cancel(job_id: str) -> Any:
    run = _job(job_id)
    if run.ended:
        raise HTTPError(409, _("这个作业已经结束：%(state)s", state=_(STATES[run.state])))
    asking.cancel(job_id)
    return _job(job_id)


def _job(job_id: str) -> JobRun:
    with database().view(person().scope) as db:
        run = found(db, JobRun, job_id)
    return abort(404) if run.hidden_from(person().id) else run
