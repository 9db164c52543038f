"""The audit trail: what the last look found amiss, and whether anybody has looked lately."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory import triggers
from inventory.role import Standing
from inventory.verdict import last
from web.todo import Todo
from web.trail_words import faults

rights = ("trail",)
_OLD = timedelta(hours=26)  # looked at every night


def todo(session: Session, who: Standing, now: datetime) -> Iterator[Todo]:
    verdict = last(session)
    kind, link = _("审计记录"), "/audit/"
    wrong = [*faults(verdict, triggers.missing(session.connection()))]
    wrong += [_(text) for text in (verdict.seals if verdict else ())]
    for text in wrong:
        yield Todo(kind, text, link, None, "critical")
    if not wrong and (verdict is None or now - verdict.at > _OLD):
        yield Todo(kind, _("审计链超过一天没有核对，请立即核对"), link, None, "warning")
