"""Two configurations beside each other."""

from dataclasses import dataclass

from flask import Response, abort, render_template, request

from inventory.config_snapshot import ORIGINS, ConfigSnapshot
from inventory.device import Device
from inventory.role import can
from web.access import allowed, person
from web.configs.desk import bp, shelf, snapshot_or_404, text_file
from web.configs.lines import counted, stretches


@dataclass(frozen=True, slots=True)
class Two:
    """The older and the newer, each with its device."""

    a: ConfigSnapshot
    b: ConfigSnapshot
    of_a: Device
    of_b: Device


@bp.get("/diff")
@allowed("view")
def diff() -> str:
    two = two_of(request.args.get("a", ""), request.args.get("b", ""))
    space = request.args.get("space") == "ignore"
    found = stretches(shelf().diff(two.a, two.b), space=space)
    added, removed = counted(found)
    return render_template(
        "config_diff.html", two=two, found=found, added=added, removed=removed, space=space,
        ORIGINS=ORIGINS, may_export=can(person(), "export"),
    )  # fmt: skip


@bp.get("/diff.patch")
@allowed("export")
def patch() -> Response:
    """The same as a unified diff."""
    two = two_of(request.args.get("a", ""), request.args.get("b", ""))
    name = f"{two.of_b.name}-{two.a.taken_at:%Y%m%d%H%M}-{two.b.taken_at:%Y%m%d%H%M}.patch"
    return text_file("配置差异", name, two.b, lambda: shelf().unified(two.a, two.b))


def two_of(first: str, second: str) -> Two:
    """Whichever was ticked first: of one device the older stands on the left. 404 for what is out
    of scope or no text."""
    a, of_a = snapshot_or_404(first)
    b, of_b = snapshot_or_404(second)
    if not (a.commit and b.commit):
        abort(404)
    if of_a.id == of_b.id and a.taken_at > b.taken_at:
        return Two(b, a, of_b, of_a)
    return Two(a, b, of_a, of_b)
