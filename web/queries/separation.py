"""What a set of people could do with the roles they are given, said in sentences."""

from collections.abc import Iterator

from flask_babel import gettext as _

from inventory.role import GIVEN, HANDS_ON, MAY, ROLES, SEPARATED
from inventory.setup import NEEDED, Member, Setup

Sentence = tuple[str, str]  # a state of web.states, and the text


def said(setup: Setup) -> list[Sentence]:
    """The sentences beside the form, the most pressing first."""
    told = [*_missing(setup), *_both(setup), *_seconds(setup), *_small(setup), *_count(setup)]
    order = ("critical", "warning", "info", "ok")
    return sorted(told, key=lambda sentence: order.index(sentence[0]))


def _missing(setup: Setup) -> Iterator[Sentence]:
    lacking = [_(ROLES[role]) for role in NEEDED if not setup.holders(role)]
    if lacking:
        yield "warning", _("还没有：%(roles)s", roles="、".join(lacking))
    else:
        yield "ok", _("必需的六种角色都有人。")


def _both(setup: Setup) -> Iterator[Sentence]:
    for one in setup.members:
        seats = [role for role in SEPARATED if role in one.roles]
        jobs = [role for role in HANDS_ON if role in one.roles]
        if len(seats) > 1:
            roles = "、".join(_(ROLES[role]) for role in seats)
            words = {"name": one.name, "roles": roles}
            yield "critical", _("%(name)s不能同时是%(roles)s：三员分立。", **words)
        elif seats and jobs:
            roles = "、".join(_(ROLES[role]) for role in (*seats, *jobs))
            words = {"name": one.name, "roles": roles}
            yield (
                ("info", _("%(name)s兼任%(roles)s：小中心模式允许，每一步都有审计记录。", **words))
                if setup.small
                else ("critical", _("%(name)s兼任%(roles)s：只有小中心模式允许。", **words))
            )


def _seconds(setup: Setup) -> Iterator[Sentence]:
    """Grants and policy take two people: is there always another one?"""
    seconds = [one.name for one in setup.members if _may(one, "second")]
    if len(seconds) < 2:
        yield "warning", _("授权和策略须两人经手，现在能复核的不足两人。")
    else:
        yield "ok", _("授权和策略由两人经手：%(names)s都可以复核。", names="、".join(seconds))
        yield from _left_alone(setup)
    if len([one for one in setup.members if _may(one, "emergency")]) > 1:
        yield "info", _("缺一个管理员时：两人可以一起启用应急授权，最长 8 小时，事后复核。")


def _left_alone(setup: Setup) -> Iterator[Sentence]:
    """Nobody agrees to what is given to oneself: whoever grants and whom it is for do not count."""
    alone = [one.name for one in setup.members if not _third(setup, one)]
    if alone and any(_may(one, "grants") for one in setup.members):
        told = _(
            "以后给%(names)s的授权没有别人能复核：请再让一人担任分管领导或中心主任。",
            names="、".join(alone),
        )
        yield "warning", told


def _third(setup: Setup, whom: Member) -> bool:
    """Is there somebody to grant to this person, and another one to agree?"""
    return any(
        _may(giver, "grants") and _may(second, "second") and second not in (giver, whom)
        for giver in setup.members
        for second in setup.members
    )


def _small(setup: Setup) -> Iterator[Sentence]:
    own = [one for one in setup.members if not one.employer]
    away = [one for one in setup.members if one.employer]
    if 0 < len(own) < 3 and not away:
        yield (
            "warning",
            _(
                "只有 %(n)s 个人不够分立三员：请把安全管理员和审计管理员交给市中心的人，"
                "填写任职单位。",
                n=len(own),
            ),
        )
    if away:
        names = "、".join(f"{one.name}（{one.employer}）" for one in away)
        yield "info", _("由外单位的人担任：%(names)s。", names=names)


def _count(setup: Setup) -> Iterator[Sentence]:
    used = {role for one in setup.members for role in one.roles}
    roles = sum(role in used for role in GIVEN)
    yield "info", _("共 %(n)s 人，担任 %(roles)s 种角色。", n=len(setup.members), roles=roles)


def _may(one: Member, right: str) -> bool:
    return any(right in MAY[role] for role in one.roles)
