"""One device: its configurations newest first, what is heard and waiting, and what may be done."""

from datetime import UTC, datetime

from flask import flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.audit import note
from inventory.config_hearing import heard
from inventory.config_snapshot import ORIGINS, ConfigSnapshot
from inventory.device import Device
from inventory.message import VIAS
from inventory.role import can
from netops.event import FACTS, KINDS
from netops.redact import blank
from web.access import allowed, origin, person
from web.configs.desk import bp, device_or_404
from web.configs.overview import ask_for, readable
from web.current import database
from web.device_page import device_page, frame_of
from web.paging import PAGE, Slice
from web.queries import device as of_device
from web.queries.configs import STANDINGS, line_of
from web.queries.messages import MessageAsk, messages
from web.runs import run_facts

_FEW = 8  # messages below the versions
_LONGEST = 300  # characters of a reason


@bp.get("/devices/<id>")
@allowed("view")
def device(id: str) -> ResponseReturnValue:
    return _page(id)


@bp.post("/devices/<id>/backup")
@allowed("operate")
def backup_one(id: str) -> ResponseReturnValue:
    with database().view(person().scope) as session:
        one = device_or_404(session, id)
    if not readable(one):
        cause = _("这台设备不能自动读取：没有 SSH 凭据、已暂停，或只能人工导出。没有执行。")
        flash(cause, "warning")
        return redirect(url_for(".device", id=id))
    return redirect(url_for(".device", id=id, job=ask_for([one])))


@bp.post("/devices/<id>/changed")
@allowed("record")
def changed(id: str) -> ResponseReturnValue:
    """A person tells that the configuration was changed: from now on its export is owed."""
    reason = request.form.get("reason", "").strip()
    cause = wrong_reason(reason)
    if cause:
        answer = make_response(_page(id, errors={"reason": cause}))
        answer.status_code = 422
        return answer
    with database().view(person().scope) as session:
        one = device_or_404(session, id)
    report(one, reason)
    flash(_("已记下：%(name)s 的配置有变动。", name=one.name), "ok")
    return redirect(url_for(".device", id=id))


def wrong_reason(reason: str) -> str:
    """Why these words do not do; "" when they do."""
    if not reason:
        return str(_("请写明改了什么、为什么改"))
    return str(_("最多 %(n)s 个字", n=_LONGEST)) if len(reason) > _LONGEST else ""


def report(device: Device, reason: str) -> None:
    """Heard of by a person: who, from where and why stands in the trail as well."""
    reason, now = blank(reason), datetime.now(UTC)
    act = person().act("报告配置变动", origin(), reason)
    with database().transaction(act) as session:
        note(session, act, "Device", device.id, device.centre_id, {"说明": reason})
    with database().observe() as session:
        heard(
            session,
            device.id,
            now,
            "asked",
            who=person().name,
            source=request.remote_addr or "",
            text=reason,
        )


def _page(id: str, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    with database().view(person().scope) as session:
        frame = frame_of(session, id)
        line = line_of(session, frame.device, datetime.now(UTC))
        shown = snapshots_of(session, id, request.args.get("page", 1, int))
        job = of_device.job(session, id, request.args.get("job", ""))
        said = messages(session, MessageAsk(id)).rows[:_FEW]
    more = {
        "said": said, "SAID": KINDS, "VIAS": VIAS, "FACTS": FACTS,
        "line": line, "shown": shown, "ORIGINS": ORIGINS, "STANDINGS": STANDINGS,
        "errors": errors or {}, "typed": request.form.get("reason", ""),
        "can_read": readable(frame.device), "may_report": can(person(), "record"),
    }  # fmt: skip
    return device_page("device_config.html", frame, **more, **(run_facts(job) if job else {}))


def snapshots_of(
    session: Session, device_id: str, page: int, size: int = PAGE
) -> Slice[ConfigSnapshot]:
    """The newest first."""
    mine = ConfigSnapshot.device_id == device_id
    total = session.scalar(select(func.count()).select_from(ConfigSnapshot).where(mine)) or 0
    pages = max(1, -(-total // size))
    page = min(max(1, page), pages)
    query = select(ConfigSnapshot).where(mine)
    query = query.order_by(ConfigSnapshot.taken_at.desc(), ConfigSnapshot.id.desc())
    rows = session.scalars(query.offset((page - 1) * size).limit(size)).all()
    return Slice(rows, page, pages, total)


def before(session: Session, one: ConfigSnapshot) -> ConfigSnapshot | None:
    """The one of the same device that this one followed."""
    query = select(ConfigSnapshot).where(
        ConfigSnapshot.device_id == one.device_id, ConfigSnapshot.id != one.id,
        ConfigSnapshot.taken_at <= one.taken_at,
    )  # fmt: skip
    newest = query.order_by(ConfigSnapshot.taken_at.desc(), ConfigSnapshot.id.desc())
    return session.scalars(newest.limit(1)).first()
