"""Taking a confidential book along: asked for with its purpose, agreed to by a leader, for some
days (Articles 117, 122 and 124; duty F2).

Which book is confidential says its class (`Register.confidential`); what an export of it is checked
against is `consented`.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import inspect, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.act import SYSTEM
from inventory.approval import Rule, approved, rule
from inventory.columns import UtcDateTime
from inventory.entry import supply
from inventory.policy import policy
from inventory.register import CentreRegister, FieldError, Register, entry, fields, registers
from inventory.revision import Signable
from inventory.role import Standing, path_of
from inventory.shanghai import today

KIND = "export"
LONGEST = 31  # days: a month's work with one consent


class ExportRequest(Signable, CentreRegister):
    """One person may take one book of one centre along until a day, once a leader has agreed."""

    __tablename__ = "export_request"
    slug: ClassVar[str] = "export-requests"
    title: ClassVar[str] = "导出申请"
    topic: ClassVar[str] = "软件与安全"
    articles: ClassVar[tuple[int, ...]] = (117, 122, 124)
    names: ClassVar[tuple[str, ...]] = ("book", "purpose")
    order: ClassVar[str] = "until"
    falling: ClassVar[bool] = True
    edit_act: ClassVar[str] = "export"
    personal: ClassVar[bool] = True
    begins: ClassVar[str] = "导出敏感台账之前在这里申请，分管领导批准后才能导出。"

    book: Mapped[str] = entry("台账", "choice", required=True, listed=True)
    purpose: Mapped[str] = entry(
        "用途", required=True, listed=True, searched=True, help="做什么用、交给谁"
    )
    until: Mapped[date] = entry(
        "有效至", "day", required=True, listed=True, help=f"最长 {LONGEST} 天，期内可以多次导出"
    )
    asker_id: Mapped[str | None] = entry(
        "申请人", "ref", refers="Person", listed=True, settled=True
    )
    agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @classmethod
    def begin(cls) -> Mapping[str, Any]:
        return {"until": today() + timedelta(days=7)}

    @property
    def label(self) -> str:
        return f"导出{confidential().get(self.book, self.book)}"

    @property
    def headline(self) -> str:
        return f"{self.label}：{self.purpose}（至 {self.until}）"

    @property
    def stage(self) -> tuple[str, str]:
        if self.agreed_at is None:
            return ("unknown", "已作废") if self.retired_at else ("warning", "待审批")
        return ("ok", "已批准") if self.until >= today() else ("unknown", "已到期")

    def prepare(self, session: Session) -> None:
        actor = session.info["act"].actor
        if self.asker_id is None and actor != SYSTEM:
            self.asker_id = actor
        super().prepare(session)

    def check(self, session: Session) -> Iterator[FieldError]:
        if self.agreed_at and self._changed(*(field.name for field in fields(ExportRequest))):
            yield self.wrong("book", "已批准的申请不能修改：请另提一个")
        if self.retired_at is None and self._changed("retired_at"):
            yield self.wrong("book", "已作废的申请不能恢复：请另提一个")
        if self.agreed_at or self.retired_at:
            return
        if self.asker_id is None:
            yield self.wrong("asker_id", "由本人在页面上申请")
        if not today() <= self.until <= today() + timedelta(days=LONGEST):
            yield self.wrong("until", f"应在今天和 {LONGEST} 天以内")

    def _changed(self, *names: str) -> bool:
        """Is any of these about to change on a row that is there already?"""
        state: Any = inspect(self)
        return state.persistent and any(state.attrs[n].history.has_changes() for n in names)


def confidential() -> dict[str, str]:
    """The books that a leader's consent is asked for, by slug."""
    return {cls.slug: cls.title for cls in registers().values() if cls.confidential}


def consented(session: Session, who: Standing, cls: type[Register], day: date) -> bool:
    """May this person take the book along on this day, from all of their reach? Whoever approves
    there need not ask, but for a deputy, who would agree to one's own; nor anybody where the
    policy of a small centre says so."""
    rules, reach = policy(session), who.own.reach("approve")
    if not cls.confidential or (rules.small(day) and not rules.export_consent):
        return True
    if all(map(reach.covers, who.scope.paths)):
        return True
    mine = select(ExportRequest).where(
        ExportRequest.book == cls.slug, ExportRequest.asker_id == who.id,
        ExportRequest.until >= day, ExportRequest.retired_at.is_(None),
    )  # fmt: skip
    return any(_covers(row, who) and approved(session, KIND, row) for row in session.scalars(mine))


def waiting(session: Session, who: Standing, cls: type[Register]) -> ExportRequest | None:
    """What this person asked for and nobody has decided, None when nothing."""
    mine = select(ExportRequest).where(
        ExportRequest.book == cls.slug, ExportRequest.asker_id == who.id,
        ExportRequest.agreed_at.is_(None), ExportRequest.retired_at.is_(None),
        ExportRequest.until >= today(),
    )  # fmt: skip
    return next((row for row in session.scalars(mine) if _covers(row, who)), None)


def _covers(row: ExportRequest, who: Standing) -> bool:
    """Does it speak for everything the person would take?"""
    above = path_of(row) or ""
    return all(path.startswith(above) for path in who.scope.paths)


def _agree(session: Session, row: ExportRequest) -> None:
    row.agreed_at = datetime.now(UTC)
    session.flush()


def _drop(session: Session, row: ExportRequest) -> None:
    row.turn(gone=True)
    session.flush()


supply("ExportRequest", "book", confidential)
rule(
    Rule(
        KIND, "导出敏感台账", "approve", approved=_agree, refused=_drop, withdrawn=_drop,
        ask_right="export", lined=True,
    )
)  # fmt: skip
