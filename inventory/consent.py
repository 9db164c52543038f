"""Four eyes: what one person grants, delegates or drafts is in force once a second has agreed.

Who proposes a row on a page or by a sheet asks with it, so that nothing waits for being asked.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from inventory.act import Act
from inventory.approval import Approval, ask
from inventory.asked import Rule, rule
from inventory.export_request import ExportRequest
from inventory.grant import Delegation, Grant, standing
from inventory.person import beyond
from inventory.phonereset import PhoneReset
from inventory.policy import Policy
from inventory.register import Register
from inventory.revision import fix

KINDS: dict[type[Register], str] = {
    Grant: "grant", Delegation: "delegation", Policy: "policy", PhoneReset: "totp_reset",
    ExportRequest: "export",
}  # fmt: skip


def propose(session: Session, row: Register) -> Approval | None:
    """Ask a second person for what has just been written; None when nobody need be asked.

    A leader who delegates for himself has agreed by that. The command line is no person: its rows
    wait until somebody asks on the page. Raises Rejected when the person may not ask.
    """
    kind = KINDS.get(type(row))
    if kind is None or _agreed(row):
        return None
    session.flush()
    act: Act = session.info["act"]
    if isinstance(row, Delegation) and row.giver_id == act.actor:
        fix(session, row, act.reason)  # nobody signs it, yet it stands still below the pages, too
        _agree("agreed_at")(session, row)
        return None
    person = beyond(session, act.actor)
    return ask(session, kind, row, standing(session, person), act.reason) if person else None


def _agreed(row: Any) -> bool:
    return bool(row.in_force_at if isinstance(row, Policy) else row.agreed_at)


def _agree(name: str) -> Callable[[Session, Any], None]:
    def agreed(session: Session, row: Any) -> None:
        """From now on it counts."""
        setattr(row, name, datetime.now(UTC))
        session.flush()

    return agreed


def _withdraw(session: Session, row: Any) -> None:
    """What was refused does not linger among what waits."""
    row.turn(gone=True)
    session.flush()


for _kind, _title, _name, _about in (
    ("grant", "授予角色", "agreed_at", "person_id"),
    ("delegation", "委托", "agreed_at", "taker_id"),
    ("policy", "安全策略新版本", "in_force_at", ""),
):
    rule(
        Rule(
            _kind,
            _title,
            "second",
            approved=_agree(_name),
            refused=_withdraw,
            withdrawn=_withdraw,
            about=_about,
        )
    )
