"""What is wrong with the audit trail, in the reader's language."""

from collections.abc import Iterable

from flask_babel import gettext as _

from inventory.chain import CAUSES, Broken
from inventory.verdict import Verdict


def told(broken: Broken) -> str:
    """One sentence naming the row and what is wrong with it."""
    return str(_(CAUSES[broken.cause], seq=broken.seq, upto=broken.upto))


def faults(verdict: Verdict | None, missing: Iterable[str] = ()) -> list[str]:
    """What the last look found, a sentence each, and the triggers `missing` now."""
    found = [told(verdict.broken)] if verdict is not None and verdict.broken is not None else []
    names = "、".join(sorted(missing))
    gone = [_("数据库里防篡改的触发器不在或被改动：%(names)s", names=names)] if names else []
    return [*found, *gone]
