"""“本级无库”: a leader signs that a unit has nothing of a kind to back up (Articles 70 and 140;
duty E1). Without a source and without this, the duty is open."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Mapped, Session

from inventory.backup_source import KINDS
from inventory.paper import Numbered
from inventory.register import FieldError, entry
from inventory.revision import Revision, Signable
from inventory.shanghai import today
from inventory.signature import Signature


class BackupDeclaration(Signable, Numbered):
    """One unit's word that it holds nothing of one kind, from a day to a day. Who wrote it fills it
    in; it counts once a leader, another person, has signed what stands there now."""

    __tablename__ = "backup_declaration"
    slug: ClassVar[str] = "backup-declarations"
    title: ClassVar[str] = "本级无库声明"
    paper: ClassVar[str] = "本级无库声明"
    topic: ClassVar[str] = "数据备份"
    articles: ClassVar[tuple[int, ...]] = (70, 140)
    prefix: ClassVar[str] = "SM"
    edit_act: ClassVar[str] = "record"
    sealed: ClassVar[tuple[str, ...]] = ("number", "kind", "reason", "starts", "ends")
    meanings: ClassVar[tuple[str, ...]] = ("fill", "approve")
    apart: ClassVar[frozenset[str]] = frozenset({"approve"})

    kind: Mapped[str] = entry("资料种类", "choice", choices=KINDS, required=True, listed=True)
    reason: Mapped[str] = entry(
        "依据和理由", "note", required=True, listed=True, searched=True,
        help="如：第七十条规定省建立数据中心，市县乡不建数据库，本级没有应用软件数据库",
    )  # fmt: skip
    starts: Mapped[date] = entry("自何日起", "day", required=True, listed=True)
    ends: Mapped[date] = entry(
        "至何日止", "day", required=True, listed=True, help="最长一年，到期重新声明"
    )

    @classmethod
    def begin(cls) -> Mapping[str, Any]:
        day = today()
        return {"kind": "software", "starts": day, "ends": date(day.year, 12, 31)}

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.numbered()
        if self.starts and self.ends and not 0 <= (self.ends - self.starts).days < 366:
            yield self.wrong("ends", "应在开始日期之后，最长一年")


def declared(
    session: Session, centre_ids: Collection[str], since: date, until: date
) -> list[BackupDeclaration]:
    """The declarations of these units that touch `since`–`until` and whose words, as they stand
    now, a leader has signed."""
    query = select(BackupDeclaration).where(
        BackupDeclaration.centre_id.in_(centre_ids), BackupDeclaration.retired_at.is_(None),
        BackupDeclaration.starts <= until, BackupDeclaration.ends >= since, signed(),
    )  # fmt: skip
    return list(session.scalars(query))


def signed() -> ColumnElement[bool]:
    """A leader approved what stands there now."""
    return exists().where(
        Revision.thing == BackupDeclaration.__name__,
        Revision.thing_id == BackupDeclaration.id,
        Revision.number == BackupDeclaration.revised,
        Signature.revision_id == Revision.id, Signature.meaning == "approve",
    )  # fmt: skip
