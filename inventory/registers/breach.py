"""Breaches of what everybody has undertaken: secrecy, and the use of the network (Articles 38,
111–115 and 123; duty F5)."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from sqlalchemy.orm import Mapped, Session

from inventory.register import CentreRegister, FieldError, entry

KINDS = {
    "leak": "泄露系统或网络情况", "site": "擅自建立网站、站点", "unrelated": "上班时间从事无关操作",
    "outsider": "带外人上网或代发信息", "publish": "未经审查发布信息",
    "damage": "改写或破坏服务器信息",
    "virus": "传播病毒、攻击网络", "content": "发布或查阅违禁内容", "other": "其他",
}  # fmt: skip


class Breach(CentreRegister):
    """One breach: what was done, who looked into it, and what followed."""

    __tablename__ = "breach"
    slug: ClassVar[str] = "breaches"
    title: ClassVar[str] = "违规记录"
    topic: ClassVar[str] = "软件与安全"
    articles: ClassVar[tuple[int, ...]] = (38, 111, 112, 113, 114, 115, 123)
    names: ClassVar[tuple[str, ...]] = ("subject", "happened_on", "centre_id")
    order: ClassVar[str] = "happened_on"
    falling: ClassVar[bool] = True
    edit_act: ClassVar[str] = "record"
    paper: ClassVar[str] = "违规处理单"

    subject: Mapped[str] = entry("情况摘要", required=True, listed=True, searched=True)
    kind: Mapped[str] = entry("类别", "choice", choices=KINDS, required=True, listed=True)
    happened_on: Mapped[date] = entry("发生日期", "day", required=True, listed=True)
    staff_id: Mapped[str | None] = entry("责任人", "ref", refers="Staff", listed=True)
    found_by: Mapped[str | None] = entry("发现人或途径", searched=True, longest=120)
    details: Mapped[str | None] = entry("经过", "note", searched=True)
    handled: Mapped[str | None] = entry("处理结果", "note", searched=True)
    handled_on: Mapped[date | None] = entry("处理日期", "day", listed=True)
    handler_id: Mapped[str | None] = entry("处理人", "ref", refers="Staff")

    @property
    def stage(self) -> tuple[str, str]:
        return ("ok", "已处理") if self.handled_on else ("warning", "待处理")

    def check(self, session: Session) -> Iterator[FieldError]:
        if self.handled_on is not None and not (self.handled or "").strip():
            yield self.wrong("handled", "已处理的要写明处理结果")
        if self.handled_on is not None and self.happened_on > self.handled_on:
            yield self.wrong("handled_on", "早于发生日期")
