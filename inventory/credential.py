"""Credentials: how to speak to devices. Sealed at rest, never shown again, referenced by name."""

from collections.abc import Iterator
from typing import ClassVar

from sqlalchemy.orm import Mapped, Session

from inventory.register import CentreRegister, FieldError, entry
from inventory.secret import Sealed

KINDS = {"v2c": "SNMP v2c（团体名明文传输）", "v3": "SNMP v3", "ssh": "SSH / Telnet 登录"}
AUTH = {name: name for name in ("SHA-512", "SHA-384", "SHA-256", "SHA-224", "SHA", "MD5")}
PRIV = {
    "AES-256": "AES-256", "AES-256-C": "AES-256（Cisco 扩展）", "AES-192": "AES-192",
    "AES": "AES-128", "DES": "DES（旧设备）",
}  # fmt: skip


class Credential(CentreRegister):
    """One way in: an SNMP community, an SNMPv3 user, or a command-line login."""

    __tablename__ = "credential"
    slug: ClassVar[str] = "credentials"
    title: ClassVar[str] = "设备凭据"
    names: ClassVar[tuple[str, ...]] = ("name", "centre_id")
    edit_act: ClassVar[str] = "administer"

    name: Mapped[str] = entry(
        "名称", required=True, listed=True, searched=True, longest=60,
        help="例如：全县交换机只读；设备表里按这个名称引用",
    )  # fmt: skip
    kind: Mapped[str] = entry("种类", "choice", choices=KINDS, required=True, listed=True)
    community: Mapped[Sealed | None] = entry("团体名", "secret", group="SNMP v2c")
    user: Mapped[str | None] = entry("用户名", listed=True, longest=60)
    auth_protocol: Mapped[str | None] = entry("认证算法", "choice", choices=AUTH, group="SNMP v3")
    auth_secret: Mapped[Sealed | None] = entry("认证口令", "secret", group="SNMP v3")
    priv_protocol: Mapped[str | None] = entry("加密算法", "choice", choices=PRIV, group="SNMP v3")
    priv_secret: Mapped[Sealed | None] = entry("加密口令", "secret", group="SNMP v3")
    password: Mapped[Sealed | None] = entry("登录口令", "secret", group="SSH / Telnet")
    enable: Mapped[Sealed | None] = entry("特权口令", "secret", group="SSH / Telnet")
    note: Mapped[str | None] = entry("备注", "note")

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


_NEEDS = {"v2c": ("community",), "v3": ("user",), "ssh": ("user", "password")}
