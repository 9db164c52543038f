"""What is wrong with the audit trail, in the reader's language."""

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from inventory.chain import CAUSES, Broken
from inventory.verdict import Verdict

# Whence an act came, by the first word of its origin; the address behind it stays as it is.
_WAYS = {
    "page": _l("网页"), "api": _l("程序接口"), "cli": _l("命令行"), "worker": _l("后台"),
    "demo": _l("演示"), "upgrade": _l("升级"),
}  # fmt: skip


def whence(origin: str) -> str:
    """Where an act came from: 网页 10.41.2.7, 后台. What is no such way stays as it was written."""
    way, _space, place = origin.partition(" ")
    return f"{_WAYS[way]} {place}".strip() if way in _WAYS else origin


def told(broken: Broken) -> str:
    """One sentence naming the row and what is wrong with it."""
    return str(_(CAUSES[broken.cause], seq=broken.seq, upto=broken.upto))


def faults(verdict: Verdict | None, missing: Iterable[str] = ()) -> list[str]:
    """What the last look found, a sentence each, and the triggers `missing` now."""
    found = [told(verdict.broken)] if verdict is not None and verdict.broken is not None else []
    names = "、".join(sorted(missing))
    gone = [_("数据库里防篡改的触发器不在或被改动：%(names)s", names=names)] if names else []
    return [*found, *gone]
