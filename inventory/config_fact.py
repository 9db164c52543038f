"""What a template is filled in with: the facts of one device, or of all devices of a unit."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from sqlalchemy import Index, select, text
from sqlalchemy.orm import Mapped, Session

from inventory.centre import Centre
from inventory.device import Device
from inventory.register import CentreRegister, FieldError, entry

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SECRET = {
    "name": re.compile(r"pass|pwd|secret|cipher|communit|psk|key"),
    "value": re.compile(r"\b(?:cipher|password|secret) |\$[0-9a-z]{1,2}\$|%\^%#|@%@%"),
}  # what such things are called, and what vendors' ciphers look like
OWN = ("device_name", "device_ip", "centre_name", "centre_code")  # known without being entered
_LIVING = text("retired_at IS NULL AND device_id IS NULL")


class ConfigFact(CentreRegister):
    """One fact. Without a device it is that of every device in the unit and below; the nearest
    one counts. Never a secret: templates say `<已隐去>` where a secret stands."""

    __tablename__ = "config_fact"
    slug: ClassVar[str] = "config-facts"
    title: ClassVar[str] = "设备参数"
    topic: ClassVar[str] = "设备"
    articles: ClassVar[tuple[int, ...]] = (98,)
    names: ClassVar[tuple[str, ...]] = ("name", "device_id", "centre_id")
    order: ClassVar[str] = "name"

    name: Mapped[str] = entry(
        "参数名", required=True, listed=True, searched=True, longest=60,
        help="小写字母、数字和下划线，例如 syslog_host、loopback、ospf_area",
    )  # fmt: skip
    device_id: Mapped[str | None] = entry(
        "设备", "ref", refers="Device", listed=True, help="空着表示本单位和下级的所有设备"
    )
    value: Mapped[str] = entry(
        "值", required=True, listed=True, searched=True, longest=500,
        help="有几项的用逗号分开；口令、团体名等秘密不得登记在这里",
    )  # fmt: skip
    note: Mapped[str | None] = entry("备注", "note")

    __table_args__ = (
        Index(
            "uq_config_fact_device", "device_id", "name", unique=True,
            sqlite_where=text("retired_at IS NULL"), postgresql_where=text("retired_at IS NULL"),
        ),
        Index(
            "uq_config_fact_unit", "centre_id", "name", unique=True, sqlite_where=_LIVING,
            postgresql_where=_LIVING,
        ),
    )  # fmt: skip

    def check(self, session: Session) -> Iterator[FieldError]:
        if not _NAME.fullmatch(self.name or ""):
            yield self.wrong("name", "只能用小写字母、数字和下划线，以字母开头")
        elif self.name in OWN:
            yield self.wrong("name", f"“{self.name}”由系统给出，不必登记")
        for name, sign in _SECRET.items():
            if sign.search(getattr(self, name) or ""):
                yield self.wrong(name, "口令、团体名、密钥等秘密不登记为参数，模板里写 <已隐去>")
        device = session.get(Device, self.device_id) if self.device_id else None
        if device is not None and device.centre_id != self.centre_id:
            self.centre_id = device.centre_id  # a device's fact is where the device is


def facts(
    session: Session, devices: Iterable[Device], centres: Mapping[str, Centre]
) -> Mapping[str, dict[str, str]]:
    """Device id → name → value; `centres` by id, with those above them."""
    by_unit: dict[str, dict[str, str]] = {}
    by_device: dict[str, dict[str, str]] = {}
    for one in session.scalars(select(ConfigFact).where(ConfigFact.retired_at.is_(None))):
        home = by_device if one.device_id else by_unit
        home.setdefault(one.device_id or one.centre_id, {})[one.name] = one.value
    return {
        device.id: _of_units(centres.get(device.centre_id), by_unit)
        | by_device.get(device.id, {})
        | _own(device, centres.get(device.centre_id))
        for device in devices
    }


def _of_units(centre: Centre | None, by_unit: Mapping[str, dict[str, str]]) -> dict[str, str]:
    told: dict[str, str] = {}
    for key in (centre.path if centre else "").split("/"):
        told |= by_unit.get(key, {})
    return told


def _own(device: Device, centre: Centre | None) -> dict[str, str]:
    values = (
        device.name, device.address, centre.name if centre else "", centre.code if centre else ""
    )  # fmt: skip
    return dict(zip(OWN, values, strict=True))
