"""The keys backups are encrypted under, and where their paper sheet is kept (Articles 141–143)."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Index, inspect, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.columns import Secret
from inventory.paper import Numbered
from inventory.register import FieldError, entry
from inventory.secret import Sealed
from inventory.shanghai import today
from inventory.stepping import Step, Stepped, Taken, offer

STATES: Mapping[str, str] = {"new": "未托管", "escrowed": "已托管", "replaced": "已更换"}
_COLOURS = {"new": "warning", "escrowed": "ok", "replaced": "unknown"}
_LIVING = text("state <> 'replaced'")


class BackupKey(Stepped, Numbered):
    """One key (32 bytes, base64 when opened) of a centre. Each set has a key of its own, wrapped
    under this one; whoever has the sheet opens every set of it without the console. `print_id` is
    the first 16 hex digits of the key's SHA-256: it tells which sheet belongs to which disc. Of a
    centre's keys one is in use; a replaced one opens what was backed up under it for ever."""

    __tablename__ = "backup_key"
    slug: ClassVar[str] = "backup-keys"
    title: ClassVar[str] = "备份密钥"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    topic: ClassVar[str] = "数据备份"
    articles: ClassVar[tuple[int, ...]] = (141, 142)
    prefix: ClassVar[str] = "MY"
    by_hand: ClassVar[bool] = False
    see_act: ClassVar[str] = "view"
    edit_act: ClassVar[str] = "credentials"
    template: ClassVar[str] = "backups/key.html"
    also: ClassVar[tuple[tuple[str, str], ...]] = (("key_intake.form", "录入密钥单"),)
    begins: ClassVar[str] = "第一次备份时自动生成；生成后请打印密钥单，交专人保管。"
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        label: {"state": word} for word, label in STATES.items()
    }

    print_id: Mapped[str] = entry("密钥指纹", required=True, listed=True, settled=True, longest=16)
    state: Mapped[str] = entry("状态", "choice", choices=STATES, default="new", settled=True)
    made_at: Mapped[datetime] = entry("生成时间", "time", required=True, listed=True, settled=True)
    keeper_id: Mapped[str | None] = entry(
        "密钥单保管人", "ref", refers="Staff", listed=True, settled=True
    )
    kept_at: Mapped[str | None] = entry("密钥单存放处", listed=True, settled=True, longest=120)
    printed_at: Mapped[datetime | None] = entry("最近打印密钥单", "time", settled=True)
    escrowed_on: Mapped[date | None] = entry("托管日期", "day", listed=True, settled=True)
    proved_on: Mapped[date | None] = entry(
        "最近用密钥单验证", "day", listed=True, settled=True, help="每年至少一次"
    )
    replaced_on: Mapped[date | None] = entry("更换日期", "day", settled=True)
    replaced_why: Mapped[str | None] = entry("更换原因", "note", settled=True)
    secret: Mapped[Sealed] = mapped_column(Secret)

    __table_args__ = (
        Index(
            "uq_backup_key_living", "centre_id", unique=True,
            sqlite_where=_LIVING, postgresql_where=_LIVING,
        ),
        Index("ix_backup_key_print", "print_id"),
    )  # fmt: skip

    @property
    def label(self) -> str:
        return f"{self.number} {self.print_id}"

    def check(self, session: Session) -> Iterator[FieldError]:
        """Only the console makes one (`by_hand`), so a new one may hold what no form can say."""
        yield from self.lasting()
        if inspect(self).persistent:
            yield from self.stood(session)
            yield from self.numbered()


def _replace(_session: Session, row: BackupKey, _taken: Taken) -> None:
    """The next backup finds no key in use and makes one; its sheet is owed anew."""
    row.state, row.replaced_on = "replaced", today()


offer(
    BackupKey,
    Step(
        "replace", "更换密钥", ("new", "escrowed"), _replace,
        asks=("replaced_why",), needs=("replaced_why",), proof=True, danger=True,
        confirm="停用 %(name)s？下一次备份改用新密钥，须重新打印并托管密钥单。",
        help="密钥单遗失、泄露或保管人调离时更换；旧密钥单仍须保管，以前的备份要靠它打开。",
    ),
)  # fmt: skip
