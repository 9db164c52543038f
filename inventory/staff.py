"""Everybody who works for a centre or a unit of it, whether or not they log in (Articles 4–6)."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import ClassVar

from sqlalchemy import Index, inspect, select
from sqlalchemy.orm import Mapped, Session

from inventory.centre import Centre
from inventory.numbering import next_number
from inventory.person import Person
from inventory.register import CentreRegister, FieldError, entry
from inventory.shanghai import today
from inventory.stepping import is_moving

JOBS = {
    "network_admin": "网络管理员", "technician": "信息技术员", "leader": "分管领导",
    "manager": "中心主任", "operator": "业务人员", "village": "村管理员", "other": "其他",
}  # fmt: skip
PROFESSIONAL = ("network_admin", "technician")  # trained, certified, not let go unguarded
DEGREES = {
    "master": "研究生", "bachelor": "大学本科", "associate": "大学专科", "secondary": "中专",
    "other": "其他",
}  # fmt: skip


class Staff(CentreRegister):
    """One person of the staff. `person_id` names the account of those who log in: it signs for
    what they take over. `left_on` is written by an approved transfer only."""

    __tablename__ = "staff"
    slug: ClassVar[str] = "staff"
    title: ClassVar[str] = "工作人员"
    topic: ClassVar[str] = "人员"
    articles: ClassVar[tuple[int, ...]] = (4, 5, 6, 47, 149)
    names: ClassVar[tuple[str, ...]] = ("name", "centre_id")
    edit_act: ClassVar[str] = "record"
    also: ClassVar[tuple[tuple[str, str], ...]] = (("staffing.index", "人员达标"),)
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "专业技术人员": {"job": ",".join(PROFESSIONAL)}, "村管理员": {"job": "village"},
    }  # fmt: skip
    below: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Certificate", "staff_id"), ("Attendance", "staff_id"), ("DocumentLoan", "staff_id"),
        ("StaffTransfer", "staff_id"),
    )  # fmt: skip
    afresh: ClassVar[tuple[str, ...]] = ("code", "person_id", "phone")

    name: Mapped[str] = entry("姓名", required=True, listed=True, searched=True, longest=40)
    code: Mapped[str] = entry(
        "工号", default="", listed=True, searched=True, longest=40,
        help="空着由系统编号；借阅资料时扫描或输入",
    )  # fmt: skip
    job: Mapped[str] = entry("岗位", "choice", choices=JOBS, default="operator", listed=True)
    person_id: Mapped[str | None] = entry(
        "账号",
        "ref",
        refers="Person",
        listed=True,
        help="能登录值守台的人选自己的账号，交接时用它签字",
    )
    phone: Mapped[str | None] = entry("电话", longest=40, searched=True)
    entered_on: Mapped[date | None] = entry(
        "到岗日期", "day", group="任职", help="空着表示建账前已在岗"
    )
    left_on: Mapped[date | None] = entry(
        "离岗日期", "day", group="任职", settled=True, help="凭经批准的人员调离写入"
    )
    civil: Mapped[bool] = entry(
        "国家公务员", "yes", default=False, group="任职",
        help="应取得电子政务应用能力证书（第四十七条）",
    )  # fmt: skip
    degree: Mapped[str | None] = entry("学历", "choice", choices=DEGREES, group="学历")
    major: Mapped[str | None] = entry("专业", longest=80, group="学历")
    computing: Mapped[bool] = entry("计算机相关专业", "yes", default=False, group="学历")
    note: Mapped[str | None] = entry("备注", "note")

    __table_args__ = (
        Index("ix_staff_person", "person_id"),
        Index("uq_staff_code", "code", unique=True),
    )

    @property
    def stage(self) -> tuple[str, str] | None:
        return ("unknown", "已离岗") if self.gone(today()) else None

    def gone(self, day: date) -> bool:
        """Has this person left by that day?"""
        return self.left_on is not None and self.left_on <= day

    def prepare(self, session: Session) -> None:
        if not self.code:
            centre = session.get(Centre, self.centre_id)
            prefix = f"{centre.code if centre else ''}-RY-"
            self.code = next_number(session, Staff, "code", prefix, 3)
        super().prepare(session)

    def check(self, session: Session) -> Iterator[FieldError]:
        if is_moving(session, self):
            return
        if self.left_on and _changed(self, "left_on"):
            yield self.wrong("left_on", "凭经批准的人员调离写入，不能直接填写")
        if inspect(self).persistent and self.left_on is None:
            yield from self._kept()
        yield from self._alone(session)

    def _alone(self, session: Session) -> Iterator[FieldError]:
        """An account signs for one person only: who is somebody else as well would take what is
        handed to that one."""
        if not self.person_id or not (_changed(self, "person_id") or _changed(self, "retired_at")):
            return
        query = select(Staff).where(
            Staff.person_id == self.person_id, Staff.id != self.id, Staff.retired_at.is_(None),
            Staff.left_on.is_(None),
        )  # fmt: skip
        other = session.scalars(query).first()
        person = session.get(Person, self.person_id)
        if person is not None and person.name.strip() != self.name.strip():
            yield self.wrong("person_id", f"这是“{person.name}”的账号，姓名要与账号一致")
        if other is not None and self.retired_at is None:
            yield self.wrong("person_id", f"这个账号已经是“{other.name}”的，一个账号只代表一个人")

    def _kept(self) -> Iterator[FieldError]:
        """Article 149: a professional in post goes by a transfer only, which looks at the rest."""
        was = _before(self, "job")
        if was not in PROFESSIONAL or self.entered_on is None or self.entered_on > today():
            return
        if self.retired_at is not None and _changed(self, "retired_at"):
            cause = "专业技术人员离岗要先办理人员调离（第一百四十九条）"
            yield FieldError("retired_at", self.label, cause)
        if self.job not in PROFESSIONAL:
            yield self.wrong("job", "专业技术人员转岗要先办理人员调离（第一百四十九条）")


def _changed(row: Staff, name: str) -> bool:
    return bool(inspect(row).attrs[name].history.has_changes())


def _before(row: Staff, name: str) -> str:
    was = inspect(row).attrs[name].history.deleted
    return str(was[0] if was else getattr(row, name))
