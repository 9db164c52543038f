"""Where a source's database is restored for trial: the drill server it names, or its own."""

from dataclasses import replace
from pathlib import Path

from sqlalchemy.orm import Session

from backups.gathering import NotGathered, Order
from inventory.backup_source import BackupSource
from inventory.credential import Credential
from inventory.secret import Key
from playbooks.backup_orders import own_database


def order_of_drill(session: Session, key: Key, source: BackupSource, work: Path) -> Order:
    """A login that may make databases; `work` is the folder SQLite files are made in. Raises
    NotGathered while nobody has said where, SecretError."""
    method = "postgresql" if source.method == "console" else source.method
    if method != "sqlite" and source.reach != "local" and not source.drill_host:
        raise NotGathered(
            "值守台不能直接连到这个来源的数据库；请在备份来源里填写演练服务器", permanent=True
        )
    own = not source.drill_host
    login = session.get(Credential, source.drill_login_id or source.login_id or "")
    password = key.open(login.password) if login is not None and login.password else ""
    told = Order(
        source_id=source.id, name=source.name, kind=source.kind, method=method,
        reach="local", work=work, database=source.database or "",
        host=(source.host if own else source.drill_host) or "",
        port=(source.port if own else source.drill_port) or 0,
        user=(login.user if login is not None else "") or "", password=password,
    )  # fmt: skip
    if source.method == "console" and own:
        return replace(told, **own_database(session.get_bind().engine.url))
    return told
