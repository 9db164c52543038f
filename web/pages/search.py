"""Search everything: a name, pinyin initials, a number, an IP or MAC address in any notation."""

from collections.abc import Iterable

from flask import Blueprint, render_template, request

from inventory.register import TOPICS, Register, registers
from web.access import anybody, person
from web.current import database
from web.links import listed
from web.queries.addresses_find import seen_lately
from web.queries.search import COUNTED, MOST, Hits, in_ports, in_register
from web.registers.book import may, page_url

bp = Blueprint("search", __name__, url_prefix="/search")


@bp.get("/")
@anybody
def index() -> str:
    text = request.args.get("q", "").strip()
    if not text:
        return render_template("search.html", q="", groups=(), ports=(), sighted=())
    groups = sorted(_groups(text), key=lambda hits: (-hits.near, _shelf(hits.register)))
    with database().view(person().reach("view")) as session:
        ports, sighted = in_ports(session, text), seen_lately(session, text)
    return render_template(
        "search.html", q=text, groups=groups, ports=ports, sighted=sighted, listed=listed,
        row_url=page_url, MOST=MOST, COUNTED=COUNTED,
    )  # fmt: skip


def _groups(text: str) -> Iterable[Hits]:
    """What each register has, within the reach of the right it asks for."""
    shelf = [cls for cls in registers().values() if cls.shown and may(cls, "view")]
    for right in {cls.see_act for cls in shelf}:
        with database().view(person().reach(right)) as session:
            of_right = (cls for cls in shelf if cls.see_act == right)
            found = [in_register(session, cls, text) for cls in of_right]
        yield from (hits for hits in found if hits.rows)


def _shelf(cls: type[Register]) -> tuple[int, str]:
    """Devices first, then as the registers stand on their shelves."""
    return (-1 if cls.slug == "devices" else TOPICS.index(cls.topic), cls.slug)
