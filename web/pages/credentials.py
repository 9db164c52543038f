"""One credential: when it is due, how it is used, how its secrets were changed."""

from flask import Blueprint, abort, render_template

from inventory.credential import Credential
from inventory.credential_state import CredentialState
from inventory.policy import policy
from inventory.rotation import STATES, staged
from web.access import allowed, person
from web.current import database
from web.queries import credentials as asked
from web.registers.row import row_facts

bp = Blueprint("credentials", __name__, url_prefix="/credentials/<id>")


@bp.get("/")
@allowed("credentials")
def show(id: str) -> str:
    with database().view(person().scope) as session:
        row = session.get(Credential, id) or abort(404)
        return render_template(
            "credential.html", state=session.get(CredentialState, id),
            due=row.due_on(policy(session)), uses=asked.uses(session, id), days=asked.DAYS,
            devices=len(asked.users(session, id)), turns=asked.changes_of(session, row),
            change=staged(session, id), TURNS=STATES, **row_facts(session, row),
        )  # fmt: skip
