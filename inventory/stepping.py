"""Steps: what moves a row that goes through hands — asked, sent, returned, signed for.

A register says which steps it has and in which states each may be taken; its page, the API and
the paper follow from that. Between two steps nothing moves: what a step writes (the `settled`
fields) can be written by nothing else.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from inventory.proof import Proof
from inventory.register import FieldError, Register, Rejected, field_of, fields
from inventory.role import Standing, can
from inventory.shanghai import ahead
from inventory.signature import acting


@dataclass(frozen=True, slots=True)
class Taken:
    """What a step is taken with: who takes it, the values of the fields it asks for, the password
    shown anew (`proof`) and the digest of the content that was shown (`seen`), where it wants one.
    """

    who: Standing
    given: Mapping[str, Any] = field(default_factory=dict)
    proof: Proof | None = None
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of one register, offered while its row is in one of `states`.

    `right` is what it takes ("" = the right to edit the register); `asks` names fields of the
    register that are typed with it, `needs` those of them that may not stay empty; `proof` asks
    for the password anew; `fits` says further when it is offered; `confirm` is asked before a step
    that cannot be taken back, with the row's name for %(name)s. `do` does what the step means; the
    values asked for stand in the row already when it is called.
    """

    name: str
    label: str
    states: tuple[str, ...]
    do: Callable[[Session, Any, Taken], None]
    right: str = ""
    asks: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    proof: bool = False
    danger: bool = False
    confirm: str = ""
    help: str = ""
    fits: Callable[[Session, Any], bool] | None = None


_STEPS: dict[type[Register], tuple[Step, ...]] = {}


def offer(cls: type[Register], *steps: Step) -> None:
    """Declare the steps of a register, in the order its page shows them."""
    _STEPS[cls] = (*_STEPS.get(cls, ()), *steps)


def steps_of(cls: type[Register]) -> tuple[Step, ...]:
    return _STEPS.get(cls, ())


def offered(session: Session, row: Any, who: Standing) -> tuple[Step, ...]:
    """The steps this person may take with this row now."""
    if row.retired_at is not None:
        return ()
    return tuple(
        one
        for one in steps_of(type(row))
        if row.state in one.states and can(who, one.right or row.edit_act, row)
        if one.fits is None or one.fits(session, row)
    )


def take(session: Session, row: Any, name: str, taken: Taken) -> None:
    """Take one step, whole. Raises Rejected naming what stands against it; LookupError for a step
    that the register does not know."""
    step = next((one for one in steps_of(type(row)) if one.name == name), None)
    if step is None:
        raise LookupError(name)
    acting(session, taken.who)
    _refuse(row, _against(row, step, taken))
    fits = step.fits is None or step.fits(session, row)
    with moving(session, row):
        for key, value in taken.given.items():
            setattr(row, key, value)
        step.do(session, row, taken)
        if not fits:  # last, because the step itself knows better words for what stands against it
            raise refused(row, "state", f"现在不能“{step.label}”")


@contextmanager
def moving(session: Session, *rows: Any) -> Iterator[None]:
    """Only in here may these rows' settled fields move: their own rules look for it."""
    session.flush()  # what was typed before is judged as typed
    outer = session.info.get("moving", frozenset())
    session.info["moving"] = outer | {row.id for row in rows}
    try:
        yield
        session.flush()
    finally:
        session.info["moving"] = outer


def is_moving(session: Session, row: Any) -> bool:
    return row.id in session.info.get("moving", ())


class Stepped:
    """Mixin of a register with a `state` (a settled choice with a default) that steps move:
    class Repair(Stepped, Signable, CentreRegister). Say `yield from self.stood(session)` in a
    `check` of your own."""

    anew: ClassVar[tuple[str, ...]] = ()  # from here corrected content falls back …
    falls: ClassVar[str] = "draft"  # … to this state
    colours: ClassVar[Mapping[str, str]]  # state → a key of the signal colours; absent: unknown
    alarm: ClassVar[str] = "critical"  # its colour when it is late; "" = none of its own

    @property
    def stage(self: Any) -> tuple[str, str]:
        """How its page shows the state: a key of the signal colours, and the word."""
        late = self.alarm if self.late else ""
        words = field_of(type(self), "state").choices
        return late or self.colours.get(self.state, "unknown"), words[self.state]

    def prepare(self: Any, session: Session) -> None:
        """What was agreed to was the content before: corrected, it is asked for anew."""
        if self.state in self.anew and _corrected(self) and not is_moving(session, self):
            self.state = self.falls
        super().prepare(session)  # type: ignore[misc]  # the register's own, next in line

    def check(self: Any, session: Session) -> Iterator[FieldError]:
        yield from self.stood(session)

    def stood(self: Any, session: Session) -> Iterator[FieldError]:
        """Without a step no settled field moves; a new row begins with their defaults."""
        if is_moving(session, self):
            return
        cls: type[Register] = type(self)
        for told in (one for one in fields(cls) if one.entry.settled):
            fallen = told.name == "state" and self.state == self.falls and _corrected(self)
            if _moved(self, told.name, told.default) and not (fallen and self.anew):
                yield self.wrong(told.name, "只随办理步骤改变，不能直接填写")


def refused(row: Any, name: str, cause: str) -> Rejected:
    """What a step raises when something stands against it: the field by its label, and why."""
    cls: type[Register] = type(row)
    known = {one.name for one in fields(cls)}
    label = field_of(cls, name).label if name in known else cls.title
    return Rejected((FieldError(name, label, cause),), row.id)


def typed_at(row: Any, taken: Taken, name: str, after: datetime | None) -> datetime:
    """The time typed with a step, or now. Raises Rejected for one still to come, and for one before
    what came first (`after`)."""
    now = datetime.now(UTC)
    at: datetime = taken.given.get(name) or now
    if ahead(at, now):
        raise refused(row, name, "还没有到这个时间")
    if after is not None and at < after:
        raise refused(row, name, "早于前一步的时间")
    return at


def _corrected(row: Any) -> bool:
    """Is this write the next revision of fixed content?"""
    state = inspect(row)
    return (
        state.persistent
        and "revised" in state.attrs
        and (state.attrs.revised.history.has_changes())
    )


def _moved(row: Any, name: str, begins: Any) -> bool:
    state = inspect(row)
    if state.persistent:
        return bool(state.attrs[name].history.has_changes())
    return getattr(row, name) not in (begins, None)


def _against(row: Any, step: Step, taken: Taken) -> Iterator[FieldError]:
    if row.state not in step.states:
        word = field_of(type(row), "state").choices.get(row.state, row.state)
        yield row.wrong("state", f"现在是“{word}”，不能“{step.label}”")
    if row.retired_at is not None:
        yield row.wrong("state", "已停用，请先恢复")
    if not can(taken.who, step.right or row.edit_act, row):
        yield row.wrong("state", f"您在这个单位不能“{step.label}”")
    for name in step.needs:
        if taken.given.get(name, getattr(row, name)) in (None, ""):
            yield row.wrong(name, "必须填写")
    if step.proof and taken.proof is None:
        yield FieldError("password", "口令", "请再输一次登录口令")


def _refuse(row: Any, wrong: Iterator[FieldError]) -> None:
    found = tuple(wrong)
    if found:
        raise Rejected(found, row.id)
