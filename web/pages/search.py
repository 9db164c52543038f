"""Search everything: a name, pinyin initials, an IP or MAC address in any notation."""

from flask import Blueprint, render_template, request

from inventory.centre import Centre
from inventory.credential import Credential
from inventory.device import Device
from web.access import allowed, person
from web.current import database
from web.links import listed
from web.queries.search import MOST, in_ports, in_register
from web.registers.book import may, page_url

bp = Blueprint("search", __name__, url_prefix="/search")

REGISTERS = (Device, Centre, Credential)


@bp.get("/")
@allowed("view")
def index() -> str:
    text = request.args.get("q", "").strip()
    if not text:
        return render_template("search.html", q="", groups=(), ports=())
    with database().view(person().scope) as session:
        groups = [in_register(session, cls, text) for cls in REGISTERS if may(cls, "view")]
        ports = in_ports(session, text)
    found = [group for group in groups if group.rows]
    return render_template(
        "search.html", q=text, groups=found, ports=ports, listed=listed, row_url=page_url, MOST=MOST
    )
