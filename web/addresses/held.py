"""Register and devices beside each other: what no device holds, what nobody registered."""

from flask import render_template, request

from inventory.prefix import MODES
from web.access import allowed, person
from web.addresses.desk import bp
from web.addresses.overview import rights
from web.current import database
from web.queries.addresses_held import TABS, held_page


@bp.get("/held")
@allowed("view")
def held() -> str:
    tab = request.args.get("tab", "")
    with database().view(person().scope) as session:
        found = held_page(
            session, tab if tab in TABS else "missing", request.args.get("page", 1, int)
        )
    return render_template(
        "addresses/held.html", found=found, TABS=TABS, MODES=MODES, **rights()
    )  # fmt: skip
