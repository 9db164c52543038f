"""What each role may do, and the one question everything asks: `can(person, act, thing)`.

Three administrators are kept apart (三员分立, GB/T 22239): who makes accounts gives no rights, who
gives rights makes no accounts, and both are watched by a third who can change nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from typing import Any

from sqlalchemy.orm import object_session

from inventory.act import Act, Scope
from inventory.centre import Centre

RIGHTS: Mapping[str, str] = {
    "view": "查看监测和台账",
    "record": "填写台账和日志",
    "edit": "修改设备和网络登记",
    "operate": "操作设备（立即轮询、发现）",
    "export": "导出",
    "approve": "审批",
    "sign": "审阅签字",
    "credentials": "管理设备凭据",
    "health": "查看值守台运行情况",
    "people": "查看账号和授权",
    "accounts": "建立和停用账号",
    "grants": "授予角色",
    "policy": "制定安全策略",
    "trail": "查看审计记录",
    "second": "复核授权和策略",
    "review": "事后复核应急授权",
    "emergency": "启用应急授权（须两人）",
    "setup": "完成启用设置",
}
_ADMINISTERS = frozenset(("accounts", "grants", "policy", "trail", "edit", "credentials"))

ROLES: Mapping[str, str] = {
    "network_admin": "网络管理员",
    "technician": "信息技术员",
    "leader": "分管领导",
    "manager": "中心主任",
    "auditor": "信息审计员",
    "system_admin": "系统管理员",
    "security_admin": "安全管理员",
    "audit_admin": "审计管理员",
    "founder": "启用人（设置完成即撤销）",
}
SEPARATED = ("system_admin", "security_admin", "audit_admin")
GIVEN = {role: label for role, label in ROLES.items() if role != "founder"}
HANDS_ON = ("network_admin", "technician")  # the jobs at the devices
DELEGATED = ("leader", "manager")  # what an absent person may hand to another for some days

MAY: Mapping[str, frozenset[str]] = {
    role: frozenset(rights.split())
    for role, rights in {
        "network_admin": "view record edit operate export credentials health emergency",
        "technician": "view record export health emergency",
        "leader": "view export approve sign second review health emergency",
        "manager": "view record export approve sign second review health emergency",
        "auditor": "view people export trail health",
        "system_admin": "people accounts export second review health emergency",
        "security_admin": "people grants policy export second review emergency",
        "audit_admin": "people trail export review",
        "founder": "setup",
    }.items()
}


@dataclass(frozen=True, slots=True)
class Held:
    """One role a person holds now, over one subtree; `on_behalf` names who is away (`away_id`),
    `until` is when a break-glass grant lapses."""

    role: str
    path: str
    on_behalf: str = ""
    away_id: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A person as the rest of the console meets one: identity, roles and reach, frozen.

    `rights` narrow the reach to where all of them are held; pages name what they need.
    """

    id: str
    name: str
    login: str
    centre_id: str
    language: str
    must_change: bool
    held: tuple[Held, ...]
    rights: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()  # rights that do not count where the person is now

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(sorted({held.role for held in self.held}))

    @property
    def scope(self) -> Scope:
        reaches = [self.reach(right).paths for right in self.rights or ("",)]
        return Scope(tuple(sorted(reduce(_meet, reaches))))

    @property
    def administers(self) -> bool:
        """Holds a right that asks for two factors."""
        return any(MAY[held.role] & _ADMINISTERS for held in self.held)

    def has(self, held: Held, right: str) -> bool:
        """Does this role give the right, here and now? "" is a role of any kind."""
        return not right or (right in MAY[held.role] and right not in self.without)

    def reach(self, right: str = "") -> Scope:
        """Where the person holds `right`; with "", where any role is held."""
        held = (one for one in self.held if self.has(one, right))
        return Scope(tuple(sorted({one.path for one in held})))

    def narrowed(self, right: str) -> "Standing":
        """The same person, reaching only where `right` is held, too."""
        return replace(self, rights=tuple(dict.fromkeys((*self.rights, right))))

    @property
    def whole(self) -> "Standing":
        """The same person before any page narrowed the reach."""
        return replace(self, rights=()) if self.rights else self

    @property
    def own(self) -> "Standing":
        """The same person without what others, who are away, have lent."""
        return replace(self, held=tuple(held for held in self.held if not held.away_id))

    def stands_in(self, right: str) -> Iterator[tuple[str, Scope, Scope]]:
        """For whom the person acts with `right` there (`deputises`): that one's id, the subtree
        lent, and the subtrees where it is another or nobody."""
        elsewhere = self.own.reach(right).paths
        for one in self.held:
            if one.away_id and self.has(one, right):
                yield one.away_id, Scope((one.path,)), Scope(elsewhere)
                elsewhere = (*elsewhere, one.path)

    def on_behalf(self, right: str, path: str) -> str:
        """For whom the person acts with `right` at this place; "" for oneself."""
        lent = self._lent(right, path)
        return lent.on_behalf if lent else ""

    def deputises(self, right: str, path: str) -> str:
        """The id of the one behind `on_behalf`, "" for oneself."""
        lent = self._lent(right, path)
        return lent.away_id if lent else ""

    def _lent(self, right: str, path: str) -> Held | None:
        """The delegated role that alone gives `right` there; None when an own one does."""
        given = [one for one in self.held if self.has(one, right) and path.startswith(one.path)]
        lent = [one for one in given if one.on_behalf]
        return lent[0] if lent and len(lent) == len(given) else None

    def act(self, what: str, origin: str, reason: str = "") -> Act:
        return Act(what, self.id, self.name, "、".join(self.roles), origin, self.scope, reason)


def can(person: Standing, act: str, thing: Any = None) -> bool:
    """May this person do `act` (a key of RIGHTS; "" is a role of any kind), and to this thing?

    `thing` is a centre, a row that belongs to one (still in its session), or a centre's path:
    the right must be held over that place. Without a thing: anywhere at all.
    """
    place = path_of(thing)
    return any(
        person.has(held, act) and (place is None or place.startswith(held.path))
        for held in person.held
    )


def path_of(thing: Any) -> str | None:
    """The centre path a thing hangs below; None for None. LookupError when it is nowhere."""
    if thing is None or isinstance(thing, str):
        return thing
    centre = thing if isinstance(thing, Centre) else _centre(thing)
    if centre is None:
        raise LookupError(f"{type(thing).__name__} is not in a session, or has no centre")
    return str(centre.path)


def _meet(ours: Iterable[str], theirs: Iterable[str]) -> tuple[str, ...]:
    """The subtrees that lie below both."""
    pairs = ((one, other) for one in ours for other in theirs)
    inner = {
        max(pair, key=len)
        for pair in pairs
        if pair[0].startswith(pair[1]) or pair[1].startswith(pair[0])
    }
    return tuple(inner)


def _centre(thing: Any) -> Centre | None:
    session = object_session(thing)
    return session.get(Centre, thing.centre_id) if session is not None else None
