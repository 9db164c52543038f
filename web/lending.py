"""Programs: what a token in the Authorization header (RFC 6750) lets them do."""

from dataclasses import replace
from datetime import datetime

from flask import request
from werkzeug.datastructures import Authorization

from inventory import audit, token
from inventory.act import EVERYTHING
from inventory.centre import Centre
from inventory.person import Person
from inventory.shanghai import SHANGHAI
from inventory.token import ApiToken
from web.current import database
from web.guest import Guest, guest

CHALLENGE = 'Bearer realm="netops"'


def borrower(given: Authorization | None, now: datetime) -> Guest | None:
    """The owner of the token, as far as it was lent; None when it is none, or no longer good."""
    if given is None or given.type != "bearer" or not given.token:
        return None
    today, address = now.astimezone(SHANGHAI).date(), request.remote_addr or ""
    with database().view(EVERYTHING) as db:
        row = token.find(db, given.token, today)
        owner = db.get(Person, row.person_id) if row else None
        centre = db.get(Centre, row.centre_id) if row else None
        known = guest(db, owner, centre.name, now) if owner and centre else None
        fresh = row is not None and token.just_used(db, row.id, address, now)
    if row is None or known is None or centre is None:
        return None
    if not fresh:
        _note_use(row, known, address, now)
    return replace(known, standing=token.lent(known.standing, row.rights, centre.path))


def _note_use(row: ApiToken, known: Guest, address: str, now: datetime) -> None:
    """Its use is written down once a minute; an address it never came from is worth a record."""
    act = known.standing.act("令牌在新地址使用", f"api {address}")
    with database().transaction(act) as db:
        if token.use(db, row.id, address, now):
            audit.note(db, act, "ApiToken", row.id, row.centre_id, {"用途": row.name})
