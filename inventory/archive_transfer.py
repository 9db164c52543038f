"""Year-end archive: what was backed up goes, by the four kinds, to the archive room (Article 143;
duty E8; 电子档案移交与接收办法). Its steps: `inventory.archive_steps`."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Index, inspect
from sqlalchemy.orm import Mapped, Session

from inventory.drafted import Drafted
from inventory.handover_hands import unfit
from inventory.paper import Paper
from inventory.register import FieldError, Lines, entry
from inventory.revision import Reopened
from inventory.shanghai import today
from inventory.stepping import is_moving

STATES: Mapping[str, str] = {
    "draft": "草拟", "packed": "移交包已生成", "given": "待接收", "done": "已移交",
    "cancelled": "已取消",
}  # fmt: skip
CODES: Mapping[str, str] = {"UTF-8": "UTF-8", "GB18030": "GB18030"}
MEDIA: Mapping[str, str] = {"disc": "光盘", "disk": "移动硬盘", "network": "在线移交"}
CHECKS: Mapping[str, str] = {
    "accurate": "准确性检验", "complete": "完整性检验", "usable": "可用性检验",
    "secure": "安全性（病毒）检验", "outside": "载体外观检验",
}  # fmt: skip
HEADS = ("资料种类", "题名", "所属期", "文件数", "字节数", "形式")
_COLOURS = {"draft": "info", "packed": "warning", "given": "warning", "done": "ok"}


class ArchiveTransfer(Reopened, Paper):
    """One year's transfer. `listing` has a line for each thing handed over (kind, name, files,
    bytes), written when the folder is made; `files` and `size` count it; `sha256` is of the
    folder's manifest, which both sides sign with everything else."""

    __tablename__ = "archive_transfer"
    slug: ClassVar[str] = "archive-transfers"
    title: ClassVar[str] = "年终归档移交"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    topic: ClassVar[str] = "数据备份"
    articles: ClassVar[tuple[int, ...]] = (143,)
    prefix: ClassVar[str] = "YJ"
    template: ClassVar[str] = "backups/archive.html"
    parts: ClassVar[Mapping[str, str]] = {"signed": "签字扫描件"}
    over: ClassVar[tuple[str, ...]] = ("done", "cancelled")
    loose: ClassVar[tuple[str, ...]] = ("draft", "cancelled")
    meanings: ClassVar[tuple[str, ...]] = ("approve", "hand", "take", "review")
    apart: ClassVar[frozenset[str]] = frozenset({"approve"})
    flow: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "draft": ("packed", "cancelled"), "packed": ("given", "draft", "cancelled"),
        "given": ("done", "draft", "cancelled"),
    }  # fmt: skip
    sealed: ClassVar[tuple[str, ...]] = (
        "number", "year", "work", "description", "databases", "secrets", "medium", "carriers",
        "giver_id", "taker_id", "listing", "files", "size", "sha256", *CHECKS,
    )  # fmt: skip
    lined: ClassVar[tuple[str, ...]] = ("listing",)
    kind: ClassVar[str] = "archive"  # neither a loan nor a transfer of things (`handover_hands`)
    to_centre_id: ClassVar[str | None] = None

    year: Mapped[int] = entry(
        "年度", "whole", required=True, listed=True, low=2000, high=2100, grouped=False
    )
    work: Mapped[str] = entry(
        "交接工作名称", required=True, listed=True, searched=True, longest=120
    )
    description: Mapped[str | None] = entry("内容描述", "note", searched=True)
    state: Mapped[str] = entry(
        "状态", "choice", choices=STATES, default="draft", listed=True, settled=True
    )
    databases: Mapped[bool] = entry(
        "移交数据库备份", "yes", default=False,
        help="须领导书面批准；仍是加密的，密钥单另行交接。不移交的只列出目录",
    )  # fmt: skip
    code: Mapped[str] = entry("目录编码", "choice", choices=CODES, default="UTF-8")
    medium: Mapped[str] = entry("载体类型", "choice", choices=MEDIA, default="disc", group="载体")
    spec: Mapped[str | None] = entry("载体规格", group="载体", longest=80)
    carriers: Mapped[str | None] = entry(
        "载体起止顺序号", group="载体", longest=120, help="如 GP-2026-0004/D01 至 D03"
    )
    giver_id: Mapped[str | None] = entry(
        "移交人", "ref", refers="Staff", listed=True, group="双方", help="空着就是签字交出的人"
    )
    taker_id: Mapped[str | None] = entry(
        "接收人（档案室）", "ref", refers="Staff", listed=True, group="双方",
        help="没有账号的在打印的登记表上手签",
    )  # fmt: skip
    archive_room: Mapped[str | None] = entry("接收单位", group="双方", longest=120)
    secrets: Mapped[str | None] = entry("拟移交的数据库备份", "note", group="清单", settled=True)
    listing: Mapped[str | None] = entry(
        "移交清单", "note", group="清单", settled=True, searched=True
    )
    lacking: Mapped[str | None] = entry("缺少和未移交", "note", group="清单", settled=True)
    files: Mapped[int] = entry("电子档案数量", "whole", default=0, group="清单", settled=True)
    size: Mapped[int] = entry("移交数据量", "size", default=0, group="清单", settled=True)
    sha256: Mapped[str] = entry("清单 SHA-256", default="", group="清单", settled=True, longest=64)
    packed_at: Mapped[datetime | None] = entry("打包时间", "time", group="清单", settled=True)
    accurate: Mapped[str | None] = entry(CHECKS["accurate"], group="检验", settled=True)
    complete: Mapped[str | None] = entry(CHECKS["complete"], group="检验", settled=True)
    usable: Mapped[str | None] = entry(CHECKS["usable"], group="检验", settled=True)
    secure: Mapped[str | None] = entry(
        CHECKS["secure"], group="检验", settled=True, help="写明杀毒软件、版本和结果"
    )
    outside: Mapped[str | None] = entry(CHECKS["outside"], group="检验", settled=True)
    pen_only: Mapped[bool] = entry("接收人手签", "yes", default=False, group="办理", settled=True)
    scan: Mapped[str | None] = entry("扫描件校验值", "note", group="办理", settled=True)
    done_at: Mapped[datetime | None] = entry("移交时间", "time", group="办理", settled=True)
    remark: Mapped[str | None] = entry("办理意见", "note", group="办理", settled=True)

    __table_args__ = (
        Index("uq_archive_transfer_number", "number", unique=True),
        Index("ix_archive_transfer_year", "centre_id", "year"),
    )

    @property
    def headline(self) -> str:
        return f"{self.number} {self.year} 年度"

    @property
    def due(self) -> date:
        """31 January of the year after (Article 143)."""
        return date(self.year + 1, 1, 31)

    @property
    def late(self) -> str:
        if self.state in ("done", "cancelled") or self.due >= today():
            return ""
        return f"应于 {self.due} 前移交，已过 {(today() - self.due).days} 天"

    @property
    def wants(self) -> str:
        return "signed" if self.state == "given" and self.pen_only and not self.scan else ""

    @classmethod
    def begin(cls) -> Mapping[str, Any]:
        day = today()
        year = day.year if day.month > 6 else day.year - 1
        return {"year": year, "work": f"{year} 年度信息系统备份资料归档"}

    def lines(self, session: Session) -> Lines | None:
        rows = (tuple(line.split("\t")) for line in (self.listing or "").splitlines())
        told = tuple(row for row in rows if len(row) == len(HEADS))
        return Lines(HEADS, told)

    def unfit(self, session: Session, meaning: str, who: Any) -> str:
        if not is_moving(session, self):
            return "请在移交单的“下一步”里办理"
        return unfit(session, self, meaning, who)

    def drafts(self) -> Iterator[Drafted]:
        if self.done_at:
            told = f"{self.year} 年度备份资料移交档案室，{self.files} 件（{self.number}）"
            yield Drafted("done", "backup", told, self.done_at)

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.kept(session)
        if self.taker_id and self.taker_id == self.giver_id:
            yield self.wrong("taker_id", "接收人和移交人不能是同一人")
        if self.state in ("packed", "given", "done") and not is_moving(session, self):
            yield from self._as_packed()

    def _as_packed(self) -> Iterator[FieldError]:
        for name in ("year", "databases", "code", "centre_id"):
            if inspect(self).attrs[name].history.has_changes():
                yield self.wrong(name, "移交包已生成，不能再改；请先“退回修改”")
