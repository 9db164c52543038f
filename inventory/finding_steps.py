"""The steps of an address violation: set right, signed off by another, or found to be in order
(Articles 34 and 109, duty D3: each violation has its detection, action and end)."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.address_alias import AddressAlias
from inventory.address_finding import AddressFinding, FindingSeen, notice_key
from inventory.binding import Binding
from inventory.notice import settle
from inventory.paper import as_shown, sign_typed, write
from inventory.signature import sign
from inventory.stepping import Step, Taken, offer, refused

_NOTED = ("draft", "asked")
# What further answers for an address, by what it was taken for; the alias can be corrected later.
_ALIASES = {"spoof": "vrrp", "taken": "cluster", "duplicate": "cluster", "silent": "cluster"}
_REGISTERED = ("taken", "other_ip", "unknown", "random", "moved", "silent", "duplicate")
_STANDING = ("open", "gone")


def present(session: Session, row: AddressFinding) -> bool:
    """Do the tables still tell it?"""
    seen = session.get(FindingSeen, row.id)
    return seen is not None and seen.present


def _handle(session: Session, row: AddressFinding, taken: Taken) -> None:
    sign_typed(session, row, "fill", taken, dict(taken.given), "整改")
    row.state, row.handled_at = "handled", datetime.now(UTC)
    settle(session, notice_key(row.id))


def _close(session: Session, row: AddressFinding, taken: Taken) -> None:
    """Who wrote what was done does not also say that it is enough (`Signable.apart`)."""
    if present(session, row):
        raise refused(row, "state", "现在仍能看到，不能销号：请等它消失，或退回重新整改")
    if taken.proof is not None:
        sign(session, row, "approve", taken.who, taken.proof, taken.seen)
    row.state = "closed"


def _reopen(session: Session, row: AddressFinding, _taken: Taken) -> None:
    row.state = "open" if present(session, row) else "gone"


def _register(session: Session, row: AddressFinding, _taken: Taken) -> None:
    """A draft: whose machine it is, a person writes in; it goes the way of every binding."""
    query = select(Binding.id).where(Binding.mac == row.mac, Binding.prefix_id == row.prefix_id)
    noted = query.where(Binding.state.in_(_NOTED), Binding.retired_at.is_(None))
    if session.scalars(noted.limit(1)).first() is not None:
        raise refused(row, "mac", "已经有草拟或已申请的绑定，请到“地址绑定”办理")
    held = session.get(Binding, row.binding_id) if row.binding_id else None
    replaced = held if held is not None and row.kind in ("taken", "moved") else None
    session.add(
        Binding(
            centre_id=row.centre_id, prefix_id=row.prefix_id, ip=row.ip or "", mac=row.mac,
            holder=replaced.holder if replaced else "", device_id=row.device_id, port=row.port,
            replaces_id=replaced.id if replaced else None,
            note=f"由地址违规登记：{row.label}",
        )
    )  # fmt: skip
    session.flush()


def _alias(session: Session, row: AddressFinding, taken: Taken) -> None:
    reason = taken.given["cause"]
    as_shown(session, row, taken)
    write(session, row, {"cause": reason}, "设为别名")
    _declare(session, row, reason)


def _redundant(session: Session, row: AddressFinding, taken: Taken) -> None:
    """Whoever may answer for a gateway can read everybody's traffic: one writes why, another signs
    for it (`Signable.apart`), and with that it is over."""
    if taken.proof is not None:
        sign(session, row, "approve", taken.who, taken.proof, taken.seen)
    _declare(session, row, row.cause or "")
    row.state, row.ended_at = "closed", row.ended_at or datetime.now(UTC)


def _declare(session: Session, row: AddressFinding, reason: str) -> None:
    for mac in _answering(session, row):
        known = select(AddressAlias.id).where(
            AddressAlias.prefix_id == row.prefix_id, AddressAlias.ip == row.ip,
            AddressAlias.mac == mac, AddressAlias.retired_at.is_(None),
        )  # fmt: skip
        if session.scalars(known).first() is None:
            session.add(
                AddressAlias(
                    centre_id=row.centre_id, prefix_id=row.prefix_id, ip=row.ip, mac=mac,
                    kind=_ALIASES[row.kind], reason=reason,
                )
            )  # fmt: skip
    session.flush()


def _answering(session: Session, row: AddressFinding) -> list[str]:
    """Of a conflict everybody who answers, else the one it is about."""
    seen = session.get(FindingSeen, row.id)
    if row.kind == "duplicate" and seen is not None:
        return list(seen.facts.get("macs", ()))
    return [row.mac] if row.mac else []


def _must_be_handled(_session: Session, row: Any) -> bool:
    return bool(row.state == "open" or row.owed)


def _may_register(_session: Session, row: Any) -> bool:
    return row.kind in _REGISTERED and bool(row.mac and row.prefix_id)


def _may_be_alias(_session: Session, row: Any) -> bool:
    return row.kind in _ALIASES and row.kind != "spoof"


def _may_be_gateway(_session: Session, row: Any) -> bool:
    return bool(row.kind == "spoof")


offer(
    AddressFinding,
    Step(
        "handle", "整改", _STANDING, _handle, asks=("cause", "remedy"), needs=("cause", "remedy"),
        proof=True, fits=_must_be_handled, help="写明原因和怎样整改的；消失以后由另一人销号。",
    ),
    Step(
        "register", "登记", _STANDING, _register, fits=_may_register,
        help="确认是本单位的机器：草拟一条地址绑定，补填使用人后申请审批。",
    ),
    Step(
        "alias", "设为地址别名", _STANDING, _alias, right="edit", asks=("cause",),
        needs=("cause",), fits=_may_be_alias,
        help="双机、网卡绑定：写明为什么可以应答这个地址。",
    ),
    Step(
        "redundant", "设为冗余网关", ("handled",), _redundant, right="approve", proof=True,
        fits=_may_be_gateway,
        help="整改中写明是本单位的冗余网关（VRRP、HSRP）的，由另一人核实后签字。",
    ),
    Step(
        "close", "销号", ("handled",), _close, right="approve", proof=True,
        help="核实已经整改、不再出现后签字；整改的人不能自己销号。",
    ),
    Step("reopen", "退回重新整改", ("handled",), _reopen, right="approve"),
)  # fmt: skip
