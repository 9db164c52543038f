"""Cards of our own routers and switches shown at a port where end devices hang, as cases (duty D3):
whoever sends with the gateway's MAC draws the frames of others to themselves."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.device import Device
from inventory.interface import Interface
from inventory.macs import virtual
from inventory.sighting import ENDS, FdbSighting, PortRole
from netops.port_judging import watched
from playbooks.drift_words import Case


def cloned(session: Session) -> Iterator[Case]:
    """Every card that the judging of ports did not believe, at its port."""
    row = FdbSighting
    query = (
        select(row.mac, row.device_id, row.centre_id, Device.name, Interface.name)
        .join(PortRole, PortRole.interface_id == row.interface_id)
        .join(Interface, Interface.id == row.interface_id)
        .join(Device, Device.id == row.device_id)
        .where(row.until.is_(None), PortRole.role.in_(ENDS), PortRole.forged.is_(True))
        .distinct()
    )
    shown = session.execute(query).all()
    cards = watched(session).cards if shown else {}
    for mac, device, centre, name, port in shown:
        if mac in cards or virtual(mac):
            whose = cards[mac][1] if mac in cards else "网关冗余组"
            yield _case(
                mac, device, centre, port, f"{name} 的终端口 {port} 上出现 {whose} 的 MAC {mac}"
            )


def _case(mac: str, device: str, centre: str, port: str, what: str) -> Case:
    also = "，网关冗余组的 MAC 还可登记为地址别名" if virtual(mac) else ""
    return Case(
        object=f"spoof|{device}|{port}|{mac}", kind="spoof", severity="critical",
        centre_id=centre, prefix_id="", ip="", mac=mac, binding_id="", device_id=device, port=port,
        text=f"{what}，可能是冒充。若这里确实接着网络设备，请在“端口说明”中登记为上联口{also}。",
    )  # fmt: skip
