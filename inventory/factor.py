"""The second factor: a phone's code or a code of the recovery sheet, each good once."""

from datetime import datetime

from sqlalchemy import BigInteger, String, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory import recovery, totp
from inventory import session as logins
from inventory.db import Base, Observed, points_to
from inventory.person import Person
from inventory.secret import Key
from inventory.securitykey import SecurityKey


class FactorState(Observed, Base):
    """The newest time step somebody's phone was believed for: a code seen over the shoulder is
    worth nothing (RFC 6238 §5.2)."""

    __tablename__ = "factor_state"

    person_id: Mapped[str] = mapped_column(String(26), points_to("person.id"), primary_key=True)
    totp_step: Mapped[int] = mapped_column(BigInteger, default=0)


def enrol(session: Session, person: Person, secret: str, code: str, key: Key, now: datetime) -> str:
    """Believe this phone from now on; "" or why its code does not prove it. The secret is
    recorded only then."""
    told = totp.check(secret, code, now)
    if not told.good:
        return why_not(told)
    person.totp_secret = key.seal(secret)
    state = session.get(FactorState, person.id) or FactorState(person_id=person.id)
    state.totp_step = told.step or 0
    session.add(state)
    return ""


def spend(session: Session, person: Person, code: str, key: Key, now: datetime) -> str:
    """Use up a code of the phone or the sheet; "" or why it does not count.

    `session` must be writable, and inside `attempt.one_at_a_time`.
    """
    if recovery.looks_like_one(code):
        good = recovery.use(session, person.id, code, now)
        return "" if good else "恢复码不对，或已经用过"
    if person.totp_secret is None:
        return "没有绑定动态码"
    state = session.get(FactorState, person.id) or FactorState(person_id=person.id, totp_step=0)
    told = totp.check(key.open(person.totp_secret), code, now, state.totp_step)
    if told.good:
        state.totp_step = told.step or 0
        session.add(state)
    return why_not(told)


def reset(session: Session, person: Person, now: datetime) -> None:
    """Phone, sheet and keys count no more; whoever is logged in must log in again."""
    person.totp_secret = None
    recovery.void(session, person.id)
    session.execute(delete(SecurityKey).where(SecurityKey.person_id == person.id))
    logins.end_all(session, person.id, "factor", now)


def why_not(told: totp.Checked) -> str:
    """In a person's words; "" for a good code."""
    if told.good:
        return ""
    if told.minutes:
        way = "快" if told.minutes > 0 else "慢"
        return (
            f"手机时间比值守台{way}约 {abs(told.minutes)} 分钟：请把手机设为自动对时；"
            "若手机时间是对的，请管理员校准值守台的时钟"
        )
    if told.reused:
        return "这个动态码已经用过，请等下一个（最多 30 秒）"
    return "动态码不对，请看手机上最新的 6 位数字"
