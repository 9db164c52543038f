"""Changing a credential's secrets, one step after the other: stage, try on every device, enable."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory import rotation
from inventory.credential import KINDS, SECRETS, Credential
from inventory.policy import policy
from inventory.register import FieldError, Rejected, field_of
from inventory.rotation import Rotation, staged
from inventory.strength import weakness
from playbooks.trials import NEW, VERDICTS
from web import asking
from web.access import allowed, origin, person
from web.current import database, key
from web.queries import credentials as asked
from web.runs import run_facts

bp = Blueprint("rotations", __name__, url_prefix="/credentials/<id>/rotate")


@bp.get("/")
@allowed("credentials")
def index(id: str) -> str:
    return _page(id)


@bp.post("/")
@allowed("credentials")
def stage(id: str) -> ResponseReturnValue:
    """Keep the new secrets beside the old ones."""
    try:
        with database().transaction(person().act("暂存新口令", origin())) as session:
            row = _credential(session, id)
            typed = {
                name: request.form[name] for name in SECRETS[row.kind] if request.form.get(name)
            }
            _judge(session, row, typed)
            sealed = {name: key().seal(text) for name, text in typed.items()}
            rotation.stage(session, row, sealed, request.form.get("reason", "").strip()[:500])
    except Rejected as rejected:
        return _page(id, {error.field: error.cause for error in rejected.errors}), 422
    return redirect(url_for(".index", id=id))


@bp.post("/try")
@allowed("credentials")
def attempt(id: str) -> ResponseReturnValue:
    """Ask every device that uses the credential, in the background."""
    with database().view(person().scope) as session:
        row, change = _credential(session, id), _staged(session, id)
    asking.opened("试用新口令", [id], row.centre_id, credential=row.name)
    asking.ask("rotate", row.centre_id, change.id, credential=id)
    return redirect(url_for(".index", id=id))


@bp.post("/enable")
@allowed("credentials")
def enable(id: str) -> ResponseReturnValue:
    """From now on the new secrets, unless a device does not know them and nobody insists."""
    with database().transaction(person().act("启用新口令", origin())) as session:
        row, change = _credential(session, id), _staged(session, id)
        found = asked.answers(session, row, asked.trial(session, change))
        sure = request.form.get("confirm", "").strip() == row.name
        if not sure and any(answer.verdict != NEW for answer in found):
            cause = _("还有设备没有确认新口令。请先试用；确实要启用，请准确填写凭据名称。")
            return _page(id, {"confirm": cause}), 422
        rotation.enable(session, change, asked.counted(found))
    flash(_("已启用“%(name)s”的新口令，旧口令不再使用。", name=row.name), "ok")
    return redirect(url_for("credentials.show", id=id))


@bp.post("/drop")
@allowed("credentials")
def drop(id: str) -> ResponseReturnValue:
    """Forget the new secrets; the old ones were in use all the time."""
    with database().transaction(person().act("放弃新口令", origin())) as session:
        row, change = _credential(session, id), _staged(session, id)
        found = asked.answers(session, row, asked.trial(session, change))
        rotation.drop(change, asked.counted(found))
    flash(_("已放弃“%(name)s”的新口令，旧口令照常使用。", name=row.name), "ok")
    return redirect(url_for("credentials.show", id=id))


def _credential(session: Session, credential_id: str) -> Credential:
    row = session.get(Credential, credential_id)
    if row is None or row.retired_at is not None:
        abort(404)
    return row


def _staged(session: Session, credential_id: str) -> Rotation:
    return staged(session, credential_id) or abort(404)


def _judge(session: Session, row: Credential, typed: Mapping[str, str]) -> None:
    """What is chosen anew must be good; Rejected names the field, never the secret."""
    rules, user = policy(session), row.user or ""
    wrong = []
    for name, text in typed.items():
        cause = weakness(name, text, rules, user)
        same = row.secrets.get(name)
        if not cause and same and key().open(same) == text:
            cause = _("与现在用的相同")
        if cause:
            label = field_of(Credential, name).label
            wrong.append(FieldError(name, label, _("%(cause)s；没有保存，请重新输入", cause=cause)))
    if wrong:
        raise Rejected(tuple(wrong))


def _page(credential_id: str, errors: Mapping[str, str] | None = None) -> str:
    with database().view(person().scope) as session:
        row = _credential(session, credential_id)
        change = staged(session, credential_id)
        run = asked.trial(session, change) if change else None
        told = asked.answers(session, row, run)
    facts: dict[str, Any] = run_facts(run) if run else {"run": None}
    return render_template(
        "rotation.html", row=row, change=change, answers=told, errors=errors or {},
        VERDICTS=VERDICTS, kinds=KINDS,
        wanted=[field_of(Credential, name) for name in _wanted(row)], counted=asked.counted(told),
        ready=bool(told) and all(answer.verdict == NEW for answer in told), **facts,
    )  # fmt: skip


def _wanted(row: Credential) -> list[str]:
    """The secrets to ask for: what it has now, and what its kind cannot do without."""
    has = row.secrets
    return [name for name in SECRETS[row.kind] if name in has] or [SECRETS[row.kind][0]]
