"""Software: what the centre runs, and by whose leave (Articles 35, 67–69; duty B7).

Business software that was given by a firm or made at home is not used before the province has
approved it (Article 68).
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import Index, inspect
from sqlalchemy.orm import Mapped, Session

from inventory.business_package import EDITIONS, labels, packages
from inventory.entry import supply
from inventory.register import CentreRegister, FieldError, entry
from inventory.revision import Signable
from inventory.stepping import Stepped, is_moving

KINDS = {
    "system": "操作系统", "office": "办公软件", "database": "数据库", "antivirus": "防病毒软件",
    "business": "业务软件", "tool": "工具软件", "other": "其他",
}  # fmt: skip
ORIGINS = {
    "purchased": "购置", "allotted": "上级统一配发", "bundled": "随机预装", "free": "免费或开源",
    "donated": "企业赠予", "own": "自行开发",
}  # fmt: skip
LICENSING = {"seat": "按安装数量", "site": "不限数量", "none": "不需要授权"}
STATES = {
    "listed": "已登记", "asked": "已报批", "approved": "省已批准", "refused": "省未批准",
}  # fmt: skip
BY_LEAVE = ("donated", "own")
_COLOURS = {"listed": "ok", "asked": "warning", "approved": "ok", "refused": "critical"}


class Software(Stepped, Signable, CentreRegister):
    """One product in one edition. Its state tells of the province's approval alone, and moves by
    the steps of `inventory.software_approval`."""

    __tablename__ = "software"
    slug: ClassVar[str] = "software"
    title: ClassVar[str] = "软件"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    topic: ClassVar[str] = "软件与安全"
    articles: ClassVar[tuple[int, ...]] = (35, 67, 68, 69)
    names: ClassVar[tuple[str, ...]] = ("name", "centre_id")
    edit_act: ClassVar[str] = "record"
    views: ClassVar[dict[str, dict[str, str]]] = {
        label: {"kind": word} for word, label in KINDS.items() if word in ("business", "antivirus")
    }
    parts: ClassVar[dict[str, str]] = {"approval": "省级批复扫描件"}
    below: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Licence", "software_id"), ("Installation", "software_id"),
    )  # fmt: skip
    sealed: ClassVar[tuple[str, ...]] = (
        "name", "maker", "kind", "package", "edition", "origin", "document_no", "document_on",
        "document_files",
    )  # fmt: skip

    name: Mapped[str] = entry(
        "名称", required=True, listed=True, searched=True, longest=120,
        help="版本不同的写在名称里，如：药具管理信息系统（县级版）",
    )  # fmt: skip
    maker: Mapped[str | None] = entry("开发单位", listed=True, searched=True, longest=120)
    kind: Mapped[str] = entry("种类", "choice", choices=KINDS, required=True, listed=True)
    package: Mapped[str | None] = entry(
        "业务软件类别", listed=True, longest=40, help="第六十九条（一）至（九）；非业务软件不填"
    )
    edition: Mapped[str] = entry(
        "层级版本", "choice", choices=EDITIONS, default="none", listed=True,
        help="业务软件按使用单位的层级：市级版、县级版、乡级版、村级版",
    )  # fmt: skip
    origin: Mapped[str] = entry(
        "来源", "choice", choices=ORIGINS, default="purchased", listed=True,
        help="企业赠予或自行开发的业务软件，须省批准后才能使用（第六十八条）",
    )  # fmt: skip
    licensing: Mapped[str] = entry(
        "授权方式", "choice", choices=LICENSING, default="seat", listed=True,
        help="按安装数量：装机数不得超过有效授权数",
    )  # fmt: skip
    newest: Mapped[str | None] = entry(
        "最新版本", longest=40, help="装着旧版本的计算机会列入“待升级”"
    )
    state: Mapped[str] = entry(
        "审批状态", "choice", choices=STATES, default="listed", listed=True, settled=True
    )
    document_no: Mapped[str | None] = entry(
        "省批复文号", searched=True, longest=80, group="省级审批"
    )
    document_on: Mapped[date | None] = entry("批复日期", "day", group="省级审批")
    document_files: Mapped[str | None] = entry(
        "批复扫描件校验值", "note", group="省级审批", settled=True
    )
    note: Mapped[str | None] = entry("备注", "note")

    __table_args__ = (Index("uq_software", "centre_id", "name", unique=True),)

    @property
    def stage(self) -> tuple[str, str]:
        """How its page shows whether it may be used: a key of the signal colours, and the word."""
        if self.barred:
            colour = "critical" if self.state in ("listed", "refused") else "warning"
            return colour, STATES[self.state] if self.state != "listed" else "未报批，不得使用"
        return super().stage

    @property
    def barred(self) -> str:
        """Why it may not be installed, "" when it may."""
        if self.kind != "business" or self.origin not in BY_LEAVE or self.state == "approved":
            return ""
        return f"{ORIGINS[self.origin]}的业务软件，省批准以前不得使用（第六十八条）"

    @property
    def wants(self) -> str:
        return "approval" if self.barred and not self.document_files else ""

    def hung(self, part: str, digests: tuple[str, ...]) -> None:
        if part == "approval":
            self.document_files = "\n".join(digests) or None

    def prepare(self, session: Session) -> None:
        """What was approved was the content before a correction: ask anew."""
        corrected = inspect(self).persistent and _changed(self, "revised")
        if corrected and self.state != "listed" and not is_moving(session, self):
            self.state = "listed"
        super().prepare(session)

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from (one for one in self.stood(session) if not self._by_itself(one.field))
        told = packages().get(self.package or "")
        if self.package and told is None:
            yield self.wrong("package", "第六十九条没有这一类")
        if (self.kind == "business") != bool(self.package):
            yield self.wrong("package", "业务软件必须选类别，其他软件不选（第六十九条）")
        elif told and not told.open and self.edition == "none":
            yield self.wrong("edition", "这类软件分层级版本，请选一个（第六十九条）")

    def _by_itself(self, name: str) -> bool:
        """What moves without a step: the scan's digests, and the state after a correction."""
        if name == "document_files":
            return True
        return name == "state" and self.state == "listed" and _changed(self, "revised")


def _changed(row: Any, name: str) -> bool:
    return bool(inspect(row).attrs[name].history.has_changes())


supply("Software", "package", labels)
