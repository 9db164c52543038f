"""What was done about a fault, step by step, and who took part (Article 105)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import inspect, select
from sqlalchemy.orm import Mapped, Session

from inventory.act import Act
from inventory.batches import batches
from inventory.fault import STATES, WORKED, Fault
from inventory.register import CentreRegister, FieldError, entry
from inventory.shanghai import SHANGHAI, ahead
from inventory.staff import Staff
from inventory.triggers import trigger

KINDS: Mapping[str, str] = {
    "work": "处理", "escalate": "上报", "answer": "答复", "repair": "转维修",
}  # fmt: skip


class FaultStep(CentreRegister):
    """One line of the process. Whoever is not named did it oneself."""

    __tablename__ = "fault_step"
    slug: ClassVar[str] = "fault-steps"
    title: ClassVar[str] = "故障处理步骤"
    topic: ClassVar[str] = "值班日志"
    articles: ClassVar[tuple[int, ...]] = (105,)
    names: ClassVar[tuple[str, ...]] = ("fault_id", "at", "text")
    order: ClassVar[str] = "at"
    edit_act: ClassVar[str] = "record"

    fault_id: Mapped[str] = entry("故障", "ref", refers="Fault", required=True, listed=True)
    at: Mapped[datetime] = entry("时间", "time", required=True, listed=True)
    text: Mapped[str] = entry(
        "做了什么、发现了什么", required=True, listed=True, searched=True, longest=500
    )
    who_id: Mapped[str | None] = entry("处理人", "ref", refers="Staff", listed=True)
    who: Mapped[str | None] = entry(
        "处理人姓名", searched=True, longest=60, help="不在工作人员名册的人，如厂商工程师"
    )
    kind: Mapped[str] = entry("类别", "choice", choices=KINDS, default="work", settled=True)

    @property
    def label(self) -> str:
        return self.text

    @classmethod
    def begin(cls) -> Mapping[str, Any]:
        return {"at": datetime.now(UTC).replace(second=0, microsecond=0)}

    def prepare(self, session: Session) -> None:
        """It belongs where its fault does, and with the first one the handling has begun."""
        fault = session.get(Fault, self.fault_id) if self.fault_id else None
        if fault is not None:
            self.centre_id = fault.centre_id
        if not self.who_id and not (self.who or "").strip():
            self.who_id, self.who = _oneself(session)
        super().prepare(session)
        if fault is not None and fault.state == "new" and inspect(fault).persistent:
            fault.state = "handling"

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from _open(session, self)
        if self.at and ahead(self.at):
            yield self.wrong("at", "还没有到这个时间")


class FaultMember(CentreRegister):
    """Somebody who took part without a step of one's own."""

    __tablename__ = "fault_member"
    slug: ClassVar[str] = "fault-members"
    title: ClassVar[str] = "故障参加人员"
    topic: ClassVar[str] = "值班日志"
    articles: ClassVar[tuple[int, ...]] = (105,)
    names: ClassVar[tuple[str, ...]] = ("fault_id", "staff_id", "name")
    order: ClassVar[str] = "name"
    edit_act: ClassVar[str] = "record"

    fault_id: Mapped[str] = entry("故障", "ref", refers="Fault", required=True, listed=True)
    staff_id: Mapped[str | None] = entry("工作人员", "ref", refers="Staff", listed=True)
    name: Mapped[str | None] = entry(
        "姓名", listed=True, searched=True, longest=60, help="不在工作人员名册的人写姓名和单位"
    )

    @property
    def label(self) -> str:
        return self.name or ""

    def prepare(self, session: Session) -> None:
        fault = session.get(Fault, self.fault_id) if self.fault_id else None
        if fault is not None:
            self.centre_id = fault.centre_id
        if self.staff_id:
            self.name = _named(session, self.staff_id) or self.name
        super().prepare(session)

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from _open(session, self)
        if not self.staff_id and not (self.name or "").strip():
            yield self.wrong("staff_id", "请选工作人员，或填写姓名")


def steps_of(session: Session, fault_id: str) -> Sequence[FaultStep]:
    """The process of one fault in the order it happened."""
    return _of_faults(session, FaultStep, [fault_id]).get(fault_id, [])


def members_of(session: Session, fault_id: str) -> Sequence[FaultMember]:
    return _of_faults(session, FaultMember, [fault_id]).get(fault_id, [])


def told(session: Session, fault_id: str) -> tuple[str, str]:
    """(process, participants) as text, the way they are signed: a line for each step in Chinese
    time, the names of all in the order they came in."""
    steps = steps_of(session, fault_id)
    names = _names(session, steps)
    lines = (f"{one.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M} {names[one.id]}：{one.text}"
             for one in steps)  # fmt: skip
    hands = (names[one.id] for one in steps if one.kind == "work")
    others = (one.label for one in members_of(session, fault_id))
    return "\n".join(lines), "、".join(dict.fromkeys((*hands, *others)))


def worked(session: Session, ids: Sequence[str]) -> set[str]:
    """Those of these faults in whose process something was done, beside being reported."""
    found = _of_faults(session, FaultStep, ids)
    return {key for key, steps in found.items() if any(one.kind == "work" for one in steps)}


def people_of(session: Session, steps: Sequence[FaultStep]) -> Mapping[str, str]:
    """Step id → who did it."""
    return _names(session, steps)


def _names(session: Session, steps: Sequence[FaultStep]) -> Mapping[str, str]:
    return {one.id: one.who or _named(session, one.who_id) for one in steps}


def _named(session: Session, staff_id: str | None) -> str:
    one = session.get(Staff, staff_id) if staff_id else None
    return one.name if one is not None else ""


def _of_faults(session: Session, cls: type[Any], ids: Sequence[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    order = (cls.at, cls.id) if cls is FaultStep else (cls.id,)
    for batch in batches(ids):
        query = select(cls).where(cls.fault_id.in_(batch), cls.retired_at.is_(None))
        for one in session.scalars(query.order_by(*order)):
            found.setdefault(one.fault_id, []).append(one)
    return found


def _oneself(session: Session) -> tuple[str | None, str | None]:
    """Whoever writes, as one of the staff if the account is somebody's there."""
    act: Act = session.info["act"]
    query = select(Staff.id).where(Staff.person_id == act.actor, Staff.retired_at.is_(None))
    with session.no_autoflush:
        found = session.scalars(query.limit(1)).first()
    return (found, None) if found else (None, act.actor_name[:60])


def _open(session: Session, row: FaultStep | FaultMember) -> Iterator[FieldError]:
    fault = session.get(Fault, row.fault_id) if row.fault_id else None
    if fault is None:
        yield row.wrong("fault_id", "没有这条故障，或不在您的权限范围内")
    elif fault.state not in WORKED:
        yield row.wrong("fault_id", f"故障{STATES[fault.state]}，处理过程不能再增减")


_TOLD = "fault: its process stands still"


def _stands(side: str) -> str:
    states = ", ".join(f"'{one}'" for one in WORKED)
    return f"EXISTS (SELECT 1 FROM fault WHERE id = {side}.fault_id AND state NOT IN ({states}))"


for _table in ("fault_step", "fault_member"):
    for _event, _wrong in (
        ("INSERT", _stands("NEW")), ("UPDATE", f"({_stands('NEW')} OR {_stands('OLD')})"),
        ("DELETE", _stands("OLD")),
    ):  # fmt: skip
        trigger(
            f"{_table}_stands_{_event.lower()}", _table, event=_event,
            sqlite=f"SELECT RAISE(ABORT, '{_TOLD}') WHERE {_wrong};",
            postgresql=f"IF {_wrong} THEN RAISE EXCEPTION '{_TOLD}' USING ERRCODE = '23000';"
            " END IF;",
        )  # fmt: skip
