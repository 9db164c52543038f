"""Who had this address then, and where: the page that is asked after an incident."""

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from inventory.address_finding import KINDS
from inventory.address_finding import STATES as FINDINGS
from inventory.binding import STATES
from inventory.shanghai import SHANGHAI
from web.access import allowed, person
from web.addresses.desk import bp
from web.current import database
from web.queries.addresses_find import MOST, Answer, answer, target_of


@dataclass(frozen=True, slots=True)
class Question:
    """The two boxes as they were filled in, and what is wrong with them ("" when nothing)."""

    text: str
    when: str
    at: datetime | None = None
    wrong: str = ""


@bp.get("/find")
@allowed("view")
def find() -> ResponseReturnValue:
    asked = question(request.args.get("q", "").strip(), request.args.get("at", "").strip())
    told = _answered(asked) if asked.text and not asked.wrong else None
    page = render_template(
        "addresses/find.html", asked=asked, told=told, KINDS=KINDS, FINDINGS=FINDINGS,
        STATES=STATES, MOST=MOST,
    )  # fmt: skip
    return page, 422 if asked.wrong else 200


def question(text: str, when: str) -> Question:
    """What a person typed; a time is of Shanghai."""
    try:
        at = datetime.fromisoformat(when).replace(tzinfo=SHANGHAI) if when else None
    except ValueError:
        return Question(text, when, None, _("时间不对，应写成 2026-11-21T08:30"))
    if text and target_of(text) is None:
        told = _("“%(text)s”不是 IP 或 MAC 地址，应如 10.41.25.7 或 00:e0:fc:12:34:56", text=text)
        return Question(text, when, at, told)
    return Question(text, when, at)


def _answered(asked: Question) -> Answer | None:
    target = target_of(asked.text)
    if target is None:
        return None
    with database().view(person().scope) as session:
        at = asked.at or datetime.now(UTC)
        return answer(session, target, at.astimezone(UTC), asked.at is None)
