"""From a declared source to the order a gatherer is given: the only place where its secrets are
opened."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import URL
from sqlalchemy.orm import Session

from backups.gathering import NotGathered, Order
from backups.machine_owner import allowed
from backups.staging import folder_of
from inventory.backup_source import BackupSource
from inventory.credential import Credential
from inventory.device import Device
from inventory.secret import Key, SecretError
from netops.errors import DeviceError
from netops.remotes import remote_of

_AGAIN = "；请在备份来源里更正后重新备份"


def order_of(session: Session, key: Key, source: BackupSource, work: Path) -> Order:
    """What is read of a source, into `work`; staged files lie in the same home. Raises NotGathered
    when its server or a credential cannot be used as it stands, or the machine's owner has not
    allowed what it would read or run here."""
    device = session.get(Device, source.device_id) if source.device_id else None
    plain = Order(
        source_id=source.id, name=source.name, kind=source.kind, method=source.method,
        reach=source.reach, work=work, paths=_lines(source.paths), exclude=_lines(source.exclude),
        database=source.database or "", command=source.command or "", port=source.port or 0,
        host=source.host or (device.address if device and source.reach != "ssh" else ""),
        staging=folder_of(work.parent.parent, source.id),
    )  # fmt: skip
    allowed(work.parent.parent, plain)
    try:
        if source.method == "console":
            told = own_database(session.get_bind().engine.url)
            return replace(plain, paths=(str(work.parent.parent),), **told)
        if source.login_id:
            user, password = _login(session, key, source.login_id)
            plain = replace(plain, user=user, password=password)
        if source.reach == "ssh" and source.device_id:
            plain = replace(plain, remote=remote_of(session, key, source.device_id))
    except SecretError as error:
        raise NotGathered(f"来源的凭据打不开：{error}{_AGAIN}", permanent=True) from error
    except DeviceError as error:
        raise NotGathered(error.reason, permanent=True) from error
    return plain


def own_database(url: URL) -> dict[str, Any]:
    """Where the console's own database is, as the fields of an Order say it."""
    database = url.database or ""
    if url.get_backend_name() == "sqlite":
        return {"reach": "local", "database": str(Path(database).absolute())}
    return {
        "reach": "local", "database": database,
        "host": url.host or str(url.query.get("host", "")), "port": url.port or 0,
        "user": url.username or "", "password": str(url.password or ""),
    }  # fmt: skip


def _login(session: Session, key: Key, credential_id: str) -> tuple[str, str]:
    way = session.get(Credential, credential_id)
    if way is None or way.retired_at is not None:
        raise NotGathered(f"来源的数据库凭据已停用{_AGAIN}", permanent=True)
    return way.user or "", key.open(way.password) if way.password else ""


def _lines(text: str | None) -> tuple[str, ...]:
    return tuple(line.strip() for line in (text or "").splitlines() if line.strip())
