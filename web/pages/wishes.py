"""How I want to be told: by which addresses, what at once, what in the day's digest."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from inventory.act import EVERYTHING
from inventory.channel import KINDS as CHANNELS
from inventory.channel import channels_for
from inventory.notice import KINDS, LEVELS
from inventory.person import Person
from inventory.register import Rejected
from inventory.wish import CHOSEN, DIGEST_AT, WAYS, NoticeWish, way, wish_of
from web.access import own, person
from web.affairs import own_act
from web.current import database

bp = Blueprint("wishes", __name__, url_prefix="/account/notices")
HOURS = tuple(f"{hour:02d}:{minute:02d}" for hour in range(6, 23) for minute in (0, 30))
ASKED = tuple(kind for kind in KINDS if kind != "delivery")  # that one stays on the screen


@bp.get("/")
@own
def form() -> str:
    return _page()


@bp.post("/")
@own
def save() -> ResponseReturnValue:
    try:
        _save()
    except Rejected as error:
        return _page({one.field: _(one.cause) for one in error.errors}), 422
    flash(_("通知设置已保存。"), "ok")
    return redirect(url_for(".form"))


def _page(problems: dict[str, str] | None = None) -> str:
    with database().view(EVERYTHING) as session:
        who = session.get_one(Person, person().id)
        wish = wish_of(session, who.id)
        ways = wish.ways if wish else {}
        return render_template(
            "wishes.html", problems=problems or {}, typed=_typed(who), KINDS=KINDS,
            LEVELS=LEVELS, WAYS=WAYS, asked=ASKED, levels=CHOSEN, hours=HOURS,
            chosen={f"{k}.{v}": way(ways, k, v) for k in ASKED for v in CHOSEN},
            digest_at=wish.digest_at if wish else DIGEST_AT,
            channels=[(c.name, CHANNELS[c.kind]) for c in channels_for(session, who.centre_id)],
        )  # fmt: skip


def _typed(who: Person) -> dict[str, Any]:
    """What stands in the two fields: what was typed, if that was refused."""
    return {name: request.form.get(name, getattr(who, name) or "") for name in ("email", "mobile")}


def _save() -> None:
    """Raises Rejected when an address is none; an answer the form does not offer is left out."""
    hour = request.form.get("digest_at", "")
    given = {f"{kind}.{level}": request.form.get(f"{kind}.{level}", "")
             for kind in ASKED for level in CHOSEN}  # fmt: skip
    with database().transaction(own_act("修改本人通知设置")) as session:
        who = session.get_one(Person, person().id)
        who.email = request.form.get("email", "").strip() or None
        who.mobile = request.form.get("mobile", "").strip() or None
        wish = wish_of(session, who.id) or NoticeWish(person_id=who.id, centre_id=who.centre_id)
        wish.digest_at = hour if hour in HOURS else wish.digest_at
        wish.ways = {name: how for name, how in given.items() if how in WAYS}
        session.add(wish)
