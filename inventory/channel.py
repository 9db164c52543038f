"""Channels: the ways a notice leaves the console, e-mail, a web address, a program (SMS modem)."""

import re
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session

from inventory.centre import Centre
from inventory.contact import EMAIL
from inventory.register import CentreRegister, FieldError, entry
from inventory.secret import Sealed

KINDS = {"email": "电子邮件", "webhook": "网址推送（Webhook）", "command": "程序（如短信猫）"}
SECURITY = {"starttls": "STARTTLS（587）", "tls": "TLS（465）", "none": "不加密（25）"}
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?")
_PROGRAM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


class Channel(CentreRegister):
    """One way out for the people of a centre and of those below it that have none of the kind."""

    __tablename__ = "channel"
    slug: ClassVar[str] = "channels"
    title: ClassVar[str] = "通知渠道"
    topic: ClassVar[str] = "系统"
    names: ClassVar[tuple[str, ...]] = ("name", "centre_id")
    see_act: ClassVar[str] = "health"
    edit_act: ClassVar[str] = "accounts"
    page: ClassVar[str] = "channels.show"

    name: Mapped[str] = entry(
        "名称", required=True, listed=True, searched=True, longest=60, help="例如：县中心邮箱"
    )
    kind: Mapped[str] = entry("方式", "choice", choices=KINDS, required=True, listed=True)
    host: Mapped[str | None] = entry("邮件服务器", listed=True, longest=200, group="电子邮件")
    port: Mapped[int | None] = entry(
        "端口", "whole", low=1, high=65535, group="电子邮件", help="留空按加密方式取常用端口"
    )
    security: Mapped[str] = entry(
        "加密", "choice", choices=SECURITY, default="starttls", group="电子邮件",
        help="证书必须有效；本单位自签的根证书先装入本机的可信证书",
    )  # fmt: skip
    user: Mapped[str | None] = entry("登录名", longest=100, group="电子邮件")
    password: Mapped[Sealed | None] = entry("口令或授权码", "secret", group="电子邮件")
    sender: Mapped[str | None] = entry("发件地址", longest=200, group="电子邮件")
    url: Mapped[str | None] = entry(
        "网址", longest=500, group="网址推送", help="http:// 或 https://；以 JSON 推送，不跟随跳转"
    )
    url_query: Mapped[Sealed | None] = entry(
        "网址参数", "secret", group="网址推送", help="问号后面的部分，例如 access_token=…，加密保存"
    )
    signing: Mapped[Sealed | None] = entry(
        "签名密钥", "secret", group="网址推送",
        help="填写后附上 X-NetOps-Signature: sha256=（HMAC-SHA256，RFC 2104）",
    )  # fmt: skip
    program: Mapped[str | None] = entry(
        "程序名", longest=60, group="程序",
        help="放在数据目录的 notify.d 下；手机号是参数，正文从标准输入读",
    )  # fmt: skip

    def check(self, session: Session) -> Iterator[FieldError]:
        for name in _NEEDS.get(self.kind, ()):
            if not getattr(self, name):
                yield self.wrong(name, f"{KINDS[self.kind]}必须填写")
        for name, wrong, cause in self._shapes():
            if wrong:
                yield self.wrong(name, cause)
        if self.url:
            yield from self._address(self.url)

    def _shapes(self) -> Iterator[tuple[str, bool, str]]:
        """(field, whether it is wrong, why)"""
        yield "host", bool(self.host) and not _HOST.fullmatch(self.host or ""), "不是主机名或地址"
        bad = bool(self.sender) and not EMAIL.fullmatch(self.sender or "")
        yield "sender", bad, "不是邮件地址，应写成 ops@example.gov.cn"
        yield "password", bool(self.user) and not self.password, "有登录名就必须填写口令"
        clear = bool(self.user) and self.security == "none"
        yield "security", clear, "不加密时口令会明文传输：请选 STARTTLS 或 TLS，或不填登录名"
        bad = bool(self.program) and not _PROGRAM.fullmatch(self.program or "")
        yield "program", bad, "只写文件名，不带目录；字母、数字、点、横线、下划线"

    def _address(self, url: str) -> Iterator[FieldError]:
        try:
            told = urlsplit(url)
            known = told.scheme in ("http", "https") and bool(told.hostname) and told.port != 0
        except ValueError:
            known = False
        if not known or not url.isascii() or not url.isprintable() or " " in url:
            yield self.wrong("url", "不是网址，应写成 https://主机/路径")
        elif told.username or told.password:
            yield self.wrong("url", "网址里不能写口令")
        elif told.query or told.fragment:
            yield self.wrong("url", "问号以后的部分请填在“网址参数”里，它会加密保存")


_NEEDS = {"email": ("host", "sender"), "webhook": ("url",), "command": ("program",)}


def channels_for(session: Session, centre_id: str) -> list[Channel]:
    """The living channels of a person of this centre: of each kind those nearest above."""
    path = session.scalar(select(Centre.path).where(Centre.id == centre_id)) or ""
    keys = [key for key in path.split("/") if key]
    query = select(Channel).where(Channel.centre_id.in_(keys), Channel.retired_at.is_(None))
    found = list(session.scalars(query.order_by(Channel.sort_key, Channel.id)))
    nearest = {
        kind: max((keys.index(c.centre_id) for c in found if c.kind == kind), default=-1)
        for kind in KINDS
    }
    return [c for c in found if keys.index(c.centre_id) == nearest[c.kind]]
