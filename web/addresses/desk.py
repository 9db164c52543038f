"""What the pages of the addresses share: their blueprint and the rows they are about."""

from flask import Blueprint, abort
from sqlalchemy.orm import Session

from inventory.device import Device
from inventory.prefix import Prefix

bp = Blueprint("addresses", __name__, url_prefix="/addresses")


def device_or_404(session: Session, device_id: str) -> Device:
    return session.get(Device, device_id) or abort(404)


def prefix_or_404(session: Session, prefix_id: str) -> Prefix:
    return session.get(Prefix, prefix_id) or abort(404)
