"""Deviations from a template that somebody has allowed for a time (豁免, duty A11): a reason, an
approver, and the day it ends."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import Index, inspect, select
from sqlalchemy.orm import Mapped, Session

from inventory import approval
from inventory.approval import Rule, rule
from inventory.config_secret import CAUSE, secret_line
from inventory.config_template import ConfigTemplate, from_above
from inventory.register import CentreRegister, FieldError, entry
from inventory.revision import Signable
from inventory.shanghai import today
from inventory.stepping import Step, Stepped, Taken, moving, offer

KIND = "config-exception"
STATES: Mapping[str, str] = {
    "draft": "草拟", "asked": "待批准", "approved": "已批准", "refused": "未批准",
    "ended": "已收回",
}  # fmt: skip
_COLOURS = {"asked": "warning", "approved": "ok", "refused": "critical"}
AHEAD = 14  # days before its end it is told of


class ConfigException(Stepped, Signable, CentreRegister):
    """One exception: of one device, or (without one) of every device of the unit and below; from a
    whole section of a template, or from one line of it. It holds for later versions as well."""

    __tablename__ = "config_exception"
    slug: ClassVar[str] = "config-exceptions"
    title: ClassVar[str] = "配置豁免"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    topic: ClassVar[str] = "设备"
    articles: ClassVar[tuple[int, ...]] = (98,)
    names: ClassVar[tuple[str, ...]] = ("section", "device_id", "template_id")
    order: ClassVar[str] = "until_on"
    anew: ClassVar[tuple[str, ...]] = ("asked", "approved", "refused")
    over: ClassVar[tuple[str, ...]] = ("ended",)
    afresh: ClassVar[tuple[str, ...]] = ("state", "until_on")
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        STATES[word]: {"state": word} for word in ("approved", "asked")
    }
    meanings: ClassVar[tuple[str, ...]] = ("fill", "approve")
    sealed: ClassVar[tuple[str, ...]] = (
        "template_id", "section", "line", "device_id", "reason", "until_on",
    )  # fmt: skip

    template_id: Mapped[str] = entry(
        "模板", "ref", refers="ConfigTemplate", required=True, listed=True
    )
    section: Mapped[str] = entry("章节", required=True, listed=True, searched=True, longest=120)
    line: Mapped[str] = entry(
        "只豁免这一行", default="", listed=True, searched=True, longest=300,
        help="空着表示整章；* 代表一个词，** 代表一行余下部分",
    )  # fmt: skip
    device_id: Mapped[str | None] = entry(
        "设备", "ref", refers="Device", listed=True, help="空着表示本单位和下级的所有设备"
    )
    reason: Mapped[str] = entry("理由", "note", required=True, searched=True)
    until_on: Mapped[date] = entry("到期日期", "day", required=True, listed=True)
    state: Mapped[str] = entry(
        "状态", "choice", choices=STATES, default="draft", listed=True, settled=True
    )

    __table_args__ = (Index("ix_config_exception_state", "state", "until_on"),)

    @property
    def headline(self) -> str:
        return f"{self.section}{f'：{self.line}' if self.line else ''}"

    @property
    def stage(self) -> tuple[str, str]:
        if self.state == "approved" and self.until_on < today():
            return "critical", "已到期"
        return super().stage

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.stood(session)
        fresh = not inspect(self).persistent or inspect(self).attrs.until_on.history.has_changes()
        if fresh and self.until_on is not None and self.until_on < today():
            yield self.wrong("until_on", "不能早于今天")
        told = _template(session, self.template_id) if self.template_id else None
        if told is not None and self.section not in _heads(told.body):
            named = "、".join(_heads(told.body))
            yield self.wrong("section", f"模板里没有这一章，有：{named}")
        if secret_line(told.family if told else "", self.line or ""):
            yield self.wrong("line", CAUSE)


def _template(session: Session, key: str) -> Any:
    """Of the person's own units, or one from above; None for any other."""
    return session.get(ConfigTemplate, key) or from_above(session).get(key)


def standing(session: Session, day: date) -> list[tuple[ConfigException, str]]:
    """The exceptions that count on a day, each with the name of its template."""
    query = (
        select(ConfigException, ConfigTemplate.name)
        .join(ConfigTemplate, ConfigTemplate.id == ConfigException.template_id)
        .where(
            ConfigException.state == "approved", ConfigException.retired_at.is_(None),
            ConfigException.until_on >= day,
        )
        .order_by(ConfigException.id)
    )  # fmt: skip
    return [(one, name) for one, name in session.execute(query)]


def _heads(body: str) -> list[str]:
    """The section names of a template, as `inventory.config_sections` writes them."""
    heads = (line.strip() for line in body.splitlines() if line.strip().startswith("=="))
    return [head.strip("= ").replace("｜", "|").split("|")[0].strip() for head in heads]


def _ask(session: Session, one: Any, taken: Taken) -> None:
    approval.ask(session, KIND, one, taken.who, one.reason)
    one.state = "asked"


def _end(_session: Session, one: Any, _taken: Taken) -> None:
    one.state = "ended"


def _decided(state: str) -> Any:
    def follow(session: Session, one: Any) -> None:
        with moving(session, one):
            one.state = state

    return follow


rule(
    Rule(
        KIND, "配置豁免", "approve", approved=_decided("approved"), refused=_decided("refused"),
        withdrawn=_decided("draft"), ask_right="edit",
    )
)  # fmt: skip
offer(
    ConfigException,
    Step("ask", "送批", ("draft", "refused"), _ask, help="由另一人批准后，到期前不计为偏离。"),
    Step(
        "end", "收回豁免", ("approved",), _end, danger=True,
        confirm="收回 %(name)s？有关配置重新计为偏离。",
    ),
)  # fmt: skip
