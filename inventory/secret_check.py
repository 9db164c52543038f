"""Looking after the secrets: do they all open, are they weak or overdue, who else could read them.

What is found is named, never shown.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.credential import Credential, today
from inventory.keyfile import read_keys
from inventory.policy import Policy, policy
from inventory.register import field_of, register_named, registers
from inventory.resealing import SealedValue, sealed_values
from inventory.rotation import Rotation
from inventory.secret import Key, SecretError
from inventory.strength import weakness

_STAGED_FOR = timedelta(days=7)  # a change that waits longer has been forgotten


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong: `kind` is one of key, sealed, weak, due, clear; where; why and what next."""

    kind: str
    where: str
    cause: str


@dataclass(frozen=True, slots=True)
class Checked:
    """How many values opened, by credential id and of other tables (""), and what is wrong."""

    opened: Mapping[str, int]
    findings: tuple[Finding, ...]


def check(session: Session, key_file: Path) -> Checked:
    """Open every sealed value and look at what is known of the credentials, in all centres."""
    found = list(private(key_file, "密钥文件"))
    found += _drafts(key_file)
    opened: dict[str, int] = {}
    try:
        key = Key(read_keys(key_file))
    except SecretError as error:
        return Checked({}, (Finding("key", str(key_file), str(error)), *_due(session)))
    if len(key.ids) > 1:
        cause = "里面有新旧两个密钥：上次更换没有做完，请再运行一次 netops secret rotate-key"
        found.append(Finding("key", str(key_file), cause))
    rules = policy(session)
    for value in sealed_values(session):
        row = value.row[0] if value.table is Credential.__table__ else ""
        try:
            text = key.open(value.sealed)
        except SecretError as error:
            found.append(Finding("sealed", _place(session, value), str(error)))
            continue
        opened[row] = opened.get(row, 0) + 1
        found += _weak(session, value, text, rules)
    return Checked(opened, (*found, *_due(session)))


def private(path: Path, what: str) -> Iterator[Finding]:
    """Is this file its owner's alone, and is the owner the one whose data lie around it?"""
    if not path.exists():
        return
    told, folder = path.stat(), path.parent.stat()
    if told.st_mode & 0o077:
        cause = f"{what}的权限是 {told.st_mode & 0o777:o}，别的用户也能读：请执行 chmod 600"
        yield Finding("key", str(path), cause)
    if told.st_uid != folder.st_uid:
        yield Finding("key", str(path), f"{what}的属主与所在目录的属主不同：请用 chown 改成一致")


def _drafts(key_file: Path) -> Iterator[Finding]:
    for path in sorted(key_file.parent.glob(f"{key_file.name}.*")):
        if path.suffix != ".lock":
            yield Finding("key", str(path), "密钥文件旁边多出的文件，可能含有密钥：确认后删除")


def _place(session: Session, value: SealedValue) -> str:
    """Register, row and field in words: 设备凭据“核心登录”的登录口令."""
    known = {cls.__table__: cls for cls in registers().values()}
    cls = known.get(value.table)
    if cls is None:
        return f"{value.table.name} {'/'.join(map(str, value.row))} {value.column.name}"
    row = session.get(cls, value.row[0])
    labelled = "entry" in value.column.info
    field = field_of(cls, value.column.name).label if labelled else value.column.name
    return f"{cls.title}“{row.label if row else value.row[0]}”的{field}"


def _weak(session: Session, value: SealedValue, text: str, rules: Policy) -> Iterator[Finding]:
    """Of what speaks to devices now; what waits was judged when it was staged."""
    if value.table is not Credential.__table__:
        return
    row = session.get_one(Credential, value.row[0])
    cause = weakness(value.column.name, text, rules, row.user or "")
    if cause and row.retired_at is None and value.column.name in row.secrets:
        yield Finding("weak", _place(session, value), f"{cause}：请更换")


def _due(session: Session) -> Iterator[Finding]:
    rules = policy(session)
    for row in session.scalars(select(Credential).where(Credential.retired_at.is_(None))):
        where, due = f"设备凭据“{row.label}”", row.due_on(rules)
        if due is None:
            yield Finding("due", where, "不知道口令是何时设的：请更换一次")
        elif due < today():
            yield Finding("due", where, f"应于 {due} 更换，已逾期")
    since = datetime.now(UTC) - _STAGED_FOR
    waiting = select(Rotation).where(Rotation.state == "staged", Rotation.started_at < since)
    for change in session.scalars(waiting):
        credential = session.get(register_named("Credential"), change.credential_id)
        name = credential.label if credential else change.credential_id
        yield Finding("due", f"设备凭据“{name}”", "新口令一直没有启用：请启用或放弃")
