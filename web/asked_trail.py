"""What the address asks of the audit trail."""

from dataclasses import fields, replace
from datetime import date

from flask import request

from web.queries.trail import TrailAsk

_DAYS = ("since", "until")


def asked() -> tuple[TrailAsk, str]:
    """The conditions of this request, and the text of a day that is none ("" when all are)."""
    given = {f.name: request.args.get(f.name, "").strip()[:200] for f in fields(TrailAsk)}
    ask, wrong = TrailAsk(**given), ""
    for name in _DAYS:
        if given[name] and not _is_day(given[name]):
            ask, wrong = replace(ask, **{name: ""}), given[name]
    return ask, wrong


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).year > 1
    except ValueError:
        return False
