"""From rows to a login on another machine: where its password is opened to be used."""

from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from inventory.act import EVERYTHING, system
from inventory.credential import Credential
from inventory.db import Database
from inventory.device import Device
from inventory.hostkey import HostKey, fingerprint, known_key
from inventory.secret import Key, SecretError
from netops.errors import AuthRejected
from netops.remote import Remote


@dataclass(frozen=True, slots=True)
class DeviceKeys:
    """The host key of one device, whatever address it answers on (`netops.remote.KnownHosts`)."""

    database: Database
    device: str

    def expected(self, _host: str, _port: int) -> str | None:
        with self.database.view(EVERYTHING) as session:
            return known_key(session, self.device)

    def learn(self, _host: str, _port: int, key: str) -> None:
        with self.database.transaction(system("首次登录，记下主机密钥")) as session:
            centre = session.get_one(Device, self.device).centre_id
            session.add(
                HostKey(
                    centre_id=centre, device_id=self.device, key=key, fingerprint=fingerprint(key)
                )
            )


def remote_of(session: Session, key: Key, device_id: str) -> Remote:
    """How to log in to a device of the register, its host key verified as the shells do.

    Raises AuthRejected when it has no SSH login or its sealed password does not open.
    """
    device = session.get(Device, device_id)
    if device is None or device.retired_at is not None:
        raise AuthRejected("服务器已不在设备登记中，没有登录。请在备份来源中另选服务器。")
    way = session.get(Credential, device.ssh_id) if device.ssh_id else None
    if way is None or way.retired_at is not None or device.telnet:
        raise AuthRejected(
            f"{device.name}（{device.address}）没有可用的 SSH 凭据，没有登录。"
            "请在设备资料中选择一个 SSH 凭据（Telnet 不能传文件）。"
        )
    try:
        password = key.open(way.password) if way.password else ""
    except SecretError as error:
        raise AuthRejected(f"{device.name} 的登录口令打不开，没有登录：{error}") from error
    known = DeviceKeys(_database(session), device.id)
    return Remote(
        device.id, device.address, device.ssh_port, way.user or "", password, device.weak, known
    )


def _database(session: Session) -> Database:
    """The database the session belongs to: a host key is learnt long after the session ended."""
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    return Database(engine.execution_options(sqlite_begin="DEFERRED"))
