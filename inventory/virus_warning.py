"""Virus warnings: received, passed on to every unit, and what each unit did (Article 129; A14)."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import Index, select
from sqlalchemy.orm import Mapped, Session

from inventory.centre import Centre
from inventory.notice import settle, tell
from inventory.register import CentreRegister, FieldError, entry
from inventory.shanghai import ahead
from inventory.stepping import Step, Stepped, Taken, offer, refused

STATES = {"received": "已收到，未转发", "passed": "已转发"}
HANDLED = {"told": "待处理", "done": "已处理"}
LATE = timedelta(days=3)  # ours: how long a unit may take


class VirusWarning(Stepped, CentreRegister):
    """One warning, as it came."""

    __tablename__ = "virus_warning"
    slug: ClassVar[str] = "virus-warnings"
    title: ClassVar[str] = "病毒预警"
    colours: ClassVar[Mapping[str, str]] = {"received": "warning", "passed": "ok"}
    topic: ClassVar[str] = "软件与安全"
    articles: ClassVar[tuple[int, ...]] = (129,)
    names: ClassVar[tuple[str, ...]] = ("name", "received_at", "centre_id")
    order: ClassVar[str] = "received_at"
    falling: ClassVar[bool] = True
    living: ClassVar[str] = "全部"
    edit_act: ClassVar[str] = "record"
    below: ClassVar[tuple[tuple[str, str], ...]] = (("WarningReceipt", "warning_id"),)

    name: Mapped[str] = entry("标题", required=True, listed=True, searched=True, longest=120)
    issued_by: Mapped[str] = entry(
        "发布单位", required=True, listed=True, searched=True, longest=120
    )
    number: Mapped[str | None] = entry("文号", searched=True, longest=80)
    received_at: Mapped[datetime] = entry("收到时间", "time", required=True, listed=True)
    text: Mapped[str] = entry("内容和防范措施", "note", required=True, searched=True)
    state: Mapped[str] = entry(
        "状态", "choice", choices=STATES, default="received", listed=True, settled=True
    )
    passed_at: Mapped[datetime | None] = entry("转发时间", "time", listed=True, settled=True)

    @classmethod
    def begin(cls) -> Mapping[str, Any]:
        return {"received_at": datetime.now(UTC).replace(second=0, microsecond=0)}

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.stood(session)
        if self.received_at and ahead(self.received_at):
            yield self.wrong("received_at", "还没有到这个时间")
        if self.retired_at is not None and self.state == "passed":
            yield self.wrong("state", "已经转发的预警要留在台账上，不能停用")


class WarningReceipt(Stepped, CentreRegister):
    """What one unit was told and did about it. It carries the text: a township does not see the
    county's own row."""

    __tablename__ = "warning_receipt"
    slug: ClassVar[str] = "warning-receipts"
    title: ClassVar[str] = "预警处理"
    colours: ClassVar[Mapping[str, str]] = {"told": "warning", "done": "ok"}
    topic: ClassVar[str] = "软件与安全"
    articles: ClassVar[tuple[int, ...]] = (129,)
    names: ClassVar[tuple[str, ...]] = ("name", "centre_id", "told_at")
    order: ClassVar[str] = "told_at"
    falling: ClassVar[bool] = True
    living: ClassVar[str] = "全部"
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {"待处理": {"state": "told"}}
    by_hand: ClassVar[bool] = False
    edit_act: ClassVar[str] = "record"

    name: Mapped[str] = entry("预警", required=True, listed=True, searched=True, longest=120)
    warning_id: Mapped[str] = entry("来自", "ref", refers="VirusWarning", required=True)
    told_at: Mapped[datetime] = entry("转达时间", "time", required=True, listed=True)
    text: Mapped[str] = entry("内容和防范措施", "note", required=True)
    state: Mapped[str] = entry(
        "状态", "choice", choices=HANDLED, default="told", listed=True, settled=True
    )
    handled_at: Mapped[datetime | None] = entry("处理时间", "time", listed=True, settled=True)
    done: Mapped[str | None] = entry("处理情况", "note", listed=True, settled=True)
    handled_by: Mapped[str | None] = entry("处理人", listed=True, longest=60, settled=True)

    __table_args__ = (Index("uq_warning_receipt", "warning_id", "centre_id", unique=True),)

    @property
    def late(self) -> str:
        age = datetime.now(UTC) - self.told_at
        return f"转达 {age.days} 天，没有处理" if self.state == "told" and age > LATE else ""

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.stood(session)
        if self.retired_at is not None:
            yield self.wrong("state", "预警处理要留在台账上，不能停用")


def _pass_on(session: Session, row: VirusWarning, _taken: Taken) -> None:
    """To the unit itself and to every one directly below it that keeps its own computers."""
    now = datetime.now(UTC)
    home = session.get_one(Centre, row.centre_id)
    below = select(Centre).where(Centre.parent_id == home.id, Centre.retired_at.is_(None))
    units = [home, *session.scalars(below.order_by(Centre.code))]
    for unit in units:
        told = WarningReceipt(
            centre_id=unit.id, name=row.name, warning_id=row.id, told_at=now, text=row.text
        )
        session.add(told)
        session.flush()
        tell(
            session, "security", f"病毒预警：{row.name}", centre_id=unit.id, right="record",
            level="warning", link=f"/r/warning-receipts/{told.id}", key=f"virus-warning:{told.id}",
        )  # fmt: skip
    row.state, row.passed_at = "passed", now


def _handle(session: Session, row: WarningReceipt, taken: Taken) -> None:
    if not str(row.done or "").strip():
        raise refused(row, "done", "必须填写：做了什么")
    row.state, row.handled_at, row.handled_by = "done", datetime.now(UTC), taken.who.name[:60]
    settle(session, f"virus-warning:{row.id}")


offer(
    VirusWarning,
    Step(
        "pass", "转发到各单位", ("received",), _pass_on,
        confirm="把“%(name)s”转发到本单位和全部下属单位？",
        help="本单位和每个下属单位各得到一条待处理，并收到通知。",
    ),
)  # fmt: skip
offer(
    WarningReceipt,
    Step("handle", "登记处理情况", ("told",), _handle, asks=("done",), needs=("done",)),
)
