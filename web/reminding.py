"""What a person should see to soon, said at login and on 我的账号."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inventory import recovery
from inventory.person import Person
from web.guest import Guest

_SOON = 7  # days
_FEW = 3  # codes


def remind(db: Session, who: Person, known: Guest | None) -> Iterator[tuple[str, str]]:
    """(text, level) of each reminder."""
    if known is None:
        return
    if who.password_set_at and not who.must_change:
        left = who.password_set_at + timedelta(days=known.rules.password_days) - datetime.now(UTC)
        if timedelta(0) < left <= timedelta(days=_SOON):
            yield _("口令还有 %(n)s 天到期，请尽早修改。", n=left.days + 1), "warning"
    if known.enrol == "soon":
        until = known.rules.totp_deferred_until
        yield _("管理人员须绑定动态码，请在 %(day)s 以前完成（我的账号）。", day=until), "warning"
    if who.totp_secret is not None and (few := recovery.left(db, who.id)) <= _FEW:
        yield _("恢复码只剩 %(n)s 个，请重新生成一张恢复单。", n=few), "warning"
    if known.afar:
        yield _("您不在管理地址范围内，账号、授权、策略和审计权限暂不可用。"), "warning"
