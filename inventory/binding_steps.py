"""How an address is asked for, given and given back: another person agrees, what it replaces ends
with it, what it served for may end before it (then its release is proposed)."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import approval
from inventory.address_book import used_by
from inventory.approval import Rule, rule
from inventory.binding import Binding
from inventory.binding_rules import against, in_force
from inventory.notice import settle, tell
from inventory.prefix import Prefix
from inventory.register import Rejected
from inventory.stepping import Step, Taken, moving, offer, refused


def held(session: Session, prefix: Prefix, ip: str) -> Sequence[Binding]:
    """Who held an address of a range, the last one first; what never came into force is left out.
    Each held it from `since` to `until` (None: still)."""
    query = select(Binding).where(Binding.prefix_id == prefix.id, Binding.ip == ip)
    known = query.where(Binding.since.is_not(None), Binding.state.in_(("active", "released")))
    return session.scalars(known.order_by(Binding.since.desc(), Binding.id)).all()


def ask_for(session: Session, row: Binding, who: Any) -> None:
    """Put a binding before whoever approves; who uses the address already is told with it.

    Raises Rejected naming what stands against it."""
    wrong = tuple(against(session, row))
    if wrong:
        raise Rejected(wrong, row.id)
    prefix = row.prefix(session)
    other = used_by(session, prefix, row.ip) if prefix else ""
    warning = f"；注意：现在用这个地址的是 {other}" if other and other != row.mac else ""
    approval.ask(session, "binding", row, who, f"{row.holder}{warning}")
    row.state = "asked"


def give_back(session: Session, row: Binding, at: datetime) -> None:
    """It ends now; must be called while the row is moving."""
    row.state, row.until = "released", max(at, row.since or at)
    row.leaving = False
    settle(session, _key(row))


def propose_release(session: Session, why: str, *, thing: str = "", request: str = "") -> int:
    """What a thing (equipment) or a request had an address for has ended: each binding in force is
    marked and told of, for a person to release; how many there were."""
    one = Binding.equipment_id == thing if thing else Binding.request_id == request
    query = select(Binding).where(one, Binding.state == "active", Binding.retired_at.is_(None))
    rows = session.scalars(query).all()
    for row in rows:
        with moving(session, row):
            row.leaving, row.leaving_why = True, why[:200]
        tell(
            session, "wrong", f"请释放地址绑定 {row.label}（{why}）",
            text="如果机器还在用，请在绑定页面选“继续使用”。", centre_id=row.centre_id,
            right="edit", level="warning", key=_key(row), link=f"/r/bindings/{row.id}",
        )  # fmt: skip
    return len(rows)


def _key(row: Binding) -> str:
    return f"leaving:{row.id}"


def _ask(session: Session, row: Any, taken: Taken) -> None:
    ask_for(session, row, taken.who)


def _release(session: Session, row: Any, _taken: Taken) -> None:
    give_back(session, row, datetime.now(UTC))


def _keep(session: Session, row: Any, _taken: Taken) -> None:
    row.leaving, row.leaving_why = False, ""
    settle(session, _key(row))


def _agreed(session: Session, row: Any) -> None:
    """From now on in force. What it replaces, or what the same card had before, ends with it."""
    before = in_force(session, row.prefix_id, row.ip, but=row.id)
    if before is not None and before.id != row.replaces_id and before.mac != row.mac:
        raise refused(row, "ip", f"{row.ip} 已由 {before.holder or before.mac} 使用，请先释放")
    now = datetime.now(UTC)
    for key in {row.replaces_id, before.id if before is not None else None} - {None}:
        _end(session, key, now)
    with moving(session, row):
        row.state, row.since = "active", now


def _end(session: Session, key: str | None, now: datetime) -> None:
    old = session.get(Binding, key)
    if old is not None and old.state == "active":
        with moving(session, old):
            give_back(session, old, now)


def _back(state: str) -> Callable[[Session, Any], None]:
    def follow(session: Session, row: Any) -> None:
        with moving(session, row):
            row.state = state

    return follow


rule(
    Rule(
        "binding", "地址绑定", "approve", approved=_agreed, refused=_back("refused"),
        withdrawn=_back("draft"), ask_right="record", lined=True,
    )
)  # fmt: skip
offer(
    Binding,
    Step("ask", "申请审批", ("draft", "refused"), _ask, asks=("holder",), needs=("holder",)),
    Step(
        "release", "释放", ("active",), _release, right="edit", danger=True,
        confirm="释放 %(name)s？地址可以再分配给别人。",
    ),
    Step(
        "keep", "继续使用", ("active",), _keep, right="edit",
        fits=lambda _session, row: bool(row.leaving),
    ),
)  # fmt: skip
