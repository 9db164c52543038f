"""Bindings that switches enforce already, brought into the register as drafts (D1)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.address_book import prefix_of
from inventory.address_taking import elsewhere, registered
from inventory.address_taking import take_in as taken_in
from inventory.binding import STATES, Binding
from inventory.config_snapshot import ConfigSnapshot
from inventory.device import Device
from inventory.prefix import Prefix
from inventory.register import Rejected
from netops.binding_text import enforced
from netops.enforced import Enforced, Entry
from netops.errors import Unreadable
from netops.profile import profile_named, profiles
from web.access import allowed, origin, person
from web.addresses.desk import bp, device_or_404
from web.configs.desk import shelf
from web.current import database

_SHOWN = 500  # entries of one switch on the page; all of them are taken in


@dataclass(frozen=True, slots=True)
class Preview:
    """One entry of the configuration beside what the register has of that address."""

    entry: Entry
    prefix: Prefix | None
    known: Binding | None
    elsewhere: bool = False

    @property
    def verdict(self) -> str:
        """new, same, other (another network card or port) or nowhere (in no registered range)."""
        if self.prefix is None:
            return "nowhere"
        if self.known is None:
            return "new"
        return "same" if self.known.mac == self.entry.mac and not self.elsewhere else "other"


VERDICTS = {
    "new": ("info", "将建为草拟"), "same": ("ok", "已登记"), "other": ("critical", "与登记不符"),
    "nowhere": ("warning", "不在已登记的网段里"),
}  # fmt: skip


@bp.get("/take-in")
@allowed("record")
def take_in() -> ResponseReturnValue:
    """Which switch, and what would come of it; nothing is written."""
    return _page(request.args.get("device", ""))


@bp.post("/take-in")
@allowed("record")
def do_take_in() -> ResponseReturnValue:
    """All of its entries, or none; what stands against one is told, entry by entry."""
    key = request.form.get("device", "")
    held, _at = _held(key)
    if held is None:
        abort(404)
    try:
        with database().transaction(person().act("从设备配置收录绑定", origin())) as session:
            done = taken_in(session, device_or_404(session, key), held, person())
    except Rejected as error:
        return _page(key, causes=[_(one.cause) for one in error.errors]), 422
    return _page(key, done=done)


def _page(key: str, **told: object) -> str:
    held, at = _held(key) if key else (None, None)
    with database().view(person().scope) as session:
        device = device_or_404(session, key) if key else None
        rows = list(_previews(session, device, held)) if device and held else []
        devices = _devices(session) if device is None else ()
    return render_template(
        "addresses/take_in.html", device=device, devices=devices, rows=rows, held=held,
        at=at, VERDICTS=VERDICTS, STATES=STATES,
        counts={word: sum(one.verdict == word for one in rows) for word in VERDICTS},
        **({"causes": (), "done": None} | told),
    )  # fmt: skip


def _held(key: str) -> tuple[Enforced | None, object]:
    """What the newest configuration of this device binds, and when it was read."""
    with database().view(person().scope) as session:
        device = device_or_404(session, key)
        newest = session.scalars(
            select(ConfigSnapshot)
            .where(ConfigSnapshot.device_id == device.id, ConfigSnapshot.commit != "")
            .order_by(ConfigSnapshot.taken_at.desc(), ConfigSnapshot.id.desc())
            .limit(1)
        ).first()
    if newest is None:
        return None, None
    try:
        profile = profile_named(device.profile)
    except Unreadable:
        return None, newest.taken_at
    return enforced(profile, shelf().text(newest)), newest.taken_at


def _previews(session: Session, device: Device, held: Enforced) -> Iterator[Preview]:
    shown = held.entries[:_SHOWN]
    known = registered(session, {one.ip for one in shown})
    for entry in shown:
        prefix = prefix_of(session, entry.ip, device, device.centre_id, entry.vlan)
        row = known.get((prefix.id, entry.ip)) if prefix else None
        yield Preview(entry, prefix, row, row is not None and elsewhere(row, entry, device))


def _devices(session: Session) -> Sequence[Device]:
    """Those whose configuration is kept and may bind addresses."""
    fit = [name for name, one in profiles().items() if one.binding.known]
    kept = select(ConfigSnapshot.device_id)
    query = select(Device).where(Device.retired_at.is_(None), Device.profile.in_(fit))
    return session.scalars(query.where(Device.id.in_(kept)).order_by(Device.sort_key)).all()
