"""How often each credential is used, and for what: counted by the day, once a sweep."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory import audit
from inventory.act import Act
from inventory.columns import UtcDateTime
from inventory.credential import Credential
from inventory.credential_state import CredentialState
from inventory.db import Base, Observed, Scoped, in_turn, points_to
from inventory.shanghai import SHANGHAI

PURPOSES = {
    "poll": "轮询", "login": "每日登录采集", "discover": "发现设备", "walk": "SNMP 遍历",
    "rotate": "试用新口令", "check": "凭据检查", "config": "备份配置", "tables": "读取地址表",
}  # fmt: skip
_COUNTING = 4_100_012  # PostgreSQL advisory lock: two sweeps may begin one day's row at once


class SecretUse(Scoped, Observed, Base):
    """How many devices were spoken to with one credential, by day (of China) and purpose."""

    __tablename__ = "secret_use"

    credential_id: Mapped[str] = mapped_column(points_to("credential.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(10), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)


def count(session: Session, purpose: str, uses: Mapping[str, int], at: datetime) -> None:
    """Add `uses` (credential id → devices); of a credential that is gone nothing is kept."""
    if not uses:
        return
    in_turn(session, _COUNTING)
    day = at.astimezone(SHANGHAI).date()
    rows = session.execute(select(Credential.id, Credential.centre_id))
    homes = {row.id: row.centre_id for row in rows}
    for key in sorted(uses.keys() & homes.keys()):
        known = session.get(SecretUse, (key, day, purpose))
        if known is None:
            known = SecretUse(
                credential_id=key, day=day, purpose=purpose, centre_id=homes[key], count=0
            )
            session.add(known)
        known.count, known.last_at = known.count + uses[key], at
        seen = update(CredentialState).where(CredentialState.credential_id == key)
        session.execute(seen.values(used_at=at))


def opened_by_hand(
    session: Session, act: Act, credentials: Iterable[str], centre_id: str, **what: str
) -> None:
    """A person has secrets opened: one audit row for each credential, in the centre where it is
    used (the credential itself may be a city's). `what` says on what."""
    for key in credentials:
        audit.note(session, act, "Credential", key, centre_id, what)
