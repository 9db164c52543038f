"""From rows to frozen targets: where credentials are opened to be used."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from inventory.credential import Credential
from inventory.device import Device
from inventory.secret import Key, Sealed, SecretError
from netops.reading import SnmpAuth, SshAuth, Target


@dataclass(frozen=True, slots=True)
class Refused:
    """A device that cannot be asked at all, and why (its sealed secret does not open)."""

    device: str
    reason: str


@dataclass(frozen=True, slots=True)
class Trial:
    """One device that uses a credential under change, to be asked with the new secrets, and with
    the old ones when it does not know the new."""

    device: str
    new: Target
    old: Target


def trials(session: Session, key: Key, old: Credential, new: Credential) -> list[Trial]:
    """Every living device that uses the credential, paused or not, and only by that way in.

    `new` has the id of `old`. Raises SecretError.
    """
    users = or_(Device.snmp_id == old.id, Device.ssh_id == old.id)
    found = session.scalars(select(Device).where(users, Device.retired_at.is_(None)))
    return [
        Trial(device.id, *(_by(target_of(device, {old.id: way}, key)) for way in (new, old)))
        for device in found.all()
    ]


def _by(target: Target) -> Target:
    """One try is one try: whoever counts wrong passwords must not count our retries."""
    return target if target.snmp else replace(target, retries=0)


def targets(
    session: Session, key: Key, devices: Collection[str] | None = None
) -> tuple[list[Target], list[Refused]]:
    """Targets of the living, unpaused devices (or of `devices`), and those that cannot be asked."""
    query = select(Device).where(Device.retired_at.is_(None), Device.paused.is_(False))
    if devices is not None:
        query = query.where(Device.id.in_(devices))
    ways = {row.id: row for row in session.scalars(select(Credential))}
    found: list[Target] = []
    refused: list[Refused] = []
    for device in session.scalars(query):
        reason = _forbidden(device, ways)
        if reason:
            refused.append(Refused(device.id, reason))
            continue
        try:
            found.append(target_of(device, ways, key))
        except SecretError as error:
            refused.append(Refused(device.id, str(error)))
    return found, refused


def _forbidden(device: Device, ways: Mapping[str, Credential]) -> str:
    """v2c without the opt-in, say because the credential was changed after it was chosen; or a
    credential that was given up."""
    way = ways.get(device.snmp_id or "")
    if way is None:
        return ""
    if way.retired_at is not None:
        return f"SNMP 凭据“{way.name}”已停用：请给本设备另选一个"
    plain = way.kind == "v2c" and not device.v2c
    return "凭据是 SNMP v2c，而本设备没有允许 v2c 明文传输" if plain else ""


def target_of(device: Device, ways: Mapping[str, Credential], key: Key) -> Target:
    """One device as the poller sees it. Raises SecretError when its credential does not open."""
    snmp, ssh = ways.get(device.snmp_id or ""), ways.get(device.ssh_id or "")
    if ssh is not None and ssh.retired_at is not None:
        ssh = None  # given up: nobody logs in with it any more
    return Target(
        device=device.id,
        address=device.address,
        profile=device.profile,
        snmp=snmp_auth(snmp, key) if snmp else None,
        snmp_port=device.snmp_port,
        ssh=_ssh(ssh, key, device) if ssh else None,
        ssh_port=device.ssh_port,
        ping=device.ping,
        timeout=device.timeout,
        retries=device.retries,
        max_repetitions=device.max_repetitions,
        bulk=device.max_repetitions > 1,
    )


def snmp_auth(row: Credential, key: Key) -> SnmpAuth:
    """How to speak SNMP with this credential. Raises SecretError when it does not open."""
    if row.kind == "v2c":
        return SnmpAuth("v2c", community=_open(key, row.community), credential=row.id)
    return SnmpAuth(
        "v3",
        user=row.user or "",
        auth_protocol=row.auth_protocol or "",
        auth_secret=_open(key, row.auth_secret),
        priv_protocol=row.priv_protocol or "",
        priv_secret=_open(key, row.priv_secret),
        credential=row.id,
    )


def _ssh(row: Credential, key: Key, device: Device) -> SshAuth:
    return SshAuth(
        user=row.user or "",
        password=_open(key, row.password),
        enable=_open(key, row.enable),
        transport="telnet" if device.telnet else "ssh",
        weak=device.weak,
        credential=row.id,
    )


def _open(key: Key, sealed: Sealed | None) -> str:
    return key.open(sealed) if sealed else ""
