"""Showing anew who one is, before something is signed, decided or lent: the fields of
`parts/proof.html`, judged at the front door so that failures count towards the lock.

    try:
        who = proof()
    except Rejected as error:
        return render_template(…, proof_errors=causes(error)), 422

and in the form, which imports "parts/proof.html" as proof: {{ proof.fields(proof_errors) }}
"""

from flask import g, request
from flask_babel import format_datetime
from flask_babel import gettext as _

from inventory import session as logins
from inventory.door import Locked
from inventory.login import ByCode, Second
from inventory.proof import Proof
from inventory.register import Rejected
from inventory.securitykey import ByKey, Site
from web.access import person
from web.current import caller, database, door


def proof() -> Proof:
    """The proof of the person asking, from the form. Raises Rejected (Locked when guessed at)."""
    password = request.form.get("proof_password", "")
    return door().prove(person().id, password, _second(), caller())


def causes(error: Rejected) -> dict[str, str]:
    """{field of the form: what is wrong}, in the reader's language."""
    if isinstance(error, Locked):
        return {"proof_password": locked(error)}
    return {f"proof_{one.field}": _(one.cause) for one in error.errors}


def locked(error: Locked) -> str:
    """Until when; it says nothing about whether the login exists."""
    until = format_datetime(error.until, "HH:mm")
    return str(_("失败次数过多，已暂时锁定，请在 %(until)s（北京时间）以后再试。", until=until))


def site() -> Site | None:
    """Where the browser stands, if security keys work there: HTTPS or this very machine, and a
    name, because a key answers to no bare address."""
    host = request.host.rpartition(":")[0] if ":" in request.host else request.host
    named = not host.replace(".", "").isdigit() and "[" not in host
    safe = request.scheme == "https" or host == "localhost"
    return Site(host, f"{request.scheme}://{request.host}") if named and safe else None


def challenge() -> str:
    """The challenge this login was given last: good for one answer."""
    kept: str = g.login.challenge if g.login else ""
    if kept:
        remember("")
    return kept


def remember(text: str) -> None:
    """Keep the challenge with the login, where no browser can change it."""
    with database().observe() as db:
        logins.challenge(db, g.login.id, text)
    g.login.challenge = text


def by_key(name: str) -> ByKey | None:
    """What a security key answered, from a hidden field of the form."""
    answer, here = request.form.get(name, ""), site()
    return ByKey(answer, challenge(), here) if answer and here else None


def _second() -> Second:
    return by_key("proof_key") or ByCode(request.form.get("proof_code", ""))
