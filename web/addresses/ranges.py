"""One range: its addresses one by one, and the next free one."""

from flask import render_template, request

from inventory.address_book import next_free
from inventory.prefix import MODES
from web.access import allowed, person
from web.addresses.desk import bp, prefix_or_404
from web.addresses.overview import rights
from web.current import database
from web.queries import addresses as asked
from web.queries.addresses_map import KINDS, map_of


@bp.get("/ranges/<id>")
@allowed("view")
def range_(id: str) -> str:
    with database().view(person().scope) as session:
        prefix = prefix_or_404(session, id)
        (use,) = asked.ranges(session, only=id)
        found = map_of(session, prefix, request.args.get("page", 1, int))
        free = "" if prefix.retired_at else next_free(session, prefix)
    return render_template(
        "addresses/range.html", use=use, row=prefix, found=found, free=free, CELLS=KINDS,
        MODES=MODES, **rights(),
    )  # fmt: skip
