"""Training: what was taught, and who was there for how long (Articles 11 and 149; T4, T6)."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import ClassVar

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, Session

from inventory.register import CentreRegister, FieldError, entry

KINDS = {
    "professional": "专业技术培训", "everybody": "全员信息化培训", "village": "村管理员培训",
    "other": "其他",
}  # fmt: skip
LEVELS = {
    "province": "省级", "city": "市级", "county": "县级", "township": "乡级", "outside": "系统外",
}  # fmt: skip
MEANT: Mapping[str, tuple[str, ...]] = {  # the jobs a kind of training is for; others may come
    "professional": ("network_admin", "technician"), "village": ("village",),
}  # fmt: skip


class Training(CentreRegister):
    """One training; its page has the roll on which everybody is ticked at once."""

    __tablename__ = "training"
    slug: ClassVar[str] = "trainings"
    title: ClassVar[str] = "培训"
    topic: ClassVar[str] = "人员"
    articles: ClassVar[tuple[int, ...]] = (11, 149)
    names: ClassVar[tuple[str, ...]] = ("subject", "started_on", "centre_id")
    order: ClassVar[str] = "started_on"
    falling: ClassVar[bool] = True
    edit_act: ClassVar[str] = "record"
    also: ClassVar[tuple[tuple[str, str], ...]] = (("staffing.index", "人员达标"),)
    template: ClassVar[str] = "training.html"
    paper: ClassVar[str] = "培训签到表"
    below: ClassVar[tuple[tuple[str, str], ...]] = (("Attendance", "training_id"),)
    afresh: ClassVar[tuple[str, ...]] = ("started_on", "ended_on")

    subject: Mapped[str] = entry("培训内容", required=True, listed=True, searched=True)
    kind: Mapped[str] = entry("类别", "choice", choices=KINDS, default="professional", listed=True)
    level: Mapped[str] = entry("级别", "choice", choices=LEVELS, default="county", listed=True)
    organiser: Mapped[str] = entry(
        "主办单位", required=True, listed=True, searched=True, longest=120
    )
    started_on: Mapped[date] = entry("开始日期", "day", required=True, listed=True)
    ended_on: Mapped[date | None] = entry("结束日期", "day", help="空着为当天结束")
    hours: Mapped[float] = entry(
        "学时", "number", unit="小时", required=True, listed=True, low=0.5, high=1000
    )
    exam: Mapped[bool] = entry("有考试", "yes", default=False, listed=True)
    place: Mapped[str | None] = entry("地点", longest=120)
    teacher: Mapped[str | None] = entry("授课人", searched=True, longest=120)
    note: Mapped[str | None] = entry("备注", "note")

    @property
    def label(self) -> str:
        return self.subject

    def check(self, session: Session) -> Iterator[FieldError]:
        if self.ended_on is not None and self.started_on and self.ended_on < self.started_on:
            yield self.wrong("ended_on", "早于开始日期")


class Attendance(CentreRegister):
    """One person at one training: the hours there, and how the exam went."""

    __tablename__ = "attendance"
    slug: ClassVar[str] = "attendances"
    title: ClassVar[str] = "参训记录"
    topic: ClassVar[str] = "人员"
    articles: ClassVar[tuple[int, ...]] = (149,)
    names: ClassVar[tuple[str, ...]] = ("training_id", "staff_id")
    order: ClassVar[str] = "training_id"
    edit_act: ClassVar[str] = "record"

    training_id: Mapped[str] = entry("培训", "ref", refers="Training", required=True, listed=True)
    staff_id: Mapped[str] = entry("人员", "ref", refers="Staff", required=True, listed=True)
    hours: Mapped[float] = entry(
        "学时", "number", unit="小时", required=True, listed=True, low=0, high=1000
    )
    score: Mapped[float | None] = entry("考试成绩", "number", listed=True, low=0, high=1000)
    passed: Mapped[bool] = entry("考试合格", "yes", default=False, listed=True)
    note: Mapped[str | None] = entry("备注", "note")

    __table_args__ = (Index("ix_attendance_pair", "training_id", "staff_id"),)

    @property
    def label(self) -> str:
        return f"{self.hours:g} 小时"

    def check(self, session: Session) -> Iterator[FieldError]:
        training = session.get(Training, self.training_id)
        if training is None:
            return
        if self.hours > training.hours:
            yield self.wrong("hours", f"超过这次培训的 {training.hours:g} 小时")
        if not training.exam and (self.passed or self.score is not None):
            yield self.wrong("passed", "这次培训没有考试；有考试的请先在培训上注明")
