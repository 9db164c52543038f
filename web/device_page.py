"""What stands above every page of one device, and its tabs."""

from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from inventory.fault import Fault
from inventory.role import can
from web.access import person
from web.current import database
from web.fragment import fragment
from web.links import edit_url, listed
from web.queries import device as asked
from web.reading import headlines
from web.registers.book import may


def frame_of(session: Session, device_id: str) -> asked.Frame:
    """The device within the scope of the session; 404 outside it."""
    return asked.frame(session, device_id) or abort(404)


def device_page(template: str, frame: asked.Frame, **more: Any) -> ResponseReturnValue:
    """A tab of the device; to a live fragment, only the part that changes."""
    if "X-Live" in request.headers:
        return fragment(template.replace(".html", "_live.html"), f=frame, **more)
    with database().view(person().scope) as session:
        sensors = asked.gauges(session, frame.device.id)
    above = {
        "f": frame, "headlines": headlines(sensors, frame.device.profile),
        "edit_url": edit_url("devices", frame.device.id), "list_url": listed("devices"),
        "may_edit": can(person(), "edit"), "may_record": may(Fault, "write"),
        "may_operate": can(person(), "operate"),
    }  # fmt: skip
    return render_template(template, **(above | more))
