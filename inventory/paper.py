"""What the papers that move things share: a number of their year, a path of states, content that is
signed together with what the signer has just typed."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from sqlalchemy import inspect
from sqlalchemy.orm import Mapped, Session

from inventory.centre import Centre
from inventory.numbering import Yearly
from inventory.register import CentreRegister, FieldError, entry
from inventory.revision import Signable, correct, differs, digest
from inventory.signature import sign
from inventory.stepping import Stepped, Taken, refused


class Numbered(Yearly, CentreRegister):
    """A book whose rows are quoted by number: WX-2026-0001, given by the console or typed from an
    older book, and never changed."""

    __abstract__ = True

    names: ClassVar[tuple[str, ...]] = ("number",)
    order: ClassVar[str] = "number"
    falling: ClassVar[bool] = True
    living: ClassVar[str] = "全部"
    edit_act: ClassVar[str] = "record"
    afresh: ClassVar[tuple[str, ...]] = ("number",)

    number: Mapped[str] = entry(
        "编号", default="", listed=True, searched=True, longest=40, help="空着由系统编号"
    )

    @property
    def label(self) -> str:
        return self.number

    def numbered(self) -> Iterator[FieldError]:
        """The number is quoted elsewhere: it stays."""
        if inspect(self).persistent and changed(self, "number"):
            yield self.wrong("number", "已经编号，不能更改")


class Paper(Stepped, Signable, Numbered):
    """A paper in the hands of several people. `flow` lists what each state may be followed by;
    only in `loose` states may it be put away (retired). Say `yield from self.kept(session)` in a
    `check` of your own."""

    __abstract__ = True

    flow: ClassVar[Mapping[str, tuple[str, ...]]]
    loose: ClassVar[tuple[str, ...]] = ("draft",)

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.kept(session)

    def kept(self: Any, session: Session) -> Iterator[FieldError]:
        """No state but by a step, along the flow; no paper vanishes that holds something."""
        yield from self.stood(session)
        yield from self.numbered()
        was = before(self, "state")
        if inspect(self).persistent and self.state not in (was, *self.flow.get(was, ())):
            yield self.wrong("state", "不能跳过中间的步骤")
        if self.retired_at is not None and self.state not in self.loose:
            yield self.wrong("state", "已经办理的单据要留在台账上，不能停用")


def late_key(paper: Any) -> str:
    """The key of the notice that this paper lies too long."""
    return f"late:{paper.id}"


def elsewhere(session: Session, paper: Any, thing: Any) -> str:
    """Why this paper cannot be about this thing, "" when it can. Whoever approves where the paper
    is kept answers for the things of that place and of those below it, for no others."""
    if thing is None:
        return "不在您的权限范围内"
    if thing.retired_at is not None:
        return "已停用，请先恢复"
    ours, theirs = (session.get(Centre, one.centre_id) for one in (paper, thing))
    if ours is None or theirs is None:
        return "不在您的权限范围内"
    inside = theirs.path.startswith(ours.path)
    return "" if inside else f"属于“{theirs.name}”，不是“{ours.name}”的设备"


def changed(row: Any, name: str) -> bool:
    return bool(inspect(row).attrs[name].history.has_changes())


def before(row: Any, name: str) -> Any:
    """The value that stands in the database."""
    was = inspect(row).attrs[name].history.deleted
    return was[0] if was else getattr(row, name)


def write(session: Session, row: Any, values: Mapping[str, Any], reason: str) -> None:
    """Into fixed content as its next revision, into free content as it is. Raises Rejected."""
    if row.revised and differs(row, values):
        correct(session, row, values, reason)
        return
    for name, value in values.items():
        setattr(row, name, value)
    session.flush()


def as_shown(session: Session, row: Any, taken: Taken) -> None:
    """Put back what the step has typed into the row: the page showed it without."""
    if taken.given:
        session.expire(row, list(taken.given))


def sign_typed(
    session: Session, row: Any, meaning: str, taken: Taken, values: Mapping[str, Any], reason: str
) -> None:
    """Sign what was shown together with what was typed beside it (`values`): whoever signs has
    seen the one and written the other. Raises Rejected when what was shown stands no more."""
    as_shown(session, row, taken)
    if taken.proof is None or taken.seen != digest(row):
        raise refused(row, "state", "内容在您打开之后有了变化，请重新打开看过再签")
    write(session, row, values, reason)
    sign(session, row, meaning, taken.who, taken.proof, digest(row))
