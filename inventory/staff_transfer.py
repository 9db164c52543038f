"""A professional leaves: agreed by the upper tier, and not before a certified successor is in post
(Article 149; duty B9)."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import ClassVar

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, Session

from inventory.centre import Centre
from inventory.numbering import next_number
from inventory.register import CentreRegister, FieldError, entry
from inventory.revision import Signable
from inventory.shanghai import today
from inventory.staff import JOBS, Staff
from inventory.stepping import Stepped

KINDS = {"leave": "调离", "retire": "退休", "post": "转岗", "mistake": "登记有误"}
STATES = {
    "draft": "草拟", "asked": "待批准", "approved": "已批准", "refused": "未批准", "done": "已离岗",
}  # fmt: skip
_COLOURS = {"asked": "warning", "approved": "info", "done": "ok"}


class StaffTransfer(Stepped, Signable, CentreRegister):
    """One person's leaving of the post. `inventory.transferring` has its steps."""

    __tablename__ = "staff_transfer"
    slug: ClassVar[str] = "staff-transfers"
    title: ClassVar[str] = "人员调离"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    topic: ClassVar[str] = "人员"
    articles: ClassVar[tuple[int, ...]] = (149,)
    names: ClassVar[tuple[str, ...]] = ("number",)
    order: ClassVar[str] = "number"
    falling: ClassVar[bool] = True
    edit_act: ClassVar[str] = "record"
    paper: ClassVar[str] = "人员调离审批表"
    living: ClassVar[str] = "全部"
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "待批准": {"state": "asked"}, "待离岗": {"state": "approved"}, "已离岗": {"state": "done"},
    }  # fmt: skip
    parts: ClassVar[Mapping[str, str]] = {"letter": "上级批复扫描件"}
    over: ClassVar[tuple[str, ...]] = ("done",)
    meanings: ClassVar[tuple[str, ...]] = ("fill", "approve")
    sealed: ClassVar[tuple[str, ...]] = (
        "staff_id", "kind", "reason", "planned_on", "successor_id", "new_job", "upper_unit",
        "upper_no", "upper_on", "letter_files",
    )  # fmt: skip

    number: Mapped[str] = entry(
        "编号", default="", listed=True, searched=True, longest=40, help="空着由系统编号"
    )
    staff_id: Mapped[str] = entry("人员", "ref", refers="Staff", required=True, listed=True)
    kind: Mapped[str] = entry("事项", "choice", choices=KINDS, default="leave", listed=True)
    state: Mapped[str] = entry("状态", "choice", choices=STATES, default="draft", settled=True)
    reason: Mapped[str] = entry("原因", "note", required=True, searched=True)
    planned_on: Mapped[date] = entry("拟离岗日期", "day", required=True, listed=True)
    new_job: Mapped[str | None] = entry("转任岗位", "choice", choices=JOBS, help="转岗时填写")
    successor_id: Mapped[str | None] = entry(
        "继任人", "ref", refers="Staff", listed=True,
        help="已取得上岗证书并到任，原专业技术人员方能离岗",
    )  # fmt: skip
    upper_unit: Mapped[str | None] = entry("批准的上级单位", longest=120, group="上级批复")
    upper_no: Mapped[str | None] = entry(
        "批复文号", searched=True, longest=80, group="上级批复",
        help="扫描件保存后在附件里上传，再申请",
    )  # fmt: skip
    upper_on: Mapped[date | None] = entry("批复日期", "day", group="上级批复")
    letter_files: Mapped[str | None] = entry(
        "批复扫描件校验值", "note", group="上级批复", settled=True
    )
    left_on: Mapped[date | None] = entry("实际离岗日期", "day", listed=True, settled=True)
    note: Mapped[str | None] = entry("备注", "note")

    __table_args__ = (Index("uq_staff_transfer", "centre_id", "number", unique=True),)

    def hung(self, part: str, digests: tuple[str, ...]) -> None:
        if part == "letter":
            self.letter_files = "\n".join(digests) or None

    def prepare(self, session: Session) -> None:
        if not self.number:
            prefix = f"DL-{today().year}-"
            self.number = next_number(session, StaffTransfer, "number", prefix, 3)
        super().prepare(session)

    def stood(self, session: Session) -> Iterator[FieldError]:
        """The letter is told by hanging it up, at any time until it is fixed."""
        return (one for one in super().stood(session) if one.field != "letter_files")

    def _ours(self, session: Session) -> Iterator[FieldError]:
        """Whoever approves here lets his own people go, and nobody else's."""
        staff = session.get(Staff, self.staff_id) if self.staff_id else None
        home, ours = (session.get(Centre, one.centre_id) for one in (staff or self, self))
        if home is not None and ours is not None and not home.path.startswith(ours.path):
            yield self.wrong("staff_id", f"属于“{home.name}”，不是“{ours.name}”的人员")

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.stood(session)
        yield from self._ours(session)
        if self.successor_id and self.successor_id == self.staff_id:
            yield self.wrong("successor_id", "不能是本人")
        if self.kind == "post" and not self.new_job:
            yield self.wrong("new_job", "转岗要填写转任岗位")
        if self.retired_at is not None and self.state == "done":
            yield self.wrong("state", "已离岗的记录不能停用")
