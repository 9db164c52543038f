"""The home's security policy, version by version: drafted by one person, agreed to by another.

Defaults follow Article 118 (passwords), GB/T 22239 (lock-out, time-outs) and the six months that
the Cybersecurity Law asks logs to be kept, which is up to 184 days.
"""

from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from ipaddress import ip_address, ip_network
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index, Select, inspect, select
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from inventory import cell
from inventory.act import Act
from inventory.columns import UtcDateTime
from inventory.home import HomeFact
from inventory.register import CentreRegister, FieldError, entry, fields
from inventory.revision import Signable
from inventory.shanghai import SHANGHAI

SIX_MONTHS = 184  # days: the longest six months there are


class Policy(Signable, CentreRegister):
    """One version of how strict this console is; the newest agreed one is in force."""

    __tablename__ = "policy"
    slug: ClassVar[str] = "policy"
    title: ClassVar[str] = "安全策略"
    topic: ClassVar[str] = "系统"
    names: ClassVar[tuple[str, ...]] = ("name",)
    see_act: ClassVar[str] = "people"
    edit_act: ClassVar[str] = "policy"
    order: ClassVar[str] = "name"

    name: Mapped[str] = entry(
        "版本", required=True, listed=True, longest=40, help="例如：2026 年 11 月修订"
    )
    in_force_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    small_centre: Mapped[bool] = entry(
        "小中心模式", "yes", default=False, listed=True, group="三员分立",
        help="两三个人的中心：三个管理员仍须是三个人，但可以兼任业务岗位",
    )  # fmt: skip
    small_reason: Mapped[str | None] = entry("理由", "note", group="三员分立")
    small_until: Mapped[date | None] = entry(
        "截止日期", "day", group="三员分立", help="预计市中心代管或人员配齐的日期"
    )
    password_length: Mapped[int] = entry(
        "口令最短位数",
        "whole",
        default=12,
        low=9,
        high=64,
        group="口令",
        help="第 118 条：大于 8 位",
    )
    password_classes: Mapped[int] = entry(
        "字符种类", "whole", default=3, low=3, high=4, group="口令",
        help="数字、小写、大写、符号至少几种",
    )  # fmt: skip
    password_days: Mapped[int] = entry(
        "口令有效期", "whole", default=90, low=1, high=365, unit="天", group="口令"
    )
    password_history: Mapped[int] = entry(
        "不得重复最近", "whole", default=5, low=0, high=24, unit="次", group="口令"
    )
    lock_failures: Mapped[int] = entry(
        "连续失败锁定", "whole", default=5, low=3, high=20, unit="次", group="登录"
    )
    lock_minutes: Mapped[int] = entry(
        "锁定时间", "whole", default=15, low=1, high=1440, unit="分钟", group="登录"
    )
    address_failures: Mapped[int] = entry(
        "同一地址失败限制", "whole", default=20, low=5, high=1000, unit="次", group="登录"
    )
    idle_minutes: Mapped[int] = entry(
        "无操作退出", "whole", default=15, low=1, high=480, unit="分钟", group="登录"
    )
    absolute_hours: Mapped[int] = entry(
        "最长登录", "whole", default=8, low=1, high=24, unit="小时", group="登录"
    )
    totp_required: Mapped[bool] = entry("管理人员须用动态码", "yes", default=True, group="登录")
    totp_deferred_until: Mapped[date | None] = entry(
        "动态码暂缓至", "day", group="登录", help="只在小中心模式下有效"
    )
    admin_addresses: Mapped[str | None] = entry(
        "管理权限可用地址", group="登录", help="如 10.41.0.0/24，多个用逗号分开；空着不限"
    )
    kept_days: Mapped[int] = entry(
        "日志保存", "whole", default=400, low=SIX_MONTHS, high=36500, unit="天", group="期限",
        help="不少于六个月（184 天）；审计记录永久保存",
    )  # fmt: skip
    secret_days: Mapped[int] = entry(
        "设备口令更换周期", "whole", default=90, low=1, high=3650, unit="天", group="期限"
    )
    undertaking_days: Mapped[int] = entry(
        "承诺书重签周期", "whole", default=365, low=30, high=3650, unit="天", group="期限"
    )
    export_consent: Mapped[bool] = entry(
        "敏感台账导出须批准", "yes", default=True, group="期限",
        help="第 117、122 条：地址、凭据、配置等台账导出前须分管领导批准",
    )  # fmt: skip
    review_hours: Mapped[int] = entry(
        "应急操作复核期限", "whole", default=24, low=1, high=24, unit="小时", group="期限"
    )

    __table_args__ = (
        Index("uq_policy_name", "name", unique=True),
        CheckConstraint(f"kept_days >= {SIX_MONTHS}", name="six_months"),
        CheckConstraint("password_length > 8", name="article_118"),
    )

    def check(self, session: Session) -> Iterator[FieldError]:
        if self.in_force_at and self._changed():
            yield self.wrong("name", "这一版已经生效：请照它拟一个新版本，复核后替换它")
        home = session.get(HomeFact, "centre")
        if home is not None and self.centre_id != home.value:
            yield self.wrong("centre_id", "安全策略管整个值守台，只能属于启用它的中心")
        if self.small_centre and not self.small_reason:
            yield self.wrong("small_reason", "小中心模式必须写明理由")
        if self.totp_deferred_until and not self.small_centre:
            yield self.wrong("totp_deferred_until", "只有小中心模式可以暂缓")
        if not self.totp_required and not self.small_centre:
            yield self.wrong("totp_required", "只有小中心模式可以不要求")
        if not self.export_consent and not self.small_centre:
            yield self.wrong("export_consent", "只有小中心模式可以不要求")
        yield from self._misplaced(session)

    def small(self, today: date) -> bool:
        """Is the small-centre mode in force? It ends by itself after its last day."""
        return self.small_centre and (self.small_until is None or today <= self.small_until)

    def _misplaced(self, session: Session) -> Iterator[FieldError]:
        """Addresses that are none, or that would shut out whoever drafts this."""
        told = [text for text in self.networks if not _is_network(text)]
        for text in told:
            yield self.wrong("admin_addresses", f"“{text}”不是地址段，应写成 10.41.0.0/24")
        if not told and (here := self._outside(session)):
            cause = f"您现在的地址 {here} 不在其中，生效后您自己也改不回来"
            yield self.wrong("admin_addresses", cause)

    def _outside(self, session: Session) -> str:
        """Where whoever drafts this sits, if nobody could administer from there any more."""
        act: Act | None = session.info.get("act")
        way, _, address = (act.origin if act else "").partition(" ")
        drafted = way == "page" and not self.in_force_at and not self.retired_at
        return address if drafted and address and not self.near(address) else ""

    def near(self, address: str) -> bool:
        """Is this an address that administrators may work from? Without a list, any is."""
        if not self.networks:
            return True
        try:
            here = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        return any(here in ip_network(text, strict=False) for text in self.networks)

    def _changed(self) -> bool:
        """An agreed version stays as two people saw it."""
        state = inspect(self)
        was = state.attrs.in_force_at.history.deleted
        changed = any(state.attrs[f.name].history.has_changes() for f in fields(type(self)))
        return state.persistent and not (was and was[0] is None) and changed

    @property
    def headline(self) -> str:
        """With what it changes: that is what the second person is asked about."""
        session = object_session(self)
        changes = differences(self, policy(session)) if session else []
        told = "，".join(
            f"{label} {before or '空'}→{after or '空'}" for label, before, after in changes
        )
        return f"{self.name}：{told or '与现行的一样'}"

    @property
    def stage(self) -> tuple[str, str]:
        """How far this version is, as a state's colour and its word."""
        if self.in_force_at is None:
            return ("unknown", "已作废") if self.retired_at else ("warning", "待复核")
        return "info", "已批准"

    @property
    def networks(self) -> tuple[str, ...]:
        """The address ranges that administrators may come from, as text; () = any."""
        texts = (self.admin_addresses or "").replace("，", ",").split(",")
        return tuple(text.strip() for text in texts if text.strip())


def open_to_any_address(session: Session, now: datetime) -> Policy | None:
    """The policy in force once more, without its list of addresses: for the box's root, when that
    list shuts every administrator out. None when there is no list."""
    ruling = policy(session)
    if not ruling.networks:
        return None
    rules = {f.name: getattr(ruling, f.name) for f in fields(Policy)}
    name = f"服务器上取消管理地址 {now.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    row = Policy(**rules | {"admin_addresses": None, "name": name, "in_force_at": now})
    session.add(row)
    return row


def _is_network(text: str) -> bool:
    try:
        return bool(ip_network(text, strict=False))
    except ValueError:
        return False


def differences(row: Policy, other: Policy) -> list[tuple[str, str, str]]:
    """(label, in `other`, in `row`) of every rule in which two versions differ."""
    told = (field for field in fields(Policy) if field.name not in ("name", "centre_id"))
    pairs = ((f, getattr(other, f.name), getattr(row, f.name)) for f in told)
    return [
        (field.label, cell.write(field, before, {}), cell.write(field, after, {}))
        for field, before, after in pairs
        if (before or None) != (after or None)
    ]


def policy(session: Session) -> Policy:
    """The policy in force, whatever the session's scope; the defaults while none was agreed on.

    A copy outside the session: it is read, never written.
    """
    found = session.connection().execute(_newest()).mappings().first()
    return Policy(**found) if found else Policy(centre_id="", name="默认")


@cache
def _newest() -> Select[Any]:
    """Made once: every page asks it."""
    table = Policy.__table__
    agreed = select(table).where(table.c.in_force_at.is_not(None))
    return agreed.order_by(table.c.in_force_at.desc()).limit(1)
