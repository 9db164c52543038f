"""The province's templates of configurations (省配置模板, Article 98; duty A11): what the devices
of a family must hold, agreed to by a second person before it counts."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, ClassVar

from sqlalchemy import Index, or_, select
from sqlalchemy.orm import Mapped, Session

from inventory import approval, config_rendering, config_sections
from inventory.approval import Rule, rule
from inventory.centre import CENTRE_TIERS, TIERS
from inventory.config_secret import CAUSE, secret_line
from inventory.config_sections import Wrong
from inventory.register import CentreRegister, FieldError, entry
from inventory.revision import Signable
from inventory.shanghai import today
from inventory.stepping import Step, Stepped, Taken, moving, offer, refused

KIND = "config-template"
FAMILIES: Mapping[str, str] = {
    "vrp": "华为 VRP", "comware": "新华三 Comware", "rgos": "锐捷 RGOS", "ios": "思科 IOS",
    "zxros": "中兴 ZXROS", "frr": "FRR", "nft": "Linux nftables",
}  # fmt: skip
MEANT = {"router": "路由器", "switch": "交换机", "firewall": "防火墙", "server": "服务器"}
STATES: Mapping[str, str] = {
    "draft": "草拟", "asked": "待批准", "approved": "已批准", "refused": "未批准",
    "ended": "已停用",
}  # fmt: skip
_COLOURS = {"asked": "warning", "approved": "ok", "refused": "critical"}
_SAME = ("centre_id", "name", "family", "kind", "tier")


class ConfigTemplate(Stepped, Signable, CentreRegister):
    """One template in one version. It holds for the devices of its family in its unit and all
    units below, from `from_on` until `until_on`; empty `kind` and `tier` mean all of them."""

    __tablename__ = "config_template"
    slug: ClassVar[str] = "config-templates"
    title: ClassVar[str] = "省配置模板"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    topic: ClassVar[str] = "设备"
    articles: ClassVar[tuple[int, ...]] = (25, 98, 117, 118)
    names: ClassVar[tuple[str, ...]] = ("name", "version")
    order: ClassVar[str] = "name"
    page: ClassVar[str] = "registers.show"
    template: ClassVar[str] = "config_template.html"
    afresh: ClassVar[tuple[str, ...]] = ("state", "until_on", "version", "from_on")
    anew: ClassVar[tuple[str, ...]] = ("asked", "approved", "refused")
    over: ClassVar[tuple[str, ...]] = ("ended",)
    also: ClassVar[tuple[tuple[str, str], ...]] = (("compliance.offered", "随附的模板"),)
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        STATES[word]: {"state": word} for word in ("approved", "asked", "draft")
    }
    meanings: ClassVar[tuple[str, ...]] = ("fill", "approve")
    sealed: ClassVar[tuple[str, ...]] = (
        "name", "version", "family", "kind", "tier", "source", "from_on", "body",
    )  # fmt: skip

    name: Mapped[str] = entry("名称", required=True, listed=True, searched=True, longest=80)
    version: Mapped[str] = entry("版本", default="1", listed=True, longest=30)
    family: Mapped[str] = entry("适用系统", "choice", choices=FAMILIES, required=True, listed=True)
    kind: Mapped[str | None] = entry(
        "适用类别", "choice", choices=MEANT, listed=True, help="空着表示各类设备"
    )
    tier: Mapped[str | None] = entry(
        "适用层级", "choice", choices={one: TIERS[one] for one in CENTRE_TIERS}, listed=True,
        help="空着表示各级中心",
    )  # fmt: skip
    state: Mapped[str] = entry(
        "状态", "choice", choices=STATES, default="draft", listed=True, settled=True
    )
    from_on: Mapped[date | None] = entry("启用日期", "day", listed=True, help="空着为批准之日")
    until_on: Mapped[date | None] = entry("停用日期", "day", settled=True)
    source: Mapped[str] = entry(
        "依据", default="", searched=True, longest=200, help="省里的文号，或规范条款"
    )
    proven: Mapped[bool] = entry(
        "经实机验证", "yes", default=False, help="没有在实机上核对过语法的填“否”，页面会注明"
    )
    body: Mapped[str] = entry(
        "模板内容", "note", required=True,
        help="每章一行标题：== 名称 | 必须包含（完全一致、不得出现） | 依据条款 ==；"
        "参数写作 {{ 参数名 }}，* 代表一个词，** 代表一行余下部分",
    )  # fmt: skip
    note: Mapped[str | None] = entry("备注", "note")

    __table_args__ = (
        Index("uq_config_template", "centre_id", "name", "version", unique=True),
        Index("ix_config_template_force", "state", "family"),
    )

    @property
    def headline(self) -> str:
        return f"{self.name} 第 {self.version} 版"

    @property
    def label(self) -> str:
        return self.headline

    @classmethod
    def handed_down(cls, session: Session) -> Mapping[str, str]:
        return {key: f"{one.name} 第 {one.version} 版" for key, one in from_above(session).items()}

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.stood(session)
        try:
            config_sections.check(self.body or "")
            config_rendering.check(self.body or "")
            if line := secret_line(self.family or "", self.body or ""):
                raise Wrong(line, CAUSE)
        except Wrong as wrong:
            yield self.wrong("body", str(wrong))

    def in_force(self, day: date) -> bool:
        begun = self.from_on is None or self.from_on <= day
        return self.state == "approved" and begun and not (self.until_on and self.until_on < day)


def in_force(session: Session, day: date) -> list[ConfigTemplate]:
    """Every template that counts on a day (of Shanghai), by name; of two versions that overlap,
    the one that began last."""
    query = select(ConfigTemplate).where(
        ConfigTemplate.state == "approved", ConfigTemplate.retired_at.is_(None)
    )
    found = [one for one in session.scalars(query) if one.in_force(day)]
    found.sort(key=lambda one: (one.from_on or date.min, one.id))
    last = {tuple(getattr(one, name) for name in _SAME): one for one in found}
    return sorted(last.values(), key=lambda one: (one.name, one.id))


def from_above(session: Session) -> dict[str, Any]:
    """What is in force today of the centres above the session's scope, by id: it binds whoever is
    below, so they may read it. Rows of the table: they can be looked at and not changed."""
    paths = session.info["scope"].paths
    above = {key for path in paths for key in path.split("/")[:-2] if key}
    bare, day = ConfigTemplate.__table__.c, today()
    query = select(*bare).where(
        bare.centre_id.in_(above), bare.state == "approved", bare.retired_at.is_(None),
        or_(bare.from_on.is_(None), bare.from_on <= day),
        or_(bare.until_on.is_(None), bare.until_on >= day),
    )  # fmt: skip
    return {one.id: one for one in session.execute(query.order_by(bare.name, bare.id))}


def _ask(session: Session, one: Any, taken: Taken) -> None:
    approval.ask(session, KIND, one, taken.who, f"启用配置模板 {one.headline}")
    one.state = "asked"


def _end(_session: Session, one: Any, _taken: Taken) -> None:
    one.until_on = one.until_on or today()
    if one.until_on > today():
        raise refused(one, "until_on", "停用不能登记在将来")
    one.state = "ended"


def _approved(session: Session, one: Any) -> None:
    """The version before it ends on the day before this one begins."""
    begins = one.from_on or today()
    query = select(ConfigTemplate).where(
        ConfigTemplate.state == "approved", ConfigTemplate.retired_at.is_(None),
        ConfigTemplate.id != one.id, ConfigTemplate.until_on.is_(None),
        *(getattr(ConfigTemplate, name) == getattr(one, name) for name in _SAME),
    )  # fmt: skip
    older = list(session.scalars(query))
    with moving(session, one, *older):
        one.state = "approved"
        for row in older:
            row.until_on = begins - timedelta(days=1)


def _decided(state: str) -> Any:
    def follow(session: Session, one: Any) -> None:
        with moving(session, one):
            one.state = state

    return follow


rule(
    Rule(
        KIND, "配置模板", "approve", approved=_approved, refused=_decided("refused"),
        withdrawn=_decided("draft"), ask_right="edit",
    )
)  # fmt: skip
offer(
    ConfigTemplate,
    Step(
        "ask", "送批", ("draft", "refused"), _ask,
        help="由另一人批准后生效；批准后的内容只能更正为新的一版，重新送批。",
    ),
    Step(
        "end", "停用模板", ("approved",), _end, asks=("until_on",), danger=True,
        confirm="停用 %(name)s？设备不再按它核对。",
    ),
)  # fmt: skip
