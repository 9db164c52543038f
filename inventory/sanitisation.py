"""Before a thing with storage leaves the house its data are wiped, or its disk stays (Article 125).

For a thing that holds secret data somebody else was there, and signs for having seen it.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import Index, String, inspect, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.act import Act
from inventory.equipment import Equipment
from inventory.paper import Numbered, changed
from inventory.paper_line import PaperLine
from inventory.register import FieldError, entry, register_named
from inventory.revision import Signable
from inventory.signature import Signature
from inventory.staff import Staff

METHODS: Mapping[str, str] = {
    "wiped": "清除数据", "kept": "拆下硬盘留存", "destroyed": "销毁存储介质",
}  # fmt: skip
OPEN: Mapping[str, tuple[str, ...]] = {
    "Repair": ("open", "inhouse"), "Scrapping": ("draft", "asked", "refused", "approved"),
}  # fmt: skip
AHEAD = timedelta(minutes=1)  # of clocks that differ a little
_PAPERS = {"repair_id": "Repair", "scrapping_id": "Scrapping"}


class Sanitisation(Signable, Numbered):
    """One wiping of one thing for one paper: how, by whom, who was there. Never changed; one that
    is wrong is retired while the thing is still here, and another written."""

    __tablename__ = "sanitisation"
    slug: ClassVar[str] = "sanitisations"
    title: ClassVar[str] = "数据清除记录"
    topic: ClassVar[str] = "设备"
    articles: ClassVar[tuple[int, ...]] = (125,)
    prefix: ClassVar[str] = "QC"
    paper: ClassVar[str] = "数据清除记录"
    meanings: ClassVar[tuple[str, ...]] = ("accept",)
    sealed: ClassVar[tuple[str, ...]] = (
        "number", "equipment_id", "repair_id", "scrapping_id", "method", "detail", "by_id",
        "witness_id", "at",
    )  # fmt: skip

    equipment_id: Mapped[str | None] = entry(
        "设备", "ref", refers="Equipment", listed=True, help="不在台账的设备空着"
    )
    repair_id: Mapped[str | None] = entry("维修单", "ref", refers="Repair", listed=True)
    scrapping_id: Mapped[str | None] = entry("报废单", "ref", refers="Scrapping", listed=True)
    method: Mapped[str] = entry("处理方法", "choice", choices=METHODS, required=True, listed=True)
    detail: Mapped[str | None] = entry(
        "说明", searched=True, longest=300, help="硬盘序列号、所用工具、留存地点"
    )
    by_id: Mapped[str] = entry("处理人", "ref", refers="Staff", required=True, listed=True)
    witness_id: Mapped[str | None] = entry(
        "见证人", "ref", refers="Staff", listed=True,
        help="涉密设备必填：另一人在场，并在本页签“同意/承诺”",
    )  # fmt: skip
    at: Mapped[datetime] = entry("处理时间", "time", required=True, listed=True)
    note: Mapped[str | None] = entry("备注", "note")
    noted_by: Mapped[str] = mapped_column(String(26), default="")

    __table_args__ = (
        Index("uq_sanitisation_number", "number", unique=True),
        Index("ix_sanitisation_paper", "repair_id", "scrapping_id"),
    )

    @property
    def label(self) -> str:
        return f"{self.number} {METHODS.get(self.method, '')}"

    @classmethod
    def begin(cls) -> Mapping[str, Any]:
        return {"at": datetime.now(UTC).replace(second=0, microsecond=0)}

    def prepare(self, session: Session) -> None:
        if not inspect(self).persistent:
            act: Act = session.info["act"]
            self.noted_by = act.actor
            paper = self.paper_of(session)
            if self.equipment_id is None and self.repair_id and paper is not None:
                self.equipment_id = paper.equipment_id
        super().prepare(session)

    def paper_of(self, session: Session) -> Any:
        """The repair or the scrapping it was done for."""
        for name, class_name in _PAPERS.items():
            if getattr(self, name):
                return session.get(register_named(class_name), getattr(self, name))
        return None

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.numbered()
        paper = self.paper_of(session)
        if inspect(self).persistent:
            yield from self._kept(paper)
        else:
            yield from self._fitting(session, paper)
            yield from self._people(session)

    def _kept(self, paper: Any) -> Iterator[FieldError]:
        for name in (one for one in self.sealed if changed(self, one)):
            yield self.wrong(name, "已经登记，不能更改；写错的请停用后另记一条")
        gone = paper is None or paper.state not in OPEN[type(paper).__name__]
        if changed(self, "retired_at") and gone:
            yield self.wrong("method", "设备已经凭它送出，不能停用或恢复")

    def _fitting(self, session: Session, paper: Any) -> Iterator[FieldError]:
        if bool(self.repair_id) == bool(self.scrapping_id):
            yield self.wrong("repair_id", "请填一张维修单或报废单")
        elif paper is None:
            yield self.wrong("repair_id", "这张单据不在您的权限范围内")
        elif paper.state not in OPEN[type(paper).__name__]:
            yield self.wrong("repair_id", f"{paper.title}{paper.number}已经过了这一步")
        elif not _about(session, paper, self.equipment_id):
            yield self.wrong("equipment_id", f"不在{paper.title}{paper.number}上")
        if self.at and self.at > datetime.now(UTC) + AHEAD:
            yield self.wrong("at", "还没有到这个时间")

    def _people(self, session: Session) -> Iterator[FieldError]:
        thing = session.get(Equipment, self.equipment_id) if self.equipment_id else None
        witness = session.get(Staff, self.witness_id) if self.witness_id else None
        by = session.get(Staff, self.by_id) if self.by_id else None
        if thing is not None and thing.secret and witness is None:
            yield self.wrong("witness_id", "涉密设备须有另一人见证")
        if witness is None:
            return
        if by is not None and (by.id == witness.id or _same(by, witness)):
            yield self.wrong("witness_id", "见证人不能是处理人本人")
        if thing is not None and thing.secret and not witness.person_id:
            yield self.wrong("witness_id", "涉密设备的见证人要能登录签字，请选有账号的人员")

    def unfit(self, session: Session, meaning: str, who: Any) -> str:
        """Only the witness, who is not the one who wrote it down."""
        witness = session.get(Staff, self.witness_id) if self.witness_id else None
        if witness is None or witness.person_id != who.id:
            return "只由见证人本人签字"
        return "登记人不能给自己的登记作见证" if self.noted_by == who.id else ""


def needs_clearing(thing: Equipment) -> bool:
    """Must its data be dealt with before it leaves?"""
    return thing.has_storage or thing.secret


def cleared(session: Session, paper: Any, thing: Equipment | None) -> str:
    """Why the data of this thing (None: of what a repair names in words) are not dealt with for
    this paper, "" when they are. A secret thing's record counts once its witness has signed."""
    column = Sanitisation.repair_id if type(paper).__name__ == "Repair" else None
    owner = (Sanitisation.scrapping_id if column is None else column) == paper.id
    about = Sanitisation.equipment_id == (thing.id if thing is not None else None)
    query = select(Sanitisation).where(owner, about, Sanitisation.retired_at.is_(None))
    found = session.scalars(query).all()
    if not found:
        return "还没有数据清除记录（第一百二十五条）"
    if thing is None or not thing.secret or any(_witnessed(session, one) for one in found):
        return ""
    return "涉密设备的数据清除记录还没有见证人签字（第一百二十五条）"


def _witnessed(session: Session, one: Sanitisation) -> bool:
    witness = session.get(Staff, one.witness_id) if one.witness_id else None
    query = select(Signature.id).where(
        Signature.thing == "Sanitisation", Signature.thing_id == one.id,
        Signature.meaning == "accept", Signature.number == one.revised,
        Signature.signer_id == (witness.person_id if witness else None),
    )  # fmt: skip
    return session.scalar(query.limit(1)) is not None


def _about(session: Session, paper: Any, equipment_id: str | None) -> bool:
    if type(paper).__name__ == "Repair":
        return bool(paper.equipment_id == equipment_id)
    line = select(PaperLine.id).where(
        PaperLine.paper == "Scrapping", PaperLine.paper_id == paper.id,
        PaperLine.equipment_id == equipment_id,
    )  # fmt: skip
    return bool(equipment_id) and session.scalar(line.limit(1)) is not None


def _same(one: Staff, other: Staff) -> bool:
    return bool(one.person_id) and one.person_id == other.person_id
