"""Credentials: how to speak to devices. Sealed at rest, never shown again, referenced by name."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar

from sqlalchemy import inspect
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from inventory.columns import UtcDateTime
from inventory.credential_state import CredentialState
from inventory.policy import Policy, policy
from inventory.register import CentreRegister, FieldError, entry, field_of
from inventory.secret import Sealed
from inventory.shanghai import SHANGHAI
from inventory.strength import weakness

KINDS = {
    "v2c": "SNMP v2c（团体名明文传输）", "v3": "SNMP v3", "ssh": "SSH / Telnet 登录",
    "db": "数据库登录",
}  # fmt: skip
AUTH = {name: name for name in ("SHA-512", "SHA-384", "SHA-256", "SHA-224", "SHA", "MD5")}
PRIV = {
    "AES-256": "AES-256", "AES-256-C": "AES-256（Cisco 扩展）", "AES-192": "AES-192",
    "AES": "AES-128", "DES": "DES（旧设备）",
}  # fmt: skip
SECRETS: Mapping[str, tuple[str, ...]] = {
    "v2c": ("community",), "v3": ("auth_secret", "priv_secret"), "ssh": ("password", "enable"),
    "db": ("password",),
}  # fmt: skip


class Credential(CentreRegister):
    """One way in: an SNMP community, an SNMPv3 user, a command-line or a database login."""

    __tablename__ = "credential"
    slug: ClassVar[str] = "credentials"
    title: ClassVar[str] = "设备凭据"
    topic: ClassVar[str] = "系统"
    articles: ClassVar[tuple[int, ...]] = (25, 98, 118)
    names: ClassVar[tuple[str, ...]] = ("name", "centre_id")
    observed = CredentialState
    page: ClassVar[str] = "credentials.show"
    see_act: ClassVar[str] = "credentials"
    confidential: ClassVar[bool] = True
    edit_act: ClassVar[str] = "credentials"

    name: Mapped[str] = entry(
        "名称", required=True, listed=True, searched=True, longest=60,
        help="例如：全县交换机只读；设备表里按这个名称引用",
    )  # fmt: skip
    kind: Mapped[str] = entry("种类", "choice", choices=KINDS, required=True, listed=True)
    community: Mapped[Sealed | None] = entry("团体名", "secret", group="SNMP v2c")
    user: Mapped[str | None] = entry("用户名", listed=True, longest=60)
    days: Mapped[int | None] = entry(
        "更换周期", "whole", unit="天", low=1, high=3650, help="空着按安全策略"
    )
    auth_protocol: Mapped[str | None] = entry("认证算法", "choice", choices=AUTH, group="SNMP v3")
    auth_secret: Mapped[Sealed | None] = entry("认证口令", "secret", group="SNMP v3")
    priv_protocol: Mapped[str | None] = entry("加密算法", "choice", choices=PRIV, group="SNMP v3")
    priv_secret: Mapped[Sealed | None] = entry("加密口令", "secret", group="SNMP v3")
    password: Mapped[Sealed | None] = entry("登录口令", "secret", group="登录")
    enable: Mapped[Sealed | None] = entry(
        "特权口令", "secret", group="登录", help="只用于 SSH / Telnet"
    )
    note: Mapped[str | None] = entry("备注", "note")
    set_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when its secrets were last set

    @property
    def unsafe(self) -> tuple[str, ...]:
        """What is weak about its secrets, and whether they should have been changed."""
        state = self._told()
        weak = state.weak if state else {}
        told = [f"{field_of(Credential, name).label}{cause}" for name, cause in weak.items()]
        if state and state.due_on and state.due_on < today():
            told.append(f"应于 {state.due_on} 更换，已逾期")
        return tuple(told)

    @property
    def secrets(self) -> dict[str, Sealed]:
        """The secrets it holds, by the names of the fields its kind uses."""
        told = ((name, getattr(self, name)) for name in SECRETS[self.kind])
        return {name: sealed for name, sealed in told if sealed}

    def due_on(self, rules: Policy) -> date | None:
        """The day by which its secrets must be changed; None when nobody knows how old they are."""
        if self.set_at is None:
            return None
        days = self.days or rules.secret_days
        return self.set_at.astimezone(SHANGHAI).date() + timedelta(days=days)

    def check(self, session: Session) -> Iterator[FieldError]:
        for name in _NEEDS.get(self.kind, ()):
            if not getattr(self, name):
                yield self.wrong(name, f"{KINDS[self.kind]} 必须填写")
        if self.priv_protocol and not self.auth_protocol:
            yield self.wrong("auth_protocol", "有加密就必须有认证（RFC 3414）")
        for protocol, secret in (
            ("auth_protocol", "auth_secret"),
            ("priv_protocol", "priv_secret"),
        ):
            if self.kind == "v3" and getattr(self, protocol) and not getattr(self, secret):
                yield self.wrong(secret, "选了算法就必须填写口令")

    def prepare(self, session: Session) -> None:
        """A changed secret is a new one: its time begins again."""
        super().prepare(session)
        state = inspect(self)
        told = (name for names in SECRETS.values() for name in names)
        if any(state.attrs[name].history.has_changes() for name in told):
            self.set_at = datetime.now(UTC)
        seen = self._seen(session)
        seen.due_on, seen.centre_id = self.due_on(policy(session)), self.centre_id

    def weigh(self, session: Session, typed: Mapping[str, str]) -> None:
        """What the devices have now is registered even when it is weak, with a warning."""
        rules, seen = policy(session), self._seen(session)
        judged = {
            name: weakness(name, text, rules, self.user or "") for name, text in typed.items()
        }
        kept = {name: cause for name, cause in seen.weak.items() if name not in judged}
        seen.weak = kept | {name: cause for name, cause in judged.items() if cause}

    def _seen(self, session: Session) -> CredentialState:
        new = (row for row in session.new if isinstance(row, CredentialState))
        found = next((row for row in new if row.credential_id == self.id), None)
        found = found or session.get(CredentialState, self.id)
        if found is None:
            found = CredentialState(credential_id=self.id, centre_id=self.centre_id, weak={})
            session.add(found)
        return found

    def _told(self) -> CredentialState | None:
        session = object_session(self)
        return session.get(CredentialState, self.id) if session else None


def today() -> date:
    """The day it is in China."""
    return datetime.now(SHANGHAI).date()


_NEEDS = {
    "v2c": ("community",), "v3": ("user",), "ssh": ("user", "password"), "db": ("user", "password"),
}  # fmt: skip
